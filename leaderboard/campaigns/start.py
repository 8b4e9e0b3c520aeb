"""Begin a campaign, or begin the one that there is again with one more cause; drop one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.campaigns.fit import forget_fits
from leaderboard.campaigns.lease import CAMPAIGNS
from leaderboard.db import clock, lock_row, now
from leaderboard.errors import Conflict, NotFound
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.campaign import Campaign, CampaignPart, CampaignState, Cause
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.queue import Nudge

BUSY = "A proposal of {name} is being opened."
LATER = "Wait until that is done, a few seconds, and try again."


def find_active(session: Session, benchmark_id: int) -> Campaign | None:
    """The campaign on a version that has not ended."""
    rows = session.scalars(
        select(Campaign)
        .where(Campaign.benchmark_id == benchmark_id)
        .order_by(Campaign.id.desc())
        .limit(1)
    )
    return next((row for row in rows if not row.state.is_final), None)


def get_campaign(session: Session, campaign_id: int) -> Campaign:
    """The campaign of this number. Raises NotFound."""
    campaign = session.get(Campaign, campaign_id)
    if campaign is None:
        raise no_campaign(campaign_id)
    return campaign


def no_campaign(campaign_id: int) -> NotFound:
    """What is said where there is none, and to those who may not know that there is."""
    return NotFound(f"There is no campaign {campaign_id}.", "See the list of campaigns.")


def start_campaign(
    session: Session,
    splits: Sequence[Split],
    causes: Collection[Cause],
    asked_by: str,
    target: Benchmark | None = None,
) -> Campaign:
    """Have workers compute new scores of all submissions to `splits`, of one benchmark version.

    Where a campaign on that version is under way or proposed, it begins again, about its splits and
    these, for its causes and these, and what it had computed is thrown away. `target` is a prepared
    version that would come to the front. The caller enqueues `nudge_campaign` after its commit.
    Raises Conflict while a proposal of the version is being opened.
    """
    benchmark = splits[0].benchmark
    lock_row(session, Benchmark.id, benchmark.id)
    campaign = find_active(session, benchmark.id)
    if campaign is None:
        _clear_ended(session, benchmark.id)
        campaign = Campaign(
            benchmark_id=benchmark.id, target_id=benchmark.id, split_ids=[], causes=[]
        )
        session.add(campaign)
    elif campaign.state is CampaignState.OPENING:
        name = f"{benchmark.name} {benchmark.version}"
        raise Conflict(BUSY.format(name=name), LATER)
    else:
        _throw_away(session, campaign.id)
    campaign.split_ids = sorted({*campaign.split_ids, *(split.id for split in splits)})
    known = {*campaign.causes, *(cause.value for cause in causes)}
    campaign.causes = [cause.value for cause in Cause if cause.value in known]
    if target is not None:
        campaign.target_id = target.id
    campaign.state, campaign.plan, campaign.report = CampaignState.PLANNING, {}, None
    campaign.asked_by, campaign.asked_at, campaign.heartbeat_at = asked_by, now(), clock()
    campaign.run_id, campaign.n_attempts = None, 0
    campaign.proposed_at = campaign.ended_by = campaign.ended_at = None
    campaign.reason = ""
    session.flush()
    return campaign


def start_version(session: Session, target: Benchmark, asked_by: str) -> Campaign:
    """Have workers compute what a prepared version would change, on all splits of both.

    Raises Conflict where the version is open already, or no version is in front of it.
    """
    before = get_benchmark(session, target.slug)
    name = f"{target.name} {target.version}"
    if target.opening is not None:
        raise Conflict(f"{name} is open already.", "Load a newer version first.")
    return start_campaign(session, before.splits, [Cause.VERSION], asked_by, target)


def drop_campaign(session: Session, campaign: Campaign, by: str, reason: str) -> None:
    """End a campaign without a change to any score. Raises Conflict where it has ended."""
    lock_row(session, Campaign.id, campaign.id)
    session.refresh(campaign)
    if campaign.state.is_final or campaign.state is CampaignState.OPENING:
        raise Conflict(
            f"The campaign {campaign.id} is {campaign.state.value}.",
            "Only one that is under way or proposed can be dropped.",
        )
    _throw_away(session, campaign.id)
    campaign.state, campaign.run_id = CampaignState.DROPPED, None
    campaign.ended_by, campaign.ended_at, campaign.reason = by, now(), reason
    session.flush()


def _clear_ended(session: Session, benchmark_id: int) -> None:
    """What a campaign left that failed: until the next one, a host could look into it."""
    ended = session.scalars(select(Campaign.id).where(Campaign.benchmark_id == benchmark_id))
    for campaign_id in ended.all():
        _throw_away(session, campaign_id)


def _throw_away(session: Session, campaign_id: int) -> None:
    """What a campaign has computed."""
    clear_parts(session, campaign_id)
    forget_fits(session, campaign_id)


def clear_parts(session: Session, campaign_id: int) -> None:
    """Take a campaign's parts away; runs that work on them lose their claims."""
    session.execute(delete(CampaignPart).where(CampaignPart.campaign_id == campaign_id))


def nudge_campaign(campaign: Campaign) -> Nudge[int]:
    """What to enqueue after the commit."""
    return Nudge(CAMPAIGNS.job, campaign.id)
