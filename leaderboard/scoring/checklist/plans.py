"""Whether a report recommends what some of its words name, or only speaks of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.predicates import Stance
from leaderboard.scoring.checklist.stances import find_stance
from leaderboard.scoring.checklist.words import Word, text_at

_PLAN = late_pattern(
    r"treatment|recommend|management|plan\b|therapy|advice|surgery|operation", re.I
)
"""A heading or label of a plan; "Risk & Prognosis Management" is none."""
_NO_PLAN = late_pattern(r"risk|prognos|complication|history|prior|previous", re.I)
_RECOMMENDING = late_pattern(
    r"(?:recommend|advis|prescrib|suggest|propos|plann)(?:e|es|ed|ing|s)?$|(?:will|should|must|may|offer|offered"
    r"|start|started|begin|give|given|perform|performed|continue|continued|schedule|scheduled"
    r"|daily|weekly|today|tomorrow|tonight|immediately|allowed|permitted|encouraged)$"
)
_WARNING = late_pattern(
    r"contraindicat|avoid|danger|harm|unsafe|hazard|forbid|prohibit|discourag|refrain|inappropriat"
    r"|inadvisab|mistake|wrong|never$|injur|paraly|worsen|damag|destabili[sz]|aggravat|risk"
    r"|precipitat|threat|wary|caution|warn|outdated"
)
_ENDING = late_pattern(r"stop|discontinu|withh[eo]ld|paus|omit")
"""Words that end a treatment, close before or behind it."""
_PAST = late_pattern(
    r"fail|tried$|had$|has$|have$|was$|were$|been$|underwent$|received$|helped$|already$|history$"
    r"|after$|before$|previous|prior|earlier$|later$|once$"
)
_INSTEAD = late_pattern(
    r"nobody$|rather$|instead$|than$|unlike$|only$|reserve|resort$|except$|unless$|if$"
)
REACH = 14
"""Words so near, up to a colon, may warn against it or tell that it was tried."""
REACH_OF_END = 4
_PATIENT = frozenset(("he", "she", "they", "patient"))


def is_plan(label: str) -> bool:
    """Whether what stands under this heading or label is a plan."""
    return _PLAN.search(label) is not None and _NO_PLAN.search(label) is None


def is_recommended(words: Sequence[Word], start: int, end: int, *, in_plan: bool) -> bool:
    """Whether a sentence recommends or permits its words[start:end].

    It says so or stands in a plan, and neither denies nor doubts it, warns against it, tells of
    what was tried, nor sets it against something else. In doubt it does not.
    """
    plain = _without_permission(words)
    if find_stance(plain, start, end) is not Stance.ASSERTED:
        return False
    before, after = _near(words, start, end)
    if any(_WARNING.match(text) or _PAST.match(text) for text in before + after):
        return False
    if any(_INSTEAD.match(text) for text in before):
        return False
    if any(_ENDING.match(text) for text in before[-REACH_OF_END:] + after[:REACH_OF_END]):
        return False
    return in_plan or any(_RECOMMENDING.match(text) for text in before + after)


def _near(words: Sequence[Word], start: int, end: int) -> tuple[list[str], list[str]]:
    before = [word.text for word in words[max(0, start - REACH) : start]]
    after = [word.text for word in words[end : end + REACH]]
    if ":" in before:
        before = before[len(before) - before[::-1].index(":") :]
    return before, after[: after.index(":")] if ":" in after else after


def _without_permission(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words with those of time and leave made plain: "until then", "he may return to"."""
    plain = Word("then", "then")
    return tuple(
        plain if word.text == "until" or _permits(words, at) or _goes_back(words, at) else word
        for at, word in enumerate(words)
    )


def _permits(words: Sequence[Word], at: int) -> bool:
    return words[at].text in ("may", "could") and text_at(words, at - 1) in _PATIENT


def _goes_back(words: Sequence[Word], at: int) -> bool:
    """Whether "return to" is to a doing, and no condition as in "return for"."""
    return words[at].text == "return" and text_at(words, at + 1) == "to"
