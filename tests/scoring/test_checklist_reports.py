"""Short reports as radiologists write them, read as a careful reader does.

`tests/data/report-readings.jsonl` was labelled before the rules were tried on it; some rows hold
what must stay absent or open. Whoever changes a verdict raises RULES_VERSION.
"""

from __future__ import annotations

import pytest

from leaderboard.scoring.checklist import rate_checks
from tests.scoring.checklists import find_met, make_checks
from tests.scoring.report_readings import find_misreadings, read_labelled_reports

REPORTS = read_labelled_reports()
KINDS = list(dict.fromkeys(case.kind for case in REPORTS))


@pytest.mark.parametrize("kind", KINDS)
def test_every_labelled_report_is_read_right(kind: str) -> None:
    found = {
        case.report: wrong
        for case in REPORTS
        if case.kind == kind and (wrong := find_misreadings(case))
    }
    assert found == {}


def test_the_collection_is_large_and_holds_denials_and_wrong_places_too() -> None:
    assert len({case.report for case in REPORTS}) == len(REPORTS) >= 800
    assert sum(bool(case.denied) for case in REPORTS) >= 250
    assert sum(bool(case.open) for case in REPORTS) >= 15
    assert sum(bool(case.not_at) for case in REPORTS) >= 50


def test_a_table_of_terms_earns_nothing() -> None:
    names = ("stenosis", "listhesis", "cyst", "spur", "bulge", "fissure", "effusion")
    checks = make_checks(
        [
            {"kind": "finding", "key": name, "dimensions": ["imaging"], "any_of": [name]}
            for name in names
        ]
    )
    head = f"| Level | {' | '.join(names)} |\n|{'---|' * (len(names) + 1)}"
    row = f"| L4-L5 | {' | '.join('yes' for _ in names)} |"
    assert find_met(rate_checks(checks, f"{head}\n{row}")) == set()
    assert find_met(rate_checks(checks, head)) == set()
