"""Hidden answers become public at the date that package or host gave, once, and not before."""

from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.orm import Session

from leaderboard.audit import read_audit
from leaderboard.commitments.dates import read_dates
from leaderboard.commitments.opened import count_revealed, read_opened
from leaderboard.db import Sessions, read_clock
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.hosting.overview import read_overview
from leaderboard.hosting.reveals import (
    ON_ITS_DATE,
    date_reveal,
    find_due,
    reveal_due,
    reveal_version,
)
from leaderboard.models.commitment import RevealDate
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.factories import load_items
from tests.package_files import make_items, make_manifest
from workers.calendar import follow_calendar

DATE = "2101-02-03T04:05:00Z"
N_ITEMS = 7


def dated(at: str | None, version: str = "1.0.0") -> dict[str, Any]:
    """The manifest of a version whose hidden answers become public at that moment."""
    manifest = make_manifest(version=version, demonstration=False)
    if at is not None:
        manifest["splits"][1]["reveal_at"] = at
    return manifest


def make_due(sessions: Sessions, version: str = "1.0.0") -> None:
    """Move the date of the hidden split so that it has just come."""
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny", version), "test")
        row = session.get_one(RevealDate, split.id)
        row.reveals_at = read_clock(session) - timedelta(milliseconds=1)


def test_at_its_date_the_reconciler_reveals_a_split_once_and_before_nobody_sees_anything(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(5, 1, 1), dated("2101-02-03T06:05:00+02:00"))
    follow_calendar(sessions)
    with sessions.read() as session:
        found = get_benchmark(session, "tiny")
        waits = read_dates(session, found)
        assert [row.reveals_at for row in waits.values()] == [datetime.fromisoformat(DATE)]
        assert count_revealed(session, found) == 0
    make_due(sessions)
    follow_calendar(sessions)
    follow_calendar(sessions)
    with sessions.read() as session:
        found = get_benchmark(session, "tiny")
        opened = read_opened(session, found)
        assert (len(opened.items), opened.complete) == (N_ITEMS, ["test"])
        assert opened.items[0].reason.startswith("As announced, at ")
        assert read_dates(session, found) == {}
        acts = [one for one in read_audit(session) if one.action == "reveal answers"]
        assert [one.actor for one in acts] == [ON_ITS_DATE]


def test_a_package_whose_date_is_past_is_refused_and_nothing_of_it_is_there(
    sessions: Sessions,
) -> None:
    with (
        pytest.raises(Conflict, match="at once and for good, because their date, 2026-01-31 12:00"),
        sessions.write() as session,
    ):
        load_items(session, make_items(5, 1, 1), dated("2026-01-31T12:00:00Z"))
    with sessions.read() as session, pytest.raises(NotFound):
        get_benchmark(session, "tiny")


