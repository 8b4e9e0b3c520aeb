"""A judge's report scores on the experts' scale: fitted, applied, and fitted again."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import pytest
from scipy import stats
from sqlalchemy import event, func, select
from sqlalchemy.orm import joinedload

from leaderboard.calibration.refits import request_refit
from leaderboard.calibration.split_facts import read_split_facts
from leaderboard.calibration.trust import read_severity
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.score import score_submission
from leaderboard.experts.draws import declare_draws
from leaderboard.experts.plan import read_plan
from leaderboard.items.values import read_influences
from leaderboard.models.benchmark import Item
from leaderboard.models.calibration import CalibratedScore, Calibration, Refit, ScoredReports
from leaderboard.models.expert import DrawSource
from leaderboard.models.ranking import Board, Metric, Score, Slice
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.standing import find_report
from leaderboard.scoring.statistics.calibration_fit import apply_pooled, read_pooled
from leaderboard.scoring.statistics.likeness import Trait
from tests.bundles.made import bundle, names_of, verify
from tests.campaigns.campaigns import recalibrate
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit
from tests.package_files import DIMENSIONS
from tests.waiting import HANG_SECONDS

N_REPORTS = 40
ONE_DATABASE = pytest.mark.one_database


def number_of(item: str) -> int:
    return int(item.rsplit("-", 1)[1])


def quality(number: int) -> float:
    return 2 + 2 * ((number * 7) % 11) / 10


def judge_value(item: str) -> float:
    """What the judge says: too kind by .6, and a little off."""
    number = number_of(item)
    return min(5.0, quality(number) + 0.6 + 0.1 * (number % 3 - 1))


def expert_value(number: int, shift: float = 0.0) -> float:
    return float(np.clip(quality(number) + shift + 0.2 * (number % 5 - 2) / 2, 1, 5))


def rate_as(
    sessions: Sessions,
    submission_id: str,
    numbers: Iterable[int],
    *,
    shift: float = 0.0,
    kind: RaterKind = RaterKind.EXPERT,
    name: str = "expert-a",
) -> None:
    """Add ratings of every dimension of some reports of a submission."""
    wanted = {f"test-report-{number:03}": number for number in numbers}
    with sessions.write() as session:
        rater = session.scalar(select(Rater).where(Rater.kind == kind, Rater.name == name))
        if rater is None:
            rater = Rater(kind=kind, name=name, version="1")
            session.add(rater)
            session.flush()
        rows = session.execute(
            select(Prediction.id, Item.key, Submission.split_id)
            .join(Item, Item.id == Prediction.item_id)
            .join(Submission, Submission.id == Prediction.submission_id)
            .where(Prediction.submission_id == submission_id, Item.key.in_(wanted))
        ).all()
        for prediction_id, key, _ in rows:
            session.add_all(
                Rating(
                    prediction_id=prediction_id,
                    rater_id=rater.id,
                    dimension=dimension,
                    value=expert_value(wanted[key], shift),
                    reason="",
                    evidence=[],
                )
                for dimension in DIMENSIONS
            )
        request_refit(session, rows[0].split_id)


def refit(sessions: Sessions) -> None:
    with sessions.read() as session:
        split_id = session.scalars(select(Refit.split_id)).one()
    recalibrate(sessions, split_id)


def report_score(sessions: Sessions, submission_id: str) -> tuple[Score, CalibratedScore | None]:
    with sessions.read() as session:
        score = session.scalars(
            select(Score).where(
                Score.submission_id == submission_id,
                Score.metric == Metric.REPORT,
                Score.slice == Slice.TRACK,
            )
        ).one()
        calibrated = session.get(
            CalibratedScore, score.id, options=[joinedload(CalibratedScore.calibration)]
        )
        return score, calibrated


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge(judge_value)


@pytest.fixture
def keys(load: Load, submit_texts: Submit, judge: ScriptedJudge, prepare: Prepare) -> list[str]:
    """Scored submissions of three models that sent reports alone."""
    load(0, 0, N_REPORTS)

    def score() -> list[str]:
        found = []
        for model in ("model-a", "model-b", "model-c"):
            texts = {f"test-report-{n:03}": f"Report of {model}." for n in range(N_REPORTS)}
            found.append(submit_texts(texts, model, judges=[judge]))
        return found

    return list(prepare("three models with reports", score))


@ONE_DATABASE
def test_without_labels_the_report_score_is_the_judges_raw_mean_and_says_so(
    sessions: Sessions, keys: list[str]
) -> None:
    score, calibrated = report_score(sessions, keys[0])
    raw = 20 * np.mean([judge_value(f"x-{n}") for n in range(N_REPORTS)])
    assert score.value == pytest.approx(raw)
    assert calibrated is None


@ONE_DATABASE
def test_thirty_own_labels_anchor_the_score_by_a_prediction_powered_mean(
    sessions: Sessions, keys: list[str]
) -> None:
    labelled = list(range(0, 30))
    rate_as(sessions, keys[0], labelled)
    refit(sessions)
    score, calibrated = report_score(sessions, keys[0])
    assert calibrated is not None
    assert (calibrated.badge, calibrated.n_labels) == ("expert-anchored", 30)
    # The same by hand: PPI++ with t, arXiv 2311.01453 and DESIGN.
    judged = np.array([20 * judge_value(f"x-{n}") for n in range(N_REPORTS)])
    y = np.array([20 * expert_value(n) for n in labelled])
    s, rest = judged[:30], judged[30:]
    lam = np.cov(y, s)[0, 1] / ((1 + 30 / 10) * judged.var(ddof=1))
    value = lam * rest.mean() + (y - lam * s).mean()
    error = np.sqrt(lam**2 * judged.var(ddof=1) / 10 + (y - lam * s).var(ddof=1) / 30)
    reach = stats.t.ppf(0.975, 28) * error
    assert score.value == pytest.approx(value)
    assert (score.low, score.high) == pytest.approx((value - reach, value + reach))
    assert calibrated.raw_value == pytest.approx(judged.mean())
    assert abs(value - np.mean([20 * expert_value(n) for n in range(40)])) < 2
    assert calibrated.raw_value - value > 8


@ONE_DATABASE
def test_what_each_report_adds_to_a_score_is_kept_and_pairs_the_difference_of_two_models(
    sessions: Sessions, keys: list[str]
) -> None:
    for key in keys[:2]:
        rate_as(sessions, key, range(30), shift=0.4 * keys.index(key))
    refit(sessions)
    found = [report_score(sessions, key)[1] for key in keys[:2]]
    errors = [
        one.standard_error for one in found if one is not None and one.standard_error is not None
    ]
    assert len(errors) == 2
    with sessions.read() as session:
        influences = read_influences(session, keys[:2])
        split = session.get_one(Submission, keys[0]).split
        comparison = compare_models(session, split, ["model-a", "model-b"])
    for key, error in zip(keys[:2], errors, strict=True):
        assert influences[key] @ influences[key] == pytest.approx(error**2, rel=1e-4)
    board = next(one for one in comparison.boards if one.board == Board.REPORT)
    difference = board.pairs[0].difference
    assert difference.low is not None
    shared = float(influences[keys[0]] @ influences[keys[1]])
    error = np.sqrt(sum(one**2 for one in errors) - 2 * shared)
    # The same cases, labelled alike, and one judge: what is left is far less than both errors.
    assert error < 0.5 * np.hypot(errors[0], errors[1])
    reach = stats.t.ppf(0.975, 28) * error
    assert difference.value - difference.low == pytest.approx(reach, rel=1e-3)


def find_component(shift: float, numbers: Iterable[int]) -> float:
    """The variance between two raters of the same reports, by hand: of differences d it is
    (mean(d)^2 - var(d) / n) / 2, which is the analysis of variance's."""
    gaps = np.array([20 * (expert_value(n) - expert_value(n, shift)) for n in numbers])
    return float((gaps.mean() ** 2 - gaps.var(ddof=1) / len(gaps)) / 2)


