"""Half characters and broken UTF-8 in what models wrote: U+FFFD stands in their place."""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# All before an escape of half a pair: no escapes, whole pairs, and others, be it of a backslash.
_WHOLE = re.compile(
    rb"(?:[^\\]++|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|\\(?!u[dD][89a-fA-F][0-9a-fA-F]{2}).)*+",
    re.DOTALL,
)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPED_REPLACEMENT = rb"\ufffd"
# A character of three or four bytes without its last ones; a first byte alone may be another
# encoding's letter.
_CUT = re.compile(
    rb"(?:(?:\xe0[\xa0-\xbf]|\xed[\x80-\x9f]|[\xe1-\xec\xee\xef][\x80-\xbf])"
    rb"|(?:\xf0[\x90-\xbf]|\xf4[\x80-\x8f]|[\xf1-\xf3][\x80-\xbf])[\x80-\xbf]?)"
    rb"(?![\x80-\xbf])"
)


def mend_cut_characters(raw: bytes) -> bytes:
    """The bytes with U+FFFD for each character that was cut short, as models' outputs are."""
    return _CUT.sub(REPLACEMENT.encode(), raw)


def mend_halves(raw: bytes) -> bytes:
    """JSON with U+FFFD for half characters, be they escaped or cut short; valid JSON stays."""
    raw = mend_cut_characters(raw)
    if not _SURROGATE.search(raw):
        return raw
    mended, place = bytearray(), 0
    while found := _WHOLE.match(raw, place):
        mended += found[0]
        if not raw.startswith(b"\\u", found.end()):
            break
        # What follows is half a pair.
        mended += _ESCAPED_REPLACEMENT
        place = found.end() + len(_ESCAPED_REPLACEMENT)
    return bytes(mended + raw[found.end() :]) if found and place else raw
