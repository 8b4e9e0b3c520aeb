"""Pictures outside the database, in an object store that speaks S3, where a host names one.

A column of StoredBytes holds the bytes themselves, or a mark that names their SHA-256: then the
object of that name has them, and what comes back is checked by it. Rows are the truth and objects
are never changed, so one that a failed transaction left behind does no harm.
"""

from __future__ import annotations

import hashlib
import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from leaderboard.errors import SpineBenchError

if TYPE_CHECKING:
    from obstore.store import S3Store

log = logging.getLogger(__name__)
MARK = b"\x00stored:"
"""How a value begins whose bytes are elsewhere; no file of a picture begins so."""
CONNECT_SECONDS, ANSWER_SECONDS, RETRY_SECONDS = 5, 20, 10
PROBE = "probe"


class StorageAway(SpineBenchError, DontWrapMixin):
    """The object store does not give or take what it should."""

    code = "unavailable"
    status = 503


class StorageSettings(NamedTuple):
    """Where objects are: `url` is `s3://bucket/prefix`; without `endpoint` it is Amazon's."""

    url: str
    endpoint: str
    key_id: str
    secret: str
    region: str


class Storage:
    """The objects of a site. Nothing is connected to before something is asked for."""

    def __init__(self) -> None:
        self._settings: StorageSettings | None = None
        self._store: S3Store | None = None
        self._process = 0

    def use(self, given: tuple[str, str, str, str, str] | None) -> None:
        """From now on use what is given, as StorageSettings has it; with None new bytes stay in the
        database."""
        self._settings = None if given is None else StorageSettings(*given)
        self._store = None

    @property
    def is_on(self) -> bool:
        """Whether new bytes go to an object store."""
        return self._settings is not None

    def read(self, sha256: str) -> bytes:
        """The bytes with this SHA-256. Raises StorageAway also where others came."""
        try:
            content = bytes(self._open().get(sha256).bytes())
        except Exception as error:
            raise _fail("give", sha256, type(error).__name__) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _fail("give", sha256, "other bytes came")
        return content

    def keep(self, content: bytes) -> str:
        """Keep the bytes, and return their SHA-256. Raises StorageAway."""
        sha256 = hashlib.sha256(content).hexdigest()
        try:
            self._open().put(sha256, content)
        except Exception as error:
            raise _fail("take", sha256, type(error).__name__) from None
        return sha256

    def answers(self) -> bool:
        """Whether the store can be asked."""
        from obstore.exceptions import NotFoundError

        try:
            self._open().head(PROBE)
        except (NotFoundError, FileNotFoundError):
            return True
        except Exception as error:
            log.warning("the object store is away: %s", type(error).__name__)
            return False
        return True

    def _open(self) -> S3Store:
        # Only a site that keeps objects needs the package; what it holds is of one process.
        from obstore.store import S3Store

        if self._settings is None:
            raise RuntimeError("STORAGE_URL is not set")
        if self._store is None or self._process != os.getpid():
            given, parts = self._settings, urlsplit(self._settings.url)
            options: dict[str, Any] = {
                "access_key_id": given.key_id,
                "secret_access_key": given.secret,
                "region": given.region,
            }
            if given.endpoint:
                options["endpoint"] = given.endpoint
            self._process = os.getpid()
            self._store = S3Store(
                parts.netloc,
                prefix=parts.path.strip("/") or None,
                client_options={
                    "timeout": f"{ANSWER_SECONDS}s",
                    "connect_timeout": f"{CONNECT_SECONDS}s",
                    "allow_http": given.endpoint.startswith("http://"),
                },
                retry_config={
                    "max_retries": 2,
                    "retry_timeout": timedelta(seconds=RETRY_SECONDS),
                },
                **options,
            )
        return self._store


def _fail(act: str, sha256: str, what: str) -> StorageAway:
    log.error("the object store did not %s %s: %s", act, sha256, what)
    return StorageAway(
        "The site cannot reach its store of pictures at the moment.",
        "Nothing was changed. Try again in a minute.",
    )


STORAGE = Storage()
"""The storage of this process, as it has one log."""


class StoredBytes(TypeDecorator[bytes]):
    """Bytes in the row or, where the site has an object store, in an object that the row names."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or not STORAGE.is_on:
            return value
        return MARK + STORAGE.keep(value).encode()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        if value is None or bytes(value[: len(MARK)]) != MARK:
            return value
        return STORAGE.read(bytes(value[len(MARK) :]).decode())
