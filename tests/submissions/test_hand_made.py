"""Files that people make with their own tools are read as they meant them, or refused."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from leaderboard.errors import InvalidPredictions
from leaderboard.models.benchmark import Track
from leaderboard.submissions.content import Content, read_content
from leaderboard.submissions.formats import Shown
from leaderboard.submissions.read import KnownItem, Predictions, read_predictions
from leaderboard.submissions.texts import Order, compare_order

KEYS = ("case-1", "case-2")
ITEMS = {key: KnownItem(n, Track.TEXT) for n, key in enumerate(KEYS)}


def read(raw: bytes) -> Predictions:
    return read_predictions(Content(raw, ""), ITEMS)


def make_parquet(texts: list[Any]) -> bytes:
    target = io.BytesIO()
    parquet.write_table(pyarrow.table({"id": list(KEYS), "output": texts}), target)
    return target.getvalue()


def test_binary_texts_of_parquet_are_texts() -> None:
    assert read(make_parquet([b"B", "é".encode()])).texts == {0: "B", 1: "é"}


@pytest.mark.parametrize("value", [["A"], {"text": "A"}])
def test_lists_and_objects_in_parquet_are_no_outputs(value: object) -> None:
    with pytest.raises(InvalidPredictions) as caught:
        read(make_parquet([value, value]))
    (problem,) = caught.value.problems
    assert problem.message == 'The column "output" holds lists or objects, not texts.'
    assert problem.remedy == "Write one text for each item: the model's output."


@pytest.mark.parametrize("first", ["", "sep=;\n"])
def test_a_table_as_excel_saves_it_in_much_of_europe_is_read(first: str) -> None:
    table = f"{first}id;prediction;confidence;run\ncase-1;A, B;0,85;1,5\ncase-2;1,5;1;\n"
    found = read(table.encode())
    assert found.texts == {0: "A, B", 1: "1,5"}
    assert [one.confidence for one in found.extras.values()] == [0.85, 1.0]
    assert found.extras[0].run == "1,5"
    assert found.recognised
    assert found.recognised.tool == "semicolon-separated text"


def test_a_line_that_states_the_tab_is_read_over() -> None:
    assert read(b"sep=\t\nid\tprediction\ncase-1\tA\ncase-2\tB\n").texts == {0: "A", 1: "B"}


def test_objects_on_several_lines_are_one_problem() -> None:
    one = '{\n  "id": "case-1",\n  "prediction": "A"\n}\n'
    with pytest.raises(InvalidPredictions) as caught:
        read((one + one.replace("case-1", "case-2")).encode())
    (problem,) = caught.value.problems
    assert problem.message == "The objects of the file stand on several lines each."
    assert problem.remedy == "Write each on a line of its own, or all of them as one JSON array."


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (gzip.compress(gzip.compress(b"id,prediction", mtime=0), mtime=0), "packed twice by gzip"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"<!DOCTYPE html><html>", "a web page"),
    ],
)
def test_what_no_text_is_in_is_named(raw: bytes, kind: str) -> None:
    with pytest.raises(InvalidPredictions) as caught:
        read_content(io.BytesIO(raw), 2**20)
    (problem,) = caught.value.problems
    assert problem.message == f"The file is {kind}."


def test_a_log_that_was_cut_short_is_said_to_lack_its_end() -> None:
    log = (Path(__file__).parent / "recorded" / "inspect_failed_run.eval").read_bytes()
    with pytest.raises(InvalidPredictions) as caught:
        read(log[: len(log) // 2])
    (problem,) = caught.value.problems
    assert problem.message == "The zip is damaged: its end is missing."


def test_numbers_alike_in_six_digits_are_different_options() -> None:
    own = {"A": "1234567", "B": "1234568"}
    swapped = {"A": "1234568", "B": "1234567.0"}
    assert compare_order(Shown(swapped, are_certain=True), own) is Order.OTHER
    assert compare_order(Shown({"A": "1234567.0", "B": "1234568"}, True), own) is Order.SAME
