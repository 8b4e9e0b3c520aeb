"""Who may have items of a benchmark that asks for a data-use agreement, by page and API alike."""

from __future__ import annotations

from flask import request

from leaderboard.accounts.roles import read_roles
from leaderboard.accounts.tokens import get_token
from leaderboard.agreements import covers_pages, find_agreement, is_bound, need_agreement
from leaderboard.disclosure import shows_items
from leaderboard.errors import Forbidden
from leaderboard.models.benchmark import Benchmark, Image
from leaderboard.models.role import SITE
from leaderboard.models.team import Scope, User
from leaderboard.models.terms import Agreement
from leaderboard.packages.catalogue import read_splits_of_image
from leaderboard.web.page_cache import FOR_SOME
from leaderboard.web.services import database, find_current_user

API_ROOT = "/api/"
AGREEMENT_ERRORS = (401, 403)
"""What the API may answer where items are asked for: of a token that came, and without an agreement
that was accepted."""


def require_items(benchmark: Benchmark) -> None:
    """Let those pass alone who may download items of `benchmark`. Raises AgreementNeeded.

    They are members of a team that accepted what it asks for, and its hosts and experts.
    """
    _require(benchmark, find_agreement(database(), benchmark.slug))


def require_item_pages(benchmark: Benchmark) -> None:
    """The same for pages that show items, where the agreement covers them."""
    if shows_to_some(benchmark):
        require_items(benchmark)


def shows_to_some(benchmark: Benchmark) -> bool:
    """Whether pages that show items of `benchmark` are for those alone who accepted."""
    return covers_pages(database(), benchmark.slug)


def require_image(image: Image) -> bool:
    """Let those pass alone who may see a picture; whether that is everybody.

    It is if a benchmark that shows it asks for nothing, or for nothing before a page of its own
    that shows it. Raises AgreementNeeded.
    """
    asking: list[tuple[Benchmark, Agreement]] = []
    for split in read_splits_of_image(database(), image.sha256):
        agreement = find_agreement(database(), split.benchmark.slug)
        if agreement is None or (not agreement.covers_pages and shows_items(split)):
            return True
        asking.append((split.benchmark, agreement))
    if not any(_is_free(*one) for one in asking):
        _require(*asking[0])
    return not asking


def _require(benchmark: Benchmark, agreement: Agreement | None) -> None:
    if agreement is None:
        return
    request.environ[FOR_SOME] = True
    if not _is_free(benchmark, agreement):
        raise need_agreement(benchmark, agreement, "You have")


def _is_free(benchmark: Benchmark, agreement: Agreement) -> bool:
    request.environ[FOR_SOME] = True
    user = _find_reader()
    if user is None:
        return False
    roles = {held.benchmark for held in read_roles(database(), user)}
    return bool(roles & {SITE, benchmark.slug}) or is_bound(database(), agreement, user)


def _find_reader() -> User | None:
    """Who asks: in the API by token alone, if one came, elsewhere by session."""
    if not request.path.startswith(API_ROOT):
        return find_current_user()
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        return None
    token = get_token(database(), text.strip())
    if Scope.READ.value not in token.scopes:
        raise Forbidden(
            "The API token lacks the scope 'read'.", "Make a token with it on your account page."
        )
    return token.user
