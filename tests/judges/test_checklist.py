"""The checklist judge on SpineBench-Mini's own report cases."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from typing import Any

import msgspec
import pytest

from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.order_suite import read_suite
from leaderboard.judges.protocol import DimensionRating, Judge, ReportCase
from leaderboard.scoring.checklist import (
    Check,
    CheckState,
    ErrorCheck,
    FindingCheck,
    LevelCheck,
    checklist_problems,
    rate_checks,
)
from leaderboard.scoring.levels import VERTEBRAE
from leaderboard.scoring.order import OrderKind
from leaderboard.scoring.rubric import Rubric
from tests.scoring.checklists import find_met

BENCHMARKS = Path(__file__).parents[2] / "content"
JUDGE = ChecklistJudge()


def _read_rubric() -> Rubric:
    manifest = msgspec.json.decode((BENCHMARKS / "spinebench-mini/manifest.json").read_bytes())
    return msgspec.convert(manifest["rubric"], Rubric)


RUBRIC = _read_rubric()
DIMENSIONS = tuple(dimension.key for s in RUBRIC.sections for dimension in s.dimensions)


def _read_items() -> dict[str, dict[str, Any]]:
    lines = (BENCHMARKS / "sources/report_items.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["id"]: item for item in map(msgspec.json.decode, lines)}


ITEMS = _read_items()
CASES = {
    key: ReportCase(
        item_id=key,
        question=item["question"],
        reference_report=item["reference_report"],
        checklist=tuple(msgspec.convert(item["checklist"], list[Check])),
        dimensions=DIMENSIONS,
    )
    for key, item in ITEMS.items()
}


def rate(case: ReportCase, report: str) -> dict[str, float | None]:
    return {rating.dimension: rating.value for rating in JUDGE.rate(case, report)}


def score(case: ReportCase, report: str) -> float:
    """4 x the sum of the five sections' means, SpineBench's report score."""
    ratings = rate(case, report)
    values = [[ratings[one.key] for one in section.dimensions] for section in RUBRIC.sections]
    return 4 * sum(fmean(value for value in own if value is not None) for own in values)


def test_the_judge_keeps_to_the_protocol_and_says_what_it_cannot_do() -> None:
    judge: Judge = JUDGE
    assert judge.identity.name == "checklist"
    assert judge.identity.version
    assert "does not understand" in judge.limits


def test_a_rating_names_its_checks_with_state_and_sentence() -> None:
    case = CASES["dev-report-001"]
    ratings = JUDGE.rate(case, "There is a right foraminal disc herniation at L4/L5.")
    diagnosis = next(rating for rating in ratings if rating.dimension == "diagnosis")
    assert [rating.dimension for rating in ratings] == list(DIMENSIONS)
    assert "1 contradicted" in diagnosis.reason
    side = next(entry for entry in diagnosis.evidence if entry["check"] == "herniation_side")
    assert side["state"] == "contradicted"
    assert side["sentence"] == "There is a right foraminal disc herniation at L4/L5."
    assert msgspec.json.encode(diagnosis.evidence)


def test_a_dimension_without_checks_is_unscored_with_its_reason() -> None:
    case = CASES["dev-report-001"]
    bare = ReportCase("x", "", "", case.checklist[:1], ("imaging_report", "relevance"))
    rating: DimensionRating = JUDGE.rate(bare, "A disc herniation.")[1]
    assert rating.value is None
    assert "no check" in rating.reason


def test_the_same_report_is_always_rated_the_same() -> None:
    case = CASES["test-report-009"]
    assert JUDGE.rate(case, case.reference_report) == JUDGE.rate(case, case.reference_report)


def test_there_is_one_test_case_for_each_subcondition_and_four_dev_cases() -> None:
    test = [item["subcondition"] for item in ITEMS.values() if item["split"] == "test"]
    assert len(test) == len(set(test)) == 14
    assert sum(item["split"] == "dev" for item in ITEMS.values()) == 4


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_asks_two_things_of_each_dimension(case: ReportCase) -> None:
    assert checklist_problems(case.checklist, DIMENSIONS) == []
    earning = [check for check in case.checklist if not isinstance(check, ErrorCheck)]
    assert 14 <= len(earning) <= 24
    assert len(case.checklist) - len(earning) <= 3
    for dimension in DIMENSIONS:
        assert sum(dimension in check.dimensions for check in earning) >= 2
    assert 250 <= len(case.reference_report.split()) <= 450
    headings = re.findall(r"^## (.+)$", case.reference_report, re.MULTILINE)
    assert headings == [section.name for section in RUBRIC.sections]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_reference_report_is_rated_high_on_its_own_case(case: ReportCase) -> None:
    assert score(case, case.reference_report) >= 90


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_honest_report_is_charged_with_no_forbidden_treatment_or_wrong_amount(
    case: ReportCase,
) -> None:
    honest = {OrderKind.SAME_WORDS, OrderKind.LONGER}
    own = [pair for pair in read_suite().pairs if pair.case == case.item_id]
    reports = [case.reference_report, *(pair.first for pair in own)]
    reports += [pair.second for pair in own if pair.kind in honest]
    for report in dict.fromkeys(reports):
        results = rate_checks(case.checklist, report, case.question)
        assert [
            (result.key, result.evidence)
            for check, result in zip(case.checklist, results, strict=True)
            if isinstance(check, ErrorCheck) and result.state is CheckState.CONTRADICTED
        ] == []


@pytest.mark.parametrize("key", CASES)
def test_reports_of_other_subconditions_are_rated_low(key: str) -> None:
    others = [
        score(CASES[key], other["reference_report"])
        for other in ITEMS.values()
        if other["subcondition"] != ITEMS[key]["subcondition"]
    ]
    assert median(others) <= 45
    assert max(others) < 70


def move_levels(report: str) -> str:
    """The report with every level five vertebrae away: of the neck further down, others up."""
    step = 5 if re.search("cervical", report) else -5

    def move(match: re.Match[str]) -> str:
        return VERTEBRAE[(VERTEBRAE.index(match.group()) + step) % len(VERTEBRAE)]

    return re.sub(r"\b(?:C[1-7]|T(?:1[0-2]|[3-9])|L[1-5]|S1)\b", move, report)


def swap_sides(report: str) -> str:
    swapped = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return re.sub(r"\b(?:[Ll]eft|[Rr]ight)\b", lambda match: swapped[match.group()], report)


WITH_LEVEL = [
    key
    for key, case in CASES.items()
    if any(isinstance(check, LevelCheck) for check in case.checklist)
]
WITH_SIDE = [
    "dev-report-001",
    "test-report-001",
    "test-report-006",
    "test-report-010",
    "test-report-011",
    "test-report-012",
]


@pytest.mark.parametrize(
    ("mutate", "key"),
    [(move_levels, key) for key in WITH_LEVEL] + [(swap_sides, key) for key in WITH_SIDE],
)
def test_a_wrong_level_or_side_costs_imaging_and_diagnosis(
    mutate: Callable[[str], str], key: str
) -> None:
    case = CASES[key]
    before, after = rate(case, case.reference_report), rate(case, mutate(case.reference_report))
    for dimension in ("imaging_report", "diagnosis"):
        high, low = before[dimension], after[dimension]
        assert high is not None
        assert low is not None
        assert high - low >= 0.5


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_report_that_denies_the_findings_is_rated_low_where_it_counts(case: ReportCase) -> None:
    terms = [check.any_of for check in case.checklist if isinstance(check, FindingCheck)]
    denied = " ".join(f"There is no {own[0].replace('*', '')}." for own in terms)
    ratings = rate(case, denied)
    assert ratings["imaging_report"] == ratings["diagnosis"] == 1.0


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_echoes_of_rubric_question_and_terms_stay_on_the_floor(case: ReportCase) -> None:
    rubric = "\n".join(
        f"## {section.name}\n"
        + "\n".join(f"{d.name}: {d.question}\n" + "\n".join(d.anchors.values()) for d in dimensions)
        for section in RUBRIC.sections
        for dimensions in [section.dimensions]
    )
    terms = [
        term.replace("*", "") for check in case.checklist for term in getattr(check, "any_of", [])
    ]
    listed = [", ".join(terms), "\n".join(f"- {term}" for term in terms), ". ".join(terms)]
    for report in ("", "Give 5.", rubric, case.question, *listed):
        assert find_met(rate_checks(case.checklist, report, case.question)) == set()
        assert score(case, report) == pytest.approx(20)
