"""What everybody is told of a correction, and what of it nobody may learn."""

import pytest

from leaderboard.db import Sessions
from leaderboard.disclosure import is_protected
from leaderboard.models.benchmark import Track
from leaderboard.packages.catalogue import get_benchmark, get_loaded, get_split
from leaderboard.packages.opening import open_version
from leaderboard.packages.versions import Change, ItemDiff, SplitDiff, compare_splits
from leaderboard.rankings.errata import (
    MIN_TOGETHER,
    MIN_TOLD,
    count_changes,
    group_conditions,
    read_errata,
    warn_of_few,
    write_errata,
)
from tests.factories import prepare_items
from tests.loaded import Load
from tests.package_files import make_items, make_manifest

CONDITIONS = ["a", "b", "c", "d", "e"]


def make_diff(number: int, condition: str, *changes: Change) -> ItemDiff:
    return ItemDiff(
        f"item-{number}", changes or (Change.SAME,), Track.TEXT, Track.TEXT, condition, 1, 2
    )


def make_corrected(**n_of: int) -> list[ItemDiff]:
    """Ten items of each condition, so many of them with a corrected key."""
    return [
        make_diff(
            number,
            condition,
            *([Change.CORRECTED] if number < n_of.get(condition, 0) else []),
        )
        for condition in CONDITIONS
        for number in range(10)
    ]


def tell(items: list[ItemDiff], *, is_secret: bool) -> list[tuple[tuple[str, ...], int]]:
    return [(one.conditions, one.n) for one in count_changes(items, is_secret=is_secret)]


def test_few_keys_of_a_secret_split_are_told_of_all_conditions_without_enough_together() -> None:
    assert tell(make_corrected(b=1), is_secret=True) == [(tuple(CONDITIONS), 1)]
    assert tell(make_corrected(b=6, d=2), is_secret=True) == [
        (("b",), 6),
        (("a", "c", "d", "e"), 2),
    ]
    assert tell(make_corrected(b=6), is_secret=True) == [(("b",), 6)]


def test_at_least_three_conditions_are_told_together_though_some_have_enough() -> None:
    found = tell(make_corrected(a=9, b=8, c=7, d=6, e=1), is_secret=True)
    assert found == [(("a",), 9), (("b",), 8), (("e", "d", "c"), 14)]


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_told_of_a_condition_by_itself_is_enough_keys(seed: int) -> None:
    n_of = {one: (seed * 7 + place * place * 3) % 9 for place, one in enumerate(CONDITIONS)}
    groups = group_conditions(n_of, CONDITIONS)
    assert sorted(one for group in groups for one in group) == CONDITIONS
    for group in groups:
        n = sum(n_of[one] for one in group)
        assert len(group) >= MIN_TOGETHER or (len(group) == 1 and n >= MIN_TOLD)


def test_keys_of_no_secret_are_told_of_each_condition_with_the_items() -> None:
    (one,) = count_changes(make_corrected(b=1), is_secret=False)
    assert (one.change, one.conditions, one.n, one.items) == (
        Change.CORRECTED,
        ("b",),
        1,
        ("item-0",),
    )


def test_what_anybody_sees_is_counted_alike_whether_or_not_a_key_changed_too() -> None:
    # Else the difference to what the questions of both versions show would tell the key's item.
    plain = [make_diff(1, "a", Change.MOVED), make_diff(2, "b")]
    also = [make_diff(1, "a", Change.CORRECTED, Change.MOVED), make_diff(2, "b")]
    moved = [
        [one for one in count_changes(items, is_secret=True) if one.change is Change.MOVED]
        for items in (plain, also)
    ]
    assert moved[0] == moved[1]
    assert all(not one.items for one in count_changes(also, is_secret=True))


