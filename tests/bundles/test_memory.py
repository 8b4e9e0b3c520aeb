"""An archive is made within a web request, so what it takes is bounded."""

import tempfile
import tracemalloc

import pytest

from leaderboard.bundles.archive import save_archive
from leaderboard.bundles.gather import gather_submission
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.submission import Submission
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.package_files import make_manifest, make_mcq

pytestmark = pytest.mark.one_database
N_ITEMS = 3000


def test_an_archive_of_many_predictions_takes_a_few_times_its_own_size(sessions: Sessions) -> None:
    splits = [{"name": "test", "items": "items/test.jsonl", "answers": "public"}]
    items = [make_mcq(number) for number in range(N_ITEMS)]
    with sessions.write() as session:
        load_items(session, items, make_manifest(splits=splits))
        card = make_card(session, make_team(session, "team", make_user(session, "ada")), "model")
        key = make_submission(session, {one["id"]: "ANSWER: B" for one in items}, card=card)
    score_submission(sessions, key, [ChecklistJudge()])
    for is_warm in (False, True):
        with sessions.read() as session, tempfile.TemporaryFile() as place:
            found = session.get_one(Submission, key)
            tracemalloc.start()
            made = gather_submission(session, found, Viewer.HOST)
            save_archive(place, made.manifest, made.members, None)
            peak, n_bytes = tracemalloc.get_traced_memory()[1], place.tell()
            tracemalloc.stop()
        if is_warm:
            assert n_bytes > 300 * N_ITEMS
            assert peak < 6 * n_bytes
