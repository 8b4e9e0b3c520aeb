"""A provider on loopback that does as a test says: OpenID Connect, and GitHub's OAuth 2."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "spinebench-test", "a secret of the tests"


class ScriptedProvider:
    """What it says of whoever comes: `claims` change the token's, None leaves one out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.claims: dict[str, Any] = {}
        self.github: dict[str, Any] = {"id": 7, "login": "octo", "name": "Octavia"}
        self.emails: list[dict[str, Any]] = []
        self.key = self.other_key = RSAKey.generate_key(2048, {"kid": "1"})
        self.is_down = self.is_slow = self.is_unsigned = False
        self.n_dripped = 0
        self.released = threading.Event()
        self.answer: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._codes: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        """Sign with a new key, which alone is published."""
        self.key = self.other_key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser goes back to."""
        code = secrets.token_urlsafe(9)
        self._codes[code] = query
        back = {"code": code, "state": query["state"]} | self.answer
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def redeem(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once, for who has its verifier."""
        query = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if query is None or query["code_challenge"] != challenge:
            return None
        claims = {
            "iss": self.url,
            "sub": "0000-0001",
            "aud": CLIENT_ID,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": query.get("nonce"),
        } | self.claims
        token = {"access_token": "of no use", "token_type": "Bearer"}
        if "openid" in query["scope"].split():
            kept = {name: value for name, value in claims.items() if value is not None}
            token["id_token"] = self._sign(kept)
        return token

    def _sign(self, claims: dict[str, Any]) -> str:
        if self.is_unsigned:
            parts = (json.dumps(part).encode() for part in ({"alg": "none"}, claims))
            return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
        return jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, self.key)

    def describe(self, path: str) -> Any:
        """The JSON at an address."""
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
            },
            "/jwks": {"keys": [self.other_key.as_dict(private=False)]},
            "/user": self.github,
            "/user/emails": self.emails,
        }.get(path)


class _Handler(BaseHTTPRequestHandler):
    provider: ScriptedProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.provider.asked.append((parts.path, query))
        if parts.path in {"/authorize", "/login/oauth/authorize"}:
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._answer(self.provider.describe(parts.path))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.provider.asked.append((self.path, form))
        self._answer(self.provider.redeem(form) or {"error": "invalid_grant"})

    def _answer(self, content: Any) -> None:
        if self.provider.is_slow:
            self._drip()
            return
        raw = json.dumps(content).encode()
        self.send_response(500 if self.provider.is_down else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _drip(self) -> None:
        """A byte at a time, for ever: the caller must give up."""
        self.send_response(200)
        self.end_headers()
        try:
            while self.provider.is_slow:
                self.wfile.write(b" ")
                self.wfile.flush()
                self.provider.n_dripped += 1
                self.provider.released.wait(0.1)
        except OSError:
            pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def open_provider() -> Iterator[ScriptedProvider]:
    """A provider at work on a free port."""

    class Handler(_Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Handler.provider = provider = ScriptedProvider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        provider.is_slow = False
        provider.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
