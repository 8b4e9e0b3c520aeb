"""Who made what, and how much one person may make: every limit per person is declared here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.invitation import RoleInvitation
from leaderboard.models.maker import CardMaker, EndpointMaker, TargetMaker, TeamMaker
from leaderboard.models.notice import NoticeTarget, TargetKind
from leaderboard.models.objection import Objection
from leaderboard.models.team import ApiToken, ModelCard, Team, User

Made = Team | ModelCard | Endpoint | NoticeTarget
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


def is_of_today() -> ColumnElement[bool]:
    """The condition that an invitation to a role was made within a day, whatever became of it."""
    return RoleInvitation.created_at > now() - timedelta(days=1)


def is_sent_today() -> ColumnElement[bool]:
    """The condition that an objection was sent within a day."""
    return Objection.at > now() - timedelta(days=1)


class Cap(NamedTuple):
    """At most `limit` rows of a person, with the words of the refusal.

    The column `whose` says in a table whose each row is; `counts` makes the condition on a row that
    counts.
    """

    limit: int
    whose: SQLColumnExpression[int]
    words: str
    remedy: str
    counts: Callable[[], ColumnElement[bool]] = true


TEAMS = Cap(10, TeamMaker.user_id, "created {n} teams", "Use one of them, or ask the host.")
CARDS = Cap(
    200, CardMaker.user_id, "created {n} model cards", "Change one of them, or ask the host."
)
ENDPOINTS = Cap(
    50, EndpointMaker.user_id, "registered {n} endpoints", "Delete one that you no longer use."
)
TARGETS = Cap(
    20, TargetMaker.user_id, "set up {n} notice targets", "Remove one that you no longer use."
)
TOKENS = Cap(
    50,
    ApiToken.user_id,
    "{n} valid tokens",
    "Revoke one that you no longer use.",
    is_valid_token,
)
ROLE_INVITATIONS = Cap(
    30,
    RoleInvitation.inviter_id,
    "invited {n} people to roles within a day",
    "Invite the others tomorrow.",
    is_of_today,
)
OBJECTIONS = Cap(
    20,
    Objection.user_id,
    "sent {n} objections within a day",
    "Send the others tomorrow.",
    is_sent_today,
)
CAPS = (TEAMS, CARDS, ENDPOINTS, TARGETS, TOKENS, ROLE_INVITATIONS, OBJECTIONS)
"""Per person, in all teams and on all benchmarks together. Open invitations to a team are capped
per team."""


def require_room(session: Session, user: User | None, cap: Cap) -> None:
    """Let somebody pass who has room for one more; others of theirs wait for this transaction.

    Nobody (None) is the host's command line, which has no limit. Raises Conflict.
    """
    if user is None:
        return
    lock_row(session, User.id, user.id)
    counted = select(func.count()).where(cap.whose == user.id, cap.counts())
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
