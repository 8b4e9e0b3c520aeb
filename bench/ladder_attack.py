"""An attack on hidden answers: random answer sheets, and a vote by everything the site returns.

It runs through the product's own code (submit, evaluate, the Ladder, disclosure, read_scores) on
an SQLite file, with the policy and without it: as a split whose results are all shown. Quotas are
off. Each seed is a site and an attack of its own. The attacker knows the items' subconditions and
tracks, and takes the first look at each track that the Ladder allows.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select

from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.db import Sessions, make_sessions, now
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.benchmark import Answers, Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.ranking import Metric, Slice
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.read import read_scores
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions
from leaderboard.submissions.submit import submit

N_TEXT, N_IMAGE, N_SUBCONDITIONS = 294, 193, 14
N_UPLOADS = 200
LETTERS = "ABCD"
CHANCE = 1 / len(LETTERS)
SEEDS = range(20261125, 20261130)
RUBRIC = {
    "key": "a",
    "name": "a",
    "dimensions": [{"key": "a", "name": "a", "question": "a", "anchors": {"1": "a"}}],
}


class Target(NamedTuple):
    """A site with hidden answers: places (N,) of the right letters; the rest is public."""

    sessions: Sessions
    right: NDArray[np.int64]
    tracks: NDArray[np.str_]
    subconditions: NDArray[np.str_]
    item_ids: Sequence[int]


class Gain(NamedTuple):
    """What an attack came to: accuracy of the vote (0..100), and how many results were shown."""

    accuracy: float
    n_shown: int

    @property
    def points(self) -> float:
        """Points over chance."""
        return self.accuracy - 100 * CHANCE


def measure() -> None:
    """Print a row for each policy, over all seeds."""
    print(
        f"{N_UPLOADS} random sheets, {N_TEXT + N_IMAGE} items, {N_SUBCONDITIONS} subconditions, "
        f"{len(SEEDS)} seeds"
    )
    print(f"{'policy':8}{'shown':>8}{'accuracy':>10}{'gain':>8}{'least':>8}{'most':>8}{'s':>8}")
    for name, answers in (("on", Answers.HIDDEN), ("off", Answers.PUBLIC)):
        begun = time.monotonic()
        with ProcessPoolExecutor() as pool:
            gains = list(pool.map(partial(attack_quietly, answers), SEEDS))
        points = [gain.points for gain in gains]
        shown = np.mean([gain.n_shown for gain in gains])
        accuracy = np.mean([gain.accuracy for gain in gains])
        print(
            f"{name:8}{shown:8.1f}{accuracy:10.1f}{np.mean(points):8.1f}{min(points):8.1f}"
            f"{max(points):8.1f}{time.monotonic() - begun:8.0f}",
            flush=True,
        )


def attack_quietly(answers: Answers, seed: int) -> Gain:
    """The whole attack in a process of its own, without a line for each result."""
    logging.disable(logging.WARNING)
    return attack(answers, N_TEXT, N_IMAGE, N_UPLOADS, seed)


def attack(answers: Answers, n_text: int, n_image: int, n_uploads: int, seed: int) -> Gain:
    """Send `n_uploads` random sheets and vote; PUBLIC answers are the policy switched off."""
    random = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        target = make_target(folder, answers, n_text, n_image, random)
        votes = np.zeros((n_text + n_image, len(LETTERS)))
        n_shown = 0
        for upload in range(n_uploads):
            sheet = random.integers(0, len(LETTERS), len(votes))
            sent = [{Track.TEXT}, {Track.IMAGE}, {Track.TEXT, Track.IMAGE}][min(upload, 2)]
            weights = weigh(target, send(target, sheet, sent, upload))
            n_shown += bool(np.any(weights != 0))
            votes[np.arange(len(votes)), sheet] += weights
        target.sessions.engine.dispose()
    # Ties, which are all there is before the first vote, are broken at random.
    guess = (votes + random.uniform(0, 1e-9, votes.shape)).argmax(axis=1)
    return Gain(100 * float((guess == target.right).mean()), n_shown)


def weigh(target: Target, submission_id: str) -> NDArray[np.float64]:
    """(N,) how much more often than by chance the sheet was right, by what its team may see.

    For each accuracy shown the share above chance of the items it is about, summed up.
    """
    weights = np.zeros(len(target.right))
    members = {Slice.SUBCONDITION: target.subconditions, Slice.TRACK: target.tracks}
    with target.sessions.read() as session:
        submission = session.get_one(Submission, submission_id)
        shown = read_scores(session, submission, Viewer.TEAM)
        for slice_, names in members.items():
            for score in shown.of(Metric.ACCURACY, slice_):
                if score.n_correct is not None:
                    sent = np.isin(target.tracks, submission.tracks)
                    weights[(names == score.name) & sent] += score.n_correct / score.n - CHANCE
    return weights


def send(target: Target, sheet: NDArray[np.int64], tracks: set[Track], number: int) -> str:
    """Submit and evaluate one sheet of answers to the items of `tracks`; the submission's id."""
    names = [track.value for track in tracks]
    texts = {
        item_id: LETTERS[place]
        for item_id, place, track in zip(target.item_ids, sheet, target.tracks, strict=True)
        if track in names
    }
    with target.sessions.write() as session:
        card = session.scalars(select(ModelCard)).one()
        split = session.scalars(select(Split)).one()
        key = submit(
            session,
            user=card.team.memberships[0].user,
            model_card=card,
            split=split,
            predictions=Predictions(texts, tuple(sorted(tracks)), f"{number:064x}"),
            file_name="sheet.jsonl",
            quota=Quota(0, 7),
        ).id
    evaluate(target.sessions, key, [ChecklistJudge()], max_attempts=1)
    return key


