"""Short texts above the pages of the site or of a benchmark, until a date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import FieldProblems, InvalidRequest, NotFound
from leaderboard.hosting.act import Act
from leaderboard.models.moderation import Announcement, AnnouncementBenchmark
from leaderboard.models.role import SITE

MAX_CHARACTERS, MAX_DAYS = 300, 366


def announce(session: Session, text: str, until: str, actor: str, benchmark: str = SITE) -> Act:
    """Show `text` through the day `until` (YYYY-MM-DD, UTC). Raises InvalidRequest.

    It stands above every page, or above those of one benchmark.
    """
    fields = FieldProblems()
    text = " ".join(text.split())
    with fields.at("text"):
        if not 1 <= len(text) <= MAX_CHARACTERS:
            raise InvalidRequest(
                "The announcement is empty or too long.", f"Use 1 to {MAX_CHARACTERS} characters."
            )
    with fields.at("until"):
        until_at = _read_end(until)
    fields.raise_all()
    row = Announcement(text=text, created_at=now(), until_at=until_at)
    if benchmark != SITE:
        row.about = AnnouncementBenchmark(benchmark=benchmark)
    session.add(row)
    session.flush()
    subject = f"until {until_at:%Y-%m-%d %H:%M}"
    add_audit(session, actor, "announce", subject, text, benchmark=benchmark)
    where = "every page" if benchmark == SITE else f"the pages of {benchmark}"
    return Act(f"The announcement is now at the top of {where}.")


def end_announcement(session: Session, key: int, actor: str) -> Act:
    """Show an announcement no more. Raises NotFound."""
    found = session.get(Announcement, key)
    if found is None:
        raise no_announcement()
    found.until_at = min(found.until_at, now())
    subject = f"announcement {key}"
    add_audit(session, actor, "end announcement", subject, found.text, benchmark=found.benchmark)
    return Act("The announcement has been removed.")


def no_announcement() -> NotFound:
    """What is said of an announcement that is not there, or is none of theirs who ask."""
    return NotFound("There is no such announcement.", "See the list of announcements.")


def read_announcements(session: Session) -> list[Announcement]:
    """Those that stand now above any page, oldest first."""
    return list(
        session.scalars(
            select(Announcement).where(Announcement.until_at > now()).order_by(Announcement.id)
        )
    )


def _read_end(text: str) -> datetime:
    """The end of the day that `text` names, which is today or later."""
    remedy = f"Choose today or a later day, at most {MAX_DAYS} days ahead."
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidRequest(f"{text[:20]!r} is not a date.", remedy) from None
    if not 0 <= (day - now().date()).days <= MAX_DAYS:
        raise InvalidRequest(f"{day} is too early or too late.", remedy)
    return datetime.combine(day, time(), UTC) + timedelta(days=1)
