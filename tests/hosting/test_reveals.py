"""What a reveal of one version may give away of another, on both databases."""

import pytest

from leaderboard.commitments.opened import count_revealed
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.hosting.reveals import reveal_items, reveal_version
from leaderboard.packages.catalogue import get_benchmark
from tests.factories import load_items
from tests.package_files import make_items, make_manifest


def test_answers_that_another_version_still_hides_are_revealed_only_on_purpose(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        for version, n in (("1.0.0", 5), ("2.0.0", 3)):
            manifest = make_manifest(version=version, demonstration=False)
            load_items(session, make_items(n, 1, 1), manifest)
    said = r"hide the answers: 5 of tiny 2\.0\.0"
    with sessions.write() as session:
        old = get_benchmark(session, "tiny", "1.0.0")
        with pytest.raises(Conflict, match=said):
            reveal_version(session, old, "host", "It is over.")
        with pytest.raises(Conflict, match=r"1 of tiny 2\.0\.0") as refused:
            reveal_items(session, old, ["test-text-002", "test-text-003"], "host", "Retired.")
        assert "--also-live" in refused.value.remedy
        assert count_revealed(session, old) == 0
        # What the other version does not ask, or has revealed itself, gives nothing away there.
        reveal_items(session, old, ["test-text-003"], "host", "Retired.")
        new = get_benchmark(session, "tiny", "2.0.0")
        reveal_items(session, new, ["test-text-000"], "host", "Wrong.", also_live=True)
        reveal_items(session, old, ["test-text-000"], "host", "Wrong.")
        reveal_version(session, old, "host", "It is over.", also_live=True)
        assert count_revealed(session, old) == 7
