"""Of the harm of hidden items no address tells what a score would not: two twins answer alike.

The twins are two sites whose benchmarks differ in harm grades alone: of single items, and of groups
of fewer than five cases.
"""

import json
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import pytest

from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.releases import open_next
from leaderboard.hosting.submissions import accept
from leaderboard.items.harm_lines import HarmLine
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.harm import leave_out_few
from leaderboard.scoring.harm_rates import HarmRate
from tests.factories import load_items
from tests.package_files import DIMENSIONS, make_case, make_manifest, make_mcq
from tests.site import OpenSite, Site
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database

N_TEXT, N_IMAGE, N_REPORT = 24, 12, 3
GRADED_TEXT, GRADED_IMAGE = 8, 3
SLUG = "twin"
HOST = "host@example.org"
SORTS = ("harm_closed", "harm_report", "harm_closed&direction=descending")
ADDRESSES = (
    *(f"/?benchmark={{slug}}&sort={sort}" for sort in SORTS),
    *(f"/api/v1/rankings/{{slug}}/test?sort={sort}" for sort in SORTS),
    *(f"/exports/ranking.csv?benchmark={{slug}}&sort={sort}" for sort in SORTS),
    *(f"/?benchmark={{slug}}&board={board}" for board in ("closed", "report")),
    "/exports/ranking.json?benchmark={slug}",
    "/breakdowns?benchmark={slug}",
    "/api/v1/breakdowns/{slug}/test",
    "/releases?benchmark={slug}",
    "/benchmarks/{slug}",
    "/embed/ranking?benchmark={slug}",
    "/compare?benchmark={slug}&models=model-a,shy",
    "/api/v1/comparisons/{slug}/test?models=model-a,shy",
    "/exports/comparisons/harm.csv?benchmark={slug}&models=model-a,shy",
    *(
        address.replace("{model}", model)
        for model in ("model-a", "shy")
        for address in (
            "/models/{model}?benchmark={slug}",
            "/models/{model}/items?benchmark={slug}",
            "/exports/models/{model}/harm.csv?benchmark={slug}",
            "/exports/models/{model}/scores.csv?benchmark={slug}",
            "/api/v1/harm/{slug}/test/{model}",
            "/api/v1/readings/{slug}/test/{model}",
        )
    ),
)
OF_TEAM = (
    "/submissions/{key}",
    "/submissions/{key}/items",
    "/submissions/{key}/items.csv",
)
OF_TOKEN = ("submissions/{key}", "submissions/{key}/results", "submissions/{key}/items?limit=200")
VARYING = re.compile(
    r"127\.0\.0\.1:\d+|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d[\d.]*)?)?|[0-9a-f]{64}"
    r"|csrf_token\" value=\"[^\"]+\"|nonce-?=?\"?[\w+/=-]+|[^<>\"]+(?= after it was submitted)",
)
"""Names, times and hashes, which say nothing of harm."""


def make_items(text: str, image: str, missed: str) -> list[dict[str, Any]]:
    """Items of which some are graded: the first question of each track by `text` and `image`.

    `missed` is the grade of the second text question's D and of the second report's check.
    """
    questions = [
        *(make_mcq(n) for n in range(N_TEXT)),
        *(make_mcq(n, image=True) for n in range(N_IMAGE)),
    ]
    graded = [*range(GRADED_TEXT), *range(N_TEXT, N_TEXT + GRADED_IMAGE)]
    grades = dict.fromkeys(graded, "severe") | {0: text, 1: missed, N_TEXT: image}
    for place, grade in grades.items():
        questions[place]["harm"] = {"options": {"D": {"grade": grade}}}
    check = {"kind": "mention", "key": "urgent", "dimensions": DIMENSIONS, "any_of": ["surgery"]}
    reports = ["moderate", missed, "moderate"]
    return [
        *questions,
        *(
            make_case(n, checklist=[check | {"harm": {"omission": {"grade": grade}}}])
            for n, grade in enumerate(reports)
        ),
    ]


