"""Which providers sign people in: those that PROVIDERS_FILE describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from leaderboard.errors import InvalidRequest
from leaderboard.judges.settings import read_settings_file

VARIABLE = "PROVIDERS_FILE"
DOCUMENT = "docs/hosting.md"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider: an OpenID Connect issuer, or GitHub, which has OAuth 2 alone.

    `name` stands in addresses, `label` on pages. An address counts as confirmed only if the
    provider says so and `trusts_email`. `second_factor` are the values of `acr` or `amr` by which
    its own second factor counts as ours.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,40}$")]
    label: Annotated[str, Meta(min_length=1, max_length=60)]
    issuer: Annotated[str, Meta(pattern=r"^https?://\S+$", max_length=255)]
    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: Annotated[str, Meta(min_length=1)]
    kind: Literal["openid", "github"] = "openid"
    scope: str = ""
    api: str = "https://api.github.com"
    trusts_email: bool = False
    second_factor: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Provider({self.name})"

    @property
    def scopes(self) -> str:
        """What is asked for."""
        return self.scope or ("read:user user:email" if self.kind == "github" else "openid email")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: tuple[Provider, ...]


def read_providers(file: str) -> Mapping[str, Provider]:
    """The providers by name in the order of the file; none where no file is named.

    Raises InvalidRequest with what to change, and no secret.
    """
    if not file:
        return {}
    try:
        found = msgspec.convert(read_settings_file(file, VARIABLE, DOCUMENT), _File).provider
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"{VARIABLE}: {error}.", f"See {DOCUMENT}.") from None
    for one in found:
        parts = urlsplit(one.issuer)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise InvalidRequest(
                f"{VARIABLE}: the issuer of {one.name} is not an https address.", f"See {DOCUMENT}."
            )
    by_name = {one.name: one for one in found}
    if len(by_name) < len(found):
        raise InvalidRequest(f"{VARIABLE}: two providers have one name.", f"See {DOCUMENT}.")
    return by_name
