"""The formats of prediction files: each is one file here, which declares its FORMAT.

The form, the messages and the documents of the API follow from FORMATS. The page of documents is
docs/prediction-files.md, which has a section for each.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from leaderboard.submissions.formats.format import Extras, Format, Row

__all__ = ["ENDINGS", "FORMATS", "FORMAT_WORDS", "Extras", "Row", "find_format"]


def _read_formats() -> list[Format]:
    """Those that recognise their files by the alphabet, then the one for all others."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    formats = [module.FORMAT for module in modules if hasattr(module, "FORMAT")]
    return sorted(formats, key=lambda one: (one.recognises is None, one.name))


def _join(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def find_format(raw: bytes) -> Format:
    """The format of a file."""
    *recognising, other = FORMATS
    return next((one for one in recognising if one.recognises and one.recognises(raw)), other)


FORMATS = tuple(_read_formats())
FORMAT_WORDS = _join([one.name for one in FORMATS])
"""The names of all, such as JSONL or CSV."""
ENDINGS = (*(ending for one in FORMATS for ending in one.endings), ".gz")
"""How the names of prediction files end; any of them may be compressed."""
