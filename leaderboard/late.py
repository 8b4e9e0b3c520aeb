"""Libraries for numbers, which are loaded when they are first used.

Nearly every module that reads results names them, and most requests use none: a process that
never computes is spared a third of a second at its start and some 90 MB. What computes often
calls `load_numbers` before it forks.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any


class Late(ModuleType):
    """Stands for the module of its name, whatever thread asks for something of it first."""

    def __getattr__(self, name: str) -> Any:
        """What the module has by `name`; kept, so that it is looked up once."""
        found = getattr(import_module(self.__name__), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import pandas as pandas
    from scipy import sparse as sparse
    from scipy import special as special
    from scipy.sparse import csgraph as csgraph
else:
    pandas = Late("pandas")
    sparse = Late("scipy.sparse")
    special = Late("scipy.special")
    csgraph = Late("scipy.sparse.csgraph")


def load_numbers() -> None:
    """Load them now."""
    for late in (pandas, sparse, special, csgraph):
        import_module(late.__name__)
