"""Pages of a benchmark of text questions alone: no word of pictures or reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.factories import load_items
from tests.packages.test_other_benchmarks import SPLITS, TEXT_ONLY, make_question
from tests.site import OpenSite, Site

PLACE = "benchmark=text-only"
LETTERS = [chr(65 + n) for n in range(14)]
KEYS = [f"CT of Spine_{n:03}" for n in range(10)]
DEV = {"name": "dev", "items": "items/dev.jsonl", "answers": "public"}


@pytest.fixture(scope="module")
def text_only(open_site: OpenSite) -> Iterator[Site]:
    """A benchmark of ten questions with 14 options, the right one L, and a model that has seven."""
    options = {one: f"disc {one.lower()}" for one in LETTERS}
    items = [
        make_question(key, options=options, answer=["L"], split=split)
        for split in ("test", "dev")
        for key in (KEYS if split == "test" else ["dev 1", "dev 2"])
    ]
    manifest = TEXT_ONLY | {"slug": "text-only", "name": "Text only", "splits": [*SPLITS, DEV]}
    with open_site() as site:
        with site.sessions.write() as session:
            load_items(session, items, manifest | {"demonstration": True})
        lines = [
            {"id": key, "prediction": f"ANSWER: {'L' if n < 7 else 'N'}"}
            for n, key in enumerate(KEYS)
        ]
        raw = "\n".join(map(json.dumps, lines)).encode()
        assert site.submit(site.token("ada"), raw, benchmark="text-only").status_code == 201
        site.evaluate_all()
        yield site


def read_main(site: Site, path: str) -> str:
    """What a page has between its navigation and its end."""
    response = site.get(path)
    assert response.status_code == 200, path
    found = re.search(r"<main.*?</main>", response.text, flags=re.DOTALL)
    assert found
    return found[0]


@pytest.mark.one_database
def test_letters_beyond_j_are_read_and_counted(text_only: Site) -> None:
    (row,) = text_only.get("/api/v1/rankings/text-only/test").json()["entries"]
    assert row["overall"]["value"] == pytest.approx(70.0)
    assert row["n_unparsed"] == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path",
    [
        f"/?{PLACE}",
        f"/models/model-a?{PLACE}",
        "/benchmarks/text-only",
        "/benchmarks/text-only/splits/dev/items",
        f"/breakdowns?{PLACE}",
    ],
)
def test_pages_have_no_words_for_what_the_benchmark_does_not_have(
    text_only: Site, path: str
) -> None:
    text = re.sub(r"<[^>]+>", " ", read_main(text_only, path))
    words = r"(?i).{0,40}\b(?:rubric|reports?\b|image (?:questions|track)|mcq total).{0,40}"
    assert re.findall(words, " ".join(text.split()).replace("can report it", "")) == []


@pytest.mark.one_database
def test_no_breakdown_is_offered_that_no_item_has_a_value_of(text_only: Site) -> None:
    assert "by level</a>" in read_main(text_only, f"/?{PLACE}")
    tabs = re.findall(r"slice=(\w+)", read_main(text_only, f"/breakdowns?{PLACE}"))
    assert set(tabs) == {"level", "region"}


@pytest.mark.one_database
def test_ids_with_blanks_name_one_place_of_a_page(text_only: Site) -> None:
    page = read_main(text_only, "/benchmarks/text-only/splits/dev/items")
    assert 'id="dev~1" aria-labelledby="dev~1-name"' in page
    assert "<code>dev 1</code>" in page
