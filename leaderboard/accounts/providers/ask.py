"""Ask a provider who somebody is: the authorisation code flow with PKCE, state and nonce.

Of an ID token, signature, issuer, audience, expiry and nonce are checked; keys are fetched each
time, so a provider may change them whenever it likes. Nothing here touches the database.
"""

from __future__ import annotations

import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from leaderboard.accounts.late import authlib_errors, jose_errors, jwk, jwt, requests
from leaderboard.accounts.providers.bounded import make_client
from leaderboard.accounts.providers.settings import Provider
from leaderboard.errors import InvalidRequest, SpineBenchError

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

log = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures with a public key: never none, never a shared secret."""
LEEWAY = 60


class Flow(msgspec.Struct, frozen=True):
    """A sign-in under way, kept sealed in the browser that began it.

    `user_id` is who links an account, None for who signs in.
    """

    provider: str
    state: str
    nonce: str
    verifier: str
    back: str | None = None
    user_id: int | None = None


class Identity(NamedTuple):
    """Whom a provider knows; `email` only where it may count as confirmed."""

    issuer: str
    subject: str
    handle: str
    name: str
    email: str | None
    has_second_factor: bool


def begin_flow(
    provider: Provider, redirect_uri: str, *, back: str | None = None, user_id: int | None = None
) -> tuple[str, Flow]:
    """The provider's address to send the browser to, and what its answer must fit."""
    flow = Flow(
        provider.name,
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        back,
        user_id,
    )
    with _Told(provider), _client(provider, redirect_uri) as client:
        if provider.kind == "github":
            place, extra = f"{provider.issuer}/login/oauth/authorize", {}
        else:
            place = _discover(provider, client)["authorization_endpoint"]
            extra = {"nonce": flow.nonce}
        url, _ = client.create_authorization_url(
            place, state=flow.state, code_verifier=flow.verifier, **extra
        )
    return str(url), flow


def finish_flow(
    provider: Provider, redirect_uri: str, flow: Flow, answer: Mapping[str, str]
) -> Identity:
    """Who it is, by the provider's answer to `flow`. Raises InvalidRequest in words."""
    if flow.provider != provider.name or not hmac.compare_digest(
        answer.get("state", "").encode(), flow.state.encode()
    ):
        raise expired()
    if "error" in answer:
        raise _refused(provider, answer["error"])
    if answer.get("iss", provider.issuer) != provider.issuer:
        raise _wrong(provider)
    with _Told(provider), _client(provider, redirect_uri) as client:
        if provider.kind == "github":
            return _ask_github(provider, client, flow, answer["code"])
        return _ask_openid(provider, client, flow, answer["code"])


def expired() -> InvalidRequest:
    """What is said of an answer that fits no sign-in of this browser."""
    return InvalidRequest(
        "This sign-in has expired, was finished before, or began in another browser.",
        "Start again from the page where you sign in.",
    )


def _ask_openid(provider: Provider, client: OAuth2Session, flow: Flow, code: str) -> Identity:
    places = _discover(provider, client)
    if "client_secret_basic" not in places.get(
        "token_endpoint_auth_methods_supported", ("client_secret_basic",)
    ):
        client.token_endpoint_auth_method = "client_secret_post"
    token = _fetch_token(client, places["token_endpoint"], flow, code)
    keys = jwk.KeySet.import_key_set(_get(client, places["jwks_uri"]))
    claims = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS).claims
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        nonce={"essential": True, "value": flow.nonce},
        sub={"essential": True},
        exp={"essential": True},
    )
    registry.validate(claims)
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise ValueError("the token is for somebody else")
    subject, verified = claims["sub"], claims.get("email_verified") is True
    if not isinstance(subject, str) or not 1 <= len(subject) <= 255:
        raise ValueError("the subject cannot be used")
    proofs = {str(claims.get("acr"))} | {str(one) for one in claims.get("amr") or ()}
    return Identity(
        provider.issuer,
        subject,
        str(claims.get("email") or subject)[:200],
        str(claims.get("name") or ""),
        str(claims["email"]) if verified and provider.trusts_email else None,
        bool(proofs & set(provider.second_factor)),
    )


def _ask_github(provider: Provider, client: OAuth2Session, flow: Flow, code: str) -> Identity:
    client.token_endpoint_auth_method = "client_secret_post"
    _fetch_token(client, f"{provider.issuer}/login/oauth/access_token", flow, code)
    person = _get(client, f"{provider.api}/user")
    if not isinstance(person["id"], int):
        raise ValueError("the account has no number")
    email = next(
        (
            str(one["email"])
            for one in _get(client, f"{provider.api}/user/emails")
            if one.get("primary") is True and one.get("verified") is True
        ),
        None,
    )
    return Identity(
        provider.issuer,
        str(person["id"]),
        str(person.get("login") or person["id"])[:200],
        str(person.get("name") or person.get("login") or ""),
        email if provider.trusts_email else None,
        has_second_factor=False,
    )


def _discover(provider: Provider, client: OAuth2Session) -> Any:
    found = _get(client, f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if found["issuer"] != provider.issuer:
        raise ValueError("the issuer names another one")
    return found


def _get(client: OAuth2Session, url: str) -> Any:
    needs_token = bool(client.token)
    answer = client.get(url, withhold_token=not needs_token, headers={"Accept": "application/json"})
    answer.raise_for_status()
    return answer.json()


def _fetch_token(client: OAuth2Session, url: str, flow: Flow, code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.fetch_token(
        url,
        grant_type="authorization_code",
        code=code,
        code_verifier=flow.verifier,
        headers={"Accept": "application/json"},
    )
    return found


def _client(provider: Provider, redirect_uri: str) -> OAuth2Session:
    return make_client(
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        scope=provider.scopes,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )


def _list_failures() -> tuple[type[Exception], ...]:
    """What a client and a token raise; whatever a provider sends is no defect of ours."""
    return (
        requests.RequestException,
        authlib_errors.AuthlibBaseError,
        jose_errors.JoseError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    )


class _Told:
    """A block whose failures are said in words, and logged by their kind alone."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if isinstance(error, SpineBenchError) or not isinstance(error, _list_failures()):
            return
        log.warning("provider %s: %s", self._provider.name, type(error).__name__)
        if isinstance(error, requests.RequestException):
            raise InvalidRequest(
                f"{self._provider.label} does not answer as it should at the moment.",
                "Try again later, or sign in another way.",
            ) from None
        raise _wrong(self._provider) from None


def _wrong(provider: Provider) -> InvalidRequest:
    return InvalidRequest(
        f"The answer of {provider.label} cannot be trusted or read, so nobody was signed in.",
        "Start again; if it keeps happening, tell the host of this server.",
    )


def _refused(provider: Provider, error: str) -> InvalidRequest:
    if error == "access_denied":
        return InvalidRequest(
            f"{provider.label} was not allowed to say who you are.", "Start again, and allow it."
        )
    word = error if re.fullmatch(r"[a-z_]{1,40}", error) else "an error"
    return InvalidRequest(f"{provider.label} answered {word}.", "Try again later.")