def make_target(
    folder: str, answers: Answers, n_text: int, n_image: int, random: np.random.Generator
) -> Target:
    """A site with random right answers, one team and one model card."""
    n = n_text + n_image
    right = random.integers(0, len(LETTERS), n)
    tracks = np.array([Track.TEXT.value] * n_text + [Track.IMAGE.value] * n_image)
    subconditions = np.array([f"condition-{place % N_SUBCONDITIONS}" for place in range(n)])
    url = f"sqlite:///{Path(folder) / 'attack.sqlite3'}"
    upgrade(url)
    sessions = make_sessions(url)
    with sessions.write() as session:
        benchmark = Benchmark(
            slug="attacked",
            version="1.0.0",
            name="Attacked",
            licence="CC0-1.0",
            content_hash="0" * 64,
            manifest={"rubric": {"sections": [RUBRIC]}},
            published_at=now(),
        )
        split = Split(benchmark=benchmark, name="test", answers=answers)
        session.add_all([benchmark, split])
        session.flush()
        rows = [
            make_item(split.id, *one) for one in zip(range(n), tracks, subconditions, strict=True)
        ]
        session.execute(insert(Item), rows)
        item_ids = list(session.scalars(select(Item.id).order_by(Item.position)))
        references = [make_reference(*one) for one in zip(item_ids, right, strict=True)]
        session.execute(insert(ItemReference), references)
        user = register(session, email="a@example.org", name="A", password="long enough pass")
        team = make_team(session, user, slug="team", name="Team")
        make_model_card(session, team, {"slug": "model", "name": "M", "organisation": "O"})
    return Target(sessions, right, tracks, subconditions, item_ids)


def make_item(split_id: int, place: int, track: str, subcondition: str) -> dict[str, object]:
    """A question of four options that is a case of its own."""
    return {
        "split_id": split_id,
        "position": place,
        "key": f"item-{place}",
        "kind": ItemKind.MCQ,
        "track": Track(track),
        "question": "Which?",
        "options": {letter: letter.lower() for letter in LETTERS},
        "multiple": False,
        "subcondition": str(subcondition),
        "axis": "pathology",
        "modality": None,
        "levels": [],
        "case_key": f"case-{place}",
    }


def make_reference(item_id: int, place: int) -> dict[str, object]:
    """The right letter of an item."""
    return {
        "item_id": item_id,
        "answer": [LETTERS[place]],
        "explanation": "",
        "reference_report": "",
        "checklist": [],
        "provenance_kind": "made",
        "provenance_reference": "bench",
    }
