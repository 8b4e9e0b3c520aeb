"""Calls of LLM judges between their rows and what judges know of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.judges.calls import Call
from leaderboard.models.judging import AnchorCall, CanaryCall, JudgeCall
from leaderboard.models.submission import Prediction

NAMES = tuple(field.name for field in fields(Call))


def make_call(row: JudgeCall | CanaryCall | AnchorCall) -> Call:
    """The call that a row keeps."""
    return Call(**{name: getattr(row, name) for name in NAMES})


def make_call_values(call: Call) -> dict[str, Any]:
    """The values of a row for `call`, without those that say what it is about."""
    return {name: getattr(call, name) for name in NAMES}


def read_calls(session: Session, submission_id: str, rater_id: int) -> dict[int, list[Call]]:
    """A judge's calls about the reports of a submission by prediction, in their order."""
    rows = session.scalars(
        select(JudgeCall)
        .join(Prediction, Prediction.id == JudgeCall.prediction_id)
        .where(Prediction.submission_id == submission_id, JudgeCall.rater_id == rater_id)
        .order_by(JudgeCall.attempt)
    )
    calls: defaultdict[int, list[Call]] = defaultdict(list)
    for row in rows:
        calls[row.prediction_id].append(make_call(row))
    return calls
