"""Tests of an endpoint's connection: asked for by its team, done by a worker, the last one kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import String, cast
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.leases import Claim, LeasedTable, Phase, end
from leaderboard.models.endpoint import Endpoint, EndpointTest
from leaderboard.queue import TEST_ENDPOINT

LONGEST = timedelta(minutes=3)
"""A test that has not ended after this long was lost."""
NOT_TAKEN: dict[str, Any] = {}
TAKEN = {"is_taken": True}
"""The results of a test before its end: whether a worker took it."""

_has_no_end = EndpointTest.ended_at.is_(None)
_is_not_taken = cast(EndpointTest.results, String) == msgspec.json.encode(NOT_TAKEN).decode()

CONNECTION_TESTS = LeasedTable[str](
    job=TEST_ENDPOINT,
    key=EndpointTest.endpoint_id,
    waiting=Phase(_has_no_end & _is_not_taken, {"results": NOT_TAKEN}),
    held=Phase(_has_no_end & ~_is_not_taken, {"results": TAKEN}),
    # Done once: its page says in time that it was lost, and its team asks again.
    fence=EndpointTest.asked_at,
)


class TriedItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item with public answers: what the model wrote and how it was read, or why nothing came.

    `outcome` is that of the answer parser, empty where there is no answer. `note` says where a
    reply was cut, had only reasoning or was filtered.
    """

    item: str
    track: str
    seconds: float
    text: str = ""
    outcome: str = ""
    letters: str = ""
    is_right: bool = False
    problem: str = ""
    excerpt: str = ""
    note: str = ""


class TrialResults(msgspec.Struct, frozen=True, kw_only=True):
    """What a test showed; `warnings` is what would cost scores although requests are answered."""

    is_good: bool
    verdict: str
    remedies: list[str] = []
    warnings: list[str] = []
    items: list[TriedItem] = []
    model_reported: str | None = None
    accepts_images: bool | None = None


class EndpointTestState(NamedTuple):
    """The last test; no results while it waits or runs, and `is_lost` where none will come."""

    row: EndpointTest
    results: TrialResults | None
    is_lost: bool


def ask_test(session: Session, endpoint: Endpoint) -> bool:
    """Ask for a test; whether it is a new one (False: one is under way)."""
    row = session.get(EndpointTest, endpoint.id)
    if row is not None and row.ended_at is None and row.asked_at > now() - LONGEST:
        return False
    row = row or EndpointTest(endpoint_id=endpoint.id)
    row.asked_at, row.ended_at, row.results = now(), None, NOT_TAKEN
    session.add(row)
    session.flush()
    return True


def end_test(session: Session, claim: Claim[str], results: TrialResults) -> None:
    """Keep what a test showed. Raises ClaimLost where it is not wanted any more."""
    end(session, claim, ended_at=now(), results=msgspec.to_builtins(results))


def find_test(session: Session, endpoint: Endpoint) -> EndpointTestState | None:
    """The last test of `endpoint`, if there was one."""
    row = session.get(EndpointTest, endpoint.id)
    if row is None:
        return None
    if row.ended_at is None:
        return EndpointTestState(row, None, row.asked_at <= now() - LONGEST)
    return EndpointTestState(row, msgspec.convert(row.results, TrialResults), False)
