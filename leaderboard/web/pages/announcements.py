"""What is announced above every page, and above those of the benchmark that a page is about."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import cast

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from leaderboard.audit import read_audit_state
from leaderboard.hosting.announcements import read_announcements
from leaderboard.models.role import SITE
from leaderboard.web.services import database, find_noted_benchmark

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Give the templates of `app` the function announcements()."""
    app.add_template_global(announcements)


def announcements() -> list[str]:
    """The texts that stand above this page now, oldest first.

    None on a page that says the database is away.
    """
    if "announcements" not in g:
        try:
            g.announcements = [(one.benchmark, one.text) for one in read_announcements(database())]
        except SQLAlchemyError as error:
            log.warning("announcements cannot be read: %s", error)
            g.announcements = []
    standing = cast(list[tuple[str, str]], g.announcements)
    places = (SITE, find_noted_benchmark())
    return [text for benchmark, text in standing if benchmark in places]


def read_frame() -> Hashable:
    """What changes when a page must be rendered again: announcements, and any act of a host.

    A host hides, bans and verifies: what pages show changes before any ranking does.
    """
    return tuple(announcements()), read_audit_state(database())
