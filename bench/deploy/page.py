"""The commands of the page, in its order."""

from __future__ import annotations

from typing import NamedTuple

from markdown_it import MarkdownIt

from demo.settings import ROOT

PAGE = ROOT / "docs" / "deploying.md"


class Part(NamedTuple):
    """The commands below one heading, as one script."""

    heading: str
    commands: tuple[str, ...]


def read_parts() -> list[Part]:
    """Every heading of the second level that has commands, as the page has them."""
    parts: list[Part] = []
    tokens = MarkdownIt("commonmark").parse(PAGE.read_text(encoding="utf-8"))
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            parts.append(Part(tokens[place + 1].content, ()))
        elif token.type == "fence":
            last = parts.pop()
            parts.append(last._replace(commands=(*last.commands, token.content)))
    return [part for part in parts if part.commands]
