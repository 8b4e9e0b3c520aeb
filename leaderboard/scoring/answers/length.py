"""How much of a long or looping text is read, so that every text is read in little time."""

import re
from collections.abc import Iterable
from typing import TypeVar

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.text import FINAL_MARK

READ_AT_EACH_END = 2_500
"""Characters: a text of up to twice as many is read as a whole."""
_MOST_LINES = 6
_LONGEST_LINE = 200
_ANSWER_LINE = late_pattern(
    rf"\n(?=[^\n]{{0,80}}(?:{FINAL_MARK}|答案|정답|正解"
    r"|(?:answer|choice|option)(?: is)?:? ?[(\"]?[a-j]\b))"
    rf"[^\n]{{1,{_LONGEST_LINE}}}",
    re.IGNORECASE,
)
_MOST = 12

T = TypeVar("T")


def shortened(text: str) -> str:
    """Return both ends of a long text and, between them, the lines of its middle that name an
    answer: the first and the last six of them."""
    if len(text) <= 2 * READ_AT_EACH_END:
        return text
    end = len(text) - READ_AT_EACH_END
    lines = ends_of(_ANSWER_LINE.finditer(text, READ_AT_EACH_END, end), _MOST_LINES)
    middle = "".join(line[0] for line in lines)
    return f"{text[:READ_AT_EACH_END]}{middle}\n{text[end:].lstrip()}"


def ends_of(found: Iterable[T], most: int = _MOST) -> list[T]:
    """The first and the last `most`: what a text says more often than that, it says in a loop."""
    every = list(found)
    return every if len(every) <= 2 * most else every[:most] + every[-most:]
