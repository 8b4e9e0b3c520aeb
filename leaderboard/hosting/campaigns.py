"""What hosts do with campaigns: ask for one, open or drop a proposal, set the rule for labels."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.campaigns.rules import Rule
from leaderboard.campaigns.start import (
    drop_campaign,
    get_campaign,
    nudge_campaign,
    start_campaign,
    start_version,
)
from leaderboard.db import clock, lock_row, now
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.campaign import Campaign, CampaignRule, CampaignState, Cause
from leaderboard.queue import Nudge


def ask_campaign(session: Session, benchmark: Benchmark, actor: str, *, with_judge: bool) -> Act:
    """Have workers score everything on a version again, as it would be scored today.

    `with_judge` brings in the judge of today's settings, whose calls may have to be paid; else
    reports keep theirs. Raises Conflict while a proposal is being opened.
    """
    causes = [Cause.HOST, Cause.JUDGE] if with_judge else [Cause.HOST]
    return _begin(session, start_campaign(session, benchmark.splits, causes, actor), actor)


def ask_version(session: Session, target: Benchmark, actor: str) -> Act:
    """Have workers compute what a prepared version would change. Raises Conflict."""
    return _begin(session, start_version(session, target, actor), actor)


def open_proposal(
    session: Session, campaign_id: int, actor: str, reason: str, seen: datetime | None = None
) -> Act:
    """Have a worker open a proposal, in one transaction.

    `seen` is when the proposal was made that the host has looked at, None for whichever there is.
    Raises InvalidRequest without a reason, Conflict where nothing is proposed, or another proposal
    than the host has seen.
    """
    reason = read_reason(reason)
    lock_row(session, Campaign.id, campaign_id)
    campaign = get_campaign(session, campaign_id)
    session.refresh(campaign)
    if campaign.state is not CampaignState.PROPOSED:
        raise Conflict(
            f"The campaign {campaign_id} is {campaign.state.value}: there is no proposal to open.",
            "Wait until it is proposed.",
        )
    if seen is not None and seen != campaign.proposed_at:
        raise Conflict(
            f"The proposal of campaign {campaign_id} has changed since you looked.",
            "Look at it again.",
        )
    campaign.state, campaign.ended_by, campaign.reason = CampaignState.OPENING, actor, reason
    campaign.heartbeat_at, campaign.n_attempts = clock(), 0
    nudge = _note(session, campaign, actor, "open proposal", reason)
    return Act(f"A worker opens the proposal of campaign {campaign_id}.", waiting=(nudge,))


def drop_proposal(session: Session, campaign_id: int, actor: str, reason: str) -> Act:
    """End a campaign, and leave every score as it is. Raises InvalidRequest, Conflict."""
    reason = read_reason(reason)
    campaign = get_campaign(session, campaign_id)
    drop_campaign(session, campaign, actor, reason)
    _note(session, campaign, actor, "drop campaign", reason)
    return Act(f"Campaign {campaign_id} is dropped; no score has changed.")


def set_rule(session: Session, benchmark: str, rule: Rule, actor: str) -> Act:
    """Say how many labels of experts are enough, and whether their proposal opens by itself.

    Raises InvalidRequest for less than one label or model.
    """
    if rule.min_labels < 1 or rule.min_models < 1:
        raise InvalidRequest("Give at least 1 label and 1 model.", "The default is 30 and 5.").at(
            "min_labels" if rule.min_labels < 1 else "min_models"
        )
    row = session.get(CampaignRule, benchmark) or CampaignRule(benchmark=benchmark)
    row.min_labels, row.min_models, row.opens_itself = rule
    row.changed_at = now()
    session.add(row)
    words = "opens automatically" if rule.opens_itself else "waits for a host"
    note = f"{rule.min_labels} labels of {rule.min_models} models; the proposal {words}"
    add_audit(session, actor, "set rule", f"labels of {benchmark}", note, benchmark=benchmark)
    return Act(f"Experts' labels of {benchmark} count from {note}.")


def _begin(session: Session, campaign: Campaign, actor: str) -> Act:
    nudge = _note(session, campaign, actor, "start campaign")
    return Act(f"Campaign {campaign.id} is under way.", waiting=(nudge,))


def _note(
    session: Session, campaign: Campaign, actor: str, action: str, reason: str = ""
) -> Nudge[int]:
    session.flush()
    benchmark = session.get_one(Benchmark, campaign.benchmark_id)
    subject = f"campaign {campaign.id} of {benchmark.slug} {benchmark.version}"
    add_audit(session, actor, action, subject, reason, benchmark=benchmark.slug)
    return nudge_campaign(campaign)
