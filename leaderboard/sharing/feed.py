"""The Atom feed of results and benchmarks (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from leaderboard.sharing.templates import TEMPLATES, make_printable
from leaderboard.site import Site


class Entry(NamedTuple):
    """Something new; `subject` names it for good, such as "submission abc"."""

    subject: str
    title: str
    summary: str
    path: str
    at: datetime


def write_feed(entries: Sequence[Entry], site: Site, began_at: datetime) -> bytes:
    """The feed of `entries`, newest first; one without entries was updated when it `began_at`.

    Ids follow from the subjects alone, so they stay when the site's address changes.
    """
    text = TEMPLATES.get_template("feed.atom").render(
        entries=sorted(entries, key=lambda entry: entry.at, reverse=True),
        base_url=site.url,
        site_name=make_printable(site.name),
        updated=max((entry.at for entry in entries), default=began_at),
        make_id=make_id,
        printable=make_printable,
        write_time=_write_time,
    )
    return text.encode()


def make_id(subject: str) -> str:
    """A URN that is the same for the same subject everywhere."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:spinebench:{subject}").urn


def _write_time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
