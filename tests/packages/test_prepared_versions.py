"""A version after the first is prepared when it is loaded, and takes submissions once opened."""

import pytest

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, NotFound
from leaderboard.evaluation.rank import rank_split
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.packages.catalogue import (
    find_successor,
    get_benchmark,
    get_loaded,
    get_split,
    read_benchmarks,
    read_older_versions,
    read_prepared,
    read_versions,
)
from leaderboard.packages.opening import is_frozen, open_version, require_newest
from leaderboard.rankings.releases import find_ranking
from tests.factories import prepare_items
from tests.loaded import Load, Submit
from tests.package_files import make_items, make_manifest, write_package
from tests.test_docs import REQUIRED

ANSWERS = {f"test-text-{n:03}": "ANSWER: B" for n in range(6)}


def prepare_second(sessions: Sessions) -> None:
    with sessions.write() as session:
        prepare_items(session, make_items(6, 1, 1), make_manifest(version="2.0.0"))


def open_second(sessions: Sessions) -> None:
    with sessions.write() as session:
        open_version(session, get_loaded(session, "tiny", "2.0.0"))


def test_the_first_version_is_open_at_once_and_a_later_one_when_a_host_opens_it(
    load: Load, sessions: Sessions
) -> None:
    load(6, 0, 0)
    prepare_second(sessions)
    with sessions.read() as session:
        assert [one.version for one in read_benchmarks(session)] == ["1.0.0"]
        assert [one.version for one in read_versions(session, "tiny")] == ["1.0.0"]
        assert [one.version for one in read_prepared(session)] == ["2.0.0"]
        assert get_benchmark(session, "tiny").version == "1.0.0"
        with pytest.raises(NotFound) as prepared:
            get_benchmark(session, "tiny", "2.0.0")
        with pytest.raises(NotFound) as unknown:
            get_benchmark(session, "tiny", "3.0.0")
        assert str(prepared.value).replace("2.0.0", "3.0.0") == str(unknown.value)
    open_second(sessions)
    with sessions.read() as session:
        newest = get_benchmark(session, "tiny")
        assert newest.version == "2.0.0"
        assert newest.opened_at is not None
        assert newest.opened_at > newest.published_at
        assert [one.version for one in read_older_versions(session)] == ["1.0.0"]
        assert find_successor(session, get_benchmark(session, "tiny", "1.0.0")) is newest
        assert find_successor(session, newest) is None
        assert read_prepared(session) == []


def test_a_version_is_opened_once(load: Load, sessions: Sessions) -> None:
    load(6, 0, 0)
    prepare_second(sessions)
    open_second(sessions)
    with pytest.raises(Conflict, match="was opened on"):
        open_second(sessions)


def test_the_newest_version_is_the_one_opened_last_not_the_one_loaded_last(
    load: Load, sessions: Sessions
) -> None:
    load(6, 0, 0)
    prepare_second(sessions)
    with sessions.write() as session:
        prepare_items(session, make_items(6, 1, 0), make_manifest(version="3.0.0"))
        open_version(session, get_loaded(session, "tiny", "3.0.0"))
    open_second(sessions)
    with sessions.read() as session:
        assert [one.version for one in read_versions(session, "tiny")] == [
            "2.0.0",
            "3.0.0",
            "1.0.0",
        ]


def test_a_followed_version_takes_no_submission_and_names_the_one_that_does(
    load: Load, submit_texts: Submit, sessions: Sessions
) -> None:
    load(6, 0, 0)
    prepare_second(sessions)
    submit_texts(ANSWERS)
    with sessions.write() as session:
        prepared = get_split(get_loaded(session, "tiny", "2.0.0"), "test")
        with pytest.raises(NotFound, match=r"no version '2.0.0' of tiny"):
            require_newest(session, prepared)
    open_second(sessions)
    with sessions.write() as session:
        old = get_split(get_benchmark(session, "tiny", "1.0.0"), "test")
        with pytest.raises(Conflict, match=r"version 2.0.0 followed") as refused:
            require_newest(session, old)
        assert "Send to 2.0.0" in refused.value.remedy
        require_newest(session, get_split(get_benchmark(session, "tiny"), "test"))


def test_a_followed_split_is_never_ranked_again(
    load: Load, submit_texts: Submit, sessions: Sessions
) -> None:
    load(6, 0, 0)
    submit_texts(ANSWERS, judges=[ChecklistJudge()])
    prepare_second(sessions)
    with sessions.write() as session:
        split_id = get_split(get_benchmark(session, "tiny"), "test").id
        assert not is_frozen(session, split_id)
        ranking = rank_split(session, split_id)
        assert ranking is not None
        before = (ranking.id, ranking.serial, ranking.ranked_at)
    open_second(sessions)
    with sessions.write() as session:
        assert is_frozen(session, split_id)
        found = rank_split(session, split_id)
        assert found is find_ranking(session, split_id)
        assert found is not None
        assert (found.id, found.serial, found.ranked_at) == before


@pytest.mark.one_database
def test_the_command_says_that_a_later_version_is_prepared_and_what_it_changes(
    load: Load, sessions: Sessions, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    load(6, 0, 0)
    items = make_items(6, 0, 0)
    items[2]["answer"] = ["C"]
    items[3]["question"] = "Another question?"
    manifest = make_manifest(version="1.0.1")
    place = write_package(tmp_path_factory.mktemp("second"), items, manifest)
    app = create_app(Config.from_env(REQUIRED | {"DATABASE_URL": database_url}))
    run = app.test_cli_runner().invoke
    said = run(args=["benchmark", "load", str(place)]).output
    assert "tiny 1.0.1 prepared." in said
    assert "tiny 1.0.0 stays in front until you open 1.0.1, which changes:" in said
    assert "is corrected on a split whose answers are hidden" not in said
    assert "for all items: nothing" in said
    assert (
        "test: 1 reworded, 1 key corrected, 4 the same; predictions carry over to 5 of 6 items"
        in said
    )
    assert "flask benchmark diff tiny 1.0.0 1.0.1" in said
    assert "flask campaign start tiny 1.0.1" in said
    assert "was already prepared" in run(args=["benchmark", "load", str(place)]).output
    listed = run(args=["benchmark", "list"]).output.splitlines()
    assert [line.split()[1:2] + line.split()[3:] for line in listed] == [
        ["1.0.0"],
        ["1.0.1", "prepared"],
    ]
    manifest = make_manifest(version="1.0.2", demonstration=False)
    secret = write_package(tmp_path_factory.mktemp("secret"), items, manifest)
    warned = run(args=["benchmark", "load", str(secret)]).output
    assert "1 key is corrected on a split whose answers are hidden." in warned
    app.extensions["spinebench"].sessions.engine.dispose()
