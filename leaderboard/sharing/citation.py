"""How to cite a benchmark or a model's result: BibTeX entries."""

from __future__ import annotations

import re
from datetime import datetime

SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # BibTeX counts escaped braces too.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\^{}",
        "~": r"\~{}",
    }
)


def cite(
    key: str, *, title: str, author: str, at: datetime, url: str, note: str, version: str
) -> str:
    """A BibTeX entry of the kind misc; `at` is when what it names was published or ranked.

    Every text is escaped for LaTeX; the braces keep capitals.
    """
    fields = {
        "title": f"{{{escape(title)}}}",
        "author": f"{{{escape(author)}}}",
        "year": str(at.year),
        "month": str(at.month),
        "version": escape(version),
        "note": escape(note),
        "url": url.translate({ord("{"): "%7B", ord("}"): "%7D", ord("\\"): "%5C"}),
    }
    width = max(len(name) for name in fields)
    lines = [f"  {name:<{width}} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{make_key(key)},", *lines, "}"]) + "\n"


def escape(text: str) -> str:
    """`text` in one line, as LaTeX prints it."""
    return " ".join(text.split()).translate(SPECIAL)


def make_key(text: str) -> str:
    """A key of letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", text).strip("-")