def test_corrected_checks_of_a_secret_split_are_told_of_as_keys_are() -> None:
    items = [
        make_diff(number, condition, Change.CHECKLIST)
        for number, condition in enumerate([*"aaaaa", *"bb"])
    ] + [make_diff(number, condition) for number, condition in enumerate("cde", 10)]
    told = count_changes(items, is_secret=True)
    assert [(one.change, one.conditions, one.n, one.items) for one in told] == [
        (Change.CHECKLIST, ("a",), 5, ()),
        (Change.CHECKLIST, ("b", "c", "d", "e"), 2, ()),
    ]
    assert [one.n for one in count_changes(items, is_secret=False)] == [5, 2]


def test_a_host_is_warned_before_few_checklists_of_a_secret_split_are_corrected(
    load_protected: Load, sessions: Sessions
) -> None:
    load_protected(6, 0, 0)
    with sessions.read() as session:
        split = get_split(get_loaded(session, "tiny", "1.0.0"), "test")
        few = [make_diff(number, "a", Change.CHECKLIST) for number in range(2)]
        warning = warn_of_few(split, SplitDiff(1, 2, tuple(few)))
        assert warning.startswith("2 checklists are corrected on a split whose answers are hidden.")
        enough = [make_diff(number, "a", Change.CHECKLIST) for number in range(5)]
        assert warn_of_few(split, SplitDiff(1, 2, tuple(enough))) == ""


def follow(sessions: Sessions, version: str, keys: list[str], *, dropped: str = "") -> None:
    """Open a version with C as the key of these items."""
    items = [one for one in make_items(6, 0, 0) if one["id"] != dropped]
    for one in items:
        if one["id"] in keys:
            one["answer"] = ["C"]
    with sessions.write() as session:
        before = get_benchmark(session, "tiny")
        manifest = make_manifest(version=version, demonstration=False)
        after = prepare_items(session, items, manifest)
        open_version(session, after)
        write_errata(session, before, after, f"Clinicians found {version}.")


def read_told(sessions: Sessions, version: str) -> dict[str, object]:
    with sessions.read() as session:
        newest = get_benchmark(session, "tiny")
        (found,) = (one for one in read_errata(session, newest) if one.benchmark.version == version)
        (split,) = (one for one in found.splits if one.split.name == "test")
        return {
            "former": found.former.version,
            "reason": found.reason,
            "corrected": [
                (one.n, len(one.conditions), one.items)
                for one in split.counts
                if one.change is Change.CORRECTED
            ],
            "retired": split.retired,
        }


def test_a_corrected_hidden_item_is_named_once_it_is_retired(
    load_protected: Load, sessions: Sessions
) -> None:
    load_protected(6, 0, 0)
    follow(sessions, "1.0.1", ["test-text-003"])
    told = read_told(sessions, "1.0.1")
    assert told["former"] == "1.0.0"
    assert told["reason"] == "Clinicians found 1.0.1."
    assert told["corrected"] == [(1, 2, ())]
    assert told["retired"] == ()
    follow(sessions, "1.0.2", ["test-text-003"])
    assert read_told(sessions, "1.0.1")["retired"] == ()
    follow(sessions, "1.0.3", [], dropped="test-text-003")
    assert read_told(sessions, "1.0.1")["retired"] == (("test-text-003", Change.CORRECTED),)
    with sessions.read() as session:
        older = read_errata(session, get_benchmark(session, "tiny", "1.0.1"))
        assert [one.benchmark.version for one in older] == ["1.0.1"]


def test_a_host_is_warned_before_few_keys_of_a_secret_split_are_corrected(
    load_protected: Load, sessions: Sessions
) -> None:
    load_protected(6, 0, 0)
    follow(sessions, "1.0.1", ["test-text-003"])
    with sessions.read() as session:
        splits = [
            get_split(get_loaded(session, "tiny", version), "test")
            for version in ("1.0.0", "1.0.1")
        ]
        assert is_protected(splits[1])
        diff = compare_splits(session, splits[0], splits[1])
        assert "1 key is corrected" in warn_of_few(splits[1], diff)
        same = compare_splits(session, splits[1], splits[1])
        assert warn_of_few(splits[1], same) == ""
