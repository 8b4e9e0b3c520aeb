"""Uploaded packages as a worker takes them up, on both databases."""

from __future__ import annotations

import io

import pytest

from leaderboard.accounts.roles import EVERYWHERE
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.hosting.uploaded.keep import (
    find_report,
    get_uploaded,
    load_uploaded,
    read_uploaded,
    receive_package,
)
from leaderboard.hosting.uploaded.work import work_on_upload
from leaderboard.models.role import Role
from leaderboard.models.uploaded import UploadState
from leaderboard.packages.catalogue import get_loaded, read_items
from tests.factories import load_items, make_user
from tests.package_files import make_items, make_mcq
from tests.uploaded import MOST_BYTES, add_uploaded, zip_package


def test_a_package_of_several_pieces_is_looked_at_and_loaded_by_one_worker(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(2, 1, 1))
        hugo = make_user(session, "hugo", role=Role.HOST)
        items = [make_mcq(number, explanation="x" * 19_000) for number in range(90)]
        raw = io.BytesIO(zip_package(items, version="1.1.0"))
        assert len(raw.getvalue()) > MOST_BYTES
        kept, done = receive_package(session, raw, "p.zip", "tiny", "", hugo, 2 * MOST_BYTES)
        key = kept.id
        assert [nudge.key for nudge in done.nudges] == [key]
    assert work_on_upload(sessions, key, 4 * MOST_BYTES)
    assert not work_on_upload(sessions, key, 4 * MOST_BYTES)
    with sessions.write() as session:
        kept = get_uploaded(session, key)
        report = find_report(session, kept)
        assert report is not None
        assert (report.n_items, report.n_problems, report.front) == (90, 0, "1.0.0")
        assert "88 added" in report.changes[0].words
        user = kept.uploaded_by
        assert user is not None
        load_uploaded(session, kept, "", "", has_looked=False, user=user)
        with pytest.raises(Conflict, match="waits for a worker"):
            load_uploaded(session, kept, "", "", has_looked=False, user=user)
    assert work_on_upload(sessions, key, 4 * MOST_BYTES)
    with sessions.read() as session:
        assert get_uploaded(session, key).state is UploadState.LOADED
        (split,) = get_loaded(session, "tiny", "1.1.0").splits
        assert len(read_items(session, split)) == 90


def test_what_is_too_large_unpacked_is_a_problem_and_nothing_else(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_items(session, make_items(2, 1, 1))
        make_user(session, "hugo", role=Role.HOST)
    key = add_uploaded(sessions, "hugo@example.org")
    with sessions.write() as session:
        kept = get_uploaded(session, key)
        kept.state = UploadState.WAITING
    assert work_on_upload(sessions, key, 1_000)
    with sessions.read() as session:
        (kept,) = read_uploaded(session, EVERYWHERE)
        report = find_report(session, kept)
        assert report is not None
        assert (kept.state, report.n_problems, report.n_items) == (UploadState.READY, 1, 0)
