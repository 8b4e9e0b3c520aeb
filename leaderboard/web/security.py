"""Headers that keep a page to what this site serves."""

from __future__ import annotations

from flask import Flask, Response, request

from leaderboard.web.secret_paths import hide_secrets

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def install(app: Flask) -> None:
    """Set the headers on every answer of `app`; HSTS where cookies are for https alone.

    What an address with a secret leads to is not told that address.
    """

    @app.after_request
    def set_headers(response: Response) -> Response:
        if hide_secrets(request.full_path) != request.full_path:
            response.headers["Referrer-Policy"] = "no-referrer"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response


def keep_private(response: Response) -> Response:
    """After a request: an answer that is for one person, or holds a secret, is kept by no cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
