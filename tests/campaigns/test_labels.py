"""Labels of another kind, or many more: when they change a ranking, and for whom."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from leaderboard.campaigns.progress import find_kept_labels
from leaderboard.campaigns.refit import begin_labels
from leaderboard.campaigns.report import BY_RULE, NO_CHANGE, NO_HOST
from leaderboard.campaigns.rules import Rule, choose_kind
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.hosting.campaigns import drop_proposal, open_proposal, set_rule
from leaderboard.models.benchmark import Split
from leaderboard.models.calibration import Refit
from leaderboard.models.campaign import CampaignState, ReleaseRuler
from leaderboard.models.ranking import Board
from leaderboard.models.rating import RaterKind
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.read import (
    read_ranking,
)
from leaderboard.rankings.releases import read_releases
from leaderboard.rankings.scores import (
    BoardScore,
)
from tests.calibration.test_calibrations import (
    N_REPORTS,
    expert_value,
    judge_value,
    rate_as,
)
from tests.campaigns.campaigns import (
    HOST,
    carry_out_refit,
    find_report,
    make_runner,
    open_all,
    recalibrate,
    run_campaign,
)
from tests.databases import Prepare
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

# Parts and versions are tested on both databases.
pytestmark = pytest.mark.one_database


@pytest.fixture
def judge() -> ScriptedJudge:
    return ScriptedJudge(judge_value)


@pytest.fixture
def keys(load: Load, submit_texts: Submit, judge: ScriptedJudge, prepare: Prepare) -> list[str]:
    """Three models of forty reports each, calibrated by constructed labels of two of them."""
    load(0, 0, N_REPORTS)

    def score() -> list[str]:
        return [
            submit_texts(
                {f"test-report-{n:03}": f"Report of {model}." for n in range(N_REPORTS)},
                model,
                f"team-of-{model}",
                judges=[judge],
            )
            for model in ("model-a", "model-b", "model-c")
        ]

    return list(prepare("three models with reports", score))


@pytest.fixture
def split_id(sessions: Sessions, keys: list[str]) -> int:
    for key in keys[:2]:
        rate_as(sessions, key, range(28), kind=RaterKind.CONSTRUCTED, name="construction")
    with sessions.read() as session:
        split_id = session.get_one(Submission, keys[0]).split_id
    recalibrate(sessions, split_id)
    with sessions.write() as session:
        set_rule(session, session.get_one(Split, split_id).benchmark.slug, Rule(), HOST)
    return split_id


def read_scores(sessions: Sessions, release: int | None = None) -> dict[str, BoardScore]:
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = read_ranking(session, split, Board.REPORT, release=release)
        return {row.submission.id: row.scores[Board.REPORT] for row in table.rows}


def read_numbers(sessions: Sessions, split_id: int) -> list[int]:
    with sessions.read() as session:
        return [one.release.number for one in read_releases(session, split_id)]


def read_judge(sessions: Sessions, split_id: int) -> tuple[RaterKind | None, int]:
    with sessions.read() as session:
        newest = read_releases(session, split_id)[0].release.judges[0]
        return newest.label_kind, newest.n_labels


def test_one_expert_s_report_is_kept_for_the_host_and_moves_nothing(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    before, numbers = read_scores(sessions), read_numbers(sessions, split_id)
    rate_as(sessions, keys[0], [0])
    campaign = carry_out_refit(sessions, split_id)
    assert (campaign.state, campaign.ended_by) == (CampaignState.OPENED, NO_CHANGE)

    assert read_scores(sessions) == before
    assert read_numbers(sessions, split_id) == numbers
    assert read_judge(sessions, split_id) == (RaterKind.CONSTRUCTED, 56)
    with sessions.read() as session:
        kept = find_kept_labels(session, session.get_one(Split, split_id))
    assert kept is not None
    assert (kept.n_labels, kept.n_models, kept.rule) == (1, 1, Rule(30, 5))


def test_enough_labels_of_experts_are_proposed_and_wait_for_the_host(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    with sessions.write() as session:
        set_rule(session, "tiny", Rule(min_labels=30, min_models=3), HOST)
    for key in keys:
        rate_as(sessions, key, range(10), shift=-0.5)
    before = read_scores(sessions)
    campaign = carry_out_refit(sessions, split_id)
    assert campaign.state is CampaignState.PROPOSED
    assert read_scores(sessions) == before
    assert read_judge(sessions, split_id) == (RaterKind.CONSTRUCTED, 56)

    (split,) = find_report(sessions, campaign.id).splits
    proposed = {model.submission_id: model.boards[Board.REPORT] for model in split.models}
    for key, change in proposed.items():
        assert (change.before.value, change.before.low, change.before.high) == before[key][:3]
    assert open_all(sessions, campaign.id, "Surgeons rated.").state is CampaignState.OPENED
    after = read_scores(sessions)
    for key, change in proposed.items():
        assert (change.after.value, change.after.low, change.after.high) == after[key][:3]
    assert read_judge(sessions, split_id) == (RaterKind.EXPERT, 30)
    # Ten labels each: the score is the experts' own scale, half a step lower on 20..100.
    expected = {
        key: 20 * sum(expert_value(n, -0.5) for n in range(N_REPORTS)) / N_REPORTS for key in keys
    }
    for key in keys:
        assert after[key].value == pytest.approx(expected[key], abs=2.5)
        assert after[key].low is not None
    # The former ranking is a release.
    assert read_scores(sessions, read_numbers(sessions, split_id)[1]) == before


def test_experts_who_rate_on_do_not_keep_a_campaign_from_its_end(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    with sessions.write() as session:
        set_rule(session, "tiny", Rule(30, 3), HOST)
    for key in keys:
        rate_as(sessions, key, range(10), shift=-0.5)
    with sessions.write() as session:
        begun = begin_labels(session, split_id)
    assert begun is not None
    make_runner(sessions, begun.key).work(seconds=0)
    rate_as(sessions, keys[0], [11], shift=-0.5)
    with sessions.write() as session:
        assert begin_labels(session, split_id) is None
    assert run_campaign(sessions, begun.key).state is CampaignState.PROPOSED
    # The request is still there, and is carried out now.
    assert carry_out_refit(sessions, split_id).state is CampaignState.PROPOSED
    with sessions.read() as session:
        assert session.scalars(select(Refit)).all() == []


def test_a_few_more_labels_of_the_same_kind_need_no_host(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    numbers = read_numbers(sessions, split_id)
    rate_as(sessions, keys[0], [30], kind=RaterKind.CONSTRUCTED, name="construction")
    campaign = carry_out_refit(sessions, split_id)
    assert (campaign.state, campaign.ended_by) == (CampaignState.OPENED, NO_HOST)
    assert read_numbers(sessions, split_id) == numbers
    assert read_judge(sessions, split_id) == (RaterKind.CONSTRUCTED, 57)


def test_a_split_without_questions_that_knows_no_parser_keeps_its_release_too(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    """As an older database has it: nothing there was read by a parser."""
    with sessions.write() as session:
        session.execute(update(ReleaseRuler).values(parser_version=None))
    numbers = read_numbers(sessions, split_id)
    rate_as(sessions, keys[0], [30], kind=RaterKind.CONSTRUCTED, name="construction")
    assert carry_out_refit(sessions, split_id).ended_by == NO_HOST
    assert read_numbers(sessions, split_id) == numbers


def test_a_refit_that_moves_a_score_beyond_its_interval_waits_for_the_host(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    rate_as(
        *(sessions, keys[2], range(30)), shift=-2.0, kind=RaterKind.CONSTRUCTED, name="construction"
    )
    before = read_scores(sessions)
    campaign = carry_out_refit(sessions, split_id)
    assert campaign.state is CampaignState.PROPOSED
    assert read_scores(sessions) == before


def test_a_host_s_rule_opens_enough_labels_of_experts(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    with sessions.write() as session:
        set_rule(session, "tiny", Rule(30, 3, opens_itself=True), HOST)
    for key in keys:
        rate_as(sessions, key, range(10), shift=-0.5)
    campaign = carry_out_refit(sessions, split_id)
    assert (campaign.state, campaign.ended_by) == (CampaignState.OPENED, BY_RULE)
    assert read_judge(sessions, split_id) == (RaterKind.EXPERT, 30)


def test_a_dropped_proposal_leaves_everything_as_it_was(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    with sessions.write() as session:
        set_rule(session, "tiny", Rule(30, 3), HOST)
    for key in keys:
        rate_as(sessions, key, range(10), shift=-0.5)
    before = read_scores(sessions)
    campaign = carry_out_refit(sessions, split_id)
    with sessions.write() as session:
        drop_proposal(session, campaign.id, HOST, "One surgeon rated by another scale.")
    assert run_campaign(sessions, campaign.id).state is CampaignState.DROPPED
    assert read_scores(sessions) == before
    # What comes after is proposed with all labels that there are.
    rate_as(sessions, keys[0], [11], shift=-0.5)
    assert carry_out_refit(sessions, split_id).state is CampaignState.PROPOSED


def test_a_proposal_is_opened_with_a_reason_once_and_as_it_was_seen(
    sessions: Sessions, keys: list[str], split_id: int
) -> None:
    with sessions.write() as session:
        set_rule(session, "tiny", Rule(30, 3), HOST)
    for key in keys:
        rate_as(sessions, key, range(10), shift=-0.5)
    first = carry_out_refit(sessions, split_id)
    with sessions.write() as session, pytest.raises(InvalidRequest, match="reason"):
        open_proposal(session, first.id, HOST, " ")
    rate_as(sessions, keys[0], [12], shift=-0.5)
    again = carry_out_refit(sessions, split_id)
    assert again.id == first.id
    assert again.proposed_at != first.proposed_at
    with sessions.write() as session, pytest.raises(Conflict, match="changed since you looked"):
        open_proposal(session, first.id, HOST, "Yes.", first.proposed_at)
    with sessions.write() as session:
        open_proposal(session, first.id, HOST, "Yes.", again.proposed_at)
    with sessions.write() as session, pytest.raises(Conflict, match="no proposal to open"):
        open_proposal(session, first.id, HOST, "Yes.")


@pytest.mark.parametrize(
    ("counts", "before", "expected"),
    [
        ({}, None, None),
        ({}, RaterKind.EXPERT, None),
        ({RaterKind.CONSTRUCTED: (1, 1)}, None, RaterKind.CONSTRUCTED),
        ({RaterKind.EXPERT: (29, 5)}, None, None),
        ({RaterKind.EXPERT: (30, 4)}, RaterKind.CONSTRUCTED, None),
        ({RaterKind.EXPERT: (30, 5)}, RaterKind.CONSTRUCTED, RaterKind.EXPERT),
        ({RaterKind.EXPERT: (1, 1)}, RaterKind.EXPERT, RaterKind.EXPERT),
        (
            {RaterKind.EXPERT: (29, 5), RaterKind.CONSTRUCTED: (56, 4)},
            RaterKind.CONSTRUCTED,
            RaterKind.CONSTRUCTED,
        ),
    ],
)
def test_labels_of_experts_count_from_the_minimum_on(
    counts: dict[RaterKind, tuple[int, int]], before: RaterKind | None, expected: RaterKind | None
) -> None:
    assert choose_kind(counts, before, Rule()) is expected
