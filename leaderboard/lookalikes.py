"""Letters that are drawn like others: what passes for another name by them.

The pairs are those of Unicode's security mechanisms (UTS 39), from `confusable_homoglyphs`.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from confusable_homoglyphs import confusables

_ALIKE_IN_ASCII = str.maketrans("i1|0", "lllo")
"""I, l and 1, and O and 0: every font of pages draws some of them alike."""


def make_skeleton(text: str) -> str:
    """The same text for all names that look the same, in any case of letters; never to be shown."""
    drawn = "".join(map(_draw, unicodedata.normalize("NFKC", text)))
    return "".join(map(_draw, drawn.casefold())).translate(_ALIKE_IN_ASCII)


def find_disguised(text: str) -> str | None:
    """The first letter of another script that looks like a Latin one, within a word of Latin ones.

    None where there is none. Greek small letters, as models have them beside Latin ones (alpha and
    mu), are what they look like.
    """
    word: list[str] = []
    for character in f"{text} ":
        if character.isalpha():
            word.append(character)
            continue
        if any(map(_is_latin, word)):
            for letter in word:
                if _is_disguised(letter):
                    return letter
        word = []
    return None


def name_letter(letter: str) -> str:
    """A letter with its number and name in Unicode."""
    return f"{letter} (U+{ord(letter):04X}, {unicodedata.name(letter, 'no name').lower()})"


def _is_latin(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("LATIN ")


def _is_disguised(letter: str) -> bool:
    if letter.isascii() or _is_latin(letter):
        return False
    if unicodedata.name(letter, "").startswith("GREEK SMALL LETTER ") and letter != "\u03bf":
        return False
    drawn = _draw(letter)
    return drawn.isascii() and drawn.isalpha()


@cache
def _draw(character: str) -> str:
    """The character or characters that stand in UTS 39 for all that are drawn like this one."""
    if character.isascii():
        return character
    alike = _read_alike(character)
    if not alike:
        return character
    first = alike[0]
    if first.isascii():
        return first
    # One that stands for others lists them all; these list it alone.
    if len(alike) > 1:
        return character
    return first if len(_read_alike(first)) > 1 else min(character, first)


def _read_alike(character: str) -> list[str]:
    return [one["c"] for one in confusables.confusables_data.get(character, ())]
