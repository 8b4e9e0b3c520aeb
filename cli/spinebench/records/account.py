"""People and their teams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Quota(NamedTuple):
    """How many submissions a team may still send to a split; next_at is None for now."""

    team: str
    benchmark: str
    split: str
    n_left: int
    limit: int
    next_at: str | None


@dataclass(frozen=True)
class Identity:
    """Who a token belongs to; teams are (slug, name), expires_at may be None."""

    name: str
    email: str
    teams: tuple[tuple[str, str], ...]
    token_name: str
    scopes: tuple[str, ...]
    expires_at: str | None
    quotas: tuple[Quota, ...]


def read_identity(raw: Any) -> Identity:
    """GET /me."""
    token = raw["token"]
    return Identity(
        name=raw["user"]["name"],
        email=raw["user"]["email"],
        teams=tuple((team["slug"], team["name"]) for team in raw["teams"]),
        token_name=token["name"],
        scopes=tuple(token["scopes"]),
        expires_at=token["expires_at"],
        quotas=tuple(
            Quota(q["team"], q["benchmark"], q["split"], q["n_left"], q["limit"], q["next_at"])
            for q in raw.get("quotas") or []
        ),
    )
