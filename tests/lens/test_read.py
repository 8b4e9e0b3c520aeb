"""What the rows of a split say of its items, on a real database."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import NotFound
from leaderboard.lens.raters import read_disagreement
from leaderboard.lens.results import find_root
from leaderboard.lens.sign import Sign
from leaderboard.models.benchmark import Item, Track
from leaderboard.models.moderation import HiddenSubmission
from leaderboard.models.ranking import RankedSubmission, Ranking
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.scoring.statistics.intervals import Estimate, wilson_interval
from leaderboard.submissions.runs import RunOf
from tests.factories import make_card, make_submission, make_team, name_base, score_submission
from tests.lens.conftest import Send, look
from tests.loaded import MAX_RUNS
from tests.package_files import DIMENSIONS


def test_a_wrong_key_is_on_top_and_what_nobody_misses_is_below(sheets: Sessions) -> None:
    lens = look(sheets)
    assert lens.n_models == 6
    top = lens.items[0]
    assert (top.item.key, top.key) == ("test-text-005", "B")
    assert top.signs[0] is Sign.SAME_WRONG
    assert top.figures.same_wrong is not None
    assert top.figures.same_wrong[:3] == ("C", 3, 3)
    assert top.choices == {"C": 3, "B": 2, "": 1}
    assert top.figures.difficulty == wilson_interval(2, 6)
    shown = [one.item.key for one in lens.items if Sign.EVERYBODY in one.signs]
    assert shown == ["test-text-000", "test-text-004"]
    assert lens.count_signs()[Sign.EVERYBODY] == 2
    assert lens.count_signs()[Sign.NOBODY] == 0


def test_items_are_chosen_by_track_subcondition_and_sign(sheets: Sessions) -> None:
    lens = look(sheets)
    assert {one.item.track for one in lens.choose(Track.REPORT)} == {Track.REPORT}
    assert [one.item.key for one in lens.choose(sign=Sign.SAME_WRONG)] == ["test-text-005"]
    odd = lens.choose(Track.TEXT, "lumbar_stenosis")
    assert {one.item.key[-1] for one in odd} == {"1", "3", "5"}
    assert lens.get("test-text-003").item.key == "test-text-003"
    with pytest.raises(NotFound, match="has no item 'dev-text-000'"):
        lens.get("dev-text-000")


def test_many_sheets_of_a_model_count_once_as_it_stands(sheets: Sessions, send: Send) -> None:
    before = look(sheets)
    for letters in ("CCCCCC", "DDDDDD", "AAAAAA"):
        send("model-a", letters)
    with sheets.write() as session:
        # As if a release had not made them public: the model stands by what it stood by.
        session.execute(delete(RankedSubmission))
        session.add_all(
            RankedSubmission(
                ranking_id=session.scalars(select(Ranking.id)).one(),
                submission_id=key,
                outcomes={},
                n_attempts=1,
            )
            for key in before.results.keys
        )
    assert look(sheets).results == before.results
    assert [one.figures for one in look(sheets).items] == [one.figures for one in before.items]


def test_a_model_that_stands_by_several_files_counts_on_each_track_by_the_one_that_stands(
    demonstrated: Sessions,
) -> None:
    with demonstrated.write() as session:
        user = session.scalars(select(User).where(User.name == "a")).one()
        card = make_card(session, make_team(session, "team-a", user), "model-parts")
        texts = {f"test-text-{number:03}": "ANSWER: B" for number in range(6)}
        first = make_submission(session, texts | {"test-image-000": "ANSWER: C"}, card=card)
    score_submission(demonstrated, first)
    with demonstrated.write() as session:
        card = session.scalars(select(ModelCard)).one()
        image = {"test-image-000": "ANSWER: B"}
        second = make_submission(session, image, card=card, file_name="image")
    score_submission(demonstrated, second)
    lens = look(demonstrated)
    assert lens.results.keys == [second]
    assert lens.results.parts[second] == {Track.TEXT: first, Track.IMAGE: second}
    seen = {one.item.key: one for one in lens.items if one.item.options}
    assert len(seen) == 7
    assert all(one.figures.n_right == 1 and one.choices == {"B": 1} for one in seen.values())


def test_of_several_runs_the_first_counts_and_the_page_is_told_of_how_many_models(
    demonstrated: Sessions,
) -> None:
    keys: list[str] = []
    for letters in ("B", "C", "D"):
        with demonstrated.write() as session:
            user = session.scalars(select(User).where(User.name == "a")).one()
            card = make_card(session, make_team(session, "team-a", user), "model-runs")
            texts = {f"test-text-{number:03}": f"ANSWER: {letters}" for number in range(6)}
            first = session.get_one(Submission, keys[0]) if keys else None
            run_of = RunOf(first, "", MAX_RUNS) if first else None
            keys.append(make_submission(session, texts, card=card, run_of=run_of))
        score_submission(demonstrated, keys[-1])
    lens = look(demonstrated)
    assert (lens.n_models, lens.results.n_with_runs) == (1, 1)
    assert lens.results.submissions == {keys[0]}
    one = lens.get("test-text-000")
    assert (one.figures.n, one.figures.n_right, one.choices) == (1, 1, {"B": 1})


def test_before_a_ranking_the_latest_result_that_is_not_withheld_counts(
    published: Sessions, send: Send
) -> None:
    send("model-a", "BBBBBB")
    hidden = send("model-a", "AAAAAA")
    with published.write() as session:
        session.execute(delete(RankedSubmission))
    assert look(published).get("test-text-000").figures.n_right == 0
    with published.write() as session:
        session.add(HiddenSubmission(submission_id=hidden, hidden_at=now(), reason=""))
    assert look(published).get("test-text-000").figures.n_right == 1


def test_a_variant_does_not_count_beside_its_base_nor_two_variants_of_one(
    sheets: Sessions, send: Send
) -> None:
    send("model-v", "CCCCCC")
    send("model-w", "CCCCCC")
    with sheets.write() as session:
        cards = {one.slug: one for one in session.scalars(select(ModelCard))}
        make_card(session, cards["model-a"].team, "model-x")
        name_base(session, cards["model-v"], "model-a", "spine")
    assert look(sheets).results[1:3] == (1, 0)
    with sheets.write() as session:
        cards = {one.slug: one for one in session.scalars(select(ModelCard))}
        for slug in ("model-v", "model-w"):
            name_base(session, cards[slug], "model-x", "spine")
    lens = look(sheets)
    assert lens.results[1:3] == (1, 0)
    assert lens.n_models == 7


def test_models_in_a_circle_have_a_root_too() -> None:
    assert find_root(1, {}) == 1
    assert find_root(3, {3: 2, 2: 1}) == 1
    assert find_root(1, {1: 2, 2: 1}) in (1, 2)


def test_a_model_that_was_trained_on_the_questions_tells_nothing(
    sheets: Sessions, send: Send
) -> None:
    send("model-t", "BBBBBB", trained_on_split="yes")
    lens = look(sheets)
    assert lens.n_models == 6
    assert lens.results.n_trained == 1


def test_a_split_without_results_shows_every_item_without_a_figure(published: Sessions) -> None:
    lens = look(published)
    assert (lens.n_models, len(lens.items)) == (0, 9)
    assert all(one.figures.difficulty is None and not one.signs for one in lens.items)
    with published.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "dev")
        assert read_disagreement(session, split, RaterKind.EXPERT) == {}


def test_experts_and_judges_who_lie_far_apart_on_a_case_are_a_sign_at_it(
    published: Sessions,
) -> None:
    with published.write() as session:
        user = session.scalars(select(User).where(User.name == "a")).one()
        card = make_card(session, make_team(session, "team-a", user), "model-r")
        texts = {f"test-report-{number:03}": "excellent alignment" for number in range(2)}
        key = make_submission(session, texts, card=card)
    score_submission(published, key)
    with published.write() as session:
        add_ratings(session, RaterKind.EXPERT, {"one": (5, 4), "two": (2, 4)})
        # The checklist judge gave 5 to both: an LLM judge gives 4, and in an older version gave 1.
        add_ratings(session, RaterKind.JUDGE, {"llm": (1, 1)}, "1")
        add_ratings(session, RaterKind.JUDGE, {"llm": (4, 4)}, "2")
    lens = look(published)
    first, second = lens.get("test-report-000"), lens.get("test-report-001")
    # Three steps in every dimension are 3 x 20 points; one report alone has no interval.
    assert first.experts == Estimate(60, None, None)
    assert second.experts == Estimate(0, None, None)
    assert first.judges == Estimate(20, None, None)
    assert list(first.signs) == [Sign.EXPERTS, Sign.JUDGES]
    assert list(second.signs) == [Sign.JUDGES]
    assert [one.item.key for one in lens.items[:2]] == ["test-report-000", "test-report-001"]


def add_ratings(
    session: Session, kind: RaterKind, values: dict[str, tuple[int, int]], version: str = "1"
) -> None:
    """Rate both reports, in every dimension the same, by raters of these names."""
    reports = session.scalars(
        select(Prediction.id).join(Item).where(Item.track == Track.REPORT).order_by(Item.position)
    ).all()
    for name, given in values.items():
        rater = Rater(kind=kind, name=name, version=version)
        session.add(rater)
        session.flush()
        session.add_all(
            Rating(
                prediction_id=report,
                rater_id=rater.id,
                dimension=dimension,
                value=value,
                reason="",
                evidence=[],
            )
            for report, value in zip(reports, given, strict=True)
            for dimension in DIMENSIONS
        )
