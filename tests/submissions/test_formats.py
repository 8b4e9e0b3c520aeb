"""The formats of prediction files: each declared in a file of its own, from which all follows."""

import re
from pathlib import Path

import pytest

from leaderboard.errors import Problem
from leaderboard.submissions.formats import (
    ENDINGS,
    FORMATS,
    TOOLS,
    File,
    FileFacts,
    Format,
    find_format,
)

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "prediction-files.md").read_text("utf-8")
EXAMPLE = re.compile(r"```\w+\n(.*?)```", re.DOTALL)
LIMIT = 2**20
own_formats = [
    one for one in FORMATS if not one.is_of_tool and one.name not in ("Excel", "Parquet")
]


def read_section(name: str) -> str:
    """What stands below the heading of a format."""
    return re.split(r"\n##+ ", PAGE.split(f"# {name}\n", 1)[1])[0]


@pytest.mark.parametrize("format_", own_formats, ids=[one.name for one in own_formats])
def test_the_page_of_documents_has_an_example_of_each_format_that_is_read_as_such(
    format_: Format,
) -> None:
    found = EXAMPLE.search(read_section(format_.name))
    assert found is not None
    example = File(found[1].encode(), LIMIT)
    assert find_format(example) is format_
    rows = list(format_.read_rows(example, FileFacts()))
    assert len(rows) >= 2
    assert not [row for row in rows if isinstance(row, Problem)]


@pytest.mark.parametrize("name", ["Excel", "Parquet", *TOOLS])
def test_the_page_of_documents_has_a_section_for_each_tool_and_binary_format(name: str) -> None:
    assert len(read_section(name)) > 100


def test_one_format_alone_takes_what_no_other_recognises() -> None:
    assert [one.recognises is None for one in FORMATS] == [False] * (len(FORMATS) - 1) + [True]
    found = [find_format(File(raw, LIMIT)) for raw in (b"id,prediction\n", b'\n {"id": "a"}')]
    assert [one.name for one in found if one] == ["CSV", "JSONL"]


def test_the_form_offers_files_of_every_ending() -> None:
    assert {ending for one in FORMATS for ending in one.endings} == set(ENDINGS) - {".gz"}
