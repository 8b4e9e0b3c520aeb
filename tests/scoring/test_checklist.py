"""Checklist ratings against examples worked by hand."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leaderboard.scoring.checklist import (
    Check,
    FindingCheck,
    checklist_problems,
    rate_checks,
    rate_dimensions,
)
from tests.scoring.checklists import CASE, DIMENSIONS, find_states, make_checks

RIGHT = (
    "There is a left disc herniation at L4/L5. No fracture is seen. "
    "Microdiscectomy is advised. This text must be reviewed by a surgeon."
)


def rate(report: str) -> dict[str, float | None]:
    checks = make_checks()
    return rate_dimensions(checks, rate_checks(checks, report), DIMENSIONS)


def test_a_right_report_has_the_highest_rating_in_every_dimension() -> None:
    assert rate(RIGHT) == {"imaging": 5.0, "diagnosis": 5.0, "plan": 5.0, "unasked": None}


def test_a_rating_counts_the_weights_met_less_those_contradicted() -> None:
    # imaging: herniation 2 + side 1 + no_fracture 1 met, level 1 contradicted, of 5: 1 + 4 x 3/5
    # diagnosis: herniation 2 + side 1 met, level 1 contradicted, of 4: 1 + 4 x 2/4
    # plan: surgery 3 met, disclaimer 1 unmet, of 4: 1 + 4 x 3/4
    report = "There is a left disc herniation at L3/L4. No fracture. Microdiscectomy is advised."
    assert rate(report) == {
        "imaging": pytest.approx(3.4),
        "diagnosis": pytest.approx(3.0),
        "plan": pytest.approx(4.0),
        "unasked": None,
    }


def test_a_rating_never_falls_below_the_lowest() -> None:
    # herniation 2 met; level, side and no_fracture contradicted: 2 - 3 is less than nothing
    ratings = rate("A right disc herniation at L1/L2 lies beside an old fracture.")
    assert ratings["imaging"] == 1.0
    assert ratings["diagnosis"] == 1.0


def test_a_dimension_without_checks_is_unscored() -> None:
    assert rate(RIGHT)["unasked"] is None


def test_evidence_is_the_sentence_that_decided() -> None:
    evidence = {result.key: result.evidence for result in rate_checks(make_checks(), RIGHT)}
    assert evidence["level"] == "There is a left disc herniation at L4/L5."
    assert evidence["no_fracture"] == "No fracture is seen."


def test_evidence_is_short_even_when_the_sentence_is_not() -> None:
    results = rate_checks(make_checks(), "A disc herniation " + "and so on " * 200)
    assert all(len(result.evidence) <= 300 for result in results)


def test_a_denied_finding_is_contradicted_and_places_nothing() -> None:
    states = find_states("There is no left disc herniation at L4/L5.")
    assert states["herniation"] == "contradicted"
    assert states["level"] == states["side"] == "unmet"


def test_an_absent_finding_earns_only_when_it_is_denied() -> None:
    assert find_states("A disc herniation. No fracture.")["no_fracture"] == "met"
    assert find_states("A disc herniation. A fracture.")["no_fracture"] == "contradicted"
    assert find_states("A disc herniation.")["no_fracture"] == "unmet"


def test_a_report_that_contradicts_itself_on_an_absent_finding_earns_nothing_for_it() -> None:
    states = find_states("A disc herniation. No fracture. There is a fracture of L1.")
    assert states["no_fracture"] == "unmet"


def test_a_risk_of_a_thing_does_not_say_that_it_is_there() -> None:
    risks = "A disc herniation is seen. Risks of surgery are infection, bleeding and fracture."
    assert find_states(risks)["no_fracture"] == "unmet"
    listed = "A disc herniation is seen.\n\nRisks:\n- infection\n- fracture of the facet joint"
    assert find_states(listed)["no_fracture"] == "unmet"


def test_advice_counts_when_it_is_conditional_but_not_when_it_is_denied() -> None:
    start = "A disc herniation is seen. "
    assert find_states(start + "If weakness grows, microdiscectomy.")["surgery"] == "met"
    assert find_states(start + "Microdiscectomy is not recommended.")["surgery"] == "unmet"
    assert find_states(start + "Decompressive surgery comes next.")["surgery"] == "met"


def test_a_good_checklist_has_no_problems() -> None:
    assert checklist_problems(make_checks(), DIMENSIONS[:3]) == []


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        ("herniation", {"dimensions": ["imaging", "style"]}, "'style', which the rubric lacks"),
        ("herniation", {"dimensions": ["imaging", "imaging"]}, "or one twice"),
        ("level", {"of": "surgery"}, "'surgery', which is no finding"),
        ("side", {"of": "nothing"}, "'nothing', which is no finding"),
        ("level", {"levels": ["L4-5"]}, "level 'L4-5'"),
        ("level", {"levels": ["L4/S1"]}, "level 'L4/S1'"),
        ("level", {"levels": ["L6/S2"]}, "level 'L6/S2'"),
        ("level", {"levels": ["T14"]}, "level 'T14'"),
        ("level", {"levels": ["L4", "L4/L5"]}, "discs alone or vertebrae alone"),
        ("side", {"key": "level"}, "stands 2 times"),
        ("herniation", {"any_of": ["--"]}, "term '--'"),
        ("herniation", {"any_of": ["* disc"]}, "term '* disc'"),
    ],
)
def test_a_faulty_checklist_is_named_with_its_remedy(
    key: str, change: dict[str, Any], problem: str
) -> None:
    checks = [check | change if check["key"] == key else check for check in CASE]
    problems = checklist_problems(make_checks(checks), DIMENSIONS[:3])
    assert len(problems) == 1
    assert problem in problems[0]
    assert ":" in problems[0]


@pytest.mark.parametrize(
    "level", ["T13", "L6", "T12/T13", "T13/L1", "L5/L6", "L6/S1", "S1/S2", "L5/S1", "T12/L1"]
)
def test_a_checklist_may_name_transitional_levels(level: str) -> None:
    checks = [check | {"levels": [level]} if check["key"] == "level" else check for check in CASE]
    assert checklist_problems(make_checks(checks), DIMENSIONS[:3]) == []
    report = f"A left disc herniation at {level}."
    assert find_states(report, checks=make_checks(checks))["level"] == "met"


def test_weights_and_terms_are_checked_even_where_no_schema_was() -> None:
    check: Check = FindingCheck(key="a", dimensions=["imaging"], weight=0.0, any_of=[])
    problems = checklist_problems([check], ["imaging"])
    assert [problem.split(":")[0] for problem in problems] == [
        "The check 'a' has the weight 0.0",
        "The check 'a' has no term",
    ]


def test_a_dimension_that_no_check_is_for_is_a_problem() -> None:
    assert checklist_problems(make_checks(), DIMENSIONS) == [
        "No check is for 'unasked': add one, or the dimension stays unscored."
    ]


@pytest.mark.parametrize(
    "change", [{"weight": 0}, {"any_of": []}, {"kind": "guess"}, {"note": "x"}, {"dimensions": []}]
)
def test_the_schema_refuses_what_no_check_may_be(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        make_checks([CASE[0] | change])
