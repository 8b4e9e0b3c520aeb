"""Checks that only cost: forbidden treatments that are recommended, amounts that are off.

Whoever changes a verdict raises RULES_VERSION. No sentence is one of the order suite's.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import pytest

from leaderboard.scoring.checklist import (
    Check,
    CheckState,
    checklist_problems,
    rate_checks,
    rate_dimensions,
    weigh_checks,
)

FORBIDDEN = {
    "kind": "forbidden",
    "key": "unsafe",
    "dimensions": ["plan"],
    "any_of": [
        "manipulation of neck",
        "thrust manipulation",
        "epidural steroid*",
        "without log roll*",
        "laminectomy alone",
        "contact sports",
    ],
    "weight": 2,
}
SURGERY = {
    "kind": "mention",
    "key": "surgery",
    "dimensions": ["plan"],
    "any_of": ["decompress*"],
    "weight": 2,
}
SIZE = {
    "kind": "measure",
    "key": "size",
    "dimensions": ["imaging"],
    "any_of": ["herniation", "bulge", "protrusion"],
    "unit": "mm",
    "value": 9,
    "tolerance": 3,
}
POWER = {
    "kind": "measure",
    "key": "power",
    "dimensions": ["imaging"],
    "any_of": ["deltoid", "dorsiflexion"],
    "unit": "/5",
    "value": 4,
    "tolerance": 1,
}
CURVE = {
    "kind": "measure",
    "key": "curve",
    "dimensions": ["imaging"],
    "any_of": ["cobb angle", "kyphosis"],
    "unit": "degrees",
    "value": 30,
    "tolerance": 8,
}


def make(*checks: Mapping[str, object]) -> list[Check]:
    return msgspec.convert(checks, list[Check])


def read(check: Mapping[str, object], report: str) -> str:
    return rate_checks(make(check), report)[0].state.value


@pytest.mark.parametrize(
    "report",
    [
        "Plan: manipulation of the neck twice a week.",
        "We recommend manipulation of the neck.",
        "## Treatment\nRest, then thrust manipulation by a therapist.",
        "## Treatment Recommendations\nLaminectomy alone at T10 next week.",
        "Laminectomy alone should be performed today.",
        "An epidural steroid injection is advised for the pain.",
        "## Management\n- Analgesia\n- Epidural steroids\n- Review in a month",
        "## Plan\nHe may get up without log rolling.",
        "The patient may return to contact sports immediately.",
        "## Treatment\nUntil surgery she may go on with contact sports.",
        "Thrust manipulation will be given daily.",
        "The next step that we propose is thrust manipulation of the upper neck.",
        "Epidural steroids are to be offered on the ward this week.",
        "## Advice\nSitting up is free, and turning is done without log rolling.",
    ],
)
def test_a_forbidden_treatment_that_is_recommended_contradicts_its_check(report: str) -> None:
    assert read(FORBIDDEN, report) == "contradicted"


@pytest.mark.parametrize(
    "report",
    [
        "",
        "## Treatment\nDecompression within a week.",
        "## Treatment\nNo manipulation of the neck and no contact sports.",
        "## Treatment\nUntil then no thrust manipulation.",
        "## Treatment\nManipulation of the neck is contraindicated.",
        "## Treatment\nManipulation of the neck must be avoided.",
        "## Treatment\nThrust manipulation is not recommended.",
        "## Treatment\nManipulation of the neck, however gentle, can injure the cord.",
        "## Treatment\nNever offer manipulation of the neck.",
        "## Treatment\nNobody should try thrust manipulation here.",
        "## Treatment\nLaminectomy alone would destabilise the spine.",
        "## Treatment\nFixation rather than laminectomy alone is recommended.",
        "## Treatment\nSix weeks of thrust manipulation have failed, so surgery is recommended.",
        "## Treatment\nThe epidural steroid injection in May helped for a week.",
        "## Treatment\nAn epidural steroid injection was given elsewhere.",
        "## Treatment\nContact sports are allowed only after fusion.",
        "## Treatment\nShe should refrain from contact sports.",
        "## Treatment\nStop thrust manipulation at once.",
        "## Treatment\nThrust manipulation is to be stopped.",
        "## Risk & Prognosis Management\nRisks: paralysis from thrust manipulation, infection.",
        "## Clinical history\nManipulation of the neck twice a week.",
        "There is a fracture. Epidural steroids carry a risk of infection.",
        "Manipulation of the neck?",
        "## Treatment\nHe must not be turned without log rolling.",
        "## Treatment\nConservative care, including manipulation of the neck, has not helped.",
    ],
)
def test_a_forbidden_treatment_that_is_denied_warned_against_or_told_of_costs_nothing(
    report: str,
) -> None:
    assert read(FORBIDDEN, report) == "met"


@pytest.mark.parametrize(
    ("check", "report"),
    [
        (SIZE, "A protrusion of about 3 mm at L4/L5."),
        (SIZE, "There is a 2 mm bulge at L4/L5."),
        (SIZE, "The herniation at L4/L5 measures 1.8 cm."),
        (SIZE, "Herniation (approximately 20 mm)."),
        (SIZE, "The left herniation is 2 to 4 mm in size."),
        (POWER, "Deltoid power is 1/5 on the left."),
        (POWER, "Complete paralysis of dorsiflexion, 0/5."),
        (POWER, "Dorsiflexion was 2 out of 5."),
        (CURVE, "The Cobb angle is 62 degrees."),
        (CURVE, "A kyphosis of 5° is measured."),
    ],
)
def test_an_amount_beyond_the_tolerance_contradicts_its_check(
    check: dict[str, object], report: str
) -> None:
    assert read(check, report) == "contradicted"


@pytest.mark.parametrize(
    ("check", "report"),
    [
        (SIZE, "A herniation of about 9 mm."),
        (SIZE, "The herniation measures 0.8 cm."),
        (SIZE, "A herniation of 11 x 7 mm."),
        (SIZE, "A 3 mm bulge at L3/L4 and a herniation of 10 mm at L4/L5."),
        (POWER, "Deltoid 4-/5."),
        (POWER, "Dorsiflexion was 1/5 in May, dorsiflexion is now 4/5."),
        (CURVE, "The Cobb angle is about 34 degrees."),
    ],
)
def test_an_amount_within_the_tolerance_meets_its_check(
    check: dict[str, object], report: str
) -> None:
    assert read(check, report) == "met"


@pytest.mark.parametrize(
    ("check", "report"),
    [
        (SIZE, "A herniation at L4/L5."),
        (SIZE, "The herniation narrows the canal to 4 mm."),
        (SIZE, "The herniation lies 2 mm below the endplate."),
        (SIZE, "Herniations larger than 14 mm shrink more often."),
        (SIZE, "No herniation of 20 mm is seen."),
        (SIZE, "A herniation. The slices are 3 mm thick."),
        (POWER, "Deltoid and biceps are weak; triceps 1/5."),
        (POWER, "Herniation at L3/4 and 4/5 with weak dorsiflexion."),
        (CURVE, "Kyphosis beyond 60 degrees would call for surgery."),
    ],
)
def test_an_amount_of_something_else_or_none_is_neither(
    check: dict[str, object], report: str
) -> None:
    assert read(check, report) == "unmet"


def test_checks_of_errors_cost_their_weight_and_never_earn() -> None:
    checks = make(SURGERY, {**FORBIDDEN, "weight": 1})
    good = rate_checks(checks, "## Plan\nDecompression.")
    bad = rate_checks(checks, "## Plan\nDecompression. Thrust manipulation until then.")
    none = rate_checks(checks, "")
    assert rate_dimensions(checks, good, ["plan"]) == {"plan": 5.0}
    assert rate_dimensions(checks, bad, ["plan"]) == {"plan": 3.0}  # 1 + 4 x (2 - 1) / 2
    assert rate_dimensions(checks, none, ["plan"]) == {"plan": 1.0}
    states = {result.key: result.state for result in bad}
    assert weigh_checks(checks, states, "plan") == {"surgery": 4.0, "unsafe": -2.0}
    assert weigh_checks(checks, {"unsafe": CheckState.MET}, "plan") == {"unsafe": 0.0}


def test_a_dimension_with_checks_of_errors_alone_is_unscored() -> None:
    checks = make(FORBIDDEN)
    assert rate_dimensions(checks, rate_checks(checks, "Rest."), ["plan"]) == {"plan": None}
    assert weigh_checks(checks, {"unsafe": CheckState.CONTRADICTED}, "plan") == {}
    assert any("No check is for 'plan'" in text for text in checklist_problems(checks, ["plan"]))


PLAIN_WORDS = {
    "kind": "finding",
    "key": "deficit",
    "dimensions": ["imaging"],
    "any_of": ["progressive weakness", "paraparesis", "leg weakness"],
}


@pytest.mark.parametrize(
    "report",
    ["His arms and legs are becoming weaker.", "There is weakness of both legs.", "Weak legs."],
)
def test_plain_words_stand_for_medical_ones(report: str) -> None:
    assert read(PLAIN_WORDS, report) == "met"


def test_plain_words_are_not_looked_for_in_what_should_be_absent() -> None:
    absent = {**PLAIN_WORDS, "kind": "absent"}
    assert read(absent, "He should come back with weak legs.") == "unmet"
