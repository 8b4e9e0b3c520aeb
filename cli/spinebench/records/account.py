"""People and the model cards of their teams."""

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


@dataclass(frozen=True)
class Model:
    """A model card's main facts; parameters in billions.

    `base` is a model of the site that it is a `variant` of, `base_model` another one.
    """

    slug: str
    name: str
    team: str
    organisation: str
    parameters_billion: float | None
    open_weights: bool
    licence: str | None
    base_model: str | None
    base: str | None
    variant: str | None


def read_model(raw: Any) -> Model:
    """One model card."""
    return Model(
        slug=raw["slug"],
        name=raw["name"],
        team=raw["team"],
        organisation=raw["organisation"],
        parameters_billion=raw.get("parameters_billion"),
        open_weights=raw["open_weights"],
        licence=raw.get("licence"),
        base_model=raw.get("base_model"),
        base=raw.get("base"),
        variant=raw.get("variant"),
    )


def read_models(raw: Any) -> list[Model]:
    """GET /models."""
    return [read_model(one) for one in raw["models"]]
