"""The calls about one dimension of one report: what was asked and came back, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

from leaderboard.judges.evidence import read_lexicon, shares_clinical_word
from leaderboard.judges.prompt import make_prompt
from leaderboard.judges.protocol import DimensionRating, ReportCase
from leaderboard.judges.reply import read_reply
from leaderboard.judges.untrusted import CleanReport, is_quote
from leaderboard.models.judging import CallOutcome
from leaderboard.scoring.atomic import Answer, AtomicRating, Verdict, rate_answers
from leaderboard.scoring.rubric import Dimension

REJECTED = "the judge's server rejected the request"
MAX_ANSWERS = 3
"""A first answer and at most two retries; then the dimension is unscored."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request and its reply; the fields are those of the table of calls."""

    dimension: str
    repeat: int
    attempt: int
    seed: int
    prompt_hash: str
    model: str
    reply: str
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    outcome: CallOutcome
    reason: str
    started_at: datetime
    seconds: float


class Subject(NamedTuple):
    """What is rated: a key that no other report has, its case, and its text as cleaned."""

    key: str
    case: ReportCase
    report: CleanReport


def is_settled(calls: Sequence[Call]) -> bool:
    """Whether nothing more is asked for one dimension and repeat.

    An answer was read, the request was rejected for good, or the answers that could not be read
    are used up. Errors of the server do not count.
    """
    outcomes = [call.outcome for call in calls]
    n_lost = sum(o in (CallOutcome.BAD_OUTPUT, CallOutcome.REFUSED) for o in outcomes)
    is_final = CallOutcome.OK in outcomes or CallOutcome.REJECTED in outcomes
    return is_final or n_lost >= MAX_ANSWERS


def derive_rating(
    dimension: Dimension, subject: Subject, calls: Sequence[Call], *, is_raw: bool = False
) -> DimensionRating:
    """The median over the repeats that were scored, from the raw replies alone.

    None, with the reasons, where none was. The same calls always give the same rating. A raw one
    takes every verdict as it was given, whatever was quoted for it: what the judge would do.
    """
    evidence: list[dict[str, Any]] = []
    values: list[float] = []
    reasons: list[str] = []
    repeats = sorted({call.repeat for call in calls})
    for repeat in repeats:
        own = [call for call in calls if call.repeat == repeat]
        answered = [call for call in own if call.outcome is CallOutcome.OK]
        if not answered:
            reasons.append(_explain_loss(own))
            continue
        rating, shown = _rate_reply(dimension, subject, answered[-1], is_raw=is_raw)
        evidence += shown
        reasons.append(rating.reason)
        if rating.value is not None:
            values.append(rating.value)
    reason = "; ".join(dict.fromkeys(reasons))
    if len(repeats) > 1:
        reason = f"median of {len(values)} of {len(repeats)} repeats: {reason}"
    if subject.report.n_cut:
        reason += f"; the last {subject.report.n_cut:,} characters of the report were not read"
    return DimensionRating(
        dimension.key, median(values) if values else None, reason, tuple(evidence)
    )


def _rate_reply(
    dimension: Dimension, subject: Subject, call: Call, *, is_raw: bool
) -> tuple[AtomicRating, list[dict[str, Any]]]:
    prompt = make_prompt(dimension, subject.case, subject.report, call.seed)
    given = read_reply(call.reply, prompt.keys)
    lexicon = read_lexicon(subject.case)
    answers = {
        key: Answer(
            one.verdict,
            one.verdict is Verdict.YES
            and (is_raw or _is_evidence(one.quote, subject.report, lexicon)),
        )
        for key, one in given.items()
    }
    shown = [
        {
            "question": question.key,
            "verdict": given[question.key].verdict.value,
            "quote": given[question.key].quote,
            "supported": answers[question.key].is_supported,
            "repeat": call.repeat,
        }
        for question in dimension.questions
    ]
    return rate_answers(dimension.questions, answers), shown


def _is_evidence(quote: str, report: CleanReport, lexicon: frozenset[str]) -> bool:
    return is_quote(quote, report) and shares_clinical_word(quote, lexicon)


def _explain_loss(calls: Sequence[Call]) -> str:
    last = max(calls, key=lambda call: call.attempt)
    words = {
        CallOutcome.BAD_OUTPUT: "the judge's replies could not be read",
        CallOutcome.REFUSED: "the judge declined to answer",
        CallOutcome.REJECTED: REJECTED,
        CallOutcome.ERROR: "the judge's server failed",
        CallOutcome.OK: "",
    }
    return f"{words[last.outcome]} ({last.reason})"
