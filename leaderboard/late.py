"""What takes long to load and is seldom needed is loaded when it is first used.

Nearly every module that reads results names pandas and SciPy, and most requests compute nothing;
hundreds of patterns read the replies of models, which a web process rarely sees. Without them it
starts in two thirds of the time and has 90 MB less. What computes often calls `load_numbers` before
it forks.
"""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

__all__ = [
    "Late",
    "csgraph",
    "late_pattern",
    "load_numbers",
    "pandas",
    "parquet",
    "pyarrow",
    "sparse",
    "special",
]


class Late(ModuleType):
    """Stands for the module of its name, whatever thread asks for something of it first."""

    def __getattr__(self, name: str) -> Any:
        """What the module has by `name`; kept, so that it is looked up once."""
        found = getattr(import_module(self.__name__), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import pandas
    import pyarrow
    from pyarrow import parquet
    from scipy import sparse, special
    from scipy.sparse import csgraph
else:
    pandas = Late("pandas")
    pyarrow = Late("pyarrow")
    parquet = Late("pyarrow.parquet")
    sparse = Late("scipy.sparse")
    special = Late("scipy.special")
    csgraph = Late("scipy.sparse.csgraph")

NUMBERS = (pandas, sparse, special, csgraph)


class LatePattern:
    """Stands for a compiled pattern; what it has is kept, so that it is looked up once."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern, self._flags = pattern, flags
        self._compiled: re.Pattern[str] | None = None

    def __getattr__(self, name: str) -> Any:
        """What the compiled pattern has by `name`."""
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.compile(), name)
        setattr(self, name, found)
        return found

    def compile(self) -> re.Pattern[str]:
        """The pattern, compiled now unless it is already."""
        self._compiled = self._compiled or re.compile(self.pattern, self._flags)
        return self._compiled


_patterns: list[LatePattern] = []


def late_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """What `re.compile` would give, for a module to keep; `re` of a match is not this object."""
    late = LatePattern(pattern, flags)
    _patterns.append(late)
    return cast("re.Pattern[str]", late)


def load_numbers() -> None:
    """Load and compile now what computing and reading replies takes."""
    for late in NUMBERS:
        import_module(late.__name__)
    for pattern in _patterns:
        pattern.compile()
