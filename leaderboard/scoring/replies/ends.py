"""The one rule for texts that are too long to keep: the end stays, where answers stand."""

from leaderboard.scoring.replies.reader import read_said

MOST_CHARACTERS = 20_000
"""Of a prediction, whether it came in a file or from an endpoint."""
_OPENING = "<think>\n"
_PROBE = "\ue002"


def keep_end(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the last `most` characters of a longer text; a shorter one comes back as it is.

    A thought that is open where the text is cut stays one: its end begins with `<think>`, so that
    what the model only thought does not turn into what it says.
    """
    if len(text) <= most:
        return text
    end = text[-most:]
    if _PROBE in read_said(text[:-most] + _PROBE):
        return end
    return _OPENING + end[len(_OPENING) :]
