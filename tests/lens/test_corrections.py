"""Corrected keys begin the next version, which is a package like any other."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidFields, InvalidRequest
from leaderboard.lens.checks import get_item
from leaderboard.lens.corrections import correct_key, read_corrections, withdraw_correction
from leaderboard.lens.next_version import name_next, prepare_corrected, read_corrected
from leaderboard.models.benchmark import Benchmark, Item
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import get_benchmark, get_loaded, get_split
from leaderboard.packages.files import content_hash, open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.opening import open_version
from leaderboard.packages.read import read_package
from leaderboard.packages.versions import Change, compare_versions
from leaderboard.packages.write import write_package, write_zip
from tests.databases import Prepare
from tests.factories import load_items
from tests.package_files import make_items, make_manifest, make_mcq

ROOT = Path(__file__).resolve().parents[2]
KEY = "test-text-003"


@pytest.fixture
def published(sessions: Sessions, prepare: Prepare) -> Sessions:
    """A benchmark with every kind of item, of which one says how vertebrae are counted."""

    def make() -> None:
        several = make_mcq(90, multiple=True, answer=["B", "A"], numbering="from_c2", levels=["L6"])
        items = [*make_items(6, 3, 2), several, *make_items(2, 1, 1, "dev")]
        with sessions.write() as session:
            load_items(session, items, make_manifest(canary="canary 0123456789abcdef"))

    prepare(("corrections",), make)
    return sessions


def find_item(session: Session, key: str = KEY) -> Item:
    return get_item(session, get_split(get_benchmark(session, "tiny"), "test"), key)


def correct(sessions: Sessions, key: str = KEY, answer: str = "C") -> None:
    with sessions.write() as session:
        correct_key(session, find_item(session, key), answer, "L5/S1, says the atlas", "host")


def prepare_next(sessions: Sessions, version: str = "") -> None:
    with sessions.write() as session:
        prepare_corrected(session, get_benchmark(session, "tiny"), version, "host")


def test_the_next_version_differs_in_the_corrected_keys_alone(published: Sessions) -> None:
    correct(published)
    correct(published, "test-text-090", "c, d")
    prepare_next(published)
    with published.read() as session:
        before, after = get_benchmark(session, "tiny"), get_loaded(session, "tiny", "1.0.1")
        # Nothing that anybody sees has changed.
        assert before.version == "1.0.0"
        assert after.opening is None
        found = compare_versions(session, before, after)
        assert (found.shared, found.added, found.dropped) == ((), (), ())
        assert found.splits["dev"].counts == {Change.SAME: 4}
        assert found.splits["test"].counts == {Change.CORRECTED: 2, Change.SAME: 10}
        corrected = found.splits["test"].find(Change.CORRECTED)
        keys = {one.key: session.get_one(ItemReference, one.after_id).answer for one in corrected}
        assert keys == {KEY: ["C"], "test-text-090": ["C", "D"]}
        assert after.manifest == before.manifest | {"version": "1.0.1"}
        assert [one.version for one in read_corrected(session, before)] == ["1.0.1"]
        acts = [(one.action, one.note) for one in read_audit(session)]
    assert acts[0] == ("prepare version", "2 corrected keys of 1.0.0")
    assert acts[2] == ("correct key", "B becomes C: L5/S1, says the atlas")


def test_its_package_loaded_again_changes_nothing(published: Sessions, tmp_path: Path) -> None:
    correct(published)
    prepare_next(published, "1.1.0")
    place = tmp_path / "tiny.zip"
    with published.read() as session:
        made = get_loaded(session, "tiny", "1.1.0")
        files = write_package(session, made)
        assert content_hash(files.contents.items()) == made.content_hash
        with write_zip(files) as stream:
            place.write_bytes(stream.read())
    with published.write() as session:
        loaded = load_package(session, read_package(open_package(place)))
        assert not loaded.is_new
        assert loaded.benchmark.version == "1.1.0"
        assert len(session.scalars(select(Benchmark)).all()) == 2


@pytest.mark.one_database
def test_the_bundled_benchmark_is_written_with_nothing_lost(sessions: Sessions) -> None:
    package = read_package(open_package(ROOT / "content" / "spinebench-mini"))
    with sessions.write() as session:
        benchmark = load_package(session, package).benchmark
        again = read_package(write_package(session, benchmark))
    assert again.manifest == package.manifest
    assert again.pictures == package.pictures
    assert again.items == package.items


def test_a_package_is_written_with_whether_its_items_are_shown(sessions: Sessions) -> None:
    split = {"name": "test", "items": "items/test.jsonl", "answers": "public", "show_items": False}
    with sessions.write() as session:
        load_items(session, make_items(2, 0, 0), make_manifest(splits=[split]))
        benchmark = get_benchmark(session, "tiny")
        written = json.loads(write_package(session, benchmark).read("manifest.json"))
        assert written["splits"] == [split | {"phases": []}]


def test_a_correction_is_withdrawn_or_replaced_before_the_version_is_made(
    published: Sessions,
) -> None:
    correct(published)
    correct(published, answer="D")
    with published.write() as session:
        (drafted,) = read_corrections(session, get_benchmark(session, "tiny"))
        assert (drafted.before, drafted.after, drafted.split) == ("B", "D", "test")
        withdraw_correction(session, find_item(session), "host")
        with pytest.raises(Conflict, match="No correction"):
            withdraw_correction(session, find_item(session), "host")
        with pytest.raises(Conflict, match="is corrected"):
            prepare_corrected(session, get_benchmark(session, "tiny"), "", "host")


@pytest.mark.parametrize("answer", ["", "E", "B", "A, C", "the second", "B?"])
def test_an_answer_that_cannot_be_is_refused_and_changes_nothing(
    published: Sessions, answer: str
) -> None:
    with published.write() as session, pytest.raises(InvalidFields) as refused:
        correct_key(session, find_item(session), answer, " ", "host")
    assert [one.field for one in refused.value.fields] == ["answer", "reason"]
    with published.read() as session:
        assert read_corrections(session, get_benchmark(session, "tiny")) == []


def test_a_report_has_no_key_to_correct(published: Sessions) -> None:
    with published.write() as session, pytest.raises(Conflict, match="is a report"):
        correct_key(session, find_item(session, "test-report-000"), "A", "wrong", "host")


def test_the_host_names_the_version_and_the_default_is_the_next_free_patch(
    published: Sessions,
) -> None:
    correct(published)
    prepare_next(published)
    with published.write() as session:
        benchmark = get_benchmark(session, "tiny")
        assert name_next(session, benchmark) == "1.0.2"
        for version in ("1.0.1", "1.0.0", "one", "1.0", "2.0.0 beta", "1" * 50 + ".0.0"):
            with pytest.raises(InvalidRequest) as refused:
                prepare_corrected(session, benchmark, version, "host")
            assert refused.value.field == "version"
            assert "1.0.2" in refused.value.remedy
    # Made again, it has all corrections of the version that is in front.
    correct(published, "test-text-004", "A")
    prepare_next(published, "2.0.0")
    with published.read() as session:
        found = compare_versions(
            session, get_benchmark(session, "tiny"), get_loaded(session, "tiny", "2.0.0")
        )
        assert found.splits["test"].counts[Change.CORRECTED] == 2


def test_a_version_that_was_followed_is_not_corrected_any_more(published: Sessions) -> None:
    correct(published)
    prepare_next(published)
    with published.write() as session:
        old, item = get_benchmark(session, "tiny"), find_item(session)
        open_version(session, get_loaded(session, "tiny", "1.0.1"))
        with pytest.raises(Conflict, match="was followed by"):
            correct_key(session, item, "D", "again", "host")
        with pytest.raises(Conflict, match="was followed by"):
            prepare_corrected(session, old, "", "host")
