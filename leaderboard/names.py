"""Names and texts that people give, as pages, tables and terminals can show them.

What cannot be seen would let one name pass for another. So names are in Unicode's NFC with single
plain spaces, and hold nothing invisible: no control and format characters, no fillers, no private
use. Two joiners are invisible and still spell names (Persian, Sinhala and others): they pass where
their script needs them, by the rules of internationalised domain names (RFC 5892), nowhere else.
Variation selectors only choose between two drawings of a letter; they are left out.
"""

from __future__ import annotations

import re
import unicodedata

from idna.core import valid_contextj

from leaderboard.errors import InvalidRequest
from leaderboard.lookalikes import find_disguised, name_letter

MAX_MARKS = 4
"""Marks on one letter; no script needs more, and a stack of them runs over other lines."""
JOINERS = "\u200c\u200d"
REMEDY = "Leave it out; letters of every script can be used."

_VARIATIONS = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNASSIGNED = "\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff"
_UNSHOWABLE = re.compile(f"[{_INVISIBLE}{_UNASSIGNED}]")
"""What Unicode calls ignorable by default, blanks that are no spaces, and what has no meaning."""
_UNREADABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What no text of several lines may hold: it would change how the page around it is shown."""


def read_name(text: str, what: str, limit: int) -> str:
    """`text` as a name of 1 to `limit` characters in one line; `what` is named in the error.

    Raises InvalidRequest.
    """
    name = read_line(text, what, limit)
    if not name:
        raise InvalidRequest(f"{what} is empty.", f"Use 1 to {limit} characters.")
    return name


def read_line(text: str, what: str, limit: int) -> str:
    """The same, or nothing.

    A word of Latin letters has none of another script that only looks like one.
    """
    line = unicodedata.normalize("NFC", " ".join(_VARIATIONS.sub("", text).split()))
    if len(line) > limit:
        raise InvalidRequest(f"{what} is too long.", f"Use up to {limit} characters.")
    place = find_unshowable(line)
    if place is not None:
        raise InvalidRequest(f"{what} contains {_describe(line[place])}.", REMEDY)
    _refuse_stacks(line, what)
    letter = find_disguised(line)
    if letter is not None:
        raise InvalidRequest(
            f"{what} has a letter of another script within a word of Latin letters that it looks "
            f"like one of: {name_letter(letter)}.",
            "Write each word with the letters of one script.",
        )
    return line


def read_prose(text: str, what: str, limit: int) -> str:
    """`text` of any number of lines and up to `limit` characters, without space around it.

    Raises InvalidRequest for what changes how a page shows what stands beside it.
    """
    prose = unicodedata.normalize("NFC", text.strip())
    if len(prose) > limit:
        raise InvalidRequest(f"{what} is too long.", f"Use up to {limit} characters.")
    found = _UNREADABLE.search(prose)
    if found is not None:
        raise InvalidRequest(f"{what} contains {_describe(found[0])}.", REMEDY)
    _refuse_stacks(prose, what)
    return prose


def show_line(text: str) -> str:
    """`text` in one line, with U+FFFD for each character that could not be in a name."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    while (place := find_unshowable(line)) is not None:
        line = f"{line[:place]}\ufffd{line[place + 1 :]}"
    return line


def find_unshowable(line: str) -> int | None:
    """Where the first character of `line` is that no name may hold; None where there is none."""
    for found in _UNSHOWABLE.finditer(line):
        if found[0] not in JOINERS or not _joins(line, found.start()):
            return found.start()
    return None


def _joins(line: str, place: int) -> bool:
    """Whether the joiner at `place` stands where its script needs one."""
    try:
        return valid_contextj(line, place)
    except ValueError:
        return False


def _refuse_stacks(text: str, what: str) -> None:
    n_marks, is_first = 0, True
    for character in text:
        is_mark = unicodedata.category(character) in ("Mn", "Me")
        n_marks = n_marks + 1 if is_mark else 0
        if n_marks > MAX_MARKS or (is_mark and is_first):
            words = "begins with a mark that" if is_first else f"has more than {MAX_MARKS} marks"
            raise InvalidRequest(
                f"{what} {words} {'belongs on a letter' if is_first else 'on one letter'}.",
                "Write each letter with the marks that its script uses.",
            )
        is_first = False


def _describe(character: str) -> str:
    """A character that cannot be seen, in words."""
    name = unicodedata.name(character, "a control character")
    return f"U+{ord(character):04X} ({name.lower()}), which cannot be displayed"
