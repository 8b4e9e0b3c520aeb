"""What readers did, for hosts: their calls in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from leaderboard.models.reading import ReaderCall, ReaderOutcome


class ReaderFigures(NamedTuple):
    """A reader's calls in numbers; `n_invalid` readings were not taken.

    Tokens are sums over what is known. `last_failure` is what came in place of the newest reply
    that did not come; "" where none failed.
    """

    name: str
    version: str
    n_answered: int
    n_no_answer: int
    n_invalid: int
    n_bad_output: int
    n_refused: int
    n_failed: int
    input_tokens: int
    output_tokens: int
    last_failure: str


def read_reader_figures(session: Session) -> list[ReaderFigures]:
    """The figures of every reader in each of its versions, by name."""
    counts = [func.sum(cast(ReaderCall.outcome == one, Integer)) for one in ReaderOutcome]
    tokens = [func.sum(value) for value in (ReaderCall.input_tokens, ReaderCall.output_tokens)]
    rows = session.execute(
        select(ReaderCall.reader, ReaderCall.version, *counts, *tokens)
        .group_by(ReaderCall.reader, ReaderCall.version)
        .order_by(ReaderCall.reader, ReaderCall.version)
    ).all()
    return [_make_figures(session, row) for row in rows]


def _make_figures(session: Session, row: Sequence[object]) -> ReaderFigures:
    name, version = str(row[0]), str(row[1])
    numbers = [int(str(value or 0)) for value in row[2:]]
    n = dict(zip(ReaderOutcome, numbers, strict=False))
    return ReaderFigures(
        name=name,
        version=version,
        n_answered=n[ReaderOutcome.ANSWERED],
        n_no_answer=n[ReaderOutcome.NO_ANSWER],
        n_invalid=n[ReaderOutcome.INVALID],
        n_bad_output=n[ReaderOutcome.BAD_OUTPUT],
        n_refused=n[ReaderOutcome.REFUSED],
        n_failed=n[ReaderOutcome.REJECTED] + n[ReaderOutcome.ERROR],
        input_tokens=numbers[-2],
        output_tokens=numbers[-1],
        last_failure=_find_last_failure(session, name, version),
    )


def _find_last_failure(session: Session, name: str, version: str) -> str:
    found = session.scalar(
        select(ReaderCall.reason)
        .where(
            ReaderCall.reader == name,
            ReaderCall.version == version,
            ReaderCall.outcome.in_([ReaderOutcome.REJECTED, ReaderOutcome.ERROR]),
        )
        .order_by(ReaderCall.id.desc())
        .limit(1)
    )
    return found or ""
