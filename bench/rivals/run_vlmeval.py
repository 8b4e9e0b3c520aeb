"""VLMEvalKit's run.py, in .venv-rivals-vlmeval: `python run_vlmeval.py ARGUMENTS ...`.

The package imports, whatever it is asked to do, dozens of packages for models that run in the same
process and for metrics of other benchmarks: gigabytes that asking a server does not use. Each that
is not installed is an empty package here, whose names are empty classes.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class EmptyMeta(type):
    """Makes a class out of every name that is asked of a class."""

    def __getattr__(cls, name: str) -> Any:
        return make_empty(name)

    def __getitem__(cls, key: Any) -> Any:
        return cls

    def __iter__(cls) -> Iterator[Any]:
        return iter(())


class Empty(metaclass=EmptyMeta):
    """Takes any arguments; as a decorator it gives back what it decorates."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, *arguments: Any, **_: Any) -> Any:
        return arguments[0] if arguments and callable(arguments[0]) else Empty()

    def __getattr__(self, name: str) -> Any:
        return make_empty(name)


def make_empty(name: str) -> Any:
    """An empty class of this name. Raises AttributeError for names of Python's own."""
    if name.startswith("__"):
        raise AttributeError(name)
    return EmptyMeta(name, (Empty,), {})


class EmptyModule(ModuleType):
    """A package in which every name is there."""

    __version__ = "0.0"

    def __getattr__(self, name: str) -> Any:
        return make_empty(name)


class EmptyFinder(MetaPathFinder, Loader):
    """Finds what vlmeval imports and nobody else has found."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        top = name.partition(".")[0]
        if top not in self.found and (name != top or not self._is_asked_by_vlmeval()):
            return None
        self.found.add(top)
        return ModuleSpec(name, self, is_package=True)

    def _is_asked_by_vlmeval(self) -> bool:
        frame = sys._getframe(2)
        while "importlib" in frame.f_code.co_filename and frame.f_back is not None:
            frame = frame.f_back
        return str(frame.f_globals.get("__name__")).startswith("vlmeval")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return EmptyModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


if __name__ == "__main__":
    sys.meta_path.append(EmptyFinder())
    runpy.run_module("vlmeval.run", run_name="__main__")
