"""The Atom feed of results and benchmarks (RFC 4287)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree as Xml

ATOM = "http://www.w3.org/2005/Atom"


class Entry(NamedTuple):
    """Something new; `subject` names it for good, such as "submission abc"."""

    subject: str
    title: str
    summary: str
    path: str
    at: datetime


def write_feed(entries: Sequence[Entry], base_url: str, began_at: datetime) -> bytes:
    """The feed of `entries`, newest first; one without entries was updated when it `began_at`.

    Ids follow from the subjects alone, so they stay when the site's address changes.
    """
    feed = Xml.Element("feed", {"xmlns": ATOM})
    _add(feed, "id", make_id("feed"))
    _add(feed, "title", "SpineBench: results and benchmarks")
    _add(feed, "updated", _write_time(max((entry.at for entry in entries), default=began_at)))
    Xml.SubElement(feed, "link", {"rel": "self", "href": f"{base_url}/feed.atom"})
    Xml.SubElement(feed, "link", {"rel": "alternate", "href": f"{base_url}/"})
    author = Xml.SubElement(feed, "author")
    _add(author, "name", "SpineBench")
    for entry in sorted(entries, key=lambda entry: entry.at, reverse=True):
        element = Xml.SubElement(feed, "entry")
        _add(element, "id", make_id(entry.subject))
        _add(element, "title", entry.title)
        _add(element, "updated", _write_time(entry.at))
        Xml.SubElement(element, "link", {"rel": "alternate", "href": base_url + entry.path})
        _add(element, "summary", entry.summary)
    written: bytes = Xml.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def make_id(subject: str) -> str:
    """A URN that is the same for the same subject everywhere."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:spinebench:{subject}").urn


def _add(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, name).text = "".join(c for c in text if c.isprintable())


def _write_time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
