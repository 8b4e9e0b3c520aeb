"""A real small model as the judge of reports that try to talk it into a rating.

SmolLM2-135M on loopback (`make small-model`), two questions of one dimension of SpineBench-Mini,
every attack text of the tests. Beside them the reference report of a case: what the model can give.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec

from content.predictors.serving import find_smollm2, serve_weights
from leaderboard.judges.canaries import CASE, FLOOR
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.settings import JudgeSettings
from leaderboard.scoring.rubric import Rubric

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = ROOT / "content" / "spinebench-mini" / "manifest.json"
ATTACKS = ROOT / "tests" / "data" / "judge-attacks.jsonl"
SECONDS = 300.0


def measure() -> None:
    """Print the rating of each attack, and how many stand above the floor."""
    rubric = read_two_questions()
    begun = time.monotonic()
    with serve_weights(find_smollm2()) as address:
        judge = LlmJudge(
            JudgeSettings(
                name="smollm2",
                base_url=f"{address}/v1",
                model="smollm2-135m-instruct",
                max_tokens=120,
                timeout_seconds=SECONDS,
                concurrency=1,
            ),
            rubric,
        )
        reports = [json.loads(line) for line in ATTACKS.read_text(encoding="utf-8").splitlines()]
        n_above = 0
        for one in reports:
            (rating,) = judge.rate(CASE, one["report"])
            n_above += rating.value is not None and rating.value > FLOOR
            print(f"{one['name']:28}{_show(rating.value)}  {rating.reason[:70]}", flush=True)
        (rating,) = judge.rate(CASE, CASE.reference_report)
        print(f"{'(the reference report)':28}{_show(rating.value)}  {rating.reason[:70]}")
    seconds = time.monotonic() - begun
    print(f"{n_above} of {len(reports)} attacks above the floor of {FLOOR}, in {seconds:.0f} s")


def read_two_questions() -> Rubric:
    """The rubric of SpineBench-Mini cut to two questions of its first dimension."""
    rubric = json.loads(MANIFEST.read_text(encoding="utf-8"))["rubric"]
    section = rubric["sections"][0]
    section["dimensions"] = section["dimensions"][:1]
    section["dimensions"][0]["questions"] = section["dimensions"][0]["questions"][:2]
    return msgspec.convert({"sections": [section]}, Rubric)


def _show(value: float | None) -> str:
    return "unscored" if value is None else f"{value:8.2f}"
