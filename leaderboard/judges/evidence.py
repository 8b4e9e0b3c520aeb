"""What a quote must be to show something of a case, beyond standing in the report.

It shares a clinical word with the case's question, reference or checklist; and one passage does
not carry most of a report's dimensions, or a person looks before the report is rated.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from leaderboard.judges.protocol import DimensionRating, ReportCase
from leaderboard.judges.untrusted import CleanReport, fold_quote, fold_text, list_passages
from leaderboard.late import late_pattern
from leaderboard.scoring.checklist import DisclaimerCheck, LevelCheck, SideCheck

EVIDENCE_VERSION = "3"
"""Raised with every change of what counts as evidence: ratings of two versions do not compare."""
SHORTEST_WORD, STEM = 4, 7
"""Letters that a word must have unless it names a level, and by which two words are the same."""
MIN_DIMENSIONS, MOST_CARRIED = 5, 0.7
"""In a rubric of so many dimensions or more no passage may carry more than this share of them."""

_WORD = late_pattern(r"[a-z]+\d+|[a-z]+")
_EVERYDAY = frozenset(
    "about above accepted according account after again against agree also although always among "
    "answer answered answers anything apart appear approve approved around asked assessment away "
    "been before being believe below best better between both bring brought called came cannot "
    "care careful carefully carried case cases certain clear clearly clinical clinician come comes "
    "common complete completely concern concerned contain contains correct correctly could course "
    "criteria data decide decided decision demonstration depends describe described describes "
    "description detail detailed details different dimension does doing done down during each "
    "early either else english enough entire equal even ever every everything evidence example "
    "excellent expected expert explain explained explains field find findings first fits "
    "follow following follows form found four from full fully further gave general give given "
    "gives going good grade great greater guideline guidelines half hand have having here high "
    "highest hold however important include included includes including indeed "
    "information instead into itself judge judged just keep kept kind know known large last late "
    "later least leave left less level levels like likely limit limits line list little long "
    "longer look looked looks made main make makes many mark material matter maximum means might "
    "more most much must name named names near need needed needs never next none normal note "
    "nothing number often once only open order other others otherwise over own page part parts "
    "passage patient patients perfect perhaps person place plain plan point points possible "
    "present previous provide provided quality question questions quite rate rated rather rating "
    "read reader reading really reason reasoning reasons recommend recommendation recommended "
    "recommends regard relevant report reported reports rest result results review reviewed right "
    "rule said same satisfied satisfies say says score second section sections seem seen sentence "
    "set several short should show showed shown shows side since single size small some something "
    "sound specialist standard state stated statement states still such sufficient summary "
    "support supported sure take taken takes tell text than that their them then there therefore "
    "these they thing things this those though three through thus time title together told treat "
    "treated treating treatment under understand until upon used useful uses using usual usually "
    "various verdict very view want ways well were what whatever when where whether which while "
    "whole whose will with within without word words work would write written wrong your".split()
)
"""Words of any text: they show nothing of a patient."""


@lru_cache(maxsize=256)
def _read_words(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return frozenset(
        word[:STEM]
        for word in _WORD.findall(plain)
        if word not in _EVERYDAY and (len(word) >= SHORTEST_WORD or word[-1].isdigit())
    )


def read_lexicon(case: ReportCase) -> frozenset[str]:
    """The clinical words of a case: of its question, its reference and its checklist's terms."""
    terms = [
        term
        for check in case.checklist
        if not isinstance(check, LevelCheck | SideCheck | DisclaimerCheck)
        for term in check.any_of
    ]
    return _read_words("\n".join((case.question, case.reference_report, *terms)))


def shares_clinical_word(passage: str, lexicon: frozenset[str]) -> bool:
    """Whether a passage has a word of the lexicon."""
    return not _read_words(passage).isdisjoint(lexicon)


class Carrier(NamedTuple):
    """The passage of a report that is evidence for the most dimensions, and how many of them."""

    passage: str
    n_dimensions: int


def find_carrier(ratings: Sequence[DimensionRating], report: CleanReport) -> Carrier | None:
    """The passage that carries more dimensions than any honest one; None where there is none."""
    passages = list(map(fold_text, list_passages(report)))
    carried: defaultdict[str, set[str]] = defaultdict(set)
    for rating in ratings:
        for one in rating.evidence:
            if one["verdict"] == "yes" and one["supported"]:
                quote = fold_quote(one["quote"])
                place = next((passage for passage in passages if quote in passage), quote)
                carried[place].add(rating.dimension)
    if len(ratings) < MIN_DIMENSIONS or not carried:
        return None
    passage, dimensions = max(carried.items(), key=lambda item: len(item[1]))
    if len(dimensions) <= MOST_CARRIED * len(ratings):
        return None
    return Carrier(passage, len(dimensions))


def hold_carried(ratings: Sequence[DimensionRating], report: CleanReport) -> list[DimensionRating]:
    """The ratings as they are, or none of them where one passage carries too many dimensions."""
    carrier = find_carrier(ratings, report)
    if carrier is None:
        return list(ratings)
    reason = (
        f"held for a person to look at: one passage is the evidence for {carrier.n_dimensions} of "
        f"{len(ratings)} dimensions"
    )
    return [DimensionRating(one.dimension, None, reason, one.evidence) for one in ratings]
