"""Files that no tool wrote so: whatever the bytes are, reading ends within bounds and says why."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
import zipfile
from pathlib import Path

import pyarrow
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from leaderboard.errors import InvalidPredictions
from leaderboard.models.benchmark import Track
from leaderboard.submissions.content import Content
from leaderboard.submissions.read import KnownItem, Predictions, SplitFacts, read_predictions
from leaderboard.submissions.texts import Choices

RECORDED = Path(__file__).parent / "recorded"
LIMIT = 2**20
KEYS = [f"test-{track}-{n:03}" for track in ("text", "image", "report") for n in range(1, 57)]
ITEMS = {key: KnownItem(n, Track(key.split("-")[1])) for n, key in enumerate(KEYS)}
FACTS = SplitFacts("test", lambda: dict.fromkeys(KEYS, Choices({"A": "one", "B": "two"}, False)))
PLAIN = {
    "jsonl": b'{"id": "test-text-001", "prediction": "A", "options": {"A": "b"}, "run": 1}\n',
    "csv": b'id,prediction,run\ntest-text-001,"A, ""b""",1\n,,\n',
    "tsv": b"index\tid\tquestion\tA\tB\tprediction\n1\ttest-text-001\tq\tone\ttwo\tA\n",
    "array": b'[{"id": "test-text-001", "output": "A"}, {"id": 2, "output": "B"}]',
    "object": b'{"test-text-001": "A",\n "test-text-002": "B"}',
    "utf-16": "id;answer\ntest-text-001;A\n".encode("utf-16"),
}


def read(raw: bytes) -> Predictions | None:
    """What is read of a file; None where it was refused with problems that have remedies."""
    try:
        return read_predictions(Content(raw, "", LIMIT), ITEMS, FACTS)
    except InvalidPredictions as error:
        problems = error.problems
    assert problems
    assert all(one.message and one.remedy for one in problems)
    return None


def list_seeds() -> list[tuple[str, bytes]]:
    """One small file of each format that is read in this process."""
    seeds = list(PLAIN.items())
    for file in sorted(RECORDED.iterdir()):
        raw = file.read_bytes()
        if file.suffix == ".gz":
            raw = b"".join(gzip.decompress(raw).splitlines(keepends=True)[:3])
        if file.suffix in (".gz", ".eval"):
            seeds.append((file.name, raw))
    return seeds


SEEDS = list_seeds()
mangled = st.tuples(st.integers(0, len(SEEDS) - 1), st.integers(0, 2**32))


def mangle(raw: bytes, seed: int) -> bytes:
    """The file cut short, with bytes changed, left out, repeated or put in another place."""
    chance, made = random.Random(seed), bytearray(raw)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        size = chance.choice((1, 1, 4, 64, 1024))
        act = chance.randrange(6)
        if act == 0:
            del made[at:]
        elif act == 1:
            del made[at : at + size]
        elif act == 2:
            made[at:at] = made[at : at + size]
        elif act == 3:
            made[at : at + 1] = bytes([chance.randrange(256)])
        elif act == 4:
            made[at:at] = chance.choice(
                (b'"', b"{", b"]", b"\\ud83d", b"\xff", b"\0", b"null", b"1e999", b"[" * 2000)
            )
        else:
            other = chance.choice(SEEDS)[1]
            made[at : at + size] = other[: chance.randrange(200)]
    return bytes(made)


@settings(
    max_examples=600, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(mangled)
def test_a_mangled_file_of_any_format_is_read_or_refused_with_a_remedy(
    chosen: tuple[int, int],
) -> None:
    place, seed = chosen
    read(mangle(SEEDS[place][1], seed))


def make_parquet() -> bytes:
    table = pyarrow.table(
        {"id": ["test-report-001"], "prediction": ["Report"], "run": [3], "more": [[1]]}
    )
    target = io.BytesIO()
    parquet.write_table(table, target)
    return target.getvalue()


def test_mangled_workbooks_and_parquet_files_are_refused_and_end_nobody_else() -> None:
    workbook = (RECORDED / "vlmevalkit_image.xlsx").read_bytes()
    found = read_predictions(
        Content(make_parquet(), "", LIMIT), {"test-report-001": KnownItem(1, Track.REPORT)}
    )
    assert found.texts == {1: "Report"}
    assert found.extras[1].run == "3"
    for raw in (workbook, make_parquet()):
        for seed in range(3):
            read(mangle(raw, seed))
        assert read(raw[: len(raw) // 2]) is None


def pack(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def as_zstandard(raw: bytes) -> bytes:
    """The zip of stored members with its members said to be Zstandard's."""
    return raw.replace(b"\x14\x00\x00\x00\x00\x00", b"\x14\x00\x00\x00\x5d\x00")


BOMB = b" " * (64 * 2**20)


@pytest.mark.parametrize(
    "raw",
    [
        pack({"a.jsonl": BOMB}),
        pack({f"{n}.jsonl": b" " * 2**20 for n in range(64)}),
        as_zstandard(pack({"header.json": zstandard.compress(BOMB)}, zipfile.ZIP_STORED)),
        pack({"a.zip": pack({"b.jsonl": BOMB})}),
        b"[" + b"1," * 2_000_000 + b"1]",
        b'{"a":' * 100_000,
        b"[" * 1_000_000,
        b'{"a": "' + b"\\" * 1_000_000,
        b'{"request_states": [' + b"{}," * 1_000_000,
    ],
    ids=[
        "deflated",
        "many",
        "zstandard",
        "zip in zip",
        "values",
        "deep",
        "open",
        "slashes",
        "empty",
    ],
)
def test_what_a_file_hides_costs_no_more_memory_than_a_multiple_of_the_limit(raw: bytes) -> None:
    tracemalloc.start()
    assert read(raw) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * LIMIT + 30 * len(raw)


def test_a_workbook_of_one_cell_at_its_far_end_is_refused() -> None:
    workbook = zipfile.ZipFile(RECORDED / "vlmevalkit_image.xlsx")
    members = {name: workbook.read(name) for name in workbook.namelist()}
    (sheet,) = [name for name in members if name.startswith("xl/worksheets/sheet")]
    members[sheet] = members[sheet].replace(
        b"</sheetData>",
        (b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'),
    )
    assert read(pack(members)) is None
