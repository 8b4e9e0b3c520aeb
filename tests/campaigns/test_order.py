"""A judge that does not know the order rates, but decides no rank; what is open stays so."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from leaderboard.campaigns.refit import begin_order
from leaderboard.db import Sessions
from leaderboard.evaluation.rank import rank_split
from leaderboard.models.campaign import Campaign, CampaignState, Cause, ReleaseOrder
from leaderboard.models.ranking import Board, RankingEntry
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.comparisons.compare import compare_models
from leaderboard.rankings.releases import find_ranking
from leaderboard.web.comparison_words import summarise
from tests.calibration.test_calibrations import N_REPORTS, judge_value, rate_as
from tests.campaigns.campaigns import open_all, recalibrate, run_campaign
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit
from tests.orders import finish_order

pytestmark = pytest.mark.one_database
GOOD, POOR = "model-a", "model-b"


@pytest.fixture
def keys(load: Load, submit_texts: Submit, prepare: Prepare) -> dict[str, str]:
    """Two models, one far better by its experts' labels; their judge was never run on the suite."""
    load(0, 0, N_REPORTS)

    def score() -> dict[str, str]:
        return {
            model: submit_texts(
                {f"test-report-{n:03}": f"Report of {model}." for n in range(N_REPORTS)},
                model,
                f"team-of-{model}",
                judges=[ScriptedJudge(judge_value)],
            )
            for model in (GOOD, POOR)
        }

    return dict(prepare("two models with reports", score))


@pytest.fixture
def split_id(sessions: Sessions, keys: dict[str, str]) -> int:
    for model, shift in ((GOOD, 0.0), (POOR, -1.5)):
        rate_as(sessions, keys[model], range(28), shift=shift, kind=RaterKind.CONSTRUCTED)
    with sessions.read() as session:
        split_id = session.get_one(Submission, keys[GOOD]).split_id
    recalibrate(sessions, split_id)
    return split_id


def read_ranks(sessions: Sessions) -> dict[str, tuple[int | None, int | None]]:
    """The rank range of each model on the board of reports."""
    with sessions.read() as session:
        ranking = find_ranking(session, session.scalars(select(Submission.split_id)).first() or 0)
        assert ranking is not None
        rows = session.execute(
            select(ModelCard.slug, RankingEntry.rank_low, RankingEntry.rank_high)
            .join(Submission, Submission.id == RankingEntry.submission_id)
            .join(ModelCard, ModelCard.id == Submission.model_card_id)
            .where(RankingEntry.ranking_id == ranking.id, RankingEntry.board == Board.REPORT)
        )
        return {row[0]: (row[1], row[2]) for row in rows}


def compare(sessions: Sessions) -> tuple[int | None, str]:
    """Which of the two models is better by their reports on Compare, and its sentence."""
    with sessions.read() as session:
        split = session.scalars(select(Submission).limit(1)).one().split
        comparison = compare_models(session, split, [GOOD, POOR])
        board = next(one for one in comparison.boards if one.board == Board.REPORT)
        assert board.pairs[0].adjusted_p < 0.001
        return board.pairs[0].winner, summarise(comparison)


def run_on_suite(sessions: Sessions, n_wrong: int) -> Campaign | None:
    """The campaign that a run asks for, carried out until it ends or waits for its host."""
    with sessions.write() as session:
        rater_id = session.scalars(select(Rater.id).where(Rater.kind == RaterKind.JUDGE)).one()
        finish_order(session, rater_id, n_wrong)
        nudges = begin_order(session, rater_id)
    return run_campaign(sessions, nudges[0].key) if nudges else None


NONE: dict[str, tuple[int | None, int | None]] = {GOOD: (None, None), POOR: (None, None)}
APART = {GOOD: (1, 1), POOR: (2, 2)}


def test_a_new_judge_decides_nothing_until_it_has_shown_that_it_knows_the_order(
    sessions: Sessions, split_id: int
) -> None:
    assert read_ranks(sessions) == NONE
    campaign = run_on_suite(sessions, n_wrong=0)
    assert campaign is not None
    assert campaign.causes == [Cause.ORDER]
    assert campaign.state is CampaignState.PROPOSED  # a host has to open it
    assert read_ranks(sessions) == NONE
    winner, sentence = compare(sessions)
    assert winner is None
    assert "rests on report scores by a judge that decides no rank" in sentence
    open_all(sessions, campaign.id)
    assert read_ranks(sessions) == APART
    assert compare(sessions)[0] == 0
    assert run_on_suite(sessions, n_wrong=1) is None  # it decides as it did


def test_a_judge_below_95_per_cent_decides_nothing_once_a_host_opens_that(
    sessions: Sessions, split_id: int
) -> None:
    first = run_on_suite(sessions, n_wrong=0)
    assert first is not None
    open_all(sessions, first.id)
    second = run_on_suite(sessions, n_wrong=9)
    assert second is not None
    assert read_ranks(sessions) == APART
    open_all(sessions, second.id)
    assert read_ranks(sessions) == NONE


def test_a_release_that_was_open_before_stays_until_a_proposal(
    sessions: Sessions, split_id: int
) -> None:
    with sessions.write() as session:
        session.execute(delete(ReleaseOrder))
        rank_split(session, split_id)
    assert read_ranks(sessions) == APART
    campaign = run_on_suite(sessions, n_wrong=9)
    assert campaign is not None
    assert campaign.state is CampaignState.PROPOSED
    assert read_ranks(sessions) == APART