@ONE_DATABASE
def test_where_raters_overlap_an_anchored_interval_covers_the_choice_of_raters(
    sessions: Sessions, keys: list[str]
) -> None:
    for key in keys[:2]:
        rate_as(sessions, key, range(30))
        rate_as(sessions, key, range(30), shift=-0.2, name="expert-b")
    refit(sessions)
    score, by = report_score(sessions, keys[0])
    assert by is not None
    assert by.raters is not None
    component = find_component(-0.2, [*range(30)] * 2)
    assert component > 3
    # Both rated every labelled report: half a share each.
    assert list(by.raters.errors.values()) == pytest.approx([np.sqrt(component) / 2] * 2)
    assert (by.raters.freedom, by.raters.cases_freedom) == (1, 28)
    with sessions.read() as session:
        influences = read_influences(session, keys[:2])
        fit = session.get_one(Calibration, by.calibration_id)
        severity = read_severity(session, session.get_one(Submission, keys[0]).split)
        comparison = compare_models(
            session, session.get_one(Submission, keys[0]).split, ["model-a", "model-b"]
        )
        assert severity is not None
        assert fit.calibrator["raters"] == severity._asdict()
        assert severity.variance == pytest.approx(component)
    cases = float(influences[keys[0]] @ influences[keys[0]])
    assert by.standard_error == pytest.approx(np.sqrt(cases + component / 2), rel=1e-4)
    total = cases + component / 2
    assert by.freedom == int(total**2 / (cases**2 / 28 + (component / 2) ** 2 / 1))
    reach = stats.t.ppf(0.975, by.freedom) * np.sqrt(total)
    assert (score.low, score.high) == pytest.approx(
        (max(20, score.value - reach), min(100, score.value + reach)), rel=1e-4
    )
    # Who labelled both models alike is as severe to both: no difference is wider for it.
    board = next(one for one in comparison.boards if one.board == Board.REPORT)
    difference = board.pairs[0].difference
    gaps = influences[keys[0]] - influences[keys[1]]
    quantiles = stats.t.ppf(0.975, 28) + stats.t.ppf(0.8, 28)
    assert board.pairs[0].smallest == pytest.approx(
        quantiles * np.sqrt(gaps @ gaps), rel=1e-3, abs=1e-3
    )
    assert difference.low is not None
    assert difference.value - difference.low == pytest.approx(
        stats.t.ppf(0.975, 28) * np.sqrt(gaps @ gaps), rel=1e-3, abs=1e-3
    )


