"""What a campaign costs beside fresh evaluations of the same submissions.

A benchmark of SpineBench's size (294 text questions, 193 image questions, 87 reports), filled with
the bundled items again and again, and models that answer with bundled replies, each another mix.
CPU seconds of this process on an SQLite file, all in one run: evaluating every submission as it
comes in, reading and rating all of it again beside the ranking, and what one corrected key changes.
Start-up of workers is left out; `CAMPAIGN_MODELS` sets how many models there are.
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bench.checkout import ROOT
from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.campaigns.run import Runner
from leaderboard.db import Sessions, make_sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.campaigns import ask_campaign, ask_version, open_proposal
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.campaign import Campaign, CampaignState, ReleaseRuler
from leaderboard.models.ranking import ScoredQuestions
from leaderboard.models.submission import ParsedPrediction, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.scoring.answers import PARSER_VERSION
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions
from leaderboard.submissions.submit import read_known_items, submit

N_MODELS = 200
SIZES = {"text": 294, "image": 193, "report": 87}
BUNDLED = ROOT / "content" / "spinebench-mini"
REPLIES = (
    *sorted((ROOT / "content" / "predictions").glob("*/predictions.jsonl")),
    *sorted((ROOT / "content" / "constructed" / "models").glob("*/predictions.jsonl")),
)
GOAL_ALL, GOAL_KEY = 1 / 5, 1 / 50
Item = dict[str, Any]


def measure() -> None:
    """Print what each costs, and its ratio to the fresh evaluations."""
    logging.disable(logging.WARNING)
    n_models = int(os.environ.get("CAMPAIGN_MODELS", N_MODELS))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        url = f"sqlite:///{place / 'bench.sqlite3'}"
        upgrade(url)
        sessions = make_sessions(url)
        items = make_items()
        _load(sessions, write_package(place / "first", items, "1.0.0"))
        keys = _submit_all(sessions, items, n_models)
        print(f"{n_models} submissions of {sum(SIZES.values())} items")
        print(f"{'':44}{'CPU s':>8}{'ratio':>9}{'goal':>8}")
        fresh = timed(lambda: _evaluate_all(sessions, keys))
        report("fresh evaluations", fresh, fresh)
        _make_older(sessions)
        again = timed(lambda: _run(sessions, _ask_again(sessions)))
        report("campaign: parser and judge again", again, fresh, GOAL_ALL)
        key = _correct(sessions, place / "second", items)
        corrected = timed(lambda: _run(sessions, key))
        report("campaign: one corrected key", corrected, fresh, GOAL_KEY)
        opened = timed(lambda: _open(sessions, key))
        report("opening it", opened, fresh)
        sessions.engine.dispose()


def report(name: str, seconds: float, base: float, goal: float | None = None) -> None:
    """Print one row."""
    wanted = "" if goal is None else f"{goal:8.3f}"
    print(f"{name:44}{seconds:8.1f}{seconds / base:9.4f}{wanted}", flush=True)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of `work`."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def make_items() -> list[Item]:
    """SpineBench's number of items of each track: the bundled ones in turn, under new ids."""
    lines = (BUNDLED / "items" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    by_track: dict[str, list[Item]] = {track: [] for track in SIZES}
    for item in map(json.loads, lines):
        by_track[_track_of(item)].append(item)
    return [
        # Items that share a picture are one case.
        item | {"id": f"{item['id']}-{n}"} | ({} if item["images"] else {"case_id": f"case-{n}"})
        for track, size in SIZES.items()
        for n in range(size)
        for item in [by_track[track][n % len(by_track[track])]]
    ]


def write_package(folder: Path, items: Sequence[Item], version: str) -> Path:
    """The bundled package with these items as its test split, and no other."""
    shutil.copytree(BUNDLED, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"slug": "bench", "version": version, "demonstration": True}
    manifest["splits"] = [split for split in manifest["splits"] if split["name"] == "test"]
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for place in (folder / "items").iterdir():
        place.unlink()
    text = "".join(json.dumps(item) + "\n" for item in items)
    (folder / manifest["splits"][0]["items"]).write_text(text, encoding="utf-8")
    return folder


def _track_of(item: Item) -> str:
    if item["kind"] == "report":
        return "report"
    return "image" if item["images"] else "text"


def _load(sessions: Sessions, folder: Path) -> int:
    with sessions.write() as session:
        return load_package(session, read_package(open_package(folder))).benchmark.id


def _read_replies() -> dict[str, list[str]]:
    """The bundled replies by item."""
    found: dict[str, list[str]] = {}
    for place in REPLIES:
        for line in map(json.loads, place.read_text(encoding="utf-8").splitlines()):
            found.setdefault(line["id"], []).append(line["prediction"])
    return found


def _submit_all(sessions: Sessions, items: Sequence[Item], n_models: int) -> list[str]:
    replies = _read_replies()
    keys = []
    with sessions.write() as session:
        user = register(session, email="a@example.org", name="A", password="long enough pass")
        team = make_team(session, user, slug="team", name="Team")
        split = get_split(get_benchmark(session, "bench"), "test")
        known = read_known_items(session, split)
        for number in range(n_models):
            facts = {"slug": f"model-{number}", "name": f"Model {number}", "organisation": "O"}
            texts = {known[key].item_id: text for key, text in _mix(items, replies, number).items()}
            row = submit(
                session,
                user=user,
                model_card=make_model_card(session, team, facts),
                split=split,
                predictions=Predictions(texts, DEFAULT_TRACKS, f"{number:064x}"),
                file_name="predictions.jsonl",
                quota=Quota(0, 7),
            )
            keys.append(row.id)
    return keys


def _mix(items: Sequence[Item], replies: Mapping[str, list[str]], number: int) -> dict[str, str]:
    """A reply to every item: one of the bundled ones, with a remark of this model's own."""
    draw = random.Random(number)
    return {
        item["id"]: draw.choice(replies[item["id"].rpartition("-")[0]])
        + ("" if item["kind"] == "mcq" else f"\n\nModel {number}.")
        for item in items
    }


def _evaluate_all(sessions: Sessions, keys: Sequence[str]) -> None:
    for key in keys:
        evaluate(sessions, key, [ChecklistJudge()], max_attempts=1)


def _make_older(sessions: Sessions) -> None:
    """As if another version of the parser had read everything: it is read again."""
    with sessions.write() as session:
        for table in (ParsedPrediction, ScoredQuestions, ReleaseRuler):
            session.execute(update(table).values(parser_version="0"))


def _ask_again(sessions: Sessions) -> int:
    with sessions.write() as session:
        (nudge,) = ask_campaign(
            session, get_benchmark(session, "bench"), "bench", with_judge=True
        ).waiting
        return int(nudge.key)


def _correct(sessions: Sessions, folder: Path, items: Sequence[Item]) -> int:
    first = items[0]
    right = sorted(set(first["options"]) - set(first["answer"]))[:1]
    harms = {key: one for key, one in first["harm"]["options"].items() if key not in right}
    corrected = first | {"answer": right, "harm": first["harm"] | {"options": harms}}
    edited = [corrected, *items[1:]]
    target_id = _load(sessions, write_package(folder, edited, "1.0.1"))
    with sessions.write() as session:
        # The other campaign is not opened: it would stand in the way.
        session.execute(update(Campaign).values(state=CampaignState.DROPPED))
        for table in (ParsedPrediction, ScoredQuestions, ReleaseRuler):
            session.execute(update(table).values(parser_version=PARSER_VERSION))
        (nudge,) = ask_version(session, session.get_one(Benchmark, target_id), "bench").waiting
        return int(nudge.key)


def _run(sessions: Sessions, campaign_id: int) -> None:
    runner = Runner(sessions, campaign_id, lambda _: ChecklistJudge(), enqueue=lambda _: None)
    runner.work(seconds=float("inf"))
    with sessions.read() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert campaign.state in (CampaignState.PROPOSED, CampaignState.OPENED), campaign.state


def _open(sessions: Sessions, campaign_id: int) -> None:
    with sessions.write() as session:
        open_proposal(session, campaign_id, "bench", "The key was wrong.")
    _run(sessions, campaign_id)
    with sessions.read() as session:
        campaign = session.get_one(Campaign, campaign_id)
        n_here = session.scalars(select(Submission.id)).all()
        assert campaign.state is CampaignState.OPENED, (campaign.state, len(n_here))
