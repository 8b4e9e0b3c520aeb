"""The report score against worked examples."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
import pandas as pd
import pytest

from leaderboard.items.targets import REPORT, Target, make_target_table
from leaderboard.models.ranking import Slice
from leaderboard.scoring.rubric import Rubric

SECTIONS = {
    "imaging": ["imaging_report"],
    "diagnosis": ["diagnosis"],
    "treatment": ["patient_guidance", "evidence_based_treatment", "technical_feasibility"],
    "prognosis": ["risk_prognosis"],
    "reasoning": ["coverage", "relevance", "granularity", "explainability"],
}


@pytest.fixture
def rubric() -> Rubric:
    return msgspec.convert(
        {
            "sections": [
                {
                    "key": section,
                    "name": section,
                    "dimensions": [
                        {"key": key, "name": key, "question": "?", "anchors": {"1": "a", "5": "b"}}
                        for key in keys
                    ],
                }
                for section, keys in SECTIONS.items()
            ]
        },
        Rubric,
    )


def rate_all(value: float) -> dict[str, float | None]:
    return {key: value for keys in SECTIONS.values() for key in keys}


def score(ratings: Mapping[str, float | None], rubric: Rubric) -> dict[str, float]:
    """The targets' values of one report, the report's own under "report"."""
    rows = [(1, key, value) for key, value in ratings.items()]
    table = pd.DataFrame(rows, columns=["prediction_id", "dimension", "value"])
    (values,) = make_target_table(table, rubric).to_dict("records")
    sections = {key: float(values[Target(Slice.SECTION, key).key]) for key in SECTIONS}
    return {"report": float(values[REPORT.key]), **sections}


def test_the_report_score_runs_from_20_to_100(rubric: Rubric) -> None:
    assert score(rate_all(1), rubric)["report"] == pytest.approx(20)
    assert score(rate_all(3), rubric)["report"] == pytest.approx(60)
    assert score(rate_all(5), rubric)["report"] == pytest.approx(100)


def test_the_report_score_is_four_times_the_sum_of_the_section_means(rubric: Rubric) -> None:
    # imaging 4, diagnosis 5, treatment (3 + 4 + 2) / 3 = 3, prognosis 2,
    # reasoning (4 + 5 + 3 + 2) / 4 = 3.5: 4 x (4 + 5 + 3 + 2 + 3.5) = 4 x 17.5 = 70
    values = [4, 5, 3, 4, 2, 2, 4, 5, 3, 2]
    ratings = dict(zip(rate_all(1), map(float, values), strict=True))
    assert score(ratings, rubric) == {
        "report": pytest.approx(70),
        "imaging": 4,
        "diagnosis": 5,
        "treatment": pytest.approx(3),
        "prognosis": 2,
        "reasoning": 3.5,
    }


def test_an_unscored_dimension_leaves_the_report_unscored_and_other_sections_whole(
    rubric: Rubric,
) -> None:
    ratings = rate_all(4) | {"relevance": None}
    assert math.isnan(score(ratings, rubric)["report"])
    assert math.isnan(score(ratings, rubric)["reasoning"])
    assert score(ratings, rubric)["treatment"] == pytest.approx(4)
    del ratings["relevance"]
    assert math.isnan(score(ratings, rubric)["report"])
