"""The cookie that says which session of the server's a browser has: an opaque token.

Flask's own signed cookie holds what belongs to no account, the token of forms and messages for the
next page. Neither is set or read for what everybody shares.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, g, request

NAME = "spinebench_session"
SECURE_PREFIX = "__Host-"
"""By this a browser takes the cookie from this very host alone, over https."""


def name_cookie(name: str, *, is_secure: bool) -> str:
    """What a cookie is called where cookies are for https alone, or not."""
    return f"{SECURE_PREFIX}{name}" if is_secure else name


def read() -> str:
    """The token of this request, empty if it has none; the answer then depends on the cookie."""
    g.reads_session = True
    return request.cookies.get(_name(), "")


def keep(token: str, lasts: timedelta) -> None:
    """Have the browser keep `token` from this answer on."""
    g.session_cookie = token, lasts


def drop() -> None:
    """Have the browser forget its token."""
    g.session_cookie = "", timedelta(0)


def install(app: Flask) -> None:
    """Set the cookie on those answers of `app` that begin or end a session."""

    @app.after_request
    def set_cookie(response: Response) -> Response:
        if "reads_session" in g:
            response.vary.add("Cookie")
        if "session_cookie" in g:
            token, lasts = g.session_cookie
            response.set_cookie(
                _name(),
                token,
                max_age=lasts,
                secure=current_app.config["SESSION_COOKIE_SECURE"],
                httponly=True,
                samesite="Lax",
            )
        return response


def _name() -> str:
    return name_cookie(NAME, is_secure=current_app.config["SESSION_COOKIE_SECURE"])
