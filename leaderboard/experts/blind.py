"""Take out of a report what says whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterable

REMOVED = "[name removed]"
MIN_CHARACTERS = 4


def hide_names(text: str, names: Iterable[str | None], ordinary: str) -> str:
    """`text` with each of `names` replaced wherever it stands as whole words, in any case.

    Names shorter than four characters, and those that `ordinary` (the question and the reference
    report) uses as words too, stay: they say nothing of the model.
    """
    known = sorted({name.strip() for name in names if name}, key=len, reverse=True)
    for name in known:
        words = r"[\s_-]+".join(re.escape(word) for word in re.split(r"[\s_-]+", name) if word)
        pattern = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
        if len(name) >= MIN_CHARACTERS and not pattern.search(ordinary):
            text = pattern.sub(REMOVED, text)
    return text
