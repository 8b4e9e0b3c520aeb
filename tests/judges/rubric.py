"""A rubric of two dimensions with questions: five good yes and a good no each."""

from dataclasses import replace
from typing import Any

import msgspec

from leaderboard.judges import canaries
from leaderboard.scoring.rubric import Rubric
from tests.package_files import make_manifest, make_questions

DIMENSIONS = ["diagnosis", "plan"]


def _make() -> dict[str, Any]:
    anchors = {"1": "poor", "3": "fair", "5": "Right level, right side, sound advice."}
    sections = [
        {
            "key": key,
            "name": key,
            "dimensions": [
                {"key": key, "name": key, "question": f"How good is the {key}?", "anchors": anchors}
            ],
        }
        for key in DIMENSIONS
    ]
    return make_questions(make_manifest(rubric={"sections": sections}))


MANIFEST = _make()
RUBRIC = msgspec.convert(MANIFEST["rubric"], Rubric)
REFERENCE = "Fact 1. Fact 2. Fact 3. Fact 4. Fact 5."
"""What a reference says whose reports state facts: evidence shares a word with it."""
CASE = replace(canaries.CASE, reference_report=f"{canaries.CASE.reference_report} {REFERENCE}")
GOOD = "Fact 1. Fact 2. Fact 3. Fact 4. Fact 5."
"""A report that says everything: 5 on each dimension."""
HALF = "Fact 1 and fact 2."
"""By hand: 2 good yes and the good no of 6 questions give 1 + 4 x 3/6 = 3."""
