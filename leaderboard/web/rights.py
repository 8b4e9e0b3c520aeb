"""Who may open a page: it names the right that it needs, and what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, g
from werkzeug.wrappers import Response

from leaderboard.accounts.confirmation import require_confirmed
from leaderboard.accounts.roles import Reach, Right, forbid, name_role, read_reach
from leaderboard.campaigns.start import no_campaign
from leaderboard.errors import NotFound
from leaderboard.hosting.announcements import no_announcement
from leaderboard.hosting.submissions import no_submission
from leaderboard.hosting.uploaded.keep import no_uploaded
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.campaign import Campaign
from leaderboard.models.moderation import Announcement
from leaderboard.models.reported import ReportedSource
from leaderboard.models.role import SITE
from leaderboard.models.submission import Submission
from leaderboard.models.uploaded import UploadedPackage
from leaderboard.objections.read import find_benchmark, no_objection
from leaderboard.packages.catalogue import read_benchmarks
from leaderboard.reported.read import no_source
from leaderboard.web.services import (
    current_user,
    database,
    has_passed_factor,
    lead_to_second_factor,
    services,
    signed_in,
)

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Place:
    """How a view's address leads to the benchmark that it is about, or to SITE.

    `find` is given what the address holds; None where there is no such thing. What only its
    benchmark's hosts may know of has `missing` words: the same for others as if it were not there.
    """

    find: Callable[..., str | None]
    missing: Callable[..., NotFound] | None = None


def _find_submission(key: str, **others: object) -> str | None:
    found = database().get(Submission, key)
    return None if found is None else found.split.benchmark.slug


def _find_announcement(key: int, **others: object) -> str | None:
    found = database().get(Announcement, key)
    return None if found is None else found.benchmark


def _find_campaign(key: int, **others: object) -> str | None:
    found = database().get(Campaign, key)
    return None if found is None else found.benchmark.slug


def _find_objection(key: int, **others: object) -> str | None:
    return find_benchmark(database(), key)


def _find_source(key: int, **others: object) -> str | None:
    found = database().get(ReportedSource, key)
    return None if found is None else found.split.benchmark.slug


def _find_uploaded(key: int, **others: object) -> str | None:
    found = database().get(UploadedPackage, key)
    return None if found is None else found.benchmark


ON_SITE = Place(lambda **_: SITE)
BENCHMARK = Place(lambda slug, **_: slug)
SUBMISSION = Place(_find_submission, lambda key, **_: no_submission(key))
ANNOUNCEMENT = Place(_find_announcement, lambda **_: no_announcement())
OBJECTION = Place(_find_objection, lambda **_: no_objection())
REPORTED = Place(_find_source, lambda key, **_: no_source(key))
UPLOADED = Place(_find_uploaded, lambda key, **_: no_uploaded(key))
CAMPAIGN = Place(_find_campaign, lambda key, **_: no_campaign(key))


def right_required(
    right: Right, place: Place | None = None
) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let only those pass who have `right` on what the address is about; without one, anywhere.

    A view of the latter kind shows what is within `current_reach()` alone. Who has the right
    nowhere is told who may (Forbidden). A role is worth nothing without a confirmed address, not
    even to look (Unconfirmed), nor in a session that has not passed the second factor, where that
    is required: its owner is led to set it up.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            g.reach = read_reach(database(), current_user(), right)
            if not g.reach:
                raise forbid(right)
            require_confirmed(current_user(), services().confirmation_terms)
            if not has_passed_factor():
                return lead_to_second_factor()
            if place is not None:
                _require_covered(right, place, kwargs)
            return view(*args, **kwargs)

        return signed_in(guarded)

    return guard


def current_reach() -> Reach:
    """Where the user has the right that the view names."""
    return cast(Reach, g.reach)


def read_own_benchmarks() -> list[Benchmark]:
    """The newest version of each benchmark within the user's reach, newest first."""
    return [one for one in read_benchmarks(database()) if current_reach().covers(one.slug)]


def has_right(right: Right) -> bool:
    """Whether the user has the right anywhere, in this session: for what a page offers."""
    return has_passed_factor() and bool(read_reach(database(), current_user(), right))


def install(app: Flask) -> None:
    """Give the templates of `app` has_right(), of a right's name, and name_role()."""
    app.add_template_global(name_role)
    app.add_template_global(lambda name: has_right(Right[name]), "has_right")


def _require_covered(right: Right, place: Place, address: dict[str, Any]) -> None:
    benchmark = place.find(**address)
    if benchmark is not None and current_reach().covers(benchmark):
        return
    raise place.missing(**address) if place.missing else forbid(right)
