"""Campaigns under real use: many workers, killed ones, two hosts at once, work that comes in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from leaderboard.campaigns.lease import CAMPAIGNS, PARTS
from leaderboard.campaigns.run import Runner
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.hosting.campaigns import ask_campaign, open_proposal
from leaderboard.leases import Terms, claim_row, end, sweep
from leaderboard.models.campaign import Campaign, CampaignPart, CampaignState, PartState
from leaderboard.models.ranking import Board, ItemValues, RankingEntry, Score
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import Nudge
from leaderboard.rankings.read import read_ranking
from tests.campaigns.campaigns import (
    HOST,
    find_report,
    list_campaigns,
    make_runner,
    open_all,
    run_campaign,
)
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit

N_MODELS = 6
JUDGE = ScriptedJudge(lambda item: 3.0)
AT_ONCE = Terms(timedelta(seconds=-1), 3)
"""The terms of a host who takes every run for dead."""


def submit_model(submit_texts: Submit, number: int) -> str:
    texts = {f"test-text-{n:03}": "B" if n % (number + 1) else "A" for n in range(12)}
    return submit_texts(texts, f"model-{number}", f"team-{number}", judges=[JUDGE])


@pytest.fixture
def keys(load: Load, submit_texts: Submit) -> list[str]:
    load(12, 0, 0)
    return [submit_model(submit_texts, number) for number in range(N_MODELS)]


def ask(sessions: Sessions) -> int:
    with sessions.write() as session:
        benchmark = get_benchmark(session, "tiny")
        (nudge,) = ask_campaign(session, benchmark, HOST, with_judge=False).waiting
        return int(nudge.key)


def read_state(sessions: Sessions) -> tuple[object, ...]:
    """Every score, every value and the ranking, but for the keys of their rows."""
    with sessions.read() as session:
        scores = session.execute(
            select(Score.submission_id, Score.metric, Score.name, Score.value, Score.low, Score.n)
            .order_by(Score.submission_id, Score.metric, Score.slice, Score.name)
        )  # fmt: skip
        values = session.execute(
            select(ItemValues.submission_id, ItemValues.content).order_by(ItemValues.submission_id)
        )
        entries = session.execute(
            select(
                *(RankingEntry.ranking_id, RankingEntry.submission_id, RankingEntry.board),
                *(RankingEntry.value, RankingEntry.rank_low, RankingEntry.rank_high),
            ).order_by(RankingEntry.submission_id, RankingEntry.board)
        )
        return tuple(tuple(map(tuple, rows.all())) for rows in (scores, values, entries))


def test_a_campaign_that_changes_nothing_proposes_nothing_and_opens_to_the_same(
    sessions: Sessions, keys: list[str]
) -> None:
    before = read_state(sessions)
    campaign = run_campaign(sessions, ask(sessions))
    assert campaign.state is CampaignState.PROPOSED
    assert find_report(sessions, campaign.id).changes_nothing
    assert open_all(sessions, campaign.id).state is CampaignState.OPENED
    assert read_state(sessions) == before
    with sessions.read() as session:
        assert session.scalars(select(CampaignPart)).all() == []


def test_many_workers_share_the_parts_and_each_is_done_once(
    sessions: Sessions, keys: list[str]
) -> None:
    key = ask(sessions)
    brought: list[Nudge[int]] = []
    runners = [Runner(sessions, key, lambda _: JUDGE, enqueue=brought.append) for _ in range(4)]
    with ThreadPoolExecutor(len(runners)) as pool:
        for done in [pool.submit(one.work, float("inf")) for one in runners]:
            done.result()
    (campaign,) = list_campaigns(sessions)
    if campaign.state is not CampaignState.PROPOSED:
        campaign = run_campaign(sessions, key)
    assert campaign.state is CampaignState.PROPOSED
    with sessions.read() as session:
        parts = session.scalars(select(CampaignPart)).all()
        assert {part.submission_id for part in parts} == set(keys)
        assert {(part.state, part.n_attempts) for part in parts} == {(PartState.DONE, 1)}
    # Each worker that found more to do called for another.
    assert brought
    assert set(brought) == {Nudge(CAMPAIGNS.job, key)}


def test_what_a_killed_worker_had_is_done_by_another_and_nothing_is_lost(
    sessions: Sessions, keys: list[str]
) -> None:
    before = read_state(sessions)
    key = ask(sessions)
    make_runner(sessions, key).work(seconds=0)
    with sessions.write() as session:
        dead = claim_row(session, PARTS, keys[0])
    assert dead is not None
    assert run_campaign(sessions, key).state is CampaignState.SCORING
    with sessions.write() as session:
        sweep(session, PARTS, AT_ONCE)
    assert run_campaign(sessions, key).state is CampaignState.PROPOSED
    with sessions.write() as session, pytest.raises(Exception, match=keys[0]):
        end(session, dead, state=PartState.DONE)
    # The step of opening, too, is taken up where it was left.
    with sessions.write() as session:
        open_proposal(session, key, HOST, "Yes.")
        assert claim_row(session, CAMPAIGNS, key) is not None
    assert run_campaign(sessions, key).state is CampaignState.OPENING
    with sessions.write() as session:
        sweep(session, CAMPAIGNS, Terms(timedelta(0), 3))
        session.get_one(Campaign, key).run_id = None
    assert run_campaign(sessions, key).state is CampaignState.OPENED
    assert read_state(sessions) == before


def test_two_hosts_who_ask_at_once_get_one_campaign(sessions: Sessions, keys: list[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = {one.result() for one in [pool.submit(ask, sessions) for _ in range(2)]}
    assert len(found) == 1
    assert run_campaign(sessions, found.pop()).state is CampaignState.PROPOSED


def test_what_is_scored_while_a_campaign_runs_is_ranked_at_once_and_opened_with_the_rest(
    sessions: Sessions, keys: list[str], submit_texts: Submit
) -> None:
    key = ask(sessions)
    make_runner(sessions, key).work(seconds=0)
    during = submit_model(submit_texts, N_MODELS)
    assert run_campaign(sessions, key).state is CampaignState.PROPOSED
    waiting = submit_model(submit_texts, N_MODELS + 1)
    before = read_state(sessions)
    assert open_all(sessions, key).state is CampaignState.OPENED
    assert read_state(sessions) == before
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        ranked = {row.submission.id for row in read_ranking(session, split, Board.TEXT).rows}
        n_scored = session.scalar(select(func.count()).select_from(ItemValues))
    assert ranked == {*keys, during, waiting}
    assert n_scored == N_MODELS + 2


def test_while_a_proposal_is_opened_nobody_begins_another(
    sessions: Sessions, keys: list[str]
) -> None:
    campaign = run_campaign(sessions, ask(sessions))
    with sessions.write() as session:
        open_proposal(session, campaign.id, HOST, "Yes.")
    with pytest.raises(Conflict, match="is being opened"):
        ask(sessions)
    assert run_campaign(sessions, campaign.id).state is CampaignState.OPENED
    assert ask(sessions) != campaign.id
