"""A database with a split of random questions, a team and a model card, for other benches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert, select

from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.db import Sessions, make_sessions, now
from leaderboard.migrate import upgrade
from leaderboard.models.benchmark import Answers, Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.reference import ItemReference
from leaderboard.packages.opening import open_version

N_SUBCONDITIONS = 14
LETTERS = "ABCD"
RUBRIC = {
    "key": "a",
    "name": "a",
    "dimensions": [{"key": "a", "name": "a", "question": "a", "anchors": {"1": "a"}}],
}


class Questions(NamedTuple):
    """They are in a database, all (N,): places of the right letters, tracks, subconditions, ids."""

    sessions: Sessions
    right: NDArray[np.int64]
    tracks: NDArray[np.str_]
    subconditions: NDArray[np.str_]
    item_ids: Sequence[int]


def add_questions(
    folder: str, answers: Answers, n_text: int, n_image: int, random: np.random.Generator
) -> Questions:
    """A new database in `folder`, with random right answers, one team and one model card."""
    n = n_text + n_image
    right = random.integers(0, len(LETTERS), n)
    tracks = np.array([Track.TEXT.value] * n_text + [Track.IMAGE.value] * n_image)
    subconditions = np.array([f"condition-{place % N_SUBCONDITIONS}" for place in range(n)])
    url = f"sqlite:///{Path(folder) / 'questions.sqlite3'}"
    upgrade(url)
    sessions = make_sessions(url)
    with sessions.write() as session:
        benchmark = Benchmark(
            slug="questions",
            version="1.0.0",
            name="Questions",
            licence="CC0-1.0",
            content_hash="0" * 64,
            manifest={"rubric": {"sections": [RUBRIC]}},
            published_at=now(),
        )
        split = Split(benchmark=benchmark, name="test", answers=answers)
        session.add_all([benchmark, split])
        open_version(session, benchmark)
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
    return Questions(sessions, right, tracks, subconditions, item_ids)


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
