"""Pictures in an object store: the same to every reader, checked, and back again."""

import hashlib
from collections.abc import Iterator

import pytest
from sqlalchemy import LargeBinary, select, type_coerce

from leaderboard.db import Sessions
from leaderboard.models.benchmark import Image
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.questions import write_questions
from leaderboard.packages.stored import move_pictures
from leaderboard.storage import MARK, STORAGE, StorageAway, StorageSettings
from tests.factories import load_items
from tests.package_files import make_items
from tests.packages.object_store import KEY_ID, SECRET, ObjectStore, serve_objects
from tests.site import OpenSite

PREFIX = "/bucket/pictures/"


@pytest.fixture
def store() -> Iterator[ObjectStore]:
    """An object store on loopback, that this process uses."""
    with serve_objects() as served:
        STORAGE.use(name_store(served, SECRET))
        yield served
        STORAGE.use(None)


def name_store(served: ObjectStore, secret: str) -> StorageSettings:
    return StorageSettings("s3://bucket/pictures", served.url, KEY_ID, secret, "us-east-1")


def read_raw(sessions: Sessions) -> dict[str, bytes]:
    """What the rows hold themselves."""
    with sessions.read() as session:
        raw = type_coerce(Image.content, LargeBinary)
        return {key: bytes(value) for key, value in session.execute(select(Image.sha256, raw))}


def write_zip(sessions: Sessions) -> bytes:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        with write_questions(session, split) as stream:
            stream.seek(0)
            return stream.read()


def test_pictures_move_and_every_reader_gets_the_same_bytes_or_an_error(
    sessions: Sessions, store: ObjectStore
) -> None:
    STORAGE.use(None)
    with sessions.write() as session:
        load_items(session, make_items(1, 2, 0))
    before, packed = read_raw(sessions), write_zip(sessions)
    assert before
    STORAGE.use(name_store(store, SECRET))
    assert move_pictures(sessions) == len(before)
    assert move_pictures(sessions) == 0
    assert read_raw(sessions) == {key: MARK + key.encode() for key in before}
    assert store.objects == {f"{PREFIX}{key}": content for key, content in before.items()}
    assert all(hashlib.sha256(content).hexdigest() == key for key, content in before.items())
    assert write_zip(sessions) == packed

    # Other bytes are never taken for a picture, nor is one given up that did not arrive.
    key = f"{PREFIX}{next(iter(before))}"
    whole, store.objects[key] = store.objects[key], b"something else"
    with pytest.raises(StorageAway):
        write_zip(sessions)
    store.objects[key] = whole
    store.is_away = True
    assert not STORAGE.answers()
    with pytest.raises(StorageAway):
        write_zip(sessions)
    with pytest.raises(StorageAway):
        move_pictures(sessions, back=True)
    store.is_away = False
    assert STORAGE.answers()

    assert move_pictures(sessions, back=True) == len(before)
    assert read_raw(sessions) == before
    assert not store.refused


def test_what_is_loaded_goes_there_at_once_and_not_at_all_where_it_cannot(
    sessions: Sessions, store: ObjectStore
) -> None:
    STORAGE.use(name_store(store, "another secret"))
    with pytest.raises(StorageAway), sessions.write() as session:
        load_items(session, make_items(1, 2, 0))
    assert store.refused
    assert read_raw(sessions) == store.objects == {}
    STORAGE.use(name_store(store, SECRET))
    with sessions.write() as session:
        load_items(session, make_items(1, 2, 0))
    raw = read_raw(sessions)
    assert raw
    assert all(value.startswith(MARK) for value in raw.values())
    assert {path.removeprefix(PREFIX) for path in store.objects} == raw.keys()


@pytest.mark.one_database
def test_the_site_sends_pictures_itself_and_says_where_it_cannot(
    open_site: OpenSite, store: ObjectStore
) -> None:
    with open_site() as site:
        with site.sessions.read() as session:
            key = session.scalars(select(Image.sha256)).first()
        STORAGE.use(name_store(store, SECRET))
        shown = site.get(f"/images/{key}")
        move_pictures(site.sessions)
        stored = site.get(f"/images/{key}")
        assert stored.content == shown.content
        assert stored.headers["Cache-Control"] == shown.headers["Cache-Control"]
        assert site.get("/readyz").json()["checks"]["storage"] == "ok"
        store.is_away = True
        away = site.get(f"/images/{key}")
        assert (away.status_code, away.headers["Retry-After"]) == (503, "10")
        assert away.headers["Cache-Control"] == "no-store"
        assert "store of pictures" in away.text
        assert store.url not in away.text
        assert site.get("/readyz").json()["checks"]["storage"] == "away"
