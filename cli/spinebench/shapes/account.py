"""Who a token speaks for, and what their teams may still send."""

from __future__ import annotations

from datetime import datetime

import msgspec

from spinebench.shapes.shape import Shape


class UserRecord(Shape, frozen=True, kw_only=True):
    """A person."""

    name: str
    email: str


class TeamRecord(Shape, frozen=True, kw_only=True):
    """A team."""

    slug: str
    name: str


class TokenRecord(Shape, frozen=True, kw_only=True):
    """An API token, without its secret."""

    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime


class QuotaRecord(Shape, frozen=True, kw_only=True):
    """What a team used of its submissions on a split; `next_at` is null where it may send now.

    A submission is charged to the team and to each of its members in all of their teams, and the
    largest count decides. `stopped_by` names the members whose count stops the team alone.
    """

    team: str
    benchmark: str
    split: str
    limit: int
    days: int
    n_used: int
    n_left: int
    next_at: datetime | None
    stopped_by: list[str] = msgspec.field(default_factory=list)
    n_used_by_you: int = 0


class DayRecord(Shape, frozen=True, kw_only=True):
    """What a person has sent in the last 24 hours; `next_at` is null where they may send now.

    Whatever the team and the split, and whatever became of it.
    """

    limit: int
    n_used: int
    n_left: int
    next_at: datetime | None


class Me(Shape, frozen=True, kw_only=True):
    """Who the token belongs to, and how its teams stand on splits that have a limit.

    `day` is what they may send today themselves; null without a limit.
    """

    user: UserRecord
    teams: list[TeamRecord]
    quotas: list[QuotaRecord]
    day: DayRecord | None = None
    token: TokenRecord
