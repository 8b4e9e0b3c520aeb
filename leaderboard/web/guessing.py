"""Guessing is limited wherever a password is asked for: put `asks_for_password` on the view.

Three windows are counted, over all such views together, whether the password was right or not:

- a network (an IPv4 address, an IPv6 /64), whomever it tries;
- an account from one network, so that whoever guesses from elsewhere locks nobody out;
- an account from everywhere, against guessing from many networks at once. It does not count where
  the account is signed in from the same network already, and a link by mail asks for no password:
  so its owner always has a way in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import current_app, request
from sqlalchemy.orm import Session

from leaderboard.accounts.users import find_user
from leaderboard.accounts.web_sessions import read_sessions
from leaderboard.errors import InvalidRequest
from leaderboard.web.protection import caller_network, limiter, sign_in_limit
from leaderboard.web.services import (
    database,
    find_current_user,
    find_half_signed_in_user,
    services,
)

P = ParamSpec("P")
R = TypeVar("R")

TOO_MANY = "Too many attempts to enter a password."
TOO_MANY_CODES = "Too many wrong codes."
CODE_LIMIT = "10 per hour; 30 per day"
"""Wrong codes of one account, from everywhere: of a million codes three are right at a time."""


def sent_address() -> str:
    """The account that a form names by its e-mail address."""
    return request.form.get("email", "")


def own_address() -> str:
    """The account that is signed in."""
    user = find_current_user()
    return user.email if user else ""


def asks_for_password(
    find_address: Callable[[], str] = own_address,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count what is posted to a view as an attempt at the account with that address; 429 beyond.

    `find_address` says whose password is asked for: by default that of who is signed in.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        def name_account() -> str:
            return hashlib.sha256(find_address().strip().lower().encode()).hexdigest()

        def name_account_here() -> str:
            return f"{name_account()} {caller_network()}"

        def is_known_here() -> bool:
            return _is_signed_in_from(database(), find_address(), caller_network())

        for limit, scope, key, exempt in (
            (sign_in_limit, "password network", caller_network, None),
            (_account_limit, "password account here", name_account_here, None),
            (_total_limit, "password account", name_account, is_known_here),
        ):
            view = limiter.shared_limit(
                limit,
                scope,
                key_func=key,
                methods=["POST"],
                exempt_when=exempt,
                error_message=TOO_MANY,
            )(view)
        return view

    return guard


def asks_for_code(
    find_address: Callable[[], str] = own_address,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The same for a view that asks for a code of the second factor, with wrong codes few.

    Only somebody who has proved the first factor gets there, so nobody else can lock an account.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R]:
        counted = limiter.shared_limit(
            CODE_LIMIT,
            "code account",
            key_func=lambda: hashlib.sha256(find_address().encode()).hexdigest(),
            methods=["POST"],
            deduct_when=lambda response: response.status_code == InvalidRequest.status,
            error_message=TOO_MANY_CODES,
        )(view)
        return asks_for_password(find_address)(counted)

    return guard


def half_address() -> str:
    """The account that is half signed in, or else the one that is."""
    user = find_half_signed_in_user() or find_current_user()
    return user.email if user else ""


def _is_signed_in_from(session: Session, address: str, network: str) -> bool:
    user = find_user(session, address)
    found = read_sessions(session, user, services().session_terms) if user else []
    return any(one.network == network for one in found)


def _account_limit() -> str:
    return str(current_app.config["GUESS_LIMIT"])


def _total_limit() -> str:
    return str(current_app.config["GUESS_LIMIT_OVERALL"])
