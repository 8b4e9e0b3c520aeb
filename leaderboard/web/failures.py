"""Every error is translated here, once: to a page, or to the API's one shape."""

from __future__ import annotations

import logging
import math
import sqlite3
import time
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import (
    DataError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import BadRequestKeyError, HTTPException

from leaderboard.errors import (
    AgreementNeeded,
    DuplicateSubmission,
    PhaseClosed,
    QuotaUsed,
    RateLimited,
    SpineBenchError,
)
from leaderboard.hosting.readiness import read_schema
from leaderboard.problems import MOST_PROBLEMS
from leaderboard.web.entrance import REQUEST_ID
from leaderboard.web.protection import limiter
from leaderboard.web.secret_paths import hide_secrets
from leaderboard.web.services import services

log = logging.getLogger(__name__)

API_ROOT = "/api/"
AWAY_SECONDS = 10
"""In how many seconds a reader may try again while the database is away."""
HTTP_CODES = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "invalid_request",
    413: "too_large",
    415: "invalid_request",
    429: "rate_limited",
}
HTTP_MESSAGES = {
    404: "There is nothing at this address.",
    413: "The request is larger than this server accepts.",
}
HTTP_REMEDIES = {
    400: "Reload the page and send the form again.",
    404: "Check the address, or start from the first page.",
    405: "See /docs/api for what this address accepts.",
    413: "Send a smaller file: `spinebench convert` makes one of a tool's log.",
    429: "Wait a minute and try again.",
}


def install(app: Flask) -> None:
    """Let `app` answer every error by this module."""
    app.register_error_handler(SpineBenchError, answer_domain_error)
    app.register_error_handler(CSRFError, answer_csrf_error)
    app.register_error_handler(BadRequestKeyError, answer_missing_field)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(DataError, answer_unstorable)
    for away in (OperationalError, InterfaceError, TimeoutError):
        app.register_error_handler(away, answer_away)
    app.register_error_handler(Exception, answer_defect)


def answer_domain_error(error: SpineBenchError) -> Response:
    """The error's own words and status."""
    extra = {}
    if isinstance(error, DuplicateSubmission):
        extra = {"submission": error.submission_id, "url": f"/submissions/{error.submission_id}"}
    if isinstance(error, QuotaUsed):
        extra = {"next_at": error.next_at.isoformat()}
    if isinstance(error, PhaseClosed) and error.next_at is not None:
        extra = {"next_at": error.next_at.isoformat()}
    remedy = error.remedy
    if isinstance(error, AgreementNeeded):
        address = f"{services().base_url}{error.path}"
        extra, remedy = {"url": address}, remedy.replace(error.path, address)
    response = _answer(error.status, error.code, error.message, remedy, error, extra)
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(AWAY_SECONDS)
        response.headers["Cache-Control"] = "no-store"
    if isinstance(error, RateLimited) and error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def answer_csrf_error(error: CSRFError) -> Response:
    """A form without our token: an old page, or another site's."""
    return _answer(
        400, "invalid_request", "The form has expired.", "Reload the page and send the form again."
    )


def answer_missing_field(error: BadRequestKeyError) -> Response:
    """A form without one of its fields: an old page, or a program."""
    return _answer(
        400,
        "invalid_request",
        "A field of the form is missing.",
        "Reload the page and fill in every field.",
    )


def answer_unstorable(error: DataError) -> Response:
    """A value that the database cannot hold, such as a null character, in address or form."""
    path = hide_secrets(request.path)
    log.warning("unstorable value at %s %s", request.method, path, exc_info=error)
    return _answer(
        400,
        "invalid_request",
        "The request contains a value that cannot be stored.",
        "Leave out null characters and extremely large numbers.",
    )


def answer_away(error: Exception) -> Response:
    """The database is away, hangs, or is too busy: it may be back in a moment."""
    orig = getattr(error, "orig", None)
    if getattr(orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
        # SQLite has one class for a wrong statement and for a file that is out of reach.
        return answer_defect(error)
    path = hide_secrets(request.path)
    what = type(orig or error).__name__
    log.warning("the database did not serve %s %s: %s", request.method, path, what)
    return _put_off("The site cannot reach its database at the moment.")


def _put_off(message: str) -> Response:
    """What a reader or a program gets who may try again in a moment."""
    # Nothing more is asked of the database for this page.
    g.announcements = []
    remedy = "Nothing was changed. Try again in a minute."
    response = _answer(503, "unavailable", message, remedy)
    response.headers["Retry-After"] = str(AWAY_SECONDS)
    response.headers["Cache-Control"] = "no-store"
    return response


def _find_difference() -> str:
    """How the tables differ from those that this code needs; empty if they do not, or unknown."""
    try:
        with services().sessions.read() as session:
            return read_schema(session)
    except SQLAlchemyError:
        return ""


def answer_http_error(error: HTTPException) -> Response:
    """What the framework raised: no such address, wrong method, too large, too often."""
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    message = HTTP_MESSAGES.get(error.code, error.description or "")
    code = HTTP_CODES.get(error.code, "invalid_request" if error.code < 500 else "internal")
    remedy = HTTP_REMEDIES.get(error.code, "")
    limit = limiter.current_limit
    if error.code == HTTPStatus.TOO_MANY_REQUESTS and limit is not None:
        remedy = f"Try again in {_say_wait(limit.reset_at - time.time())}."
    response = _answer(error.code, code, message, remedy)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def _say_wait(seconds: float) -> str:
    """A time to wait in whole minutes, rounded up."""
    n_minutes = max(1, math.ceil(seconds / 60))
    return "a minute" if n_minutes == 1 else f"{n_minutes} minutes"


def answer_defect(error: Exception) -> Response:
    """Something of ours broke: the traceback goes to the log under a number, no word of it out.

    Code and tables of different versions, as during an upgrade, are none of that: they wait.
    """
    difference = _find_difference()
    if difference:
        log.error("cannot serve %s: %s", hide_secrets(request.path), difference)
        return _put_off("The site is being upgraded.")
    number = request.environ[REQUEST_ID]
    path = hide_secrets(request.path)
    log.error("defect %s at %s %s", number, request.method, path, exc_info=error)
    return _answer(
        500,
        "internal",
        "Something went wrong on our side.",
        f"Try again; if it keeps happening, tell the host the number {number}.",
    )


def _answer(
    status: int,
    code: str,
    message: str,
    remedy: str,
    error: SpineBenchError | None = None,
    extra: dict[str, Any] | None = None,
) -> Response:
    shown, n_problems = (error.problems[:MOST_PROBLEMS], error.n_problems) if error else ((), 0)
    if request.path.startswith(API_ROOT):
        body = {
            "code": code,
            "message": message,
            "remedy": remedy,
            "problems": [
                {
                    **{"line": p.line, "id": p.id or p.field},
                    **{"message": p.message, "remedy": p.remedy},
                    **({"n_lines": p.n_lines} if p.n_lines > 1 else {}),
                }
                for p in shown
            ],
            "n_problems": n_problems,
            **(extra or {}),
        }
        response = jsonify(error=body)
    else:
        response = make_response(
            render_template(
                "failure.html",
                status=status,
                message=message,
                remedy=remedy,
                problems=shown,
                n_problems=n_problems,
                url=(extra or {}).get("url"),
                request_id=request.environ[REQUEST_ID] if status >= 500 else None,
            )
        )
    response.status_code = status
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="SpineBench"'
    return response
