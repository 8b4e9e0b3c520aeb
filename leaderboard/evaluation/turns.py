"""Whose turn it is: people take turns, however many submissions each of them has waiting."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from heapq import heapify, heappop, heappush
from math import inf
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from leaderboard.db import clock
from leaderboard.evaluation.claim import SUBMISSIONS, claim_submission
from leaderboard.leases import Claim
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.submission import Status, Submission
from leaderboard.models.turn import Turn
from leaderboard.queue import EVALUATE, RUN_ENDPOINT, Lane

LANES = (EVALUATE.lane, RUN_ENDPOINT.lane)
"""Where submissions wait."""


class Waiting(NamedTuple):
    """A submission that waits, and the person who sent it."""

    key: str
    person: int


class Place(NamedTuple):
    """Where a submission stands: the 1st is next; `n_running` others of its kind are at work."""

    place: int
    n_waiting: int
    n_running: int


def order_turns(
    waiting: Sequence[Waiting], n_running: Mapping[int, int], served_at: Mapping[int, datetime]
) -> list[str]:
    """The keys of `waiting` (oldest first) in the order in which workers take them up.

    Next is whoever has the fewest at work, of those who waited longest since their last turn
    (never comes first), of those whose oldest submission is the oldest; of a person's own the
    oldest. It is the order if none of those at work ends and nobody sends more.
    """
    own: dict[int, deque[str]] = {}
    for one in waiting:
        own.setdefault(one.person, deque()).append(one.key)
    served = {person: at.timestamp() for person, at in served_at.items()}
    line = [
        (n_running.get(person, 0), served.get(person, -inf), n, person)
        for n, person in enumerate(own)
    ]
    heapify(line)
    order: list[str] = []
    while line:
        n, _, _, person = heappop(line)
        order.append(own[person].popleft())
        if own[person]:
            heappush(line, (n + 1, inf, len(order), person))
    return order


def read_order(session: Session, lane: Lane) -> list[str]:
    """The keys of the submissions that wait in a lane, in the order of `order_turns`.

    Those that are postponed are not among them until their time, nor further runs by endpoint until
    the one before has ended.
    """
    return _read_order(session, lane, _count_running(session, lane))


def _read_order(session: Session, lane: Lane, n_running: Mapping[int, int]) -> list[str]:
    waiting = [
        Waiting(*row)
        for row in session.execute(
            select(Submission.id, Submission.user_id)
            .where(
                Submission.status == Status.QUEUED,
                Submission.heartbeat_at <= clock(),
                is_in(lane),
                ~_comes_after(lane),
            )
            .order_by(Submission.created_at, Submission.id)
        )
    ]
    people = {one.person for one in waiting}
    return order_turns(waiting, n_running, _read_served(session, lane, people))


def claim_next(session: Session, lane: Lane) -> Claim[str] | None:
    """Claim the submission whose turn it is in a lane, and note its person's turn.

    None if nothing waits there. Of many at once each gets another one.
    """
    for key in read_order(session, lane):
        claim = claim_submission(session, key)
        if claim is not None:
            _note_turn(session, session.get_one(Submission, key).user_id, lane)
            return claim
    return None


def read_places(session: Session, lanes: Collection[Lane] = LANES) -> dict[str, Place]:
    """Where each waiting submission stands among those of its lane."""
    places = {}
    for lane in lanes:
        running = _count_running(session, lane)
        order, n_running = _read_order(session, lane, running), sum(running.values())
        for n, key in enumerate(order, start=1):
            places[key] = Place(n, len(order), n_running)
    return places


def find_place(session: Session, submission: Submission) -> Place | None:
    """Where a submission stands; None if it does not wait for a worker."""
    if submission.status is not Status.QUEUED:
        return None
    lane = SUBMISSIONS.make_nudge(session, submission.id).job.lane
    return read_places(session, [lane]).get(submission.id)


def is_in(lane: Lane) -> ColumnElement[bool]:
    """The condition that a submission is of a lane: the one for endpoints, or else for files."""
    asks = select(EndpointRun.submission_id).where(EndpointRun.submission_id == Submission.id)
    return asks.exists() if lane is Lane.ENDPOINTS else ~asks.exists()


def find_before(session: Session, submission: Submission) -> str | None:
    """The run that an endpoint is to be asked for before this one; None where there is none."""
    if submission.status is not Status.QUEUED:
        return None
    query = select(_select_before().limit(1).scalar_subquery())
    return session.scalar(query.where(Submission.id == submission.id, is_in(Lane.ENDPOINTS)))


def _comes_after(lane: Lane) -> ColumnElement[bool]:
    """The condition that an endpoint is to be asked for another run of the model first."""
    return _select_before().exists() if lane is Lane.ENDPOINTS else false()


def _select_before() -> Select[str]:
    """The runs by endpoint of a submission's model on its split that go before it, oldest first.

    So no endpoint is asked for two runs at a time, whose budgets would add up.
    """
    other = aliased(Submission)
    is_earlier = or_(
        other.created_at < Submission.created_at,
        and_(other.created_at == Submission.created_at, other.id < Submission.id),
    )
    return (
        select(other.id)
        .join(EndpointRun, EndpointRun.submission_id == other.id)
        .where(
            other.id != Submission.id,
            other.model_card_id == Submission.model_card_id,
            other.split_id == Submission.split_id,
            or_(
                other.status == Status.RUNNING,
                and_(other.status == Status.QUEUED, is_earlier),
            ),
        )
        .order_by(other.created_at, other.id)
        .correlate(Submission)
    )


def _count_running(session: Session, lane: Lane) -> dict[int, int]:
    """How many submissions of each person are at work in a lane."""
    rows = session.execute(
        select(Submission.user_id, func.count())
        .where(Submission.status == Status.RUNNING, is_in(lane))
        .group_by(Submission.user_id)
    )
    return dict(rows.all())


def _read_served(session: Session, lane: Lane, people: Collection[int]) -> dict[int, datetime]:
    rows = session.execute(
        select(Turn.user_id, Turn.served_at).where(Turn.lane == lane, Turn.user_id.in_(people))
    )
    return dict(rows.all())


def _note_turn(session: Session, person: int, lane: Lane) -> None:
    moved = (
        update(Turn)
        .where(Turn.user_id == person, Turn.lane == lane)
        .values(served_at=clock())
        .returning(Turn.user_id)
    )
    if session.execute(moved).first() is not None:
        return
    try:
        with session.begin_nested():
            session.add(Turn(user_id=person, lane=lane, served_at=clock()))
    except IntegrityError:
        # Another worker noted this person's first turn since we looked.
        session.execute(moved)
