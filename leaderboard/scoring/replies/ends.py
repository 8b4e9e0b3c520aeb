"""The one rule for texts that are too long to keep: the end stays, where answers stand."""

from leaderboard.scoring.replies.reader import read_said

MOST_CHARACTERS = 20_000
"""Of a prediction, whether it came in a file or from an endpoint."""
_OPENING = "<think>\n"
_PROBE = "\ue002"
MOST_LOOKED_AT = 100_000
"""Characters at either side of what is cut away in which an open thought is looked for."""


def keep_end(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the last `most` characters of a longer text; a shorter one comes back as it is.

    A thought that is open where the text is cut stays one: its end begins with `<think>`, so that
    what the model only thought does not turn into what it says. Of a text far longer than models
    write, only its beginning and what stands before the cut are looked at.
    """
    if len(text) <= most:
        return text
    end = text[-most:]
    before = text[:-most]
    if len(before) > 2 * MOST_LOOKED_AT:
        before = f"{before[:MOST_LOOKED_AT]}\n{before[-MOST_LOOKED_AT:]}"
    if _PROBE in read_said(before + _PROBE):
        return end
    return _OPENING + end[len(_OPENING) :]
