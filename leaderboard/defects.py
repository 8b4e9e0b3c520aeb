"""Defects reported to Sentry: where they happened and of what kind, and nothing else of them.

What leaves is built anew from a list of what may. Messages of exceptions, values of variables,
requests and breadcrumbs are not on it: predictions, answers, keys, tokens and addresses of people
can be in any of them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from leaderboard.logs import read_ids

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

FLUSH_SECONDS = 2.0
_FIELDS = ("event_id", "timestamp", "level", "logger", "platform", "release", "environment")
_FRAME_FIELDS = ("filename", "function", "module", "lineno", "in_app")
_OURS = ("leaderboard", "workers")


def report_to(dsn: str) -> None:
    """From now on report what is logged as an error in this process, and in those it forks."""
    # Only a site that reports needs the package.
    import sentry_sdk
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None, event_level=logging.ERROR)],
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_client_reports=False,
        auto_session_tracking=False,
        before_send=keep_allowed,
    )


def flush() -> None:
    """Wait until what was reported has left, before this process ends at once."""
    if "sentry_sdk" in sys.modules:
        import sentry_sdk

        sentry_sdk.flush(FLUSH_SECONDS)


def keep_allowed(event: Event, hint: Hint) -> Event:
    """What of an event may leave: kinds of exceptions, places in the code, ids of our log."""
    given = cast("Mapping[str, Any]", event)
    kept: dict[str, Any] = {name: given[name] for name in _FIELDS if name in given}
    kept["tags"] = dict(read_ids())
    if str(given.get("logger")).partition(".")[0] in _OURS:
        # The words as they stand in the code, without what was filled in.
        record = hint.get("log_record")
        kept["message"] = str(record.msg) if record is not None else ""
    errors = given.get("exception", {}).get("values", [])
    kept["exception"] = {"values": [_keep_place(one) for one in errors]}
    return cast("Event", kept)


def _keep_place(error: Mapping[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    kept = [{name: one[name] for name in _FRAME_FIELDS if name in one} for one in frames]
    place = {name: error.get(name) for name in ("type", "module")}
    return {**place, "value": "", "stacktrace": {"frames": kept}}
