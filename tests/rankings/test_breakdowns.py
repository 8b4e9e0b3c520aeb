"""All models by a slice: medians by hand, and what the disclosure policy keeps out."""

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions, now
from leaderboard.disclosure import Viewer
from leaderboard.errors import NotFound
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.submissions import hide
from leaderboard.models.benchmark import Split
from leaderboard.models.publication import Policy
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.submission import Acceptance, Decider, Decision, Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.breakdowns import Breakdown, Median, read_breakdown
from leaderboard.rankings.comparisons.ablation import read_ablation, read_bases
from leaderboard.rankings.profiles import Profile, read_profile
from leaderboard.rankings.read import (
    read_ranking,
)
from leaderboard.rankings.scores import (
    read_scores,
)
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import name_base
from tests.loaded import Load, Submit
from tests.rankings.test_comparisons import texts, withdraw_publication

pytestmark = pytest.mark.one_database
N_TEXT, N_IMAGE = 30, 10
"""Even items are of disc_herniation: 15 of the text items, 5 of the image items."""


def answer(n_right: int, n_images_right: int | None = 0) -> dict[str, str]:
    """Answers to all text items, right from the first on, and to all image items unless None."""
    found = texts("text", N_TEXT, set(range(n_right)))
    if n_images_right is not None:
        found |= texts("image", N_IMAGE, set(range(n_images_right)))
    return found


@pytest.fixture
def field(sessions: Sessions, load: Load, submit_texts: Submit, prepare: Prepare) -> Sessions:
    """Four models with everything, and one, text-alone, that sent no images."""
    load(N_TEXT, N_IMAGE, 0)
    sheets = {"a": answer(24, 10), "b": answer(12, 4), "c": answer(6, 0), "d": answer(18, 6)}
    sheets["text-alone"] = answer(30, None)

    def score() -> None:
        for model, sheet in sheets.items():
            submit_texts(sheet, f"model-{model}", f"team-{model}", judges=[ScriptedJudge({})])

    prepare("five models of text and images", score)
    return sessions


def read(sessions: Sessions, slice_: Slice = Slice.SUBCONDITION) -> Breakdown:
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        found = read_breakdown(session, read_ranking(session, split), slice_)
        session.expunge_all()
        return found


def names(breakdown: Breakdown) -> set[str]:
    return {row.model.slug for row in breakdown.rows}


def test_a_median_is_of_the_models_with_every_item_of_a_column(field: Sessions) -> None:
    found = read(field)
    herniation, stenosis = found.columns
    assert [(one.key, one.name, one.n) for one in found.columns] == [
        ("disc_herniation", "Disc_Herniation", 20),
        ("lumbar_stenosis", "Lumbar_Stenosis", 20),
    ]
    # Of 20: a has 12 + 5 right, d 9 + 3, b 6 + 2, c 3. The middle two are d and b.
    assert herniation.median == Median((60.0 + 40.0) / 2, 4)
    assert stenosis.median == herniation.median
    alone = next(row for row in found.rows if row.model.slug == "model-text-alone")
    score = found.cells[alone.submission.id]["disc_herniation"]
    assert (score.value, score.n, herniation.is_whole(score)) == (100.0, 15, False)
    regions = read(field, Slice.REGION).columns
    # Right of 40: a 34, d 24, b 16, c 6. Four items of a level would make no column.
    assert [(one.name, one.n, one.median.value) for one in regions] == [("Lumbar", 40, 50.0)]
    assert [(one.key, one.n) for one in read(field, Slice.LEVEL).columns] == [("L4/L5", 40)]
    assert [(one.name, one.n) for one in read(field, Slice.IMAGES).columns] == [
        ("Single image", 10)
    ]
    check_profiles(field)


REFUSAL = "I cannot answer this question."


