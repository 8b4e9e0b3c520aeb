"""What views need of the application: sessions, queue, limits, and who is asking."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import NamedTuple, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from leaderboard.accounts.confirmation import ConfirmationTerms, require_confirmed
from leaderboard.accounts.passkeys import PasskeySite
from leaderboard.accounts.providers.links import has_address
from leaderboard.accounts.providers.settings import Provider
from leaderboard.accounts.second_factor import has_second_factor
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.accounts.web_sessions import (
    Passed,
    SessionTerms,
    begin_half,
    begin_session,
    end_half,
    end_session,
    find_half_signed_in,
    find_session,
    is_seen_to_note,
)
from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict
from leaderboard.letters.ask import add_letter
from leaderboard.letters.links import Links
from leaderboard.meters import Shelf
from leaderboard.models.factor import FactorMeans
from leaderboard.models.identity import WebSession
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.team import ApiToken, User
from leaderboard.packages.questions import QuestionFiles
from leaderboard.queue import SEND_LETTER, JobQueue
from leaderboard.site import Site
from leaderboard.submissions.daily import DailyCap
from leaderboard.submissions.quota import Quota
from leaderboard.web import session_cookie
from leaderboard.web.allowance import Allowance, Work
from leaderboard.web.browsers import name_browser
from leaderboard.web.page_cache import PageCache
from leaderboard.web.protection import caller_network

log = logging.getLogger(__name__)

EXTENSION = "spinebench"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HALF = "half_sign_in"
"""Where Flask's own cookie keeps the token of a sign-in that waits for the second factor."""

P = ParamSpec("P")
R = TypeVar("R")


class Metrics(NamedTuple):
    """What a monitor is told from: it shows `token`."""

    token: str
    shelf: Shelf


@dataclass(frozen=True)
class Services:
    """The parts of the application that views use; `base_url` is the site's own address.

    `address_policy` says which addresses of teams may be called; there are no passkeys without
    `passkey_site`. Of `bundle_keys` the first signs proofs; without any, none is signed. Without
    `metrics` a monitor is told nothing.
    """

    sessions: Sessions
    queue: JobQueue
    pages: PageCache
    question_files: QuestionFiles
    base_url: str
    site: Site
    max_upload_bytes: int
    vault: KeyVault
    address_policy: AddressPolicy
    quota: Quota
    asks_approval: bool
    daily: DailyCap
    max_runs: int
    links: Links
    session_terms: SessionTerms
    confirmation_terms: ConfirmationTerms
    allowance: Allowance
    secret_box: SecretBox
    requires_second_factor: bool
    passkey_site: PasskeySite | None
    providers: Mapping[str, Provider]
    bundle_keys: Sequence[str]
    metrics: Metrics | None

    @property
    def sends_mail(self) -> bool:
        """Whether this server can send mail."""
        return self.confirmation_terms.sends_mail


def services() -> Services:
    """The services of the current application."""
    return cast(Services, current_app.extensions[EXTENSION])


def install(app: Flask, parts: Services) -> None:
    """Give `app` its services, and close each request's database session at its end."""
    app.extensions[EXTENSION] = parts

    @app.teardown_request
    def close(error: BaseException | None) -> None:
        database: Session | None = g.pop("database", None)
        if database is None:
            return
        try:
            database.close()
        except SQLAlchemyError as problem:
            # The answer is made, and what it says was read or committed: it goes out.
            log.warning("the database went away after the answer: %s", type(problem).__name__)
            with suppress(SQLAlchemyError):
                database.invalidate()


def database() -> Session:
    """This request's session: it may write unless the method is safe; the view commits.

    One that may write begins when the whole request has been received, for on SQLite it keeps all
    others from writing. Where it is read first (`read_first`), one begins with `begin_writing`.
    """
    if "database" not in g:
        writes = request.method not in SAFE_METHODS and not g.get("reads_first", False)
        if writes:
            receive()
        g.database = services().sessions.open(writes=writes)
    return cast(Session, g.database)


def receive() -> None:
    """Take in the whole body of this request, be it a form, a file or JSON."""
    request.get_data(parse_form_data=True)


def read_first(identify: Callable[[], object] | None = None) -> None:
    """Let `database` be a session that reads, until `begin_writing`.

    `identify` then says again who asks, where that is not the browser's session.
    """
    g.reads_first, g.identify = True, identify


