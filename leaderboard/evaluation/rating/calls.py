"""Calls of LLM judges between their rows and what judges know of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.judges.calls import Call
from leaderboard.models.judging import AnchorCall, CanaryCall, JudgeCall
from leaderboard.models.order import OrderCall

K = TypeVar("K")
Row = TypeVar("Row", JudgeCall, CanaryCall, AnchorCall, OrderCall)
NAMES = tuple(field.name for field in fields(Call))


def make_call(row: JudgeCall | CanaryCall | AnchorCall | OrderCall) -> Call:
    """The call that a row keeps."""
    return Call(**{name: getattr(row, name) for name in NAMES})


def make_call_values(call: Call) -> dict[str, Any]:
    """The values of a row for `call`, without those that say what it is about."""
    return {name: getattr(call, name) for name in NAMES}


def read_calls(
    session: Session,
    table: type[Row],
    subject: InstrumentedAttribute[K],
    *conditions: ColumnElement[bool],
) -> dict[K, list[Call]]:
    """The calls that `table` keeps where `conditions` hold, by `subject`, in their order."""
    calls: defaultdict[K, list[Call]] = defaultdict(list)
    for row in session.scalars(select(table).where(*conditions).order_by(table.attempt)):
        calls[getattr(row, subject.key)].append(make_call(row))
    return calls
