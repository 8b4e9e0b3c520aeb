"""Lines of the log, as text or JSON, with the ids of what they are about."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal

LogFormat = Literal["text", "json"]

_IDS: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ACCESS = "gunicorn.access"
_PARTS = {"method": "m", "path": "U", "status": "s", "bytes": "B", "seconds": "L"}
"""What an access log line tells beside its message, by gunicorn's names."""


@contextmanager
def noting(**ids: str) -> Iterator[None]:
    """Have every line that is written meanwhile name `ids`, such as `request` or `submission`."""
    token = _IDS.set({**_IDS.get(), **{name: value for name, value in ids.items() if value}})
    try:
        yield
    finally:
        _IDS.reset(token)


def note(**ids: str) -> None:
    """The same until the `noting` around it ends."""
    _IDS.set({**_IDS.get(), **ids})


def read_ids() -> Mapping[str, str]:
    """What lines name that are written now."""
    return _IDS.get()


class LineFormatter(logging.Formatter):
    """Writes time (UTC), level, logger, message, ids and traceback.

    JSON is one object a line. In text only a record begins a line at its margin: control characters
    of a message are escaped, lines of a traceback indented, as either may hold what a stranger
    sent. `hide` takes out what no log may hold.
    """

    def __init__(self, kind: LogFormat, hide: Callable[[str], str] = str) -> None:
        super().__init__()
        self._kind = kind
        self._hide = hide

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        message = self._hide(record.getMessage())
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        at = at.replace("+00:00", "Z")
        ids = _IDS.get()
        if self._kind == "text":
            named = "".join(f" {name}={value}" for name, value in ids.items())
            line = f"{at} {record.levelname} {record.name}: {message}"
            line += f" [{named.strip()}]" if named else ""
            lines = self._hide(trace).split("\n") if trace else []
            return "\n  ".join(map(_escape, [line, *lines]))
        fields: dict[str, Any] = {"time": at, "level": record.levelname, "logger": record.name}
        fields |= {"message": message, **ids}
        if record.name == _ACCESS and isinstance(record.args, Mapping):
            fields |= {name: record.args[key] for name, key in _PARTS.items()}
        if trace:
            fields["exception"] = self._hide(trace)
        return json.dumps(fields, default=str)


def _escape(line: str) -> str:
    """The line with its control characters and line separators written as escapes."""
    return _BREAKS.sub(lambda found: ascii(found[0])[1:-1], line)


def configure(kind: LogFormat, hide: Callable[[str], str] = str) -> None:
    """Write this process's log to its standard error so, unless it goes elsewhere already."""
    root, formatter = logging.getLogger(), LineFormatter(kind, hide)
    own = [one for one in root.handlers if isinstance(one.formatter, LineFormatter)]
    for handler in own:
        handler.setFormatter(formatter)
    if not own:
        handler = logging.StreamHandler()
        handler.setFormatter(formatter)
        logging.basicConfig(handlers=[handler], level="INFO")
