"""The phases of a split: make one, change it while it may be, and read them with their state."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, read_clock
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest
from leaderboard.models.benchmark import Split
from leaderboard.models.phase import Phase, PhaseSubmission
from leaderboard.moments import say_moment

MAX_NAME, MAX_UNITS = 80, 1_000


class PhaseState(enum.StrEnum):
    """Where a phase stands at a moment."""

    UPCOMING = "upcoming"
    OPEN = "open"
    ENDED = "ended"
    FINAL = "final"


class PhaseView(NamedTuple):
    """A phase as everybody sees it now; `left` says how long until it opens or closes, in words.

    `release` is the number of the release that its end left as it was; None before.
    """

    name: str
    opens_at: datetime
    closes_at: datetime
    units: int | None
    is_final: bool
    state: PhaseState
    left: str
    release: int | None


def read_phases(session: Session, split_id: int) -> Sequence[Phase]:
    """The phases of a split in the order in which they open."""
    query = select(Phase).where(Phase.split_id == split_id).order_by(Phase.opens_at, Phase.id)
    return session.scalars(query).all()


def view_phases(session: Session, split_id: int) -> tuple[PhaseView, ...]:
    """The same as everybody sees them now, by the clock of the database."""
    phases = read_phases(session, split_id)
    if not phases:
        return ()
    moment = read_clock(session)
    return tuple(_view(one, moment) for one in phases)


def _view(phase: Phase, moment: datetime) -> PhaseView:
    release = None if phase.final is None else phase.final.release.number
    if release is not None:
        state, left = PhaseState.FINAL, ""
    elif moment < phase.opens_at:
        state, left = PhaseState.UPCOMING, say_left(phase.opens_at - moment)
    elif moment < phase.closes_at:
        state, left = PhaseState.OPEN, say_left(phase.closes_at - moment)
    else:
        state, left = PhaseState.ENDED, ""
    return PhaseView(
        phase.name,
        phase.opens_at,
        phase.closes_at,
        phase.units,
        phase.is_final,
        state,
        left,
        release,
    )


def say_left(left: timedelta) -> str:
    """A time in whole days, hours or minutes, the largest that there is, rounded down."""
    seconds = int(left.total_seconds())
    for n, word in (
        (seconds // 86_400, "day"),
        (seconds // 3_600, "hour"),
        (seconds // 60, "minute"),
    ):
        if n:
            return f"{n} {word}{'' if n == 1 else 's'}"
    return "less than a minute"


def set_phase(
    session: Session,
    split: Split,
    name: str,
    opens_at: datetime,
    closes_at: datetime,
    *,
    units: int | None = None,
    is_final: bool = False,
) -> Phase:
    """Make a phase of a split, or change the one of this name, until it has ended.

    Raises InvalidRequest for a name, times or a limit that cannot be, Conflict where another phase
    is open at the same time, or this one has ended.
    """
    lock_row(session, Split.id, split.id)
    fields = FieldProblems()
    name = " ".join(name.split())
    with fields.at("name"):
        if not 1 <= len(name) <= MAX_NAME:
            raise InvalidRequest(
                "The name is missing or too long.", f"Use 1 to {MAX_NAME} letters."
            )
    with fields.at("closes"):
        if closes_at <= opens_at:
            raise InvalidRequest("It closes before it opens.", "Choose a later moment.")
    with fields.at("units"):
        if units is not None and not 1 <= units <= MAX_UNITS:
            raise InvalidRequest(
                f"{units} is not a number of submissions.",
                f"Use 1 to {MAX_UNITS:,}, or leave it out.",
            )
    phases = read_phases(session, split.id)
    row = next((one for one in phases if one.name == name), None)
    with fields.at("opens"):
        for one in phases:
            if one is not row and one.opens_at < closes_at and opens_at < one.closes_at:
                raise Conflict(
                    f"{one.name} is open from {say_moment(one.opens_at)} to "
                    f"{say_moment(one.closes_at)}.",
                    "Let one phase follow the other.",
                )
    fields.raise_all()
    if row is None:
        row = Phase(split_id=split.id, name=name)
    else:
        lock_row(session, Phase.id, row.id)
        _require_not_ended(session, row)
    row.opens_at, row.closes_at = opens_at, closes_at
    row.units, row.is_final = units, is_final
    session.add(row)
    session.flush()
    return row


def drop_phase(session: Session, split: Split, name: str) -> None:
    """Take a phase back. Raises Conflict where there is none, or it has received something."""
    row = next((one for one in read_phases(session, split.id) if one.name == name), None)
    if row is None:
        raise Conflict(f"{split.name} has no phase {name[:80]!r}.", "See the list of its phases.")
    lock_row(session, Phase.id, row.id)
    _require_not_ended(session, row)
    received = select(PhaseSubmission.submission_id).where(PhaseSubmission.phase_id == row.id)
    if session.scalar(received.limit(1)) is not None:
        raise Conflict(
            f"{row.name} has received submissions.", "Let it end, or change when it closes."
        )
    session.delete(row)
    session.flush()


def _require_not_ended(session: Session, phase: Phase) -> None:
    if phase.closes_at <= read_clock(session):
        raise Conflict(
            f"{phase.name} ended at {say_moment(phase.closes_at)}.",
            "What has ended stays as it was: make another phase.",
        )
