"""A team's endpoints: register, change, delete, and the key that is never shown again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.endpoints.engine.address import AddressPolicy, check_address
from leaderboard.endpoints.engine.settings import EndpointSettings, check_key, check_model
from leaderboard.endpoints.registry.settings import (
    TeamSettings,
    make_engine_settings,
    make_settings,
)
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import (
    Conflict,
    FieldProblems,
    NoSuchTeam,
    NotFound,
    require_found,
)
from leaderboard.makers import ENDPOINTS, note_maker, require_room
from leaderboard.models.endpoint import Endpoint, EndpointKey, EndpointRun, EndpointTest
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Membership, Team, User
from leaderboard.names import read_name

MAX_ENDPOINTS = 50
MAX_NAME_CHARACTERS = 80
ACTIVE = (Status.PENDING, Status.QUEUED, Status.RUNNING)


def read_endpoints(session: Session, user: User) -> list[Endpoint]:
    """The endpoints of all teams of `user`, by name."""
    return list(
        session.scalars(
            select(Endpoint)
            .join(Membership, Membership.team_id == Endpoint.team_id)
            .where(Membership.user_id == user.id)
            .order_by(Endpoint.name, Endpoint.id)
        )
    )


def get_own_endpoint(session: Session, user: User, key: str) -> Endpoint:
    """The endpoint with the number `key` of a team of `user`. Raises NotFound otherwise."""
    found = session.scalar(
        select(Endpoint)
        .join(Membership, Membership.team_id == Endpoint.team_id)
        .where(Membership.user_id == user.id, Endpoint.id == key)
    )
    if found is None:
        raise NotFound("Your teams have no such endpoint.", "See the list of your endpoints.")
    return found


def make_endpoint(
    session: Session,
    team: Team | None,
    values: Mapping[str, Any],
    *,
    vault: KeyVault,
    policy: AddressPolicy,
    maker: User | None = None,
) -> Endpoint:
    """Add an endpoint from name, base_url, model, settings and key (None or "": it needs none).

    A `team` of None is one that was not found. Raises NotFound then, InvalidRequest for unusable
    values, AddressRefused for an address that is not called, Conflict where the team has one of
    this name, the `maker` is beyond their limit, or endpoints are off.
    """
    vault.require_open()
    require_room(session, maker, ENDPOINTS)
    fields = FieldProblems()
    with fields.at("team"):
        owner = _check_team(session, team)
    facts = _read_facts(fields, values, policy)
    with fields.at("name"):
        if team is not None and _has_name(session, team, str(facts.get("name"))):
            raise _name_taken(facts["name"])
    fields.raise_all()
    endpoint = Endpoint(
        id=secrets.token_hex(6), team=owner, created_at=now(), changed_at=now(), **facts
    )
    _add(session, endpoint)
    note_maker(session, endpoint, maker)
    if key := _read_key(values):
        set_key(session, endpoint, key, vault)
    return endpoint


def change_endpoint(
    session: Session,
    endpoint: Endpoint,
    values: Mapping[str, Any],
    *,
    vault: KeyVault,
    policy: AddressPolicy,
) -> None:
    """Set what `values` hold, and a new key where there is one.

    A new address takes the old key away: it must not go to where nobody entered it for. Raises as
    make_endpoint does.
    """
    vault.require_open()
    before = {
        "name": endpoint.name,
        "base_url": endpoint.base_url,
        "model": endpoint.model,
        "settings": endpoint.settings,
    }
    fields = FieldProblems()
    facts = _read_facts(fields, {**before, **values}, policy)
    with fields.at("name"):
        name = str(facts.get("name"))
        if name != endpoint.name and _has_name(session, endpoint.team, name):
            raise _name_taken(name)
    fields.raise_all()
    if facts["base_url"] != endpoint.base_url:
        wipe_key(session, endpoint)
    try:
        with session.begin_nested():
            for name, value in facts.items():
                setattr(endpoint, name, value)
            endpoint.changed_at = now()
            session.flush()
    except IntegrityError:
        raise _name_taken(facts["name"]).at("name") from None
    if key := _read_key(values):
        set_key(session, endpoint, key, vault)


def delete_endpoint(session: Session, endpoint: Endpoint) -> None:
    """Delete an endpoint and its key; ended runs stay. Raises Conflict while one asks it."""
    running = session.scalar(
        select(EndpointRun.submission_id)
        .join(Submission, Submission.id == EndpointRun.submission_id)
        .where(EndpointRun.endpoint_id == endpoint.id, Submission.status.in_(ACTIVE))
    )
    if running is not None:
        raise Conflict(
            f"Submission {running} is using this endpoint.",
            "Cancel it first, or wait until it has ended.",
        )
    session.execute(
        update(EndpointRun).where(EndpointRun.endpoint_id == endpoint.id).values(endpoint_id=None)
    )
    session.execute(delete(EndpointTest).where(EndpointTest.endpoint_id == endpoint.id))
    session.delete(endpoint)
    session.flush()


def set_key(session: Session, endpoint: Endpoint, key: str, vault: KeyVault) -> None:
    """Keep `key` encrypted in place of the one before."""
    sealed = vault.seal(key)
    row = endpoint.key or EndpointKey(endpoint_id=endpoint.id)
    row.ciphertext, row.sealed_by, row.created_at = sealed.ciphertext, sealed.sealed_by, now()
    endpoint.key = row
    session.flush()


def wipe_key(session: Session, endpoint: Endpoint) -> None:
    """Delete the endpoint's key for good, if it has one."""
    endpoint.key = None
    session.flush()