def write(letters: Callable[[str, int], str]) -> bytes:
    lines = [
        {"id": f"test-{track}-{n:03}", "prediction": letters(track, n)}
        for track, many in (("text", N_TEXT), ("image", N_IMAGE), ("report", N_REPORT))
        for n in range(many)
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def answer(track: str, n: int) -> str:
    """Right but for the first question of each track."""
    if track == "report":
        return "Nothing is to be done about this spine today."
    return "ANSWER: D" if n == 0 else "ANSWER: B"


def answer_one(track: str, n: int) -> str:
    """A single letter, and reports."""
    if track == "report":
        return "Nothing is to be done about this spine today."
    return "ANSWER: D" if (track, n) == ("text", 1) else "I cannot help with that."


class Twin(NamedTuple):
    """A site, and the submissions of ada's and shy's model to its benchmark."""

    site: Site
    keys: tuple[str, str]


def open_twin(site: Site, *grades: str) -> Twin:
    """One with those grades, and two models of which nothing is published."""
    manifest = make_manifest(
        slug=SLUG, name="Twin", demonstration=False, harm={"by": "constructed"}
    )
    with site.sessions.write() as session:
        load_items(session, make_items(*grades), manifest)
    site.add_person("shy", "team-shy", "shy")
    keys = []
    for name, model, write_one in (("ada", "model-a", answer), ("shy", "shy", answer_one)):
        sent = site.submit(site.token(name), write(write_one), model, benchmark=SLUG)
        assert sent.status_code == 201, sent.text
        keys.append(sent.json()["id"])
        site.evaluate_all()
    return Twin(site, (keys[0], keys[1]))


@pytest.fixture(scope="module")
def twins(open_site: OpenSite) -> Iterator[tuple[Twin, Twin]]:
    """Two sites that differ in single grades."""
    with open_site() as one, open_site() as other:
        yield (
            open_twin(one, "severe", "moderate", "severe"),
            open_twin(other, "moderate", "severe", "moderate"),
        )


def ask_all(twin: Twin) -> dict[str, tuple[int, str]]:
    """Every answer by its address, without names, times and hashes."""
    site, found = twin.site, {}
    for address in ADDRESSES:
        response = site.get(address.format(slug=SLUG))
        found[address] = (response.status_code, response.text)
    for name, key in zip(("ada", "shy"), twin.keys, strict=True):
        person, token = sign_in(site, name), site.token(name)
        for address in OF_TEAM:
            response = person.get(address.format(key=key))
            found[f"{name} {address}"] = (response.status_code, response.text)
        for address in OF_TOKEN:
            response = site.get(f"/api/v1/{address.format(key=key)}", token)
            found[f"{name} {address}"] = (response.status_code, response.text)
    secret = re.compile("|".join(twin.keys))
    return {
        address: (status, VARYING.sub("*", secret.sub("KEY", text)))
        for address, (status, text) in found.items()
    }


def list_differing(twins: tuple[Twin, Twin]) -> list[str]:
    """The lines in which they differ, after their address."""
    one, other = map(ask_all, twins)
    return [
        f"{address}: {line} / {twin}"
        for address in one
        for line, twin in zip_longest(
            f"{one[address]}".split("\\n"), f"{other[address]}".split("\\n"), fillvalue=""
        )
        if line != twin
    ]


def publish(twin: Twin) -> None:
    with twin.site.sessions.write() as session:
        split = get_split(get_benchmark(session, SLUG), "test")
        for key in twin.keys:
            accept(session, key, HOST, "For the test.")
        open_next(session, split, HOST, "Spring.")
        rank_split(session, split.id)


def test_no_address_tells_of_harm_what_a_group_of_fewer_than_five_cases_holds(
    twins: tuple[Twin, Twin],
) -> None:
    one, _ = twins
    assert list_differing(twins) == [], "before a release"
    before = one.site.get(f"/api/v1/submissions/{one.keys[0]}/results", one.site.token("ada"))
    assert "harm" not in before.text
    for twin in twins:
        publish(twin)
    assert list_differing(twins) == [], "after a release"
    told = one.site.get(f"/api/v1/harm/{SLUG}/test/model-a").json()["lines"]
    lines = {(line["part"], line["name"]): line["severe"] for line in told}
    assert set(lines) == {("board", "closed"), ("subcondition", "disc_herniation")}
    assert (lines["board", "closed"]["n_hit"], lines["board", "closed"]["n"]) == (1, 11)
    shy = one.site.get(f"/api/v1/harm/{SLUG}/test/shy").json()["lines"]
    assert shy == [], "one answer, and three reports: fewer than five cases known"
    entries = one.site.get(f"/api/v1/rankings/{SLUG}/test").json()["entries"]
    assert {entry["model"]["slug"]: sorted(entry["harm"]) for entry in entries} == {
        "model-a": ["closed"],
        "shy": [],
    }


def make_line(part: str, key: str, n: int, n_graded: int | None = None) -> HarmLine:
    rate = HarmRate(None, n, 1, 0, 0)
    return HarmLine(part, key, key, n if n_graded is None else n_graded, rate, rate, None)


@pytest.mark.parametrize(
    ("lines", "n_other", "told"),
    [
        # Less the text, MCQ would tell of three images, whatever there is of reports.
        ("board closed 11, board text 8, board image 3, board report 9", 0, "closed report"),
        # Less MCQ, the subconditions would tell of three reports.
        ("board closed 11, board report 3, subcondition a 8, subcondition b 6", 0, "closed a"),
        ("board closed 11, board report 5, subcondition a 9, subcondition b 7", 0,
         "closed report a b"),
        # Less its events, a whole would tell of the few cases without one.
        ("event wrong_level 9, event wrong_side 7", 2, "wrong_level"),
        ("event wrong_level 9, event wrong_side 7", 0, "wrong_level wrong_side"),
        # Flags would add up to an event that is not told.
        ("event missed_red_flag 5, red_flag tumour 5", 2, ""),
        ("event missed_red_flag 9, red_flag tumour 6, red_flag infection 3", 0, "missed_red_flag"),
    ],
)  # fmt: skip
def test_what_is_not_told_does_not_follow_from_what_is(lines: str, n_other: int, told: str) -> None:
    made = [make_line(part, key, int(n)) for part, key, n in map(str.split, lines.split(", "))]
    assert [one.key for one in leave_out_few(made, n_other)] == told.split()


def test_few_known_cases_are_few_however_many_are_graded() -> None:
    assert leave_out_few([make_line("board", "closed", 1, 30)], 0) == []
