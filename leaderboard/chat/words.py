"""A server's own words, made safe to show to the team or host that set its key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leaderboard.late import late_pattern

MAX_WORDS = 300
KEY_MARK = "[key]"
# So many characters in a row of a key are enough to blank them.
SHARED = 8

_HEAD = late_pattern(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TITLE = late_pattern(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = late_pattern(r"<[^>]*>")
_SECRET = late_pattern(
    r"\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"
    r"|\b(?:(?:sk|pk|rk|hf|gsk|xai|nvapi)[-_]|AIza|eyJ)[\w.*-]{12,}"
    r"|(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?![\w/.-])"
    r"|(?<=://)[^\s/@]+@",
    re.IGNORECASE,
)
_PARAMETER = late_pattern(
    r"(?<=[?&])([\w-]*(?:key|token|secret|sig|password)[\w-]*)=[^\s&\"']+", re.IGNORECASE
)


def make_words(text: str, key: str | None) -> str:
    """The beginning of a server's text on one line: no control characters, tags, keys or secrets.

    Of `key` no eight characters in a row are left, wherever the server repeats a part of it.
    """
    text = text[: 8 * MAX_WORDS]
    if "<" in text and ">" in text:
        text = _read_page(text)
    text = "".join(character if character.isprintable() else " " for character in text)
    text = _PARAMETER.sub(rf"\1={KEY_MARK}", blank_key(text, key))
    return " ".join(_SECRET.sub(KEY_MARK, text).split())[:MAX_WORDS]


def blank(text: str, key: str | None) -> str:
    """The text without `key`, any longer part of it, and whatever looks like a secret."""
    return _SECRET.sub(KEY_MARK, blank_key(text, key))


def _read_page(text: str) -> str:
    """The title and the words of a web page; text that only holds a `<` is left as it is."""
    title = _TITLE.search(text)
    if title is None and not re.match(r"\s*<[!?a-zA-Z]", text):
        return text
    words = _TAG.sub(" ", _HEAD.sub(" ", text))
    return f"{title[1]}: {words}" if title else words


def blank_key(text: str, key: str | None) -> str:
    """The text without `key` and without any longer part of it.

    A key of fewer than eight characters, such as the "x" that some servers are happy with, goes
    only where it stands apart from other letters and digits: `max_tokens` stays a name.
    """
    if not key:
        return text
    if len(key) < SHARED:
        return re.sub(rf"(?<![^\W_]){re.escape(key)}(?![^\W_])", KEY_MARK, text)
    is_key = bytearray(len(text))
    for start in _find_shared(text, key):
        is_key[start : start + SHARED] = b"\1" * SHARED
    kept = []
    for position, character in enumerate(text):
        if not is_key[position]:
            kept.append(character)
        elif position == 0 or not is_key[position - 1]:
            kept.append(KEY_MARK)
    return "".join(kept)


def _find_shared(text: str, key: str) -> Iterator[int]:
    """Where eight characters of the text are eight characters of the key."""
    parts = {key[start : start + SHARED] for start in range(len(key) - SHARED + 1)}
    for start in range(len(text) - SHARED + 1):
        if text[start : start + SHARED] in parts:
            yield start
