"""The pairs of right and wrong reports that the checklist is compared on with other measures."""

import pytest

from bench.reports import KINDS, Case, rate_by_checklist, read_cases


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: case.key)
def test_every_right_wording_is_rated_highest_and_every_wrong_report_lower(case: Case) -> None:
    assert {report: rate_by_checklist(case, report) for report in case.right} == dict.fromkeys(
        case.right, 5.0
    )
    assert not [one for one in case.wrong if rate_by_checklist(case, one.report) >= 5]


def test_every_case_has_errors_of_each_kind_and_wordings_to_compare() -> None:
    for case in read_cases():
        assert len(case.right) >= 6
        kinds = {wrong.kind for wrong in case.wrong}
        assert kinds == {kind for kind in KINDS if kind != "side" or case.side}
