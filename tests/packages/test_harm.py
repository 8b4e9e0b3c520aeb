"""Harm grades of a package: who gave them is said, what cannot be is refused, changes are named."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import UnsetType

from content.build import PACKAGE
from leaderboard.db import Sessions
from leaderboard.errors import InvalidPackage
from leaderboard.models.harm import GradeAgreement
from leaderboard.packages.catalogue import get_split, read_items
from leaderboard.packages.files import content_hash, open_package
from leaderboard.packages.item_changes import read_item_changes
from leaderboard.packages.load import load_package
from leaderboard.packages.read import Package, read_package
from leaderboard.packages.versions import Change, Shared, compare_versions
from leaderboard.packages.write import Corrected
from leaderboard.packages.write import write_package as write_from_rows
from leaderboard.scoring.statistics.grade_agreement import agree_on_grades, ordinal_alpha
from tests.edited_packages import load_edited, write_edited
from tests.package_files import make_case, make_items, make_manifest, make_mcq, write_package

CONSTRUCTED = {"by": "constructed"}
CLINICIANS = {"by": "clinicians", "n": 3}
SEVERE = {"grade": "severe"}
LEVEL = {"grade": "severe", "event": "wrong_level"}


def read(folder: Path, items: list[dict[str, Any]], **manifest: Any) -> Package:
    written = write_package(
        folder / "tiny", [*items, *make_items(1, 0, 1, "dev")], make_manifest(**manifest)
    )
    return read_package(open_package(written))


def refuse(folder: Path, items: list[dict[str, Any]], **manifest: Any) -> str:
    with pytest.raises(InvalidPackage) as caught:
        read(folder, items, **manifest)
    (problem,) = caught.value.problems
    assert problem.remedy
    where = f"{problem.path}:{problem.line}: " if problem.line else f"{problem.path}: "
    return where + problem.message


def grade_case(harm: dict[str, Any], **check: Any) -> dict[str, Any]:
    case = make_case(1)
    return case | {"checklist": [case["checklist"][0] | {"harm": harm} | check]}


def test_a_package_says_who_graded_its_harm(tmp_path: Path) -> None:
    graded = make_mcq(1, harm={"options": {"A": LEVEL}})
    assert refuse(tmp_path / "a", [graded]) == (
        "items/test.jsonl:1: Its harm is graded, and nothing says by whom."
    )
    assert refuse(tmp_path / "b", [make_mcq(1)], harm=CONSTRUCTED) == (
        "manifest.json: harm: it says who graded the harm of mistakes, and no item has a grade."
    )
    assert read(tmp_path / "c", [graded], harm=CONSTRUCTED).items["test"]


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        ({"options": {"B": SEVERE}}, "harm.options: B is right."),
        ({"options": {"E": SEVERE}}, "harm.options: there is no option E."),
        (
            {"options": {"A": {"grade": "none", "event": "wrong_side"}}},
            "harm.options.A names an event and has the grade none.",
        ),
        (
            {"options": {"A": {"grade": "severe", "event": "missed_red_flag"}}},
            "harm.options.A is a missed red flag; which one is missing.",
        ),
        (
            {"options": {"A": {"grade": "severe", "red_flag": "tumour"}}},
            "harm.options.A names a red flag that was not missed.",
        ),
        ({"missing": LEVEL}, "harm.missing is wrong_level, which silence cannot be."),
        (
            {"options": {"A": {"grade": "severe", "grades": ["severe", "mild"]}}},
            "harm.options.A.grades has 2 grades, and 3 clinicians graded.",
        ),
        (
            {"options": {"A": {"grade": "severe", "grades": ["mild", None, "moderate"]}}},
            "harm.options.A: severe is not between the single grades.",
        ),
    ],
)
def test_what_an_option_cannot_do_is_refused_with_its_line_and_field(
    tmp_path: Path, harm: dict[str, Any], message: str
) -> None:
    refused = refuse(tmp_path, [make_mcq(1), make_mcq(2, harm=harm)], harm=CLINICIANS)
    assert refused == f"items/test.jsonl:2: {message}"


def test_what_a_check_or_question_cannot_do_is_refused(tmp_path: Path) -> None:
    harm = {"commission": SEVERE}
    assert refuse(tmp_path / "a", [grade_case(harm)], harm=CONSTRUCTED) == (
        "items/test.jsonl:1: The check 'praise': harm.commission cannot happen, "
        "for nothing contradicts a mention."
    )
    case = make_case(1)
    unsafe = {"kind": "forbidden", "key": "unsafe", "harm": {"omission": {"grade": "mild"}}}
    case["checklist"] = [case["checklist"][0], case["checklist"][0] | unsafe]
    assert refuse(tmp_path / "c", [case], harm=CONSTRUCTED) == (
        "items/test.jsonl:1: The check 'unsafe': harm.omission cannot happen, for silence meets it."
    )
    manifest = json.loads((PACKAGE / "manifest.json").read_text())
    question = manifest["rubric"]["sections"][0]["dimensions"][0]["questions"][0]
    question["harm"] = harm
    written = write_edited(tmp_path / "b", "1.5.0", rubric=manifest["rubric"])
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(written))
    (problem,) = caught.value.problems
    assert problem.path == "manifest.json"
    assert problem.message.endswith("harm.commission cannot happen where the good answer is yes.")


@pytest.mark.parametrize(
    ("graders", "message"),
    [
        ({"by": "clinicians"}, "how many clinicians graded is missing."),
        (
            CONSTRUCTED | {"n": 3},
            "the grades are constructed, and clinicians have a number, grades or an agreement.",
        ),
        (
            CLINICIANS
            | {"agreement": {"coefficient": "kappa", "value": 0.5, "low": 0.6, "high": 0.7}},
            "the agreement is not within its interval.",
        ),
    ],
)
def test_what_is_said_of_graders_must_hold_together(
    tmp_path: Path, graders: dict[str, Any], message: str
) -> None:
    graded = make_mcq(1, harm={"options": {"A": LEVEL}})
    assert refuse(tmp_path, [graded], harm=graders) == f"manifest.json: harm: {message}"


def test_an_unknown_grade_is_refused(tmp_path: Path) -> None:
    refused = refuse(tmp_path, [make_mcq(1, harm={"options": {"A": {"grade": "awful"}}})])
    assert "['options']['A']['grade']: 'awful' is not one of" in refused


def test_the_alpha_is_that_of_krippendorffs_own_example() -> None:
    nan = np.nan
    observers = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    alpha = ordinal_alpha(observers.T - 1, 5)
    assert alpha == pytest.approx(0.815, abs=0.0005), "Krippendorff (2011), section E"
    found = agree_on_grades(observers.T - 1, 5)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high <= 1


def test_an_agreement_that_says_nothing_is_undefined() -> None:
    assert ordinal_alpha(np.array([[3.0, 3.0], [3.0, 3.0]]), 4) is None
    assert ordinal_alpha(np.array([[3.0, np.nan]]), 4) is None
    perfect = agree_on_grades(np.array([[0.0, 0.0], [3.0, 3.0], [1.0, 1.0]]), 4)
    assert perfect is not None
    assert perfect.value == 1


def test_the_agreement_of_single_grades_is_computed_when_a_package_is_loaded(
    tmp_path: Path, sessions: Sessions
) -> None:
    rows: list[list[str | None]] = [
        ["severe", "severe", "moderate"],
        ["none", "mild", None],
        ["mild", "mild", "none"],
    ]
    harms = [{"options": {"A": {"grade": grades[0], "grades": grades}}} for grades in rows]
    items = [make_mcq(n, harm=harm) for n, harm in enumerate(harms, start=1)]
    package = read(tmp_path, items, harm=CLINICIANS)
    with sessions.write() as session:
        benchmark = load_package(session, package).benchmark
        kept = session.get_one(GradeAgreement, benchmark.id)
        assert (kept.n_grades, kept.value) == (
            3,
            ordinal_alpha(np.array([[3, 3, 2], [0, 1, np.nan], [1, 1, 0]], float), 4),
        )
        written = write_from_rows(session, benchmark)
        assert (
            json.loads(written.contents["items/test.jsonl"].splitlines()[0])["harm"]
            == (items[0]["harm"])
        )


def test_a_package_without_harm_is_loaded_and_written_as_ever(
    tmp_path: Path, sessions: Sessions
) -> None:
    with sessions.write() as session:
        benchmark = load_package(session, read(tmp_path, [make_mcq(1), make_case(1)])).benchmark
        assert session.get(GradeAgreement, benchmark.id) is None
        assert "harm" not in benchmark.manifest
        contents = write_from_rows(session, benchmark).contents
        assert not any(b'"harm"' in content for content in contents.values())


def test_a_version_written_from_its_rows_keeps_the_harm(tmp_path: Path, sessions: Sessions) -> None:
    with sessions.write() as session:
        first = load_edited(session, PACKAGE)
        files = write_from_rows(session, first, "1.9.0")
        again = load_package(session, read_package(files)).benchmark
        assert content_hash(files.contents.items()) == again.content_hash
        diff = compare_versions(session, first, again)
        assert diff.shared == ()
        assert {change for split in diff.splits.values() for change in split.counts} == {
            Change.SAME
        }


def test_a_corrected_key_takes_the_harm_of_what_is_right_now(
    tmp_path: Path, sessions: Sessions
) -> None:
    harm = {"options": {"A": LEVEL, "C": SEVERE}}
    with sessions.write() as session:
        package = read(tmp_path, [make_mcq(1, harm=harm)], harm=CONSTRUCTED)
        benchmark = load_package(session, package).benchmark
        split = get_split(benchmark, "test")
        ids = {one.key: one.id for one in read_items(session, split)}
        corrected = Corrected({ids["test-text-001"]: ["A"]}, {})
        files = write_from_rows(session, benchmark, "1.0.1", corrected)
        line = json.loads(files.contents["items/test.jsonl"].splitlines()[0])
        assert (line["answer"], line["harm"]) == (["A"], {"options": {"C": SEVERE}})
        read_package(files)


def test_a_changed_grade_is_named_by_the_diff_and_changes_nothing_that_is_rated(
    tmp_path: Path, sessions: Sessions
) -> None:
    def regrade(lines: dict[str, dict[str, Any]]) -> None:
        lines["test-text-013"]["harm"]["options"]["B"]["grade"] = "moderate"
        check = next(one for one in lines["test-report-001"]["checklist"] if one["kind"] == "level")
        check["harm"]["commission"]["grade"] = "mild"

    with sessions.write() as session:
        before = load_edited(session, PACKAGE)
        after = load_edited(session, write_edited(tmp_path / "next", "1.5.0", regrade))
        diff = compare_versions(session, before, after)
        split = diff.splits["test"]
        assert [one.key for one in split.find(Change.HARM)] == ["test-text-013", "test-report-001"]
        assert all(one.changes == (Change.HARM,) for one in split.find(Change.HARM))
        assert split.rerated == frozenset()
        assert len(split.carried) == len(split.items)
        assert diff.shared == ()
        changes = {one.diff.key: one for one in read_item_changes(session, split)}
        (harm,) = changes["test-text-013"].fields
        assert harm.name == "Harm"
        (line,) = set(harm.after.splitlines()) - set(harm.before.splitlines())
        assert line.startswith("B: moderate, ")
        (checks,) = changes["test-report-001"].fields
        (line,) = set(checks.after.splitlines()) - set(checks.before.splitlines())
        assert "harm if wrong: mild, wrong level" in line
        assert not set('{}"') & set(harm.after + checks.after)


def test_a_changed_grade_of_the_rubric_is_no_other_rubric_and_no_other_judge(
    tmp_path: Path, sessions: Sessions
) -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text())
    for section in manifest["rubric"]["sections"]:
        for dimension in section["dimensions"]:
            for question in dimension["questions"]:
                question.pop("harm", None)
    with sessions.write() as session:
        before = load_edited(session, PACKAGE)
        after = load_edited(
            session, write_edited(tmp_path / "next", "1.5.0", rubric=manifest["rubric"])
        )
        diff = compare_versions(session, before, after)
        assert diff.shared == (Shared.HARM,)
        assert diff.splits["test"].rerated == frozenset()


def test_the_harm_of_the_bundled_package_is_constructed_and_says_so() -> None:
    package = read_package(open_package(PACKAGE))
    assert not isinstance(package.manifest.harm, UnsetType)
    assert package.manifest.harm.by == "constructed"
