"""Carry campaigns out in the tests' own process, as workers would."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from leaderboard.calibration.refits import request_refit
from leaderboard.campaigns.refit import begin_labels
from leaderboard.campaigns.report import Report, read_report
from leaderboard.campaigns.rules import Rule
from leaderboard.campaigns.run import Runner
from leaderboard.db import Sessions
from leaderboard.hosting.campaigns import open_proposal, set_rule
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.roster import AnyJudge
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import Campaign, CampaignState

HOST = "host@example.org"
ANY_LABELS = Rule(min_labels=1, min_models=1, opens_itself=True)
"""A host who takes whatever labels there are."""


def make_runner(sessions: Sessions, campaign_id: int, judge: AnyJudge | None = None) -> Runner:
    rates = judge or ChecklistJudge()
    return Runner(sessions, campaign_id, lambda _: rates, enqueue=lambda _: None)


def run_campaign(sessions: Sessions, campaign_id: int, judge: AnyJudge | None = None) -> Campaign:
    """Work on a campaign until nothing is left to do, and return its row."""
    make_runner(sessions, campaign_id, judge).work(seconds=float("inf"))
    return read_campaign(sessions, campaign_id)


def read_campaign(sessions: Sessions, campaign_id: int) -> Campaign:
    with sessions.read() as session:
        return session.get_one(Campaign, campaign_id)


def find_report(sessions: Sessions, campaign_id: int) -> Report:
    report = read_report(read_campaign(sessions, campaign_id))
    assert report is not None
    return report


def take_any_labels(sessions: Sessions, split_id: int) -> None:
    with sessions.write() as session:
        slug = session.get_one(Split, split_id).benchmark.slug
        set_rule(session, slug, ANY_LABELS, HOST)


def recalibrate(sessions: Sessions, split_id: int, judge: AnyJudge | None = None) -> Campaign:
    """Carry out the refit that waits, of a host who takes and opens whatever there is."""
    take_any_labels(sessions, split_id)
    campaign = carry_out_refit(sessions, split_id, judge)
    if campaign.state is CampaignState.PROPOSED:
        return open_all(sessions, campaign.id)
    return campaign


def carry_out_refit(sessions: Sessions, split_id: int, judge: AnyJudge | None = None) -> Campaign:
    with sessions.write() as session:
        nudge = begin_labels(session, split_id)
    assert nudge is not None
    return run_campaign(sessions, nudge.key, judge)


def ask_refit(sessions: Sessions, split_id: int) -> None:
    with sessions.write() as session:
        request_refit(session, split_id)


def open_all(sessions: Sessions, campaign_id: int, reason: str = "It is right.") -> Campaign:
    """Open a proposal as its host, and do the work."""
    with sessions.write() as session:
        open_proposal(session, campaign_id, HOST, reason)
    return run_campaign(sessions, campaign_id)


def list_campaigns(
    sessions: Sessions, which: Callable[[Campaign], bool] = lambda _: True
) -> list[Campaign]:
    with sessions.read() as session:
        rows = session.scalars(select(Campaign).order_by(Campaign.id)).all()
        return [row for row in rows if which(row)]


PROPOSED, OPENED = CampaignState.PROPOSED, CampaignState.OPENED
