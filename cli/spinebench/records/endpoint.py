"""A team's model endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class Tried(NamedTuple):
    """One item of a test: how its answer was read, or the problem."""

    item: str
    track: str
    read_as: str
    is_right: bool
    seconds: float
    problem: str


@dataclass(frozen=True)
class EndpointTest:
    """The last test of a connection."""

    is_ended: bool
    is_lost: bool
    is_good: bool
    verdict: str
    remedies: tuple[str, ...]
    items: tuple[Tried, ...]


@dataclass(frozen=True)
class Endpoint:
    """An endpoint without its key."""

    id: str
    name: str
    team: str
    base_url: str
    model: str
    has_key: bool
    accepts_images: bool
    test: EndpointTest | None
    url: str


def read_endpoint(raw: Any) -> Endpoint:
    """One endpoint, from any of the answers that hold one."""
    return Endpoint(
        id=str(raw["id"]),
        name=raw["name"],
        team=raw["team"],
        base_url=raw["base_url"],
        model=raw["model"],
        has_key=bool(raw["has_key"]),
        accepts_images=bool(raw["settings"]["accepts_images"]),
        test=_read_test(raw["test"]) if raw.get("test") else None,
        url=raw["url"],
    )


def read_endpoints(raw: Any) -> list[Endpoint]:
    """GET /endpoints."""
    return [read_endpoint(one) for one in raw["endpoints"]]


def _read_test(raw: Any) -> EndpointTest:
    return EndpointTest(
        is_ended=raw["state"] == "ended",
        is_lost=raw["state"] == "lost",
        is_good=bool(raw["is_good"]),
        verdict=raw["verdict"],
        remedies=tuple(raw["remedies"]),
        items=tuple(
            Tried(
                item=one["item"],
                track=one["track"],
                read_as=one["letters"] or one["outcome"],
                is_right=bool(one["is_right"]),
                seconds=float(one["seconds"]),
                problem=one["problem"],
            )
            for one in raw["items"]
        ),
    )
