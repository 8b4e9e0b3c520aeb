"""The random check of keys: drawing, verdicts, the bound, and what carries over to a version."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import InvalidFields, InvalidRequest, NotFound
from leaderboard.lens.bounds import carry_bound, read_bounds
from leaderboard.lens.checks import (
    KeyCheck,
    count_questions,
    draw_keys,
    get_item,
    read_checks,
    record_verdict,
)
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.key_check import KeyDraw, KeyVerdict
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.versions import compare_splits
from leaderboard.scoring.statistics.key_bound import bound_wrong
from tests.databases import Prepare
from tests.factories import load_items
from tests.package_files import make_items, make_manifest

N = 40


@pytest.fixture
def published(sessions: Sessions, prepare: Prepare) -> Sessions:
    """A hidden split of 30 text questions, 10 image questions and a report."""

    def make() -> None:
        with sessions.write() as session:
            load_items(session, make_items(30, 10, 1))

    prepare(("keys",), make)
    return sessions


def find_split(session: Session) -> Split:
    return get_split(get_benchmark(session, "tiny", "1.0.0"), "test")


def draw(sessions: Sessions, n: int, track: str = "") -> list[str]:
    """Draw, and the keys of what is drawn, in its order."""
    with sessions.write() as session:
        draw_keys(session, find_split(session), n, track, "host")
        checks = {one.draw.track: one for one in read_checks(session, find_split(session))}
        return [one.item.key for one in checks[track].keys]


def give(sessions: Sessions, verdicts: dict[str, str]) -> None:
    with sessions.write() as session:
        for key, verdict in verdicts.items():
            item = get_item(session, find_split(session), key)
            record_verdict(session, item, verdict, "Dr. A", "", "host")


def read_check(sessions: Sessions) -> KeyCheck:
    with sessions.read() as session:
        return read_checks(session, find_split(session))[0]


def test_the_server_draws_questions_at_random_and_goes_on_where_it_stopped(
    published: Sessions,
) -> None:
    few = draw(published, 10)
    assert len(set(few)) == 10
    assert not any("report" in key for key in few)
    assert few != sorted(few)
    more = draw(published, 25)
    assert more[:10] == few
    assert len(set(more)) == 25
    with published.read() as session:
        assert session.scalars(select(KeyDraw.seed)).one() > 0
        acts = [(one.action, one.note) for one in read_audit(session)]
    assert acts == [("draw keys", "25 of 40 keys"), ("draw keys", "10 of 40 keys")]


def test_a_track_is_drawn_by_itself(published: Sessions) -> None:
    assert all("image" in key for key in draw(published, 3, "image"))
    assert len(draw(published, 2)) == 2
    assert read_check(published).n_items == N


@pytest.mark.parametrize(
    ("n", "track"), [(0, ""), (41, ""), (-1, ""), (11, "image"), (1, "report")]
)
def test_what_cannot_be_drawn_is_refused_under_its_field(
    published: Sessions, n: int, track: str
) -> None:
    with published.write() as session, pytest.raises(InvalidRequest) as refused:
        draw_keys(session, find_split(session), n, track, "host")
    assert refused.value.field == ("track" if track == "report" else "n")
    assert refused.value.remedy


def test_the_bound_counts_verdicts_in_order_and_unsure_as_wrong(published: Sessions) -> None:
    keys = draw(published, 20)
    assert read_check(published).bound == bound_wrong(N, 0, 0)
    give(published, dict.fromkeys(keys[:8], "right") | {keys[8]: "unsure", keys[10]: "right"})
    check = read_check(published)
    # The tenth is missing: what comes after it waits.
    assert (check.n_waiting, check.n_unsure) == (1, 1)
    assert check.bound == bound_wrong(N, 9, 1)
    give(published, {keys[9]: "wrong"})
    assert read_check(published).bound == bound_wrong(N, 11, 2)


def test_the_newest_verdict_counts_and_the_earlier_one_is_kept(published: Sessions) -> None:
    (key,) = draw(published, 1)
    give(published, {key: "wrong"})
    give(published, {key: "right"})
    assert read_check(published).bound.n_wrong == 0
    with published.read() as session:
        assert len(session.scalars(select(KeyVerdict)).all()) == 2
        assert read_audit(session)[0].note == "right, by Dr. A"
        assert read_audit(session)[0].subject == f"item {key} of tiny 1.0.0"


def test_a_verdict_needs_a_drawn_item_a_word_and_a_name(published: Sessions) -> None:
    (key,) = draw(published, 1)
    with published.write() as session:
        split = find_split(session)
        with pytest.raises(InvalidFields) as refused:
            record_verdict(session, get_item(session, split, key), "maybe", " ", "x" * 501, "host")
        assert {one.field for one in refused.value.fields} == {"verdict", "checked_by", "note"}
        other = next(k for k in ("test-text-000", "test-text-001") if k != key)
        with pytest.raises(NotFound, match="was not drawn"):
            record_verdict(session, get_item(session, split, other), "right", "A", "", "host")
        with pytest.raises(NotFound):
            get_item(session, split, "dev-text-000")


def test_what_is_published_names_no_item(published: Sessions) -> None:
    with published.read() as session:
        assert read_bounds(session, get_benchmark(session, "tiny")) == []
    keys = draw(published, 20)
    give(published, dict.fromkeys(keys[:12], "right") | {keys[12]: "wrong"})
    with published.read() as session:
        (found,) = read_bounds(session, get_benchmark(session, "tiny"))
    assert found[:9] == ("test", "", "1.0.0", N, 13, 1, 0, 0, N)
    assert found.most == bound_wrong(N, 13, 1).most
    assert found.share == pytest.approx(100 * found.most / N)
    assert not any(key in repr(found) for key in keys)


def load_next(sessions: Sessions, changes: dict[str, dict[str, Any]], drop: str = "") -> None:
    """Load version 1.0.1, with some fields of some items changed."""
    items = [one | changes.get(one["id"], {}) for one in make_items(30, 10, 1)]
    with sessions.write() as session:
        kept = [one for one in items if one["id"] != drop]
        load_items(session, kept, make_manifest(version="1.0.1"))


def carry(sessions: Sessions) -> tuple[int, int, int] | None:
    """What the check says of 1.0.1: keys corrected, keys in all, at most wrong."""
    with sessions.read() as session:
        before = find_split(session)
        after = session.scalars(
            select(Split)
            .join(Benchmark, Benchmark.id == Split.benchmark_id)
            .where(Benchmark.version == "1.0.1", Split.name == "test")
        ).one()
        (check,) = read_checks(session, before)
        diff = compare_splits(session, before, after)
        found = carry_bound(before, check, diff, count_questions(session, after))
        return None if found is None else (found.n_corrected, found.n_now, found.most)


def test_a_corrected_key_lowers_the_bound_by_one_and_is_not_counted_as_right(
    published: Sessions,
) -> None:
    keys = draw(published, 13)
    give(published, dict.fromkeys(keys[:12], "right") | {keys[12]: "wrong"})
    load_next(published, {keys[12]: {"answer": ["C"]}})
    before = bound_wrong(N, 13, 1).most
    assert carry(published) == (1, N, before - 1)
    # As if all 13 were right it would be lower than what was seen allows.
    assert bound_wrong(N, 13, 0).most < before - 1


def test_a_correction_outside_the_check_and_new_notes_leave_the_bound(published: Sessions) -> None:
    keys = draw(published, 13)
    give(published, dict.fromkeys(keys, "right"))
    other = next(f"test-text-{n:03}" for n in range(30) if f"test-text-{n:03}" not in keys)
    load_next(published, {other: {"answer": ["C"], "explanation": "new"}})
    assert carry(published) == (0, N, bound_wrong(N, 13, 0).most)


def test_a_dropped_question_is_gone_from_both_sides(published: Sessions) -> None:
    keys = draw(published, 13)
    # The package's pictures are numbered: without one of them, the others are replaced too.
    dropped = next(key for key in keys if "text" in key)
    give(published, dict.fromkeys(keys, "right") | {dropped: "unsure"})
    load_next(published, {}, drop=dropped)
    assert carry(published) == (1, N - 1, bound_wrong(N, 13, 1).most - 1)


def test_nothing_carries_over_to_a_version_with_a_question_that_nobody_checked(
    published: Sessions,
) -> None:
    give(published, dict.fromkeys(draw(published, 13), "right"))
    load_next(published, {"test-text-003": {"question": "Another question?"}})
    assert carry(published) is None
