"""A host's archive of a ranking gives every rank range again."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from leaderboard.bundles.archive import read_archive, write_archive
from leaderboard.bundles.ranking import gather_ranking
from leaderboard.db import Sessions
from leaderboard.errors import NotFound
from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.releases import open_next
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.campaign import ReleaseOrder
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import read_ranking
from tests.bundles.made import change_line, names_of, verify
from tests.evaluation.test_feedback import answer
from tests.loaded import Load, Submit

pytestmark = pytest.mark.one_database
N = 40


def bundle_ranking(sessions: Sessions, release: int | None = None) -> bytes:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        made = gather_ranking(session, split, release)
        return write_archive(made.manifest, made.members, None)


@pytest.fixture
def ranked(load: Load, submit_texts: Submit) -> None:
    """Three models on text, the first of which is far better."""
    load(N, 0, 0)
    for model, n_right in (("model-a", 40), ("model-b", 12), ("model-c", 10)):
        right = {f"test-text-{number:03}" for number in range(n_right)}
        submit_texts(answer(right, n=N), model, judges=[ChecklistJudge()])


def test_each_rank_range_is_that_of_the_page(sessions: Sessions, ranked: None) -> None:
    found = verify(bundle_ranking(sessions))
    assert names_of(found, "same") == list(found)
    with sessions.read() as session:
        table = read_ranking(session, get_split(get_benchmark(session, "tiny"), "test"), Board.TEXT)
        ranks = {row.model.slug: row.ranks[Board.TEXT] for row in table.rows}
    for model, rank in ranks.items():
        assert found[f"{model}: Text, rank"]["shown"].startswith(f"{rank.low} to {rank.high}")
    assert found["model-a: Text, rank"]["shown"] == "1 to 1"
    assert found["model-c: Text, rank"]["shown"] == "2 to 3, the leader is significantly better"
    assert found["model-a: Report, rank"]["shown"] == "no rank"


def test_a_changed_value_or_rank_shows(sessions: Sessions, ranked: None) -> None:
    raw = bundle_ranking(sessions)
    found = verify(change_line(raw, "entries.jsonl", lambda line: {**line, "rank_high": 9}))
    assert len(names_of(found, "differs")) == 1
    zeros = json.loads(json.dumps([0.0] * N))
    found = verify(change_line(raw, "ranked.jsonl", lambda line: {**line, "values": zeros}))
    assert names_of(found, "differs")
    with pytest.raises(ValueError, match="not a value for each item"):
        verify(change_line(raw, "ranked.jsonl", lambda line: {**line, "values": [1.0]}))


def test_a_closed_release_is_ranked_again_from_the_values_that_it_committed_to(
    sessions: Sessions, ranked: None
) -> None:
    before = verify(bundle_ranking(sessions))
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        open_next(session, split, "host@example.org", "Spring.")
    assert verify(bundle_ranking(sessions, release=1)) == before
    with pytest.raises(NotFound):
        bundle_ranking(sessions, release=9)


def read_report_ranks(sessions: Sessions) -> list[Any]:
    found = verify(bundle_ranking(sessions))
    assert names_of(found, "same") == list(found)
    return [found[f"{model}: Report, rank"] for model in ("model-a", "model-b")]


def test_ranks_by_calibrated_reports_come_from_their_means_and_errors(
    sessions: Sessions, keys: list[str]
) -> None:
    # Nothing is ahead by the scores of a judge that was never run on the order suite.
    assert {one["shown"] for one in read_report_ranks(sessions)} == {"no rank"}
    with sessions.write() as session:
        session.execute(update(ReleaseOrder).values(may_rank=True))
        rank_split(session, session.get_one(Submission, keys[0]).split_id)
    found = verify(bundle_ranking(sessions))
    assert names_of(found, "same") == list(found)
    ranks = {found[f"{model}: Report, rank"]["shown"] for model in ("model-a", "model-b")}
    assert "no rank" not in ranks
    assert len(keys) == 3


def test_a_model_that_stands_by_several_files_is_ranked_again_by_their_values(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(N, N, 0)
    right = {f"test-text-{number:03}" for number in range(N)}
    for model, n_right in (("model-a", 12), ("model-b", 10)):
        pictures = {f"test-image-{number:03}" for number in range(n_right)}
        both = answer(set(), n=N) | answer(pictures, "image", n=N)
        submit_texts(both, model, judges=[ChecklistJudge()])
    submit_texts(answer(right, n=N), "model-a", judges=[ChecklistJudge()])
    found = verify(bundle_ranking(sessions))
    assert names_of(found, "same") == list(found)
    assert found["model-a: MCQ total, rank"]["shown"] == "1 to 1"
    assert found["model-a: Image, rank"]["shown"].startswith("1 to 2")


def test_ranks_of_a_model_with_runs_follow_from_the_values_of_each_run(
    sessions: Sessions, ranked: None, submit_texts: Submit
) -> None:
    judges = [ChecklistJudge()]
    rights = ({*range(26)}, {*range(4, 40)}, {*range(20)})
    first = None
    for numbers in rights:
        right = {f"test-text-{number:03}" for number in numbers}
        sent = submit_texts(answer(right, n=N), "model-d", judges=judges, run_of=first)
        first = first or sent
    raw = bundle_ranking(sessions)
    lines = [json.loads(line) for line in read_archive(raw).members["ranked.jsonl"].splitlines()]
    place = next(place for place, line in enumerate(lines) if line["model"] == "model-d")
    (block,) = lines[place]["runs"]
    assert [sum(run) / 100 for run in block] == [26, 36, 20]
    assert sum(lines[place]["values"]) == pytest.approx(100 * (26 + 36 + 20) / 3, rel=1e-6)
    found = verify(raw)
    assert names_of(found, "same") == list(found)
    # By the means of items alone the model would be told apart from the first: runs differ widely.
    plain = change_line(raw, "ranked.jsonl", lambda line: {**line, "runs": []}, number=place)
    assert "model-d: Text, rank" in names_of(verify(plain), "differs")
