"""Where a clause of a sentence begins and ends: how far a negation, a level or a side reaches."""

from __future__ import annotations

import re
from functools import lru_cache

_HARD = re.compile(
    r";|:|\(|\)|\b(?:but|however|except|although|though|whereas|while|despite|because|unless|until"
    r"|since|therefore|hence|thus|apart from|other than|due to|caused by|secondary to|so that|which"
    r"|yet|nevertheless|nonetheless|instead)\b"
)
_SOFT = re.compile(r",|\b(?:and|with)\b")
_VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|may|should|must|will|would|needs?|lies|seems?|appears?"
    r"|remains?|keeps?|shows?|demonstrates?|reveals?|suggests?|supports?|explains?|narrows?"
    r"|compresses|indents?|displaces|causes?|matches|there)\b"
)
_OPENING = re.compile(
    r"\s*(?:an?|there|this|that|these|it|he|she|they|we|with|large|small|mild|moderate|severe"
    r"|marked|left|right|bilateral|both|normal|only|l\d|c\d|t\d)\b"
)
_SUBJECT = re.compile(r"\s*(?:there|it|this|he|she|they|we)\b")
_OR = re.compile(r"\b(?:or|nor)\b")


def clause_of(text: str, start: int, end: int) -> tuple[int, int]:
    """The start and end of the clause of `text` (lower case) around `start:end`."""
    cuts = clause_starts(text)
    first = max((cut for cut in cuts if cut <= start), default=0)
    last = min((cut for cut in cuts if cut >= end and cut > first), default=len(text))
    return first, last


@lru_cache(maxsize=4_096)
def clause_starts(text: str) -> tuple[int, ...]:
    """Where new clauses of `text` (lower case) begin, in order.

    "but", "because", a colon or a bracket open one; a comma, "and" or "with" does so only before
    words with a verb or an article, and never inside a list that an "or" closes.
    """
    cuts = {match.end() for match in _HARD.finditer(text)} | {
        match.start() for match in _HARD.finditer(text)
    }
    hard = sorted(cuts)
    for match in _SOFT.finditer(text):
        limit = next((cut for cut in hard if cut >= match.end()), len(text))
        if _opens_clause(text[match.end() : min(limit, match.end() + 120)]):
            cuts.add(match.start())
            cuts.add(match.end())
    return tuple(sorted(cuts))


def _opens_clause(rest: str) -> bool:
    if _SUBJECT.match(rest):
        return True
    stop = _SOFT.search(rest)
    own = rest[: stop.start()] if stop else rest
    verb, other = _VERB.search(own), _OR.search(rest)
    listed = other is not None and (verb is None or other.start() < verb.start())
    if listed:
        return False
    return verb is not None or _OPENING.match(rest) is not None