@ONE_DATABASE
def test_intervals_from_before_stay_until_a_refit_and_those_of_one_rater_hold_for_that_one(
    sessions: Sessions, keys: list[str]
) -> None:
    rate_as(sessions, keys[0], range(30))
    refit(sessions)
    _, alone = report_score(sessions, keys[0])
    assert alone is not None
    assert alone.raters is None
    assert alone.calibration.calibrator["raters"] is None
    rate_as(sessions, keys[0], range(30), shift=-0.2, name="expert-b")
    refit(sessions)
    with sessions.write() as session:
        for fit in session.scalars(select(Calibration)):
            fit.calibrator = {key: one for key, one in fit.calibrator.items() if key != "raters"}
        split_id = session.get_one(Submission, keys[0]).split_id
        score_submission(session, keys[0], fit.rater_id, read_split_facts(session, split_id))
    _, before = report_score(sessions, keys[0])
    with sessions.write() as session:
        request_refit(session, split_id)
    refit(sessions)
    _, after = report_score(sessions, keys[0])
    assert before is not None
    assert after is not None
    assert before.raters is None
    assert after.raters is not None
    assert after.calibration_id > before.calibration_id
    assert after.standard_error > before.standard_error  # type: ignore[operator]


@ONE_DATABASE
def test_where_labelled_models_disagree_no_interval_leaves_what_a_score_can_be(
    sessions: Sessions, keys: list[str]
) -> None:
    rate_as(sessions, keys[0], range(12), shift=-2)
    rate_as(sessions, keys[1], range(12, 24), shift=1.5)
    refit(sessions)
    _, carried = report_score(sessions, keys[2])
    assert carried is not None
    assert carried.standard_error is not None
    assert carried.standard_error > 20
    with sessions.read() as session:
        overall = session.scalars(
            select(Score).where(Score.submission_id == keys[2], Score.metric == Metric.OVERALL)
        ).one()
    assert overall.value is not None
    assert overall.low is not None
    assert overall.high is not None
    assert 0 <= overall.low < overall.value < overall.high <= 100


