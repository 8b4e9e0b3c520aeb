"""The formats of prediction files: each declared in a file of its own, from which all follows."""

import re
from pathlib import Path

import pytest

from leaderboard.errors import Problem
from leaderboard.submissions.formats import ENDINGS, FORMAT_WORDS, FORMATS, find_format
from leaderboard.submissions.formats.format import Format

PAGE = Path(__file__).resolve().parents[2] / "docs" / "prediction-files.md"
each_format = pytest.mark.parametrize("format_", FORMATS, ids=[one.name for one in FORMATS])


def read_example(name: str) -> bytes:
    """The example below the heading of a format."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {name}\n")[1]
    found = re.search(r"```\w+\n(.*?)```", section, flags=re.DOTALL)
    assert found is not None
    return found[1].encode()


@each_format
def test_the_page_of_documents_has_an_example_of_each_format_that_is_read_as_such(
    format_: Format,
) -> None:
    example = read_example(format_.name)
    assert find_format(example) is format_
    rows = list(format_.read_rows(example))
    assert len(rows) >= 2
    assert not [row for row in rows if isinstance(row, Problem)]


def test_one_format_alone_takes_what_no_other_recognises() -> None:
    assert [one.recognises is None for one in FORMATS] == [False] * (len(FORMATS) - 1) + [True]
    assert find_format(b"id,prediction\n").name == "CSV"
    assert find_format(b'\n {"id": "a"}').name == "JSONL"


def test_messages_and_the_form_name_every_format() -> None:
    assert re.split(", | or ", FORMAT_WORDS) == [one.name for one in FORMATS]
    assert FORMAT_WORDS.startswith("JSONL")
    assert FORMAT_WORDS.endswith(" or CSV")
    assert {ending for one in FORMATS for ending in one.endings} == set(ENDINGS) - {".gz"}
