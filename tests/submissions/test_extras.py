"""What stands beside predictions is kept, taken away with them, and never part of a text."""

import io
import json

import pytest
from sqlalchemy import select

from leaderboard.bundles.archive import read_archive
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.silence import forget_unanswered
from leaderboard.models.benchmark import Item
from leaderboard.models.endpoint import EndpointReply
from leaderboard.models.submission import EXTRA_NAMES, PredictionExtras, Submission
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.people.deletion import delete_account
from leaderboard.submissions.content import read_content
from leaderboard.submissions.read import read_predictions
from leaderboard.submissions.submit import read_known_items, submit
from tests.bundles.made import bundle
from tests.factories import NO_LIMIT, make_card, make_team, score_submission
from tests.loaded import Load

SAID = {
    "confidence": 0.75,
    "input_tokens": 300,
    "output_tokens": 5_000_000_000,
    "cost_usd": 0.002,
    "latency_s": 1.5,
    "run": "run of Ada",
}


def submit_file(sessions: Sessions, lines: list[dict[str, object]]) -> str:
    raw = "\n".join(map(json.dumps, lines)).encode()
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        split = get_split(get_benchmark(session, "tiny"), "test")
        known = read_known_items(session, split)
        return submit(
            session,
            user=user,
            model_card=make_card(session, make_team(session, "team", user), "model-a"),
            split=split,
            predictions=read_predictions(read_content(io.BytesIO(raw), 2**20), known),
            file_name="predictions.jsonl",
            quota=NO_LIMIT,
        ).id


@pytest.fixture
def key(sessions: Sessions, load: Load) -> str:
    """A submission of three predictions, beside which one says everything, one nothing."""
    load(3, 0, 0)
    lines: list[dict[str, object]] = [
        {"id": "test-text-000", "prediction": "B", **SAID},
        {"id": "test-text-001", "prediction": "B"},
        {"id": "test-text-002", "prediction": "C", "confidence": 0},
    ]
    return submit_file(sessions, lines)


def read_rows(sessions: Sessions) -> dict[str, dict[str, object]]:
    with sessions.read() as session:
        rows = session.execute(
            select(Item.key, PredictionExtras).join(Item, Item.id == PredictionExtras.item_id)
        ).all()
        return {key: {name: getattr(row, name) for name in EXTRA_NAMES} for key, row in rows}


def test_what_a_file_says_beside_predictions_is_kept_and_stands_in_the_archives(
    sessions: Sessions, key: str
) -> None:
    kept = read_rows(sessions)
    assert kept == {
        "test-text-000": SAID,
        "test-text-002": dict.fromkeys(EXTRA_NAMES) | {"confidence": 0.0},
    }
    score_submission(sessions, key)
    for viewer in (Viewer.TEAM, Viewer.HOST):
        written = read_archive(bundle(sessions, key, viewer)).members["predictions.jsonl"]
        lines = [json.loads(line) for line in written.splitlines()]
        assert [line.get("confidence") for line in lines] == [0.75, None, 0.0]
        assert {name: lines[0][name] for name in SAID} == SAID


def test_the_name_of_a_run_goes_with_the_account_that_gave_it(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        delete_account(session, session.get_one(Submission, key).user)
    assert read_rows(sessions)["test-text-000"] == SAID | {"run": None}


def test_what_is_asked_for_again_is_forgotten_with_its_text(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        items = session.scalars(select(Item.id).where(Item.key.like("test-text-%"))).all()
        session.add_all(
            EndpointReply(
                submission_id=key,
                item_id=item,
                is_cut=True,
                is_only_reasoning=False,
                is_filtered=False,
                is_silent=True,
            )
            for item in items
        )
        session.flush()
        forget_unanswered(session, key)
    assert read_rows(sessions) == {}
