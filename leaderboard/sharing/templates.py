"""The templates that are not pages: XML, escaped throughout, without Flask."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parents[2] / "templates" / "sharing"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)


def make_printable(text: str) -> str:
    """`text` without the characters that XML does not know, and others that cannot be seen."""
    return "".join(character for character in text if character.isprintable())