def test_a_host_sets_moves_and_takes_back_a_date_and_none_that_is_past(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_items(session, make_items(5, 1, 1), dated(None))
        found = get_benchmark(session, "tiny")
        split, dev = get_split(found, "test"), get_split(found, "dev")
        for text in ("tomorrow", "2027-13-01", "0001-01-01 00:00+14:00"):
            with pytest.raises(InvalidRequest, match="is not a date"):
                date_reveal(session, split, text, "hanna")
        with pytest.raises(InvalidRequest, match="2026-01-01 00:00 UTC is past"):
            date_reveal(session, split, "2026-01-01", "hanna")
        with pytest.raises(Conflict, match="are public already"):
            date_reveal(session, dev, "2101-01-01", "hanna")
        with pytest.raises(Conflict, match="No date is set"):
            date_reveal(session, split, "", "hanna")
        done = date_reveal(session, split, "2101-01-01", "hanna")
        assert "become public at 2101-01-01 00:00 UTC" in done.message
        date_reveal(session, split, "2101-01-01 02:30+02:00", "hanna")
        moved = datetime(2101, 1, 1, 0, 30, tzinfo=UTC)
        assert [row.reveals_at for row in read_dates(session, found).values()] == [moved]
        date_reveal(session, split, " ", "hanna")
        assert read_dates(session, found) == {}
        # What was revealed by hand before its date is done.
        date_reveal(session, split, "2101-01-01", "hanna")
        reveal_version(session, found, "hanna", "It is over.")
    make_due(sessions)
    with sessions.write() as session:
        (due,) = find_due(session)
        assert reveal_due(session, due) == "All answers of tiny 1.0.0 test were public."
        assert reveal_due(session, due) is None
        assert find_due(session) == []


@pytest.mark.parametrize("is_refused", [True, False])
def test_one_reveal_that_fails_holds_up_no_other_and_no_phase(
    sessions: Sessions,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    is_refused: bool,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(5, 1, 1), dated(DATE) | {"slug": "first"})
        load_items(session, make_items(4, 1, 1), dated(DATE))
        first = get_split(get_benchmark(session, "first"), "test")
        session.get_one(RevealDate, first.id).reveals_at = datetime(2001, 1, 1, tzinfo=UTC)
        first_id = first.id
    make_due(sessions)
    error = Conflict("They have no commitment.") if is_refused else RuntimeError("broken")
    monkeypatch.setattr("workers.calendar.reveal_due", partial(fail_for, first_id, error))
    monkeypatch.setattr(
        "workers.calendar.freeze_due", lambda _: SimpleNamespace(nudges=("frozen",))
    )
    for _ in range(2):
        assert list(map(str, follow_calendar(sessions))) == ["frozen"]
    with sessions.read() as session:
        assert count_revealed(session, get_benchmark(session, "tiny")) == N_ITEMS - 1
        assert count_revealed(session, get_benchmark(session, "first")) == 0
        messages = [hold.message for hold in read_overview(session).holds]
    # What is refused waits for a host, who is told why; a defect is tried again each time.
    assert len(messages) == is_refused
    assert all("have no commitment" in one for one in messages)
    errors = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert len(errors) == (1 if is_refused else 2)
    assert all(f"split {first_id}" in one for one in errors)


def fail_for(split_id: int, error: Exception, session: Session, due: int) -> str | None:
    """Make a reveal but for that of one split, which is undone by an error."""
    done = reveal_due(session, due)
    if due == split_id:
        raise error
    return done


def test_a_date_that_would_give_away_what_another_version_hides_is_refused(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(5, 1, 1), dated(None))
    said = r"hide the answers: 5 of tiny 1\.0\.0\. This date would give them away"
    with pytest.raises(Conflict, match=said), sessions.write() as session:
        load_items(session, make_items(3, 1, 1), dated(DATE, "2.0.0"))
    with sessions.write() as session:
        old = get_split(get_benchmark(session, "tiny", "1.0.0"), "test")
        date_reveal(session, old, DATE, "hanna")
        load_items(session, make_items(3, 1, 1), dated(DATE, "2.0.0"))
        new = get_split(get_benchmark(session, "tiny", "2.0.0"), "test")
        with pytest.raises(Conflict, match=r"5 of tiny 2\.0\.0") as refused:
            date_reveal(session, old, "2100-01-01", "hanna")
        assert "--also-live" in refused.value.remedy
        date_reveal(session, old, "2100-01-01", "hanna", also_live=True)
        date_reveal(session, old, DATE, "hanna")
        # A date that is taken back afterwards holds the other one up, and hosts are told.
        date_reveal(session, new, "", "hanna")
    make_due(sessions)
    follow_calendar(sessions)
    follow_calendar(sessions)
    with sessions.write() as session:
        found = get_benchmark(session, "tiny", "1.0.0")
        assert count_revealed(session, found) == 0
        (hold,) = read_overview(session).holds
        assert "5 of tiny 2.0.0" in hold.message
        date_reveal(session, get_split(found, "test"), DATE, "hanna", also_live=True)
        assert read_overview(session).holds == []
    make_due(sessions)
    follow_calendar(sessions)
    with sessions.read() as session:
        assert count_revealed(session, get_benchmark(session, "tiny", "1.0.0")) == N_ITEMS