@ONE_DATABASE
def test_a_model_without_labels_takes_the_others_calibration_and_a_wider_interval(
    sessions: Sessions, keys: list[str]
) -> None:
    rate_as(sessions, keys[0], range(12))
    rate_as(sessions, keys[1], range(12, 24), shift=0.3)
    refit(sessions)
    anchored, first = report_score(sessions, keys[0])
    carried, other = report_score(sessions, keys[2])
    assert first is not None
    assert other is not None
    assert (first.badge, first.n_labels) == ("probe-anchored", 12)
    assert (other.badge, other.n_labels) == ("transported", 0)
    assert None not in (carried.low, carried.high, anchored.low, anchored.high)
    assert carried.high - carried.low > anchored.high - anchored.low  # type: ignore[operator]


def test_new_labels_fit_and_score_again_without_calling_a_judge_and_twice_adds_nothing(
    sessions: Sessions, keys: list[str], judge: ScriptedJudge
) -> None:
    n_calls = len(judge.calls)
    rate_as(sessions, keys[0], range(12))
    refit(sessions)
    _, first = report_score(sessions, keys[0])
    rate_as(sessions, keys[0], range(12, 16))
    refit(sessions)
    with sessions.read() as session:
        n = session.scalar(select(func.count()).select_from(Calibration))
        assert session.scalars(select(Refit)).all() == []
    with sessions.write() as session:
        request_refit(session, 1)
    refit(sessions)
    _, second = report_score(sessions, keys[0])
    assert first is not None
    assert second is not None
    assert second.calibration_id > first.calibration_id
    assert (first.n_labels, second.n_labels) == (12, 16)
    assert len(judge.calls) == n_calls
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Calibration)) == n
        targets = 1 + len(DIMENSIONS) + 5
        assert n == 2 * targets


@ONE_DATABASE
def test_a_refit_reads_the_items_and_the_labels_as_often_for_three_submissions_as_for_one(
    sessions: Sessions, keys: list[str]
) -> None:
    read: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        read.append(statement)

    event.listen(sessions.engine, "before_cursor_execute", note)
    rate_as(sessions, keys[0], range(12))
    refit(sessions)
    event.remove(sessions.engine, "before_cursor_execute", note)
    assert len(keys) == 3
    # To score, to propose and, once opened, to rank.
    assert sum("items.levels" in statement for statement in read) == 3
    # To plan, to fit the one judge, to score by the fit.
    assert sum("raters.kind IN" in statement for statement in read) == 3


@ONE_DATABASE
def test_constructed_labels_are_named_so_and_give_way_to_experts(
    sessions: Sessions, keys: list[str]
) -> None:
    rate_as(sessions, keys[0], range(12), kind=RaterKind.CONSTRUCTED, name="rule")
    rate_as(sessions, keys[1], range(12), kind=RaterKind.CONSTRUCTED, name="rule")
    refit(sessions)
    with sessions.read() as session:
        plan = read_plan(session, get_split(get_benchmark(session, "tiny"), "test"))
        assert [(one.n, one.n_labels) for one in plan] == [(10, 0)] * 3, "no expert has rated"
    _, before = report_score(sessions, keys[0])
    assert before is not None
    rate_as(sessions, keys[0], range(12), shift=-0.5)
    refit(sessions)
    _, after = report_score(sessions, keys[0])
    assert after is not None
    with sessions.read() as session:
        kinds = [
            session.get_one(Calibration, one.calibration_id).label_kind for one in (before, after)
        ]
    assert kinds == [RaterKind.CONSTRUCTED, RaterKind.EXPERT]


