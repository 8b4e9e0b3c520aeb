"""Teams, their members, and the model cards they bring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.card_fields import CARD_FIELDS, read_card_fields
from leaderboard.accounts.same_names import refuse_model_name, refuse_team_name
from leaderboard.accounts.variants import Origin, read_origin, set_origin
from leaderboard.db import now
from leaderboard.errors import (
    Conflict,
    FieldProblems,
    Forbidden,
    InvalidRequest,
    NoSuchTeam,
    NotFound,
    require_found,
)
from leaderboard.makers import CARDS, TEAMS, note_maker, require_room
from leaderboard.models.team import Membership, ModelCard, Team, TeamRole, User
from leaderboard.names import read_name

MAX_TEAM_NAME_CHARACTERS = 120
MAX_SLUG_CHARACTERS = 60
SLUG_PATTERN = r"[a-z0-9][a-z0-9.\-]{1,58}[a-z0-9]"
"""Of a short name; browsers read it too."""
RESERVED_SLUG = "new"
"""Stands in the addresses of model cards for one that is not made yet."""
SLUG_REMEDY = "Use 3 to 60 lower-case letters, digits, dots or hyphens."


def make_team(session: Session, owner: User, *, slug: str, name: str) -> Team:
    """Add a team with `owner`.

    Raises InvalidRequest for unusable values, Conflict if short name or name are taken (what looks
    the same counts) or beyond their limit of teams.
    """
    require_room(session, owner, TEAMS)
    fields = FieldProblems()
    with fields.at("name"):
        name = read_name(name, "The team's name", MAX_TEAM_NAME_CHARACTERS)
        refuse_team_name(session, name)
    with fields.at("slug"):
        slug = _read_slug(slug)
        if session.scalar(select(Team.id).where(Team.slug == slug)) is not None:
            raise _team_taken(slug)
    fields.raise_all()
    team = Team(slug=slug, name=name, created_at=now())
    try:
        with session.begin_nested():
            session.add(team)
    except IntegrityError:
        raise _team_taken(slug).at("slug") from None
    note_maker(session, team, owner)
    add_member(session, team, owner, TeamRole.OWNER)
    return team


def add_member(
    session: Session, team: Team, user: User, role: TeamRole = TeamRole.MEMBER
) -> Membership:
    """Make `user` a member; one who is already stays as they are."""
    membership = session.get(Membership, (team.id, user.id))
    if membership is None:
        membership = Membership(team=team, user=user, role=role, joined_at=now())
        session.add(membership)
        session.flush()
    return membership


def read_teams(session: Session, user: User) -> list[Team]:
    """The teams of `user`, by name."""
    return list(
        session.scalars(
            select(Team).join(Membership).where(Membership.user_id == user.id).order_by(Team.name)
        )
    )


def get_team(session: Session, user: User, slug: str) -> Team:
    """The team `slug`, of which `user` is a member. Raises NotFound otherwise."""
    team = find_team(session, user, slug)
    if team is None:
        raise NotFound(f"You have no team {slug!r}.", "Your account page lists your teams.")
    return team


def find_team(session: Session, user: User, slug: str) -> Team | None:
    """The team `slug`, of which `user` is a member, for what is made for it."""
    return session.scalar(
        select(Team).join(Membership).where(Team.slug == slug, Membership.user_id == user.id)
    )


def require_owner(session: Session, team: Team, user: User) -> None:
    """Raise Forbidden unless `user` owns `team`."""
    membership = session.get(Membership, (team.id, user.id))
    if membership is None or membership.role is not TeamRole.OWNER:
        raise Forbidden("Only an owner of the team can do this.", "Ask an owner.")


def read_model_cards(session: Session, user: User) -> list[ModelCard]:
    """The model cards of all teams of `user`, by name."""
    return list(
        session.scalars(
            select(ModelCard)
            .join(Membership, Membership.team_id == ModelCard.team_id)
            .where(Membership.user_id == user.id)
            .order_by(ModelCard.name)
        )
    )


def get_own_model_card(session: Session, user: User, slug: str) -> ModelCard:
    """The model card `slug` of a team of `user`. Raises NotFound otherwise."""
    card = session.scalar(
        select(ModelCard)
        .join(Membership, Membership.team_id == ModelCard.team_id)
        .where(Membership.user_id == user.id, ModelCard.slug == slug)
    )
    if card is None:
        raise NotFound(
            f"Your teams have no model {slug!r}.",
            "Create its model card on your account page or with `spinebench models create`.",
        )
    return card


def make_model_card(
    session: Session, team: Team | None, values: Mapping[str, Any], maker: User | None = None
) -> ModelCard:
    """Add a model card to `team` from slug, name, organisation and the optional facts.

    Among these are `base` and `variant`: see `variants.read_origin`. A `team` of None is one that
    was not found; a `maker` of None is the host's command line. Raises NotFound then,
    InvalidRequest for unusable values, Conflict if the short name is taken, the name only looks
    like that of another team's model, or the maker is beyond their limit; InvalidFields for
    several of these.
    """
    require_room(session, maker, CARDS)
    fields = FieldProblems()
    with fields.at("team"):
        owner = require_found(team, NoSuchTeam())
    with fields.at("slug"):
        slug = _read_model_slug(session, str(values.get("slug") or ""))
    with fields.inside():
        facts = read_card_fields(values)
    with fields.inside():
        origin = _read_origin(session, team, values)
    fields.raise_all()
    refuse_model_name(session, owner, facts["name"])
    card = ModelCard(team_id=owner.id, slug=slug, created_at=now(), changed_at=now(), **facts)
    try:
        with session.begin_nested():
            session.add(card)
    except IntegrityError:
        raise _model_taken(slug).at("slug") from None
    note_maker(session, card, maker)
    set_origin(card, origin)
    return card


def change_model_card(session: Session, card: ModelCard, values: Mapping[str, Any]) -> None:
    """Set the facts of `card`; its slug stays.

    Raises InvalidRequest, InvalidFields, or Conflict for a name as `make_model_card` refuses it.
    """
    fields = FieldProblems()
    with fields.inside():
        facts = read_card_fields(values)
    with fields.inside():
        origin = _read_origin(session, card.team, values, card)
    fields.raise_all()
    if facts["name"] != card.name:
        refuse_model_name(session, card.team, facts["name"])
    set_origin(card, origin)
    for name, value in facts.items():
        setattr(card, name, value)
    card.changed_at = now()


def describe_model_card(card: ModelCard) -> dict[str, Any]:
    """The facts of `card` as `change_model_card` takes them."""
    return {
        **{field.key: getattr(card, field.key) for field in CARD_FIELDS},
        "base": card.variant.base.slug if card.variant else None,
        "variant": card.variant.label if card.variant else None,
    }


def _team_taken(slug: str) -> Conflict:
    return Conflict(
        f"The short name {slug!r} is already taken by another team.", "Choose another short name."
    )


def _model_taken(slug: str) -> Conflict:
    return Conflict(
        f"The short name {slug!r} is already taken by another model.",
        "Choose another short name (slug).",
    )


def _read_origin(
    session: Session, team: Team | None, values: Mapping[str, Any], card: ModelCard | None = None
) -> Origin | None:
    base, label = (str(values.get(name) or "") for name in ("base", "variant"))
    if base.strip() and str(values.get("base_model") or "").strip():
        raise InvalidRequest(
            "The base model is named twice.",
            "Name a model on this site or write the name of another model, but not both.",
        ).at("base")
    return read_origin(session, team, base, label, card)


def _read_model_slug(session: Session, text: str) -> str:
    slug = _read_slug(text)
    if slug == RESERVED_SLUG:
        raise InvalidRequest(f"No model can have the short name {slug!r}.", "Choose another.")
    if session.scalar(select(ModelCard.id).where(ModelCard.slug == slug)) is not None:
        raise _model_taken(slug)
    return slug


def _read_slug(text: str) -> str:
    slug = text.strip().lower()
    if not re.fullmatch(SLUG_PATTERN, slug):
        raise InvalidRequest(f"{text[:80]!r} is not a valid short name (slug).", SLUG_REMEDY)
    return slug