def test_refused_questions_are_counted_by_slice_and_wrong_ones_are_not(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    """Even items are of disc_herniation. One model refuses two of these and has one other wrong."""
    load(20, 4, 2)
    text = texts("text", 20, set(range(20))) | {
        "test-text-002": REFUSAL,
        "test-text-008": REFUSAL,
        "test-text-005": "ANSWER: C",
    }
    image = texts("image", 4, set(range(4)))
    reports = {"test-report-000": "A report.", "test-report-001": "A report."}
    judges = [ScriptedJudge(dict.fromkeys(reports, 3.0))]
    submit_texts(text | image | reports, "model-a", "team-a", judges=judges)
    # Of two files the one that stands on a track counts: the second sent images alone.
    submit_texts(text, "model-b", "team-b", judges=judges)
    submit_texts(image | {"test-image-001": REFUSAL}, "model-b", "team-b", judges=judges)
    # The mean of two runs has no count.
    first = submit_texts(text, "model-c", "team-c", judges=judges)
    submit_texts(
        text | {"test-text-004": REFUSAL}, "model-c", "team-c", judges=judges, run_of=first
    )
    assert count_refused(read(sessions)) == {
        "model-a": {"disc_herniation": 2, "lumbar_stenosis": 0},
        "model-b": {"disc_herniation": 2, "lumbar_stenosis": 1},
        "model-c": {"disc_herniation": None, "lumbar_stenosis": None},
    }
    images = count_refused(read(sessions, Slice.IMAGES))
    assert images == {"model-a": {"single": 0}, "model-b": {"single": 1}, "model-c": {}}
    sections = count_refused(read(sessions, Slice.SECTION))["model-a"]
    assert set(sections.values()) == {None}
    profile = read_profile_of(sessions, "model-b")
    assert [row.n_refused for row in profile[Slice.SUBCONDITION]] == [2, 1]
    assert [row.n_refused for row in profile[Slice.REGION]] == [3]


def count_refused(breakdown: Breakdown) -> dict[str, dict[str, int | None]]:
    return {
        row.model.slug: {
            name: score.n_refused for name, score in breakdown.cells[row.submission.id].items()
        }
        for row in breakdown.rows
    }


def check_profiles(field: Sessions) -> None:
    """A model's page has the same medians, and says which scores compare with them."""
    row = read_profile_of(field, "model-a")[Slice.SUBCONDITION][0]
    assert row.score is not None
    assert (row.score.value, row.column.median.value, row.is_whole) == (85.0, 50.0, True)
    profile = read_profile_of(field, "model-text-alone")
    alone = profile[Slice.SUBCONDITION][0]
    assert (alone.column.median.value, alone.is_whole) == (50.0, False)
    assert not profile[Slice.MODALITY]


def test_what_is_not_public_or_hidden_is_in_no_cell_and_no_median(
    field: Sessions, submit_texts: Submit
) -> None:
    key = submit_texts(answer(0, 0), "model-worse", "team-a")
    evaluate(field, key, [ScriptedJudge({})], 5)
    withdraw_publication(field, key)
    before = read(field)
    assert "model-worse" not in names(before)
    assert key not in before.cells
    assert before.columns[0].median == Median(50.0, 4)
    with field.write() as session:
        hide(session, rows_by_model(before)["model-a"], "host@example.org", "A test.")
    after = read(field)
    assert "model-a" not in names(after)
    # Without a the middle one of d, b and c is left.
    assert after.columns[0].median == Median(40.0, 3)
    key = submit_texts(answer(14, 4), "model-e", "team-e")
    evaluate(field, key, [ScriptedJudge({})], 5)
    # e has 7 + 2 of 20 right and comes into the middle, with b.
    assert read(field).columns[0].median == Median(42.5, 4)
    check_ablation(field, rows_by_model(after))


def test_a_small_step_that_the_ladder_published_is_in_no_cell_and_is_compared_with_no_base(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(20, 0, 0)
    for model, n_right in (("a", 5), ("b", 12)):
        sheet = texts("text", 20, set(range(n_right)))
        key = submit_texts(sheet, f"model-{model}", f"team-{model}")
        evaluate(sessions, key, [ScriptedJudge({})], 5)
    with sessions.write() as session:
        submission = session.get_one(Submission, key)
        assert submission.publication is not None
        # As the Ladder published two more of twenty than before: 1.45 standard errors.
        submission.publication.policy = Policy.LADDER
        submission.acceptance = Acceptance(
            decided_at=now(),
            decision=Decision.ACCEPTED,
            difference=10.0,
            standard_error=6.9,
            decided_by=Decider.LADDER,
            reason="Better than the team's best by more than the standard error.",
        )
    found = read(sessions)
    assert names(found) == {"model-a"}
    assert found.columns[0].median == Median(30.0, 1)
    with sessions.write() as session:
        cards = {card.slug: card for card in session.scalars(select(ModelCard))}
        name_base(session, cards["model-b"], "model-a", "spine only")
        session.flush()
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        (variant,) = read_ablation(session, read_ranking(session, split), "model-a").variants
        assert variant.row.scores[Board.TEXT].value == 60.0
        assert (variant.is_compared, variant.pairs) == (False, {})


def check_ablation(field: Sessions, keys: dict[str, str]) -> None:
    """A variant that is hidden is gone from its base's table, and so is a hidden base."""
    with field.write() as session:
        cards = {card.slug: card for card in session.scalars(select(ModelCard))}
        for model in ("model-c", "model-d"):
            name_base(session, cards[model], "model-b", f"like {model}")
        session.flush()
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        found = read_ablation(session, read_ranking(session, split), "model-b")
        assert {one.label for one in found.variants} == {"like model-c", "like model-d"}
        hide(session, keys["model-c"], "host@example.org", "A test.")
        session.expire_all()
        found = read_ablation(session, read_ranking(session, split), "model-b")
        assert {one.label for one in found.variants} == {"like model-d"}
        assert [n for _, n in read_bases(session, found.table)] == [1]
        hide(session, keys["model-b"], "host@example.org", "A test.")
        session.expire_all()
        with pytest.raises(NotFound):
            read_ablation(session, read_ranking(session, split), "model-b")


def rows_by_model(breakdown: Breakdown) -> dict[str, str]:
    return {row.model.slug: row.submission.id for row in breakdown.rows}


def test_ratings_are_of_the_reports_and_their_medians_of_the_models_that_wrote_all(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 4)
    for model, rating in (("a", 2.0), ("b", 4.0), ("c", 5.0)):
        reports = {f"test-report-{n:03}": f"Report {n} of {model}." for n in range(4)}
        key = submit_texts(reports, f"model-{model}", f"team-{model}")
        evaluate(sessions, key, [ScriptedJudge(dict.fromkeys(reports, rating))], 5)
    found = read(sessions, Slice.SECTION)
    assert found.metric is Metric.RATING
    assert [column.n for column in found.columns] == [4] * 5
    assert {column.median for column in found.columns} == {Median(4.0, 3)}
    assert read(sessions, Slice.SUBCONDITION).columns == []


def read_profile_of(sessions: Sessions, slug: str) -> Profile:
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        table = read_ranking(session, split)
        row = next(row for row in table.rows if row.model.slug == slug)
        scores = read_scores(session, row.submission, Viewer.PUBLIC)
        return read_profile(session, table, row, scores)
