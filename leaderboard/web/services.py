"""What views need of the application: sessions, queue, limits, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from leaderboard.accounts.invitations import Invitations
from leaderboard.accounts.roles import require_role
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.models.role import Role
from leaderboard.models.team import User
from leaderboard.queue import JobQueue
from leaderboard.submissions.quota import Quota
from leaderboard.web.page_cache import PageCache

EXTENSION = "spinebench"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Services:
    """The parts of the application that views use; `base_url` is the site's own address.

    `address_policy` says which addresses of teams may be called.
    """

    sessions: Sessions
    queue: JobQueue
    invitations: Invitations
    pages: PageCache
    base_url: str
    max_upload_bytes: int
    vault: KeyVault
    address_policy: AddressPolicy
    quota: Quota
    sends_mail: bool


def services() -> Services:
    """The services of the current application."""
    return cast(Services, current_app.extensions[EXTENSION])


def install(app: Flask, parts: Services) -> None:
    """Give `app` its services, and close each request's database session at its end."""
    app.extensions[EXTENSION] = parts

    @app.teardown_request
    def close(error: BaseException | None) -> None:
        database: Session | None = g.pop("database", None)
        if database is not None:
            database.close()


def database() -> Session:
    """This request's session: it may write unless the method is safe; the view commits."""
    if "database" not in g:
        g.database = services().sessions.open(writes=request.method not in SAFE_METHODS)
    return cast(Session, g.database)


def find_current_user() -> User | None:
    """The signed-in user, unless banned or the password changed since they signed in."""
    if "user" not in g:
        user_id, epoch = session.get("user_id"), session.get("epoch")
        user = database().get(User, user_id) if isinstance(user_id, int) else None
        is_good = user is not None and user.session_epoch == epoch and not user.is_banned
        g.user = user if is_good else None
    return cast("User | None", g.user)


def current_user() -> User:
    """The user behind a view that requires one."""
    user = find_current_user()
    if user is None:
        raise RuntimeError("the view lacks @signed_in")
    return user


def sign_in(user: User) -> None:
    """Begin a session of `user` in this browser, with nothing of the one before."""
    session.clear()
    session["user_id"] = user.id
    session["epoch"] = user.session_epoch
    session.permanent = True
    g.user = user


def sign_out() -> None:
    """End this browser's session."""
    session.clear()
    g.user = None


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Send those who are not signed in to the sign-in page, and back afterwards."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if find_current_user() is None:
            flash("Sign in to continue.")
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("account.sign_in", back=back))
        return view(*args, **kwargs)

    return guarded


def role_required(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let only signed-in users with one of `roles` pass; others are told who may (Forbidden)."""

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require_role(database(), current_user(), *roles)
            return view(*args, **kwargs)

        return signed_in(guarded)

    return guard


def safe_back(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target
