"""Constructed reports are what their sources give, and their ratings follow by the written rule."""

import csv
import json
from collections import Counter

import pytest

from content.build import PACKAGE, read_items
from content.constructed.build import HERE, QUALITIES, main, rate
from content.constructed.flaws import FLAWS
from content.constructed.sentences import Part, read_sentences
from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.db import Sessions
from leaderboard.experts.exchange import import_ratings
from leaderboard.models.rating import RaterKind
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.submissions.content import Content
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import read_predictions
from leaderboard.submissions.submit import read_known_items, submit
from tests.factories import make_user

BY_KEY = {flaw.key: flaw for flaw in FLAWS}
CASES = [item for item in read_items("report_items.jsonl") if item["split"] == "test"]


def test_the_committed_files_are_what_the_sources_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_a_rating_is_five_less_the_gravities_of_its_flaws_and_at_least_one() -> None:
    """The example of the README, and a floor."""
    flaws = [BY_KEY["wrong side"], BY_KEY["alternatives left out"]]
    assert rate(flaws, "diagnosis") == 2
    assert rate(flaws, "coverage") == 4
    assert rate(flaws, "risk_prognosis") == 5
    assert rate([BY_KEY["wrong diagnosis"], *flaws], "diagnosis") == 1
    assert rate([BY_KEY["lay words"]], "diagnosis") == 5


@pytest.mark.parametrize("flaw", FLAWS, ids=lambda flaw: flaw.key)
def test_every_flaw_changes_most_reports_and_empties_none(flaw) -> None:  # type: ignore[no-untyped-def]
    changed = 0
    for case in CASES:
        sentences = read_sentences(str(case["reference_report"]))
        after = flaw.change(sentences)
        changed += after != sentences
        assert len(after) >= len(sentences) / 2
    assert changed >= len(CASES) / 2


def test_a_wrong_level_is_one_higher_and_a_wrong_side_the_other_one() -> None:
    sentences = read_sentences(str(CASES[0]["reference_report"]))
    moved = BY_KEY["wrong level"].change(sentences)[1].text
    assert moved == "At L4/L5 there is a right paracentral disc extrusion of about 9 mm."
    swapped = BY_KEY["wrong side"].change(sentences)[1].text
    assert swapped == "At L5/S1 there is a left paracentral disc extrusion of about 9 mm."
    vague = BY_KEY["vague"].change(sentences)[1].text
    assert vague == "At the level there is a disc extrusion of some size."


def test_every_report_has_the_parts_that_flaws_are_about() -> None:
    for case in CASES:
        parts = {sentence.part for sentence in read_sentences(str(case["reference_report"]))}
        assert parts >= {Part.FINDING, Part.DIAGNOSIS, Part.PLAN, Part.ADVICE, Part.DISCLAIMER}


def test_cards_say_that_no_model_wrote_the_reports_and_one_model_has_no_ratings() -> None:
    with (HERE / "ratings.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    labels = {(row["model"], row["item"]) for row in rows}
    assert Counter(model for model, _ in labels) == {
        q.slug: 14 for q in QUALITIES if q.slug != "constructed-unlabelled"
    }
    assert {row["rater"][:12] for row in rows} == {"constructed-"}
    for quality in QUALITIES:
        card = json.loads((HERE / "models" / quality.slug / "model.json").read_text("utf-8"))
        assert card["name"].startswith("Constructed reports")
        assert card["description"].startswith("No AI model")


@pytest.mark.one_database
def test_the_bundled_ratings_are_imported_for_the_bundled_reports(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_package(session, read_package(open_package(PACKAGE)))
        user = make_user(session, "a")
        team = make_team(session, user, slug="team", name="Team")
        split = get_split(get_benchmark(session, "spinebench-mini"), "test")
        for quality in QUALITIES:
            folder = HERE / "models" / quality.slug
            card = make_model_card(
                session, team, json.loads((folder / "model.json").read_text("utf-8"))
            )
            content = Content((folder / "predictions.jsonl").read_bytes(), quality.slug)
            submit(
                session,
                user=user,
                model_card=card,
                split=split,
                predictions=read_predictions(content, read_known_items(session, split)),
                file_name="predictions.jsonl",
                quota=Quota(0, 7),
            )
        raw = (HERE / "ratings.csv").read_bytes()
        done = import_ratings(session, split, raw, RaterKind.CONSTRUCTED)
        assert done == (4 * 14 * 2 * 10, 0, 3)
        assert import_ratings(session, split, raw, RaterKind.CONSTRUCTED) == (0, 1120, 3)
