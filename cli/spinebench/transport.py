"""HTTP, politely: time-outs, retries where they are safe, and a token that goes nowhere else.

`requests` and `urllib3` are imported inside the functions that send: they take longer to import
than `spinebench --version` may last.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from spinebench.address import is_loopback
from spinebench.errors import (
    ApiError,
    SpinebenchError,
    UnexpectedAnswerError,
)
from spinebench.failures import describe_failure, describe_refusal
from spinebench.multipart import MultipartForm

if TYPE_CHECKING:
    from requests import PreparedRequest, Response, Session

Read = TypeVar("Read")

CONNECT_SECONDS = 10
READ_SECONDS = 60
# The server reads and checks the whole file before it answers.
UPLOAD_SECONDS = 300
PIECE = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """How often a GET is sent again, and the seconds between: doubling, up to the longest."""

    n_retries: int = 3
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def waits(self) -> Iterator[float]:
        """The seconds to wait before each retry, a little scattered."""
        for retry in range(self.n_retries):
            wait = min(self.first_wait * 2**retry, self.longest_wait)
            yield wait * random.uniform(0.8, 1.2)


# For somebody who waits at the terminal: about four seconds in all.
ORDINARY = Patience()
# For somebody who watches a submission: about a minute before giving up.
WATCHING = Patience(n_retries=7)


class Transport:
    """Requests to one server, with one token or none.

    `notify` hears a sentence before each wait; `sleep` waits the given seconds.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None,
        *,
        sleep: Callable[[float], None],
        notify: Callable[[str], None],
    ) -> None:
        self.base_url = base_url
        self._token = token
        self._sleep = sleep
        self._notify = notify
        self._opened: Session | None = None

    def get_json(self, path: str, params: Mapping[str, str], patience: Patience) -> Any:
        """The answer's JSON; connection faults, 429, 502, 503 and 504 are tried again."""
        return self._get(path, params, patience, self._read_json)

    def download(
        self, path: str, target: BinaryIO, on_received: Callable[[int, int | None], None]
    ) -> None:
        """Writes the answer's body into `target`, from its start again after a fault.

        `on_received` hears the number of bytes so far and the total (None: unknown).
        """

        def write(answer: Response) -> None:
            target.seek(0)
            target.truncate()
            length = answer.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            for piece in answer.iter_content(PIECE):
                target.write(piece)
                on_received(target.tell(), total)

        self._get(path, {}, ORDINARY, write)

    def post_json(self, path: str, body: Mapping[str, Any] | None) -> Any:
        """Sends once, never again by itself. Raises LostConnectionError when unsure."""
        with self._answer("POST", path, READ_SECONDS, json=body) as answer:
            return self._read_json(answer)

    def patch_json(self, path: str, body: Mapping[str, Any]) -> Any:
        """Sends once, never again by itself. Raises LostConnectionError when unsure."""
        with self._answer("PATCH", path, READ_SECONDS, json=body) as answer:
            return self._read_json(answer)

    def post_form(self, path: str, fields: Sequence[tuple[str, str]]) -> Any:
        """Sends a form without a file once. Raises LostConnectionError when unsure."""
        with self._answer("POST", path, READ_SECONDS, data=list(fields)) as answer:
            return self._read_json(answer)

    def delete(self, path: str) -> Any:
        """Sends once, never again by itself. Raises LostConnectionError when unsure."""
        with self._answer("DELETE", path, READ_SECONDS) as answer:
            return self._read_json(answer)

    def post_file(
        self, path: str, fields: Mapping[str, str], file: Path, on_sent: Callable[[int], None]
    ) -> Any:
        """Sends the form once, never again by itself. Raises LostConnectionError when unsure."""
        with (
            MultipartForm(fields, file, on_sent) as form,
            self._answer(
                "POST", path, UPLOAD_SECONDS, data=form, headers={"Content-Type": form.content_type}
            ) as answer,
        ):
            return self._read_json(answer)

    def close(self) -> None:
        """Ends every connection."""
        if self._opened is not None:
            self._opened.close()

    def _get(
        self,
        path: str,
        params: Mapping[str, str],
        patience: Patience,
        read: Callable[[Response], Read],
    ) -> Read:
        waits = patience.waits()
        while True:
            try:
                with self._answer("GET", path, READ_SECONDS, params=params) as answer:
                    return read(answer)
            except SpinebenchError as error:
                wait = next(waits, None)
                asked = error.retry_after or 0.0
                if not error.may_pass or wait is None or asked > patience.longest_wait:
                    raise
                wait = max(wait, asked)
                self._notify(f"{error.message} Trying again in {wait:.0f} s.")
                self._sleep(wait)

    @contextmanager
    def _answer(
        self, method: str, path: str, read_seconds: int, **content: Any
    ) -> Iterator[Response]:
        """The answer, its body unread, when it is not a refusal; raises SpinebenchError."""
        import requests

        try:
            with self._session().request(
                method,
                f"{self.base_url}/api/v1{path}",
                auth=self._sign,
                timeout=(CONNECT_SECONDS, read_seconds),
                # A redirected POST would silently become a GET.
                allow_redirects=method == "GET",
                stream=True,
                **content,
            ) as answer:
                self._check(answer)
                yield answer
        except requests.RequestException as error:
            raise describe_failure(
                error, self.base_url, may_have_arrived=method != "GET"
            ) from error

    def _session(self) -> Session:
        if self._opened is None:
            import requests

            self._opened = requests.Session()
            self._opened.max_redirects = 5
            self._opened.headers["User-Agent"] = f"spinebench/{version('spinebench')}"
            self._opened.headers["Accept"] = "application/json, application/zip"
            # A proxy has no business between this machine and itself.
            self._opened.trust_env = not is_loopback(self.base_url)
        return self._opened

    def _sign(self, request: PreparedRequest) -> PreparedRequest:
        """Adds the token. Given as `auth`, so that no .netrc entry takes its place."""
        if self._token is not None:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _check(self, answer: Response) -> None:
        if answer.is_redirect:
            raise UnexpectedAnswerError(
                f"{self.base_url} has moved to {answer.headers['Location']}",
                remedy="Sign in again with the new address: spinebench login --url ADDRESS",
            )
        if answer.ok:
            return
        error = _read_refusal(answer) or describe_refusal(answer.status_code, answer.url)
        error.retry_after = _read_retry_after(answer.headers.get("Retry-After"))
        if answer.status_code == 401 and answer.history:
            error.remedy = f"The address redirects to {answer.url}: use that one. {error.remedy}"
        raise error

    def _read_json(self, answer: Response) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise UnexpectedAnswerError(
                f"{self.base_url} responds, but not as a SpineBench server.",
                remedy="Check the address (--url, SPINEBENCH_URL or `spinebench login`).",
            ) from error


def _read_refusal(answer: Response) -> ApiError | None:
    """The refusal in the API's own shape; None when something else refused, such as a proxy."""
    try:
        body = answer.json()
        return ApiError(answer.status_code, body)
    except ValueError:
        return None


def _read_retry_after(value: str | None) -> float | None:
    """Seconds from now, whichever of its two forms the header has; None where it has neither."""
    from urllib3.exceptions import InvalidHeader
    from urllib3.util import Retry

    try:
        return None if value is None else Retry().parse_retry_after(value)
    except (InvalidHeader, ValueError, OverflowError):
        return None
