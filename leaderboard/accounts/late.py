"""What signs people in by a passkey or a provider, loaded for the first of them.

Most sign in by a password, and these packages take an eighth of a web process's start and 35 MB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leaderboard.late import Late

__all__ = [
    "authlib_errors",
    "authlib_requests",
    "jose_errors",
    "jwk",
    "jwt",
    "requests",
    "urllib3_errors",
    "webauthn",
    "webauthn_errors",
    "webauthn_helpers",
    "webauthn_structs",
]

if TYPE_CHECKING:
    import requests
    import webauthn
    from authlib.common import errors as authlib_errors
    from authlib.integrations import requests_client as authlib_requests
    from joserfc import errors as jose_errors
    from joserfc import jwk, jwt
    from urllib3 import exceptions as urllib3_errors
    from webauthn import helpers as webauthn_helpers
    from webauthn.helpers import exceptions as webauthn_errors
    from webauthn.helpers import structs as webauthn_structs
else:
    requests = Late("requests")
    urllib3_errors = Late("urllib3.exceptions")
    authlib_errors = Late("authlib.common.errors")
    authlib_requests = Late("authlib.integrations.requests_client")
    jose_errors = Late("joserfc.errors")
    jwk = Late("joserfc.jwk")
    jwt = Late("joserfc.jwt")

    webauthn = Late("webauthn")
    webauthn_errors = Late("webauthn.helpers.exceptions")
    webauthn_helpers = Late("webauthn.helpers")
    webauthn_structs = Late("webauthn.helpers.structs")
