"""Who made what, and how much one person may make: every limit per person is declared here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.maker import CardMaker, EndpointMaker, TargetMaker, TeamMaker
from leaderboard.models.notice import NoticeTarget, TargetKind
from leaderboard.models.team import ApiToken, ModelCard, Team, User

Table = type[TeamMaker | CardMaker | EndpointMaker | TargetMaker | ApiToken]
"""Tables that say by `user_id` whose each row is."""


class Cap(NamedTuple):
    """At most `limit` rows of a person in `table`, with the words of the refusal.

    `conditions` leave out what no longer counts.
    """

    limit: int
    table: Table
    words: str
    remedy: str

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """What a row has to fulfil in order to count."""
        if self.table is ApiToken:
            return (ApiToken.revoked_at.is_(None), ApiToken.expires_at > now())
        return ()


TEAMS = Cap(10, TeamMaker, "created {n} teams", "Use one of them, or ask the host.")
CARDS = Cap(200, CardMaker, "created {n} model cards", "Change one of them, or ask the host.")
ENDPOINTS = Cap(50, EndpointMaker, "registered {n} endpoints", "Delete one that you no longer use.")
TARGETS = Cap(20, TargetMaker, "set up {n} notice targets", "Remove one that you no longer use.")
TOKENS = Cap(50, ApiToken, "{n} valid tokens", "Revoke one that you no longer use.")
CAPS = (TEAMS, CARDS, ENDPOINTS, TARGETS, TOKENS)
"""Per person, in all teams together. Open invitations are capped per team."""


def require_room(session: Session, user: User | None, cap: Cap) -> None:
    """Let somebody pass who has room for one more; others of theirs wait for this transaction.

    Nobody (None) is the host's command line, which has no limit. Raises Conflict.
    """
    if user is None:
        return
    lock_row(session, User.id, user.id)
    counted = select(func.count()).where(cap.table.user_id == user.id, *cap.conditions())
    if (session.scalar(counted) or 0) >= cap.limit:
        words = cap.words.format(n=cap.limit)
        raise Conflict(f"You have {words}, which is the most for one person.", cap.remedy)


def note_maker(
    session: Session, made: Team | ModelCard | Endpoint | NoticeTarget, user: User | None
) -> None:
    """Write down that `user` made a row that has its key; nothing for the host's command line."""
    if user is not None:
        session.add(_make_note(made, user.id))
        session.flush()


def _make_note(made: Any, user_id: int) -> Any:
    if isinstance(made, Team):
        return TeamMaker(team_id=made.id, user_id=user_id)
    if isinstance(made, ModelCard):
        return CardMaker(model_card_id=made.id, user_id=user_id)
    if isinstance(made, Endpoint):
        return EndpointMaker(endpoint_id=made.id, user_id=user_id)
    return TargetMaker(target_id=made.id, user_id=user_id)


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
