"""Large submissions: 65,000 MCQ predictions read, stored, parsed, scored and ranked.

Three files: of bare letters, of answer lines, and one of which 26,000 are different sentences.
Times are CPU seconds of this process on an SQLite file; the ratios are to a plain json.loads of
the same lines in the same run.
"""

from __future__ import annotations

import io
import json
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert, select

from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.db import Sessions, make_sessions, now
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.benchmark import Answers, Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.reference import ItemReference
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.opening import open_version
from leaderboard.submissions.content import read_content
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions, read_predictions
from leaderboard.submissions.submit import read_known_items, submit
from workers.memory import settle_memory

N_ITEMS = 65_000
LIMIT = 256 * 1024 * 1024
LINES = ("ANSWER: {letter}", "The answer is ({letter}).", "**{letter}**")
SENTENCES = (
    "The disc in image {number} is narrowed and the canal tight, so the best choice is {letter}.",
    "Let us think step by step. Option A is unlikely, since cord {number} is normal. "
    "My final option: [{letter}]",
)
FILES = {
    "bare letters": ("{letter}",),
    "answer lines": LINES,
    "26,000 different sentences": (*LINES, *SENTENCES),
}

T = TypeVar("T")


def measure() -> None:
    """Print a row for each stage of each file."""
    logging.disable(logging.WARNING)
    settle_memory()
    for name, texts in FILES.items():
        print(f"{N_ITEMS:,} predictions: {name}")
        measure_file(make_file(texts))


def measure_file(raw: bytes) -> None:
    """Print a row for each stage of one submission."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        upgrade(url)
        sessions = make_sessions(url)
        fill(sessions)
        base, _ = timed(lambda: [json.loads(line) for line in raw.splitlines()])
        print(f"{'stage':28}{'CPU s':>8}{'ratio':>8}")
        report("json.loads alone", base, base)
        reading, predictions = timed(lambda: read(sessions, raw))
        report("read and validate", reading, base)
        storing, key = timed(lambda: store(sessions, predictions))
        report("store", storing, base)
        judges = [ChecklistJudge()]
        scoring, _ = timed(lambda: evaluate(sessions, key, judges, max_attempts=1))
        report("parse, score and rank", scoring, base)
        report("all", reading + storing + scoring, base)
        sessions.engine.dispose()


def report(stage: str, seconds: float, base: float) -> None:
    """Print one row."""
    print(f"{stage:28}{seconds:8.2f}{seconds / base:8.1f}")


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds of `work`, and what it returns."""
    begun = time.process_time()
    result = work()
    return time.process_time() - begun, result


def make_file(texts: Sequence[str]) -> bytes:
    """A JSONL file with a prediction for every item, the texts in turn."""
    lines = []
    for number in range(N_ITEMS):
        text = texts[number % len(texts)].format(letter="ABCD"[number // 7 % 4], number=number)
        lines.append(json.dumps({"id": f"item-{number}", "prediction": text}))
    return "\n".join(lines).encode()


def fill(sessions: Sessions) -> None:
    """A benchmark of N_ITEMS questions, a team and a model card."""
    rubric = {"sections": [{"key": "a", "name": "a", "dimensions": [_dimension()]}]}
    # A demonstration is ranked as soon as it is scored, as every split was in older trees.
    manifest = {"demonstration": True, "rubric": rubric}
    with sessions.write() as session:
        benchmark = Benchmark(
            slug="large",
            version="1.0.0",
            name="Large",
            licence="CC0-1.0",
            content_hash="0" * 64,
            manifest=manifest,
            published_at=now(),
        )
        split = Split(benchmark=benchmark, name="test", answers=Answers.HIDDEN)
        session.add_all([benchmark, split])
        open_version(session, benchmark)
        session.execute(insert(Item), [_item(split.id, number) for number in range(N_ITEMS)])
        session.execute(insert(ItemReference), [_reference(n + 1) for n in range(N_ITEMS)])
        user = register(session, email="a@example.org", name="A", password="long enough pass")
        team = make_team(session, user, slug="team", name="Team")
        make_model_card(session, team, {"slug": "model", "name": "M", "organisation": "O"})


def _dimension() -> dict[str, object]:
    return {"key": "a", "name": "a", "question": "a", "anchors": {"1": "a"}}


def _item(split_id: int, number: int) -> dict[str, object]:
    return {
        "split_id": split_id,
        "position": number,
        "key": f"item-{number}",
        "kind": ItemKind.MCQ,
        "track": Track.TEXT,
        "question": "Which level?",
        "options": {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"},
        "multiple": False,
        "subcondition": f"condition-{number % 14}",
        "axis": f"axis-{number % 3}",
        "modality": None,
        "levels": [],
        "case_key": f"case-{number}",
    }


def _reference(item_id: int) -> dict[str, object]:
    return {
        "item_id": item_id,
        "answer": ["B"],
        "explanation": "",
        "reference_report": "",
        "checklist": [],
        "provenance_kind": "made",
        "provenance_reference": "bench",
    }


def read(sessions: Sessions, raw: bytes) -> Predictions:
    """Read and validate the file as an upload."""
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "large"), "test")
        known = read_known_items(session, split)
        return read_predictions(read_content(io.BytesIO(raw), LIMIT), known)


def store(sessions: Sessions, predictions: Predictions) -> str:
    """Submit the predictions; the submission's id."""
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "large"), "test")
        card = session.scalars(select(ModelCard)).one()
        return submit(
            session,
            user=card.team.memberships[0].user,
            model_card=card,
            split=split,
            predictions=predictions,
            file_name="large.jsonl",
            quota=Quota(0, 7),
        ).id
