"""Commitments bind the answers and values that there are, and are made once."""

import hashlib
import hmac
import json
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select

from config import Config
from leaderboard.app import create_app
from leaderboard.commitments.answers import commit_answers, read_answers
from leaderboard.commitments.hashing import build_tree, find_path
from leaderboard.commitments.values import read_rankings
from leaderboard.db import Sessions
from leaderboard.evaluation.rank import rank_split
from leaderboard.items.values import pack_values, unpack_values
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Benchmark, Item
from leaderboard.models.commitment import AnswerCommitment, RankedCommitment, ValueCommitment
from leaderboard.models.ranking import Board, ItemValues
from leaderboard.models.reference import ItemReference
from leaderboard.models.sealed import AnswerSalt, CommittedValues
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.loaded import Load, Submit

TEXTS = {f"test-text-{n:03}": "ANSWER: B" if n < 2 else "C" for n in range(3)} | {
    "test-image-000": "B",
    "test-report-000": "There is excellent alignment.",
}


def sha(array: list[Any]) -> str:
    text = json.dumps(array, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def fold(row: list[str]) -> str:
    """The root of a hash tree, by halves at powers of two: written apart from the site's."""
    if len(row) == 1:
        return row[0]
    half = 1 << (len(row) - 1).bit_length() - 1
    return hashlib.sha256((fold(row[:half]) + fold(row[half:])).encode()).hexdigest()


def walk(leaf: str, path: list[Any]) -> str:
    for side, digest in path:
        both = digest + leaf if side == "left" else leaf + digest
        leaf = hashlib.sha256(both.encode()).hexdigest()
    return leaf


@pytest.mark.parametrize("n", range(1, 20))
def test_every_leaf_of_a_tree_leads_to_its_root(n: int) -> None:
    leaves = [hashlib.sha256(str(place).encode()).hexdigest() for place in range(n)]
    rows = build_tree(leaves)
    assert rows[-1] == [fold(leaves)]
    for place, leaf in enumerate(leaves):
        assert walk(leaf, find_path(rows, place)) == rows[-1][0]


def test_a_published_version_has_a_commitment_for_each_hidden_answer(
    sessions: Sessions, load: Load
) -> None:
    load(2, 1, 1)
    with sessions.read() as session:
        committed = read_answers(session, get_benchmark(session, "tiny"))
        rows = session.execute(
            select(Item, ItemReference, AnswerSalt.salt)
            .join(ItemReference, ItemReference.item_id == Item.id)
            .join(AnswerSalt, AnswerSalt.item_id == Item.id)
            .order_by(Item.position)
        ).all()
    assert not committed.is_late
    made = {one.key: one.commitment for one in committed.items}
    assert set(made) == {item.key for item, _, _ in rows} == {*TEXTS} - {"test-text-002"}
    for item, reference, salt in rows:
        report = {
            "reference_report": reference.reference_report,
            "checklist": reference.checklist,
        }
        answer = reference.answer or report
        names = ["tiny", "1.0.0", "test", item.key]
        assert made[item.key] == sha(["spinebench-answer-1", salt.hex(), *names, answer])
    assert len({salt for _, _, salt in rows}) == len(rows)
    lines = "".join(f"{one}\n" for one in sorted(made.values()))
    assert committed.root == hashlib.sha256(lines.encode()).hexdigest()


def test_a_ranking_commits_to_the_values_that_it_was_made_from(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(3, 1, 1)
    key = submit_texts(TEXTS, judges=[ChecklistJudge()])
    with sessions.read() as session:
        (ranking,) = read_rankings(session, get_benchmark(session, "tiny"))
        sealed = session.scalars(select(CommittedValues)).one()
    (model,) = ranking.models
    assert (model.model, model.submission) == ("model-a", key)
    assert model.scores[Board.TEXT] == pytest.approx(200 / 3)
    written = ["100.0000", "100.0000", "0.0000", "100.0000", "100.0000"]
    names = ["tiny", "1.0.0", "test", key]
    leaves = []
    for item, value in zip(TEXTS, written, strict=True):
        salt = hmac.new(sealed.seed, item.encode(), "sha256").hexdigest()
        leaves.append(sha(["spinebench-value-1", salt, *names, item, value, True]))
    assert model.root == fold(leaves)
    assert ranking.root == hashlib.sha256(f"{model.root}\n".encode()).hexdigest()


def test_values_keep_their_commitment_until_they_change(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(3, 1, 1)
    submit_texts(TEXTS, judges=[ChecklistJudge()])

    def rank() -> str:
        with sessions.write() as session:
            benchmark = get_benchmark(session, "tiny")
            rank_split(session, get_split(benchmark, "test").id)
            (ranking,) = read_rankings(session, benchmark)
            return ranking.models[0].root

    first = rank()
    assert rank() == first
    with sessions.write() as session:
        row = session.scalars(select(ItemValues)).one()
        changed = unpack_values(row.content).copy()
        changed[-1] = np.nan
        row.content = pack_values(changed)
    assert rank() != first
    with sessions.read() as session:
        roots = session.scalars(select(ValueCommitment.root)).all()
    assert len(roots) == 2
    assert first in roots


@pytest.mark.one_database
def test_a_version_from_before_gets_its_commitments_by_command_and_keeps_them(
    sessions: Sessions,
    load: Load,
    submit_texts: Submit,
    database_url: str,
    redis_url: str,
) -> None:
    load(3, 1, 1)
    submit_texts(TEXTS, judges=[ChecklistJudge()])
    with sessions.write() as session:
        for table in (
            RankedCommitment,
            CommittedValues,
            ValueCommitment,
            AnswerSalt,
            AnswerCommitment,
        ):
            session.execute(delete(table))
        assert read_answers(session, get_benchmark(session, "tiny")).root is None
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 40}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    said = run(args=("benchmark", "commit")).output
    assert "tiny 1.0.0: 5 answers and 1 rankings committed to." in said
    with sessions.read() as session:
        benchmark = get_benchmark(session, "tiny")
        root, rankings = read_answers(session, benchmark).root, read_rankings(session, benchmark)
    assert f"Root: {root}" in said
    assert len(rankings[0].models) == 1
    assert "0 answers and 0 rankings" in run(args=("benchmark", "commit")).output
    with sessions.write() as session:
        benchmark = session.scalars(select(Benchmark)).one()
        assert commit_answers(session, benchmark) == 0
        assert read_answers(session, benchmark).root == root
