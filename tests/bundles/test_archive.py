"""An archive is the same bytes for the same facts, and every changed byte of one is found."""

import io
import json
import random
import subprocess
import sys
import zipfile

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from leaderboard.bundles.archive import (
    MAX_MEMBERS,
    Archive,
    DamagedArchive,
    read_archive,
    write_archive,
)
from leaderboard.bundles.signing import find_public_key, make_key, name_key, read_public_keys

KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
"""The private key of RFC 8032, section 7.1, test 1."""
PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""And its public one."""
FACTS = {"kind": "submission", "submission": {"id": "abc", "model": "Modell Ä"}}
MEMBERS = {"readings.jsonl": b'{"key":"q1"}\n{"key":"q2"}\n', "scores.jsonl": b'{"n":2}\n'}


def test_what_was_written_is_read() -> None:
    for key, public in ((KEY, PUBLIC), (None, None)):
        found = read_archive(write_archive(FACTS, MEMBERS, key))
        assert (found.members, found.key) == (MEMBERS, public)
        assert found.manifest["submission"] == FACTS["submission"]


def test_the_same_facts_give_the_same_bytes_in_any_order_and_process() -> None:
    raw = write_archive(FACTS, MEMBERS, KEY)
    assert raw == write_archive(dict(reversed(FACTS.items())), dict(reversed(MEMBERS.items())), KEY)
    again = (
        "import sys; from tests.bundles.test_archive import *; "
        "sys.stdout.buffer.write(write_archive(FACTS, MEMBERS, KEY))"
    )
    made = subprocess.run(
        [sys.executable, "-c", again], capture_output=True, check=True, env={"TZ": "Asia/Tokyo"}
    )
    assert made.stdout == raw


def test_any_zip_program_reads_an_archive() -> None:
    with zipfile.ZipFile(io.BytesIO(write_archive(FACTS, MEMBERS, KEY))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "signature.json", *MEMBERS]
        assert json.loads(archive.read("manifest.json"))["kind"] == "submission"


def test_every_changed_byte_of_a_signed_archive_is_found() -> None:
    raw = write_archive(FACTS, MEMBERS, KEY)
    chance = random.Random(1)
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= chance.randrange(1, 256)
        with pytest.raises(DamagedArchive):
            read_archive(bytes(changed))


@pytest.mark.parametrize("cut", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b""])
def test_an_archive_that_is_cut_off_or_added_to_is_refused(cut: object) -> None:
    assert callable(cut)
    with pytest.raises(DamagedArchive, match="not a zip file, or it was cut off or added to"):
        read_archive(cut(write_archive(FACTS, MEMBERS, KEY)))


def rewrite(raw: bytes, **members: bytes | None) -> bytes:
    """The archive with members replaced, added, or (None) left out, and nothing else mended."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w") as new:
        contents: dict[str, bytes | None] = {one.filename: old.read(one) for one in old.infolist()}
        contents |= {name.replace("__", "."): one for name, one in members.items()}
        for name, content in contents.items():
            if content is not None:
                new.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"scores__jsonl": b'{"n":3}\n'}, "scores.jsonl was changed"),
        ({"scores__jsonl": None}, "scores.jsonl is missing"),
        ({"more__json": b"{}"}, "more.json was added"),
        ({"manifest__json": None}, "no manifest.json"),
        ({"manifest__json": b"{}"}, "does not bear the signature"),
        ({"manifest__json": b"\xff"}, "manifest.json is not JSON"),
        ({"signature__json": b"[]"}, "signature.json is not a JSON object"),
    ],
)
def test_a_changed_member_is_named(members: dict[str, bytes | None], words: str) -> None:
    with pytest.raises(DamagedArchive, match=words):
        read_archive(rewrite(write_archive(FACTS, MEMBERS, KEY), **members))


def make_zip(*names: str, method: int = zipfile.ZIP_STORED, content: bytes = b"{}") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name in names:
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (make_zip("manifest.json", "../../etc/passwd.json"), "that no archive of ours has"),
        (make_zip("manifest.json", "/a.json"), "that no archive of ours has"),
        (make_zip("manifest.json", "A.json"), "that no archive of ours has"),
        (make_zip(*(f"{'a' * n}.json" for n in range(1, MAX_MEMBERS + 3))), "the limit is 16"),
        (
            make_zip("a.json", method=zipfile.ZIP_DEFLATED, content=b"0" * 10**6),
            "compressed or encrypted",
        ),
        (b"PK\5\6" + b"\xff" * 18, "members; the limit is"),
        (b"{}" * 20, "not a zip file"),
    ],
)
def test_a_zip_from_anybody_is_refused_before_anything_in_it_is_read(
    raw: bytes, words: str
) -> None:
    with pytest.raises(DamagedArchive, match=words):
        read_archive(raw)


def test_a_name_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        raw = make_zip("manifest.json", "manifest.json")
    with pytest.raises(DamagedArchive, match="that no archive of ours has"):
        read_archive(raw)


def test_keys_are_those_of_rfc_8032_and_read_in_each_form() -> None:
    assert find_public_key(KEY) == PUBLIC
    der = bytes.fromhex("302a300506032b6570032100") + bytes.fromhex(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    pem = load_der_public_key(der).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    listed = json.dumps({"keys": [{"algorithm": "Ed25519", "key": PUBLIC}]})
    for text in (PUBLIC, f"{PUBLIC}\n", pem.decode(), listed):
        assert read_public_keys(text) == [PUBLIC]
    for text in ("", "{}", '{"keys": []}', "c2hvcnQ=", "-----BEGIN"):
        with pytest.raises(ValueError, match="no Ed25519 public key"):
            read_public_keys(text)
    assert len(name_key(PUBLIC)) == 16
    assert make_key() != make_key()


def test_an_archive_signed_by_another_names_that_key() -> None:
    other = make_key()
    found: Archive = read_archive(write_archive(FACTS, MEMBERS, other))
    assert found.key == find_public_key(other) != PUBLIC
