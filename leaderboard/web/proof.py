"""Who is signed in proves to be the account's owner again, before what would shut them out."""

from __future__ import annotations

from datetime import timedelta

from leaderboard.accounts.second_factor import has_second_factor
from leaderboard.accounts.users import has_password, require_password
from leaderboard.db import now
from leaderboard.errors import InvalidRequest, SpineBenchError
from leaderboard.web.services import current_user, database, find_web_session

FRESH = timedelta(minutes=10)
"""For so long signing in is the proof of somebody who has no password, and a passed factor good."""


def require_proof(password: str, field: str | None = None) -> None:
    """Raise InvalidRequest, about `field`, unless `password` is that of the user.

    Somebody without a password proves it by having signed in within ten minutes.
    """
    try:
        _require(password)
    except SpineBenchError as error:
        raise (error.at(field) if field else error) from None


def has_fresh_factor() -> bool:
    """Whether the user has no second factor yet, or has passed it within ten minutes."""
    row = find_web_session()
    if not has_second_factor(database(), current_user()):
        return True
    return row is not None and row.passed is not None and now() - row.passed.passed_at <= FRESH


def require_fresh_factor() -> None:
    """Raise InvalidRequest unless `has_fresh_factor`."""
    if not has_fresh_factor():
        raise InvalidRequest(
            "You passed your second factor more than ten minutes ago.",
            "Pass it again, then come back within ten minutes.",
        )


def _require(password: str) -> None:
    user, row = current_user(), find_web_session()
    if has_password(user):
        require_password(user, password)
    elif row is None or now() - row.created_at > FRESH:
        raise InvalidRequest(
            "Your account has no password, and you signed in more than ten minutes ago.",
            "Sign out, sign in with your provider again, and come back within ten minutes.",
        )
