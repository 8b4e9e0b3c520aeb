"""Who calls the API: a bearer token with its scopes. Cookies do not count here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import ParamSpec, TypeVar

from flask import g, request

from leaderboard.accounts.confirmation import require_confirmed
from leaderboard.accounts.tokens import get_token, is_use_to_note
from leaderboard.errors import Forbidden, NotSignedIn
from leaderboard.models.team import ApiToken, Scope
from leaderboard.web.services import (
    SAFE_METHODS,
    begin_writing,
    database,
    note_use,
    read_first,
    receive,
    services,
)

P = ParamSpec("P")
R = TypeVar("R")


def requires(scope: Scope, *, reads: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a view answer only to a valid token with `scope`.

    A token of one whose e-mail address is not confirmed reads, and changes nothing (Unconfirmed).
    One that `reads` calls `begin_writing` itself, if it writes.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if request.method in SAFE_METHODS:
                _identify(scope)
                return view(*args, **kwargs)
            # Nothing of a stranger's body is received, and nobody waits for a writer's.
            read_first(partial(_identify, scope))
            _identify(scope)
            if not reads:
                receive()
                begin_writing()
            return view(*args, **kwargs)

        guarded.scope = scope  # type: ignore[attr-defined]
        return guarded

    return decorate


def _identify(scope: Scope) -> None:
    """Note whose request this is. Raises NotSignedIn, Forbidden, Unconfirmed."""
    token = _read_token()
    if scope.value not in token.scopes:
        raise Forbidden(
            f"The API token lacks the scope {scope.value!r}.",
            "Make a token with it on your account page.",
        )
    if request.method not in SAFE_METHODS:
        require_confirmed(token.user, services().confirmation_terms)
    g.token, g.user = token, token.user


def current_token() -> ApiToken:
    """The token behind a view that requires one."""
    token: ApiToken = g.token
    return token


def _read_token() -> ApiToken:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise NotSignedIn(
            "No API token came with the request.",
            "Send the header Authorization: Bearer TOKEN; make one on your account page.",
        )
    token = get_token(database(), text.strip())
    if is_use_to_note(token):
        note_use(token, "last_used_at")
    return token
