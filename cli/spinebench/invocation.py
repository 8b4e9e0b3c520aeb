"""One run of the command: what it was told, what is on this machine, and the way to the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from spinebench.address import check_token_may_travel, read_address
from spinebench.api import Api
from spinebench.credentials import (
    Credentials,
    credentials_path,
    is_readable_by_others,
    read_credentials,
)
from spinebench.errors import NotSignedInError
from spinebench.terminal import Terminal
from spinebench.transport import Transport


@dataclass
class Invocation:
    """The environment and the options that every command shares."""

    environ: Mapping[str, str] = field(repr=False)
    sleep: Callable[[float], None]
    terminal: Terminal = field(default_factory=Terminal)
    url: str | None = None
    token: str | None = field(default=None, repr=False)
    insecure: bool = False

    @property
    def credentials_path(self) -> Path:
        """The file that keeps sign-ins."""
        return credentials_path(self.environ)

    @cached_property
    def credentials(self) -> Credentials:
        """The kept sign-ins, read once; says so when others can read them."""
        path = self.credentials_path
        if is_readable_by_others(path):
            self.terminal.say(f"Others can read your token: run `chmod 600 {path}`.")
        return read_credentials(path)

    def get_url(self) -> str:
        """--url, else SPINEBENCH_URL, else the server signed in to last."""
        text = self.url or self.environ.get("SPINEBENCH_URL") or self.credentials.url
        if not text:
            raise NotSignedInError(
                "No server has been set yet.",
                remedy="Run `spinebench login`, or set SPINEBENCH_URL.",
            )
        return read_address(text)

    def find_token(self, url: str) -> str | None:
        """--token, else SPINEBENCH_TOKEN, else the token kept for exactly this server."""
        given = self.token or self.environ.get("SPINEBENCH_TOKEN")
        if given:
            return read_token(given)
        return self.credentials.tokens.get(url)

    @contextmanager
    def api(self, *, public: bool = False) -> Iterator[Api]:
        """The server's API with the token; without one only where `public`."""
        url = self.get_url()
        token = self.find_token(url)
        if token is None and not public:
            raise NotSignedInError(
                f"Not signed in to {url}.",
                remedy="Run `spinebench login`, or set SPINEBENCH_TOKEN. "
                f"Create a token at {url}/account",
            )
        with self.api_with(url, token) as api:
            yield api

    @contextmanager
    def api_with(self, url: str, token: str | None) -> Iterator[Api]:
        """The API at `url` with just this token. Raises NotSignedInError where it may be read."""
        if token is not None and not self.insecure:
            check_token_may_travel(url)
        transport = Transport(url, token, sleep=self.sleep, notify=self.terminal.say)
        try:
            yield Api(transport)
        finally:
            transport.close()


def read_token(text: str) -> str:
    """The token without stray blanks. Raises NotSignedInError, never repeating it."""
    token = text.strip()
    if not token.startswith("sbk_") or not token.isascii() or not token.isprintable():
        raise NotSignedInError(
            "That is not a token of this leaderboard.",
            remedy="A token starts with sbk_ and is shown only once, when you create it.",
        )
    if " " in token:
        raise NotSignedInError("There is a space inside the token.", remedy="Copy it again.")
    return token