def test_those_who_score_the_same_submission_at_once_wait_for_each_other(
    sessions: Sessions, keys: list[str]
) -> None:
    expected = report_score(sessions, keys[0])[0].value
    with sessions.read() as session:
        split = read_split_facts(session, session.get_one(Submission, keys[0]).split_id)
        rater_id = session.scalars(select(ScoredReports.rater_id).distinct()).one()

    def score() -> None:
        with sessions.write() as session:
            score_submission(session, keys[0], rater_id, split)

    with ThreadPoolExecutor(1) as other:
        with sessions.write() as session:
            score_submission(session, keys[0], rater_id, split)
            session.flush()
            second = other.submit(score)
            # Time for the other to come as far as it can: a busy machine lets it pass, never fail.
            assert not wait([second], timeout=1).done
        second.result(HANG_SECONDS)
    assert report_score(sessions, keys[0])[0].value == expected


@ONE_DATABASE
def test_the_teams_page_says_in_what_a_model_without_labels_is_unlike_those_that_have_them(
    sessions: Sessions, keys: list[str], judge: ScriptedJudge, submit_texts: Submit
) -> None:
    for key in keys:
        rate_as(sessions, key, range(12))
    refit(sessions)
    texts = {f"test-report-{n:03}": "Report of this model. " * 80 for n in range(N_REPORTS)}
    long = submit_texts(texts, "model-d", judges=[judge])
    with sessions.read() as session:
        own = find_report(session, session.get_one(Submission, long))
        anchored = find_report(session, session.get_one(Submission, keys[0]))
    assert own is not None
    assert own.badge == "transported"
    assert own.unlike == (Trait.LENGTH,)
    assert anchored is not None
    assert anchored.unlike is None


@ONE_DATABASE
def test_labels_that_a_host_chose_calibrate_others_and_anchor_nothing_until_declared_random(
    sessions: Sessions, keys: list[str]
) -> None:
    for key, n in zip(keys, (30, 12, 12), strict=True):
        rate_as(sessions, key, range(n))
    refit(sessions)
    before = [report_score(sessions, key) for key in keys]
    assert [by.badge for _, by in before if by] == ["expert-anchored", *["probe-anchored"] * 2]
    declare(sessions, is_random=False)
    score, by = report_score(sessions, keys[0])
    assert by is not None
    assert (by.badge, by.n_labels, by.raters) == ("host-chosen", 30, None)
    # By hand: the line of the other two, over all reports.
    fitted = read_pooled(by.calibration.calibrator["left_out"][find_model(sessions, keys[0])])
    judged = np.array([20 * judge_value(f"x-{n}") for n in range(N_REPORTS)])
    assert score.value == pytest.approx(apply_pooled(fitted, judged).mean())
    with sessions.read() as session:
        table = read_ranking(session, session.get_one(Submission, keys[0]).split, Board.REPORT)
    ranked = {row.model.slug: row for row in table.rows}
    anchored = {slug: row.report.has_own_labels for slug, row in ranked.items() if row.report}
    assert anchored == {"model-a": False, "model-b": True, "model-c": True}
    found = verify(bundle(sessions, keys[0], Viewer.HOST))
    assert names_of(found, "differs") == []
    assert found["Calibration of track report: how"]["shown"] == "host-chosen"
    assert found["Calibrator: track report"]["words"] == "computed again: the same"
    # The others are calibrated by its labels as before.
    for key, (old, _) in zip(keys[1:], before[1:], strict=True):
        assert report_score(sessions, key)[0].value == old.value
    declare(sessions, is_random=True)
    again, by = report_score(sessions, keys[0])
    assert by is not None
    assert (by.badge, again.value) == ("expert-anchored", before[0][0].value)


def declare(sessions: Sessions, *, is_random: bool) -> None:
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        imported = DrawSource.IMPORTED
        assert declare_draws(session, split, imported, is_random=is_random, model="model-a") == 30
    refit(sessions)


def find_model(sessions: Sessions, submission_id: str) -> str:
    with sessions.read() as session:
        return str(session.get_one(Submission, submission_id).model_card_id)
