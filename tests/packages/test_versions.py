"""What a version of a benchmark changes of another, told item by item."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from content.build import PACKAGE
from leaderboard.db import Sessions
from leaderboard.models.benchmark import Benchmark, Item, Track
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.packages.versions import (
    Change,
    Shared,
    SplitDiff,
    VersionDiff,
    compare_versions,
)
from leaderboard.scoring.boards import DEFAULT_TRACKS
from tests.databases import Prepare
from tests.edited_packages import Edit, Lines, load_edited, write_edited
from tests.package_files import make_png

KEY = "test-text-001"
CASE = "test-report-014"
Compare = Callable[..., VersionDiff]


@pytest.fixture
def compare(sessions: Sessions, prepare: Prepare, tmp_path: Path) -> Compare:
    """Load the bundled package and an edited copy of it; what the copy changes."""

    def load_bundled() -> None:
        with sessions.write() as session:
            load_edited(session, PACKAGE)

    prepare("bundled", load_bundled)

    def compare_edited(edit: Edit = lambda lines: None, **changes: object) -> VersionDiff:
        folder = write_edited(tmp_path / "edited", "1.2.1", edit, **changes)
        with sessions.write() as session:
            return compare_versions(session, read_bundled(session), load_edited(session, folder))

    return compare_edited


def read_bundled(session: Session) -> Benchmark:
    return get_benchmark(session, "spinebench-mini", "1.4.1")


def changed(diff: SplitDiff) -> dict[str, tuple[Change, ...]]:
    return {one.key: one.changes for one in diff.items if one.change is not Change.SAME}


def change(key: str, **values: object) -> Edit:
    def edit(lines: Lines) -> None:
        lines[key] |= values

    return edit


def test_a_version_with_the_same_items_changes_none_of_them(
    compare: Compare, sessions: Sessions
) -> None:
    diff = compare()
    assert diff.shared == diff.added == diff.dropped == ()
    test = diff.splits["test"]
    assert test.counts == {Change.SAME: 98}
    assert diff.splits["dev"].counts == {Change.SAME: 46}
    carried = {track: share.carried for track, share in test.shares.items()}
    assert carried == dict.fromkeys(DEFAULT_TRACKS, 1)
    with sessions.read() as session:
        ids = {
            split_id: dict(
                session.execute(select(Item.id, Item.key).where(Item.split_id == split_id)).all()
            )
            for split_id in (test.before_id, test.after_id)
        }
    assert {
        ids[test.before_id][old]: ids[test.after_id][new] for old, new in test.carried.items()
    } == {key: key for key in ids[test.before_id].values()}


CHANGES: list[tuple[str, dict[str, object], tuple[Change, ...]]] = [
    ("test-text-001", {"question": "A 45-year-old man?"}, (Change.REWORDED,)),
    ("test-text-002", {"answer": ["A"]}, (Change.CORRECTED,)),
    ("test-text-003", {"options": dict(zip("ABCD", "wxyz", strict=True))}, (Change.REWORDED,)),
    ("test-text-004", {"multiple": True}, (Change.REWORDED,)),
    ("test-text-005", {"numbering": "from_c2"}, (Change.REWORDED,)),
    ("test-text-006", {"subcondition": "cervical_trauma"}, (Change.MOVED,)),
    ("test-text-007", {"axis": "level", "levels": ["C2"]}, (Change.MOVED,)),
    ("test-text-008", {"modality": "ct"}, (Change.MOVED,)),
    ("test-text-009", {"case_id": "case-other"}, (Change.MOVED,)),
    ("test-text-010", {"explanation": "Another."}, (Change.NOTED,)),
    (
        "test-text-011",
        {"answer": ["A"], "question": "What?", "case_id": "case-another"},
        (Change.REWORDED, Change.CORRECTED, Change.MOVED),
    ),
    (CASE, {"reference_report": "Another."}, (Change.REFERENCE,)),
]


def test_each_change_of_an_item_is_told_by_its_kind(compare: Compare) -> None:
    def edit(lines: Lines) -> None:
        for key, values, _ in CHANGES:
            assert any(lines[key].get(name) != value for name, value in values.items()), key
            lines[key] |= values

    diff = compare(edit).splits["test"]
    assert changed(diff) == {key: changes for key, _, changes in CHANGES}
    reworded = {one.key: one.before_id for one in diff.find(Change.REWORDED)}
    assert len(reworded) == 5
    assert len(diff.carried) == 98 - 5
    assert not diff.carried.keys() & set(reworded.values())
    assert diff.rerated == {one.after_id for one in diff.items if one.key == CASE}


def test_a_touched_checklist_keeps_predictions_but_not_the_ratings_by_it(compare: Compare) -> None:
    def edit(lines: Lines) -> None:
        del lines[CASE]["checklist"][0]

    diff = compare(edit).splits["test"]
    assert changed(diff) == {CASE: (Change.CHECKLIST,)}
    assert {one.after_id for one in diff.find(Change.CHECKLIST)} == diff.rerated
    assert diff.shares[Track.REPORT].carried == 1


def test_a_replaced_picture_is_another_question_and_a_renamed_one_the_same(
    compare: Compare, sessions: Sessions, tmp_path: Path
) -> None:
    def rename(lines: Lines) -> None:
        image = lines[CASE]["images"][0]
        (tmp_path / "edited/images/renamed.png").write_bytes(
            (tmp_path / "edited" / image["path"]).read_bytes()
        )
        image["path"] = "images/renamed.png"

    assert changed(compare(rename).splits["test"]) == {}

    def replace(lines: Lines) -> None:
        path = lines[CASE]["images"][0]["path"]
        (tmp_path / "replaced" / path).write_bytes(make_png(7))

    folder = write_edited(tmp_path / "replaced", "1.2.2", replace)
    with sessions.write() as session:
        diff = compare_versions(session, read_bundled(session), load_edited(session, folder))
    assert changed(diff.splits["test"]) == {CASE: (Change.PICTURES,)}
    share = diff.splits["test"].shares[Track.REPORT]
    assert (share.n_before, share.n_after, share.n_carried) == (14, 14, 13)


def test_items_dropped_and_added_change_the_weights_of_the_tracks(compare: Compare) -> None:
    def edit(lines: Lines) -> None:
        line = lines.pop(KEY)
        lines["test-text-new"] = line | {"id": "test-text-new"}
        del lines["test-text-002"]

    diff = compare(edit)
    test = diff.splits["test"]
    assert changed(test) == {
        "test-text-new": (Change.ADDED,),
        KEY: (Change.DROPPED,),
        "test-text-002": (Change.DROPPED,),
    }
    share = test.shares[Track.TEXT]
    assert (share.n_before - 1, share.n_after - 1) == (share.n_after, share.n_carried)
    assert diff.shared == (Shared.WEIGHTS,)
    assert diff.splits["dev"].counts == {Change.SAME: 46}


def test_an_item_that_moves_to_another_split_is_dropped_there_and_added_here(
    compare: Compare,
) -> None:
    diff = compare(change(KEY, split="dev"))
    assert changed(diff.splits["test"]) == {KEY: (Change.DROPPED,)}
    assert changed(diff.splits["dev"]) == {KEY: (Change.ADDED,)}


def test_a_changed_prompt_rewords_every_item_of_its_track(compare: Compare) -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text())
    prompts = manifest["prompts"] | {"text": "Other words. {question} {options}"}
    diff = compare(prompts=prompts)
    assert diff.shared == (Shared.PROMPTS,)
    test = diff.splits["test"]
    assert {one.track for one in test.find(Change.REWORDED)} == {Track.TEXT}
    assert {track: share.carried for track, share in test.shares.items()} == {
        Track.TEXT: 0,
        Track.IMAGE: 1,
        Track.REPORT: 1,
    }


def test_a_changed_rubric_has_every_report_rated_again(compare: Compare) -> None:
    rubric = json.loads((PACKAGE / "manifest.json").read_text())["rubric"]
    rubric["sections"][0]["dimensions"][0]["question"] = "Is it good?"
    diff = compare(rubric=rubric)
    assert diff.shared == (Shared.RUBRIC,)
    test = diff.splits["test"]
    assert test.counts == {Change.REFERENCE: 14, Change.SAME: 84}
    assert len(test.rerated) == 14
    assert len(test.carried) == 98


def test_what_else_all_items_share_is_named_too(compare: Compare) -> None:
    diff = compare(licence="CC0-1.0", canary="another canary of this size", demonstration=False)
    assert diff.shared == (Shared.ANSWERS, Shared.CANARY, Shared.LICENCE)
    assert changed(diff.splits["test"]) == {}


def test_a_version_that_no_longer_shows_the_items_of_a_split_says_so(compare: Compare) -> None:
    dev, test = json.loads((PACKAGE / "manifest.json").read_text())["splits"]
    diff = compare(splits=[dev | {"show_items": False}, test])
    assert diff.shared == (Shared.SHOWN,)
