"""What a model wrote, on a page: whatever it holds, it shows as it is and keeps to its place."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

HEAD, TAIL = 900, 600
"""The characters of a long text that are shown unasked: how it begins, and how it ends."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff"
    "\U000e0000-\U000e007f]"
)
"""Control characters, and what turns the direction of a line or takes no room in it."""


class Piece(NamedTuple):
    """A part of a text; `is_read` where the parser read it."""

    text: str
    is_read: bool


class Part(NamedTuple):
    """A stretch of a text in pieces; one that `is_folded` is shown when asked for."""

    pieces: tuple[Piece, ...]
    is_folded: bool
    n_characters: int


def lay_out(text: str, words: str = "") -> tuple[Part, ...]:
    """The parts of a text in its order; of a long one the middle is folded.

    The last place that holds `words`, but for case and spaces, is marked as read.
    """
    text = text.replace("\r\n", "\n")
    if not text:
        return ()
    start, end = _find(text, words)
    is_long = len(text) > 2 * (HEAD + TAIL)
    cuts = [0, HEAD, len(text) - TAIL, len(text)] if is_long else [0, len(text)]
    made = []
    for number, (first, last) in enumerate(pairwise(cuts)):
        low, high = max(first, start), min(last, end)
        if low >= high:
            low = high = last
        pieces = (
            Piece(make_visible(text[first:low]), False),
            Piece(make_visible(text[low:high]), True),
            Piece(make_visible(text[high:last]), False),
        )
        shown = tuple(piece for piece in pieces if piece.text)
        made.append(Part(shown, number == 1, last - first))
    return tuple(made)


def make_visible(text: str) -> str:
    """The text with the number of each character that nobody sees, such as ⟨U+202E⟩."""
    return _UNSEEN.sub(lambda found: f"⟨U+{ord(found[0]):04X}⟩", text)


def _find(text: str, words: str) -> tuple[int, int]:
    """Where the words stand last; an empty place where they do not."""
    parts = [re.escape(part) for part in words.split()]
    if not parts:
        return 0, 0
    places = [found.span() for found in re.finditer(r"\s+".join(parts), text, re.IGNORECASE)]
    return places[-1] if places else (0, 0)