def reading_first(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view of pages have a session that reads, until it calls `begin_writing`."""

    @wraps(view)
    def begun(*args: P.args, **kwargs: P.kwargs) -> R:
        read_first()
        return view(*args, **kwargs)

    return begun


def begin_writing() -> None:
    """Let `database` be a new session, which may write: what the one before read is no part of it.

    Nothing happens where this request's session may write already.
    """
    if not g.pop("reads_first", False):
        return
    for name in ("database", "user", "web_session"):
        found = g.pop(name, None)
        if isinstance(found, Session):
            found.close()
    identify = g.pop("identify", None)
    if identify is not None:
        identify()


def post(letter: Letter) -> None:
    """Commit, and have a worker send the letter."""
    database().commit()
    services().queue.enqueue(SEND_LETTER, letter.id)


def get_passkey_site() -> PasskeySite:
    """The site as browsers know it for passkeys. Raises Conflict where they offer none."""
    found = services().passkey_site
    if found is None:
        raise Conflict(
            f"There are no passkeys at {services().base_url}.",
            "Browsers offer them on https with a name, and on localhost.",
        )
    return found


def post_ways(user: User) -> None:
    """Commit, and write to the user that how they sign in has changed."""
    if has_address(user):
        post(add_letter(database(), LetterKind.WAYS, user.email, user))
    else:
        database().commit()


def spend(work: Work) -> None:
    """Count what this request asks for. Raises RateLimited where its sender had their share.

    Who asks for a public page is not looked up: they are counted by network alone.
    """
    user: User | None = g.get("user")
    person = None if user is None else user.id
    services().allowance.spend(work, person=person, network=caller_network())


def find_current_user() -> User | None:
    """The user whose session on the server this browser's cookie names."""
    if "user" not in g:
        row = find_web_session()
        g.user = None if row is None else row.user
    return cast("User | None", g.user)


def find_web_session() -> WebSession | None:
    """The session on the server that this browser's cookie names, if it goes on."""
    if "web_session" not in g:
        token = session_cookie.read()
        row = find_session(database(), token, services().session_terms) if token else None
        if row is not None and is_seen_to_note(row):
            note_use(row, "seen_at")
        g.web_session = row
    return cast("WebSession | None", g.web_session)


def note_use(row: WebSession | ApiToken, column: str) -> None:
    """Write into `column` that the row is used now, on its own: a reading request stays one."""
    if database().get_bind().get_execution_options().get("writes"):
        setattr(row, column, now())
        return
    table = type(row)
    with services().sessions.write() as own:
        own.execute(update(table).where(table.id == row.id).values({column: now()}))


def current_user() -> User:
    """The user behind a view that requires one."""
    user = find_current_user()
    if user is None:
        raise RuntimeError("the view lacks @signed_in")
    return user


def sign_in(user: User, means: FactorMeans | None = None) -> bool:
    """Begin a session of `user` in this browser, with nothing of the one before.

    False where they have a second factor and have passed it neither now, by `means`, nor in the
    session before: nobody is signed in then, and `find_half_signed_in_user` may enter a code.
    Either way it is a row like any other: the view commits.
    """
    has_factor = has_second_factor(database(), user)
    passed = Passed(means, now()) if means else _find_passed(user) if has_factor else None
    sign_out()
    if has_factor and passed is None:
        session[HALF] = begin_half(database(), user)
        return False
    terms = services().session_terms
    token = begin_session(
        database(),
        user,
        terms,
        network=caller_network(),
        agent=name_browser(request.headers.get("User-Agent", "")),
        passed=passed,
    )
    session_cookie.keep(token, terms.lasts)
    g.user = user
    return True


def _find_passed(user: User) -> Passed | None:
    """How the session that this browser has of `user` passed the second factor, if it did."""
    row = find_web_session()
    if row is None or row.user_id != user.id or row.passed is None:
        return None
    return Passed(row.passed.means, row.passed.passed_at)


def find_half_signed_in_user() -> User | None:
    """Who has proved their first factor in this browser, and not yet the second."""
    token = session.get(HALF)
    return find_half_signed_in(database(), token) if token else None


def sign_out() -> None:
    """End this browser's session, on the server too, and a sign-in half done: the view commits."""
    row = find_web_session()
    if row is not None:
        end_session(database(), row.user, row.id)
    if session.get(HALF):
        end_half(database(), session[HALF])
    session.clear()
    session_cookie.drop()
    g.user = g.web_session = None


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Send those who are not signed in to the sign-in page, and back afterwards.

    One whose e-mail address is not confirmed may look, and change nothing: Unconfirmed. What they
    need to manage their own account is `signed_in_unconfirmed`.
    """

    @wraps(view)
    def confirmed(*args: P.args, **kwargs: P.kwargs) -> R:
        if request.method not in SAFE_METHODS:
            require_confirmed(current_user(), services().confirmation_terms)
        return view(*args, **kwargs)

    return signed_in_unconfirmed(confirmed)


def signed_in_unconfirmed(view: Callable[P, R]) -> Callable[P, R | Response]:
    """The same for what does not wait for a confirmed address."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if find_current_user() is None:
            back = request.full_path.rstrip("?") if request.method == "GET" else None
            if find_half_signed_in_user() is not None:
                return redirect(url_for("second_factor.enter", back=back))
            flash("Sign in to continue.")
            return redirect(url_for("account.sign_in", back=back))
        return view(*args, **kwargs)

    return guarded


def note_benchmark(slug: str) -> None:
    """Say which benchmark this request's page is about: what is announced of it stands above."""
    g.benchmark = slug


def find_noted_benchmark() -> str | None:
    """The benchmark that this request's page is about, where that is one."""
    return cast("str | None", g.get("benchmark"))


def has_passed_factor() -> bool:
    """Whether the rights of roles are in force in this session: where they need a second factor."""
    row = find_web_session()
    return not services().requires_second_factor or (row is not None and row.passed is not None)


def lead_to_second_factor() -> Response:
    """Where somebody with a role learns why its rights wait, and what to do; nothing is done."""
    flash("Your role needs a second factor. Nothing was changed.", "caution")
    return redirect(url_for("second_factor.second_factor"), 303)


def safe_back(target: str | None) -> str | None:
    """`target` if it is a path of this site, else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "\\" in target else target
