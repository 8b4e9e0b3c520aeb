"""Who made what, and how much one person may make: every limit per person is declared here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.maker import CardMaker, EndpointMaker, TargetMaker, TeamMaker
from leaderboard.models.notice import NoticeTarget, TargetKind
from leaderboard.models.team import ApiToken, ModelCard, Team, User

Made = Team | ModelCard | Endpoint | NoticeTarget
Table = type[TeamMaker | CardMaker | EndpointMaker | TargetMaker | ApiToken]
"""Tables that say by `user_id` whose each row is."""
NOTED: dict[type[Made], InstrumentedAttribute[Any]] = {
    Team: TeamMaker.team_id,
    ModelCard: CardMaker.model_card_id,
    Endpoint: EndpointMaker.endpoint_id,
    NoticeTarget: TargetMaker.target_id,
}
"""The column that names what somebody made, by its kind."""


def is_valid_token() -> ColumnElement[bool]:
    """The condition that an API token is neither revoked nor expired."""
    return and_(ApiToken.revoked_at.is_(None), ApiToken.expires_at > now())


class Cap(NamedTuple):
    """At most `limit` rows of a person in `table`, with the words of the refusal.

    `counts` makes the condition on a row that counts.
    """

    limit: int
    table: Table
    words: str
    remedy: str
    counts: Callable[[], ColumnElement[bool]] = true


TEAMS = Cap(10, TeamMaker, "created {n} teams", "Use one of them, or ask the host.")
CARDS = Cap(200, CardMaker, "created {n} model cards", "Change one of them, or ask the host.")
ENDPOINTS = Cap(50, EndpointMaker, "registered {n} endpoints", "Delete one that you no longer use.")
TARGETS = Cap(20, TargetMaker, "set up {n} notice targets", "Remove one that you no longer use.")
TOKENS = Cap(50, ApiToken, "{n} valid tokens", "Revoke one that you no longer use.", is_valid_token)
CAPS = (TEAMS, CARDS, ENDPOINTS, TARGETS, TOKENS)
"""Per person, in all teams together. Open invitations are capped per team."""


def require_room(session: Session, user: User | None, cap: Cap) -> None:
    """Let somebody pass who has room for one more; others of theirs wait for this transaction.

    Nobody (None) is the host's command line, which has no limit. Raises Conflict.
    """
    if user is None:
        return
    lock_row(session, User.id, user.id)
    counted = select(func.count()).where(cap.table.user_id == user.id, cap.counts())
    if (session.scalar(counted) or 0) >= cap.limit:
        words = cap.words.format(n=cap.limit)
        raise Conflict(f"You have {words}, which is the most for one person.", cap.remedy)


def note_maker(session: Session, made: Made, user: User | None) -> None:
    """Write down that `user` made a row that has its key; nothing for the host's command line."""
    if user is not None:
        column = NOTED[type(made)]
        table: Any = column.class_
        session.add(table(**{column.key: made.id, "user_id": user.id}))
        session.flush()


def read_endpoints_made(session: Session, team: Team, user: User) -> list[Endpoint]:
    """The endpoints of `team` that `user` registered, by name."""
    return list(
        session.scalars(
            select(Endpoint)
            .join(EndpointMaker, EndpointMaker.endpoint_id == Endpoint.id)
            .where(Endpoint.team_id == team.id, EndpointMaker.user_id == user.id)
            .order_by(Endpoint.name)
        )
    )


def read_targets_made(session: Session, team: Team, user: User) -> list[NoticeTarget]:
    """The notice targets of `team` that `user` set up, or that lead to their address."""
    made = select(TargetMaker.target_id).where(TargetMaker.user_id == user.id)
    leads_to_them = (NoticeTarget.kind == TargetKind.EMAIL) & (NoticeTarget.address == user.email)
    return list(
        session.scalars(
            select(NoticeTarget)
            .where(NoticeTarget.team_id == team.id, NoticeTarget.id.in_(made) | leads_to_them)
            .order_by(NoticeTarget.id)
        )
    )
