"""What verifying an archive says."""

from __future__ import annotations

from spinebench.shapes.shape import Shape


class FigureRecord(Shape, frozen=True, kw_only=True):
    """A figure as published, and what became of it: same, differs or unknown, and in words."""

    name: str
    shown: str
    verdict: str
    words: str


class Verification(Shape, frozen=True, kw_only=True):
    """All figures of an archive; `about` says what it is of, `signature` who signed it."""

    about: str
    kind: str
    is_signed: bool
    signature: str
    figures: list[FigureRecord]

    def count(self, verdict: str) -> int:
        """How many figures came to a verdict."""
        return sum(one.verdict == verdict for one in self.figures)
