"""A report as untrusted text: cleaned before a judge reads it, searched for the judge's quotes."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist import MAX_CHARACTERS, visible_text
from leaderboard.scoring.replies import read_said

SHORTEST_QUOTE = 4
"""Letters and digits that a quote must have: shorter ones stand in any text."""

# Drawn as nothing, though no category of Unicode says so: fillers and selectors of variants.
_UNSEEN = late_pattern(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_SPACES = late_pattern(r"[^\S\n]+")
_EMPTY_LINES = late_pattern(r"\n\s*\n\s*")
_QUOTES = str.maketrans(
    {"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_PASSAGE = late_pattern(r"[^\n.!?]+(?:[.!?]+(?=\s|$)|[.!?]|(?=\n|$))*")

_TOP = r"(?:5|five|maximum|highest|perfect|full|top|best|yes)"
# About a rating, in words that clinical prose does not use so ("grade 5 power", "TLICS score of 5",
# "meets all criteria for surgery" and instructions to patients stay what they are).
_TO_JUDGE = late_pattern(
    r"\b(?:rate|score|grade|give|award|assign|mark)\b"
    rf" (?:this|it|the report|my|every|each|all|me|us)\b[^.]{{0,60}}\b{_TOP}\b"
    rf"|\b(?:rate|give|award|assign)\b (?:an? |the )?{_TOP}(?: ?/ ?5| out of (?:5|five))?"
    r"(?= (?:to|for|on|in|points?|stars?|marks?|ratings?|scores?)\b|[.!,;:]|$)"
    r"|\b(?:verdicts?|rubric|json|not_applicable|graders?|evaluators?|raters?|full marks)\b"
    r"|\b(?:the|dear|llm|ai|any|every) judges?\b"
    r"|\b(?:ignore|disregard|forget|override|overrule)\b[^.]{0,50}"
    r"\b(?:instructions?|rules?|prompts?|questions|guidelines|commands?|orders"
    r"|(?:everything|text) above)\b"
    r"|\b(?:answer|reply|respond|output|return|say)\b[^.]{0,30}(?:\byes\b|\{)"
    r"|\banswer (?:all|every|each)\b|\b(?:all|every) (?:the |of the )?dimensions?\b"
    r"|\b(?:this|the) report (?:fully )?(?:meets?|satisfies|fulfil?ls?|answers?)"
    r" (?:all|every|each)\b"
    r"|\b(?:system|developer) (?:prompt|message|note|override)\b"
    r"|\b(?:end|begin) (?:of )?(?:report|data)\b"
    r"|^\W*(?:system|assistant|user|developer)\W*:|\[/?inst\]|<\|"
    r"|\bq[0-9a-f]{1,6}\b[\"'`]? ?[:=] ?[\"'`{]*(?:yes|true|5)\b"
    r"|\brating\b ?(?:[:=]|is|of) ?(?:5|five|10|100)\b",
    re.IGNORECASE | re.MULTILINE,
)


class CleanReport(NamedTuple):
    """What the judge is shown, and how many characters of the report were not read."""

    text: str
    n_cut: int


def clean_report(report: str) -> CleanReport:
    """`report` as a reader would see it: Unicode in NFKC, one kind of space, no hidden text.

    Comments, hidden elements, thoughts and every invisible character are taken out, what stands
    beyond MAX_CHARACTERS is not read.
    """
    shown = _UNSEEN.sub("", visible_text(report))
    shown = _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", shown)).strip()
    return CleanReport(shown, max(0, len(read_said(report)) - MAX_CHARACTERS))


def is_quote(quote: str, report: CleanReport) -> bool:
    """Whether `quote` stands in the report, but for case and spaces, and can be evidence.

    A passage that speaks to its judge is no evidence of anything in a clinical report.
    """
    wanted = fold_quote(quote)
    if sum(char.isalnum() for char in wanted) < SHORTEST_QUOTE or speaks_to_judge(quote):
        return False
    return wanted in fold_text(_without_asides(report.text))


def list_passages(report: CleanReport) -> list[str]:
    """The sentences and lines of a report, in their order."""
    found = (match.group().strip() for match in _PASSAGE.finditer(report.text))
    return [" ".join(passage.split()) for passage in found if passage]


def speaks_to_judge(passage: str) -> bool:
    """Whether a passage is about its own rating instead of about a patient."""
    return bool(_TO_JUDGE.search(passage))


def _without_asides(text: str) -> str:
    return _PASSAGE.sub(
        lambda m: " \x00 " if speaks_to_judge(m.group().strip()) else m.group(), text
    )


def fold_quote(quote: str) -> str:
    """A quote as it is looked for in a folded text, without marks that a judge puts around it."""
    return fold_text(quote).strip("\"' .…")


def fold_text(text: str) -> str:
    """A text that reads the same whatever its case, spaces, dashes and quotation marks."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(plain.split())
