"""From a failed or refused request to words that help."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from spinebench.errors import (
    ApiError,
    LostConnectionError,
    SpinebenchError,
    UnexpectedAnswerError,
    UnreachableError,
    UsageError,
)

if TYPE_CHECKING:
    from requests import RequestException


def describe_failure(
    error: RequestException, base_url: str, *, may_have_arrived: bool
) -> SpinebenchError:
    """Why there is no answer. `may_have_arrived`: the request changes something at the server."""
    from requests import exceptions

    host = urlsplit(base_url).netloc
    if isinstance(error, exceptions.TooManyRedirects):
        return UnexpectedAnswerError(f"{host} redirects in a loop.", remedy="Check the URL.")
    if isinstance(error, (exceptions.InvalidURL, exceptions.InvalidSchema)):
        return UsageError(f"{base_url} is not a valid address.", remedy="Check the URL.")
    if isinstance(error, exceptions.SSLError):
        return UnreachableError(
            f"The certificate of {host} could not be verified.",
            remedy="Behind an inspecting proxy, set REQUESTS_CA_BUNDLE to its certificate file.",
            may_pass=False,
        )
    if isinstance(error, exceptions.ProxyError):
        return UnreachableError(
            f"{host} could not be reached through the proxy.",
            remedy="Check HTTPS_PROXY and NO_PROXY.",
        )
    if may_have_arrived and not _never_connected(error):
        return LostConnectionError(
            f"The connection to {host} ended before an answer came.",
            remedy="It may have worked anyway: check before you repeat it.",
        )
    if isinstance(error, exceptions.ReadTimeout):
        return UnreachableError(f"{host} took too long to answer.", remedy="Try again later.")
    return UnreachableError(
        f"{host} cannot be reached.",
        remedy="Check the address and your network; the server may be temporarily down.",
    )


def _never_connected(error: RequestException) -> bool:
    """Whether the failure came before the first byte could be sent."""
    from requests.exceptions import ConnectTimeout
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


# Status codes that proxies answer with on the server's behalf, in their own HTML.
_FOREIGN_REFUSALS = {
    401: ("unauthenticated", "The server asks for a sign-in.", "Run `spinebench login`."),
    403: ("forbidden", "The server does not allow this.", "Ask the host of the leaderboard."),
    404: ("not_found", "There is nothing at {url}", "Check the address of the server."),
    413: ("too_large", "The file is too large for the server.", "Compress it with gzip."),
    429: ("rate_limited", "Too many requests.", "Wait a minute and try again."),
    500: ("internal", "The server reported an internal error.", "Try again later."),
    502: ("internal", "The server is down at the moment.", "Try again in a minute."),
    503: ("internal", "The server is busy or being updated.", "Try again in a minute."),
    504: ("internal", "The server took too long to answer.", "Try again in a minute."),
}


def describe_refusal(status: int, url: str) -> SpinebenchError:
    """A refusal that is not in the API's shape, put into it."""
    code, message, remedy = _FOREIGN_REFUSALS.get(
        status, ("unexpected", f"The server answers with status {status}.", "")
    )
    body = {
        "error": {
            "code": code,
            "message": message.format(url=url),
            "remedy": remedy,
            "problems": [],
            "n_problems": 0,
        }
    }
    return ApiError(status, body)