def rotate_keys(session: Session, vault: KeyVault) -> tuple[int, int]:
    """Encrypt every key again that the newest of the host's keys did not seal.

    Returns how many were and how many there are. Raises PermanentError if one cannot be opened.
    """
    rows: Sequence[EndpointKey] = session.scalars(select(EndpointKey)).all()
    old = [row for row in rows if row.sealed_by != vault.newest]
    for row in old:
        row.ciphertext, row.sealed_by = vault.seal(vault.open(row.ciphertext))
    session.flush()
    return len(old), len(rows)


def read_settings(row: Endpoint | EndpointRun) -> TeamSettings:
    """The settings that a row holds."""
    return msgspec.convert(row.settings, TeamSettings)


def open_endpoint(endpoint: Endpoint, settings: TeamSettings, vault: KeyVault) -> EndpointSettings:
    """What the collector needs to ask `endpoint`, its key opened."""
    key = None if endpoint.key is None else vault.open(endpoint.key.ciphertext)
    return make_engine_settings(endpoint.base_url, endpoint.model, settings, key)


def _read_facts(
    fields: FieldProblems, values: Mapping[str, Any], policy: AddressPolicy
) -> dict[str, Any]:
    """The columns that `values` fill; what cannot be used is noted in `fields` and left out."""
    facts: dict[str, Any] = {}
    with fields.at("name"):
        facts["name"] = read_name(
            str(values.get("name") or ""), "The endpoint's name", MAX_NAME_CHARACTERS
        )
    with fields.at("base_url"):
        facts["base_url"] = check_address(str(values.get("base_url") or "").strip(), policy).url
    facts["model"] = str(values.get("model") or "").strip()
    fields.note([*check_model(facts["model"]), *check_key(_read_key(values))])
    with fields.at("settings"):
        facts["settings"] = msgspec.to_builtins(make_settings(values.get("settings") or {}))
    return facts


def _check_team(session: Session, team: Team | None) -> Team:
    """`team`, if there is one and it has room for another endpoint."""
    owner = require_found(team, NoSuchTeam())
    n_before = len(session.scalars(select(Endpoint.id).where(Endpoint.team_id == owner.id)).all())
    if n_before >= MAX_ENDPOINTS:
        raise Conflict(f"The team has {n_before} endpoints.", "Delete one that you no longer use.")
    return owner


def _has_name(session: Session, team: Team, name: str) -> bool:
    query = select(Endpoint.id).where(Endpoint.team_id == team.id, Endpoint.name == name)
    return session.scalar(query) is not None


def _read_key(values: Mapping[str, Any]) -> str:
    return str(values.get("key") or "").strip()


def _add(session: Session, endpoint: Endpoint) -> None:
    try:
        with session.begin_nested():
            session.add(endpoint)
    except IntegrityError:
        raise _name_taken(endpoint.name).at("name") from None


def _name_taken(name: str) -> Conflict:
    return Conflict(f"The team already has an endpoint {name!r}.", "Choose another name.")
