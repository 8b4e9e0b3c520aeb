"""Who works on a campaign: its steps are leased one at a time, its parts to many workers."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.leases import LeasedTable, Phase, make_phase, make_run_id, make_run_table
from leaderboard.models.campaign import (
    STEPS,
    Campaign,
    CampaignPart,
    CampaignState,
    PartState,
)
from leaderboard.queue import CAMPAIGN, CAMPAIGN_PART

WORKED_ON = tuple(one for one in CampaignState if one in STEPS or one.is_by_part)
STEP_LEASE = timedelta(minutes=10)
"""A step is one transaction or a few: it renews its claim only between them."""
PART_SHARE = 10.0
"""Their campaign brings workers to parts: one that waits for ten leases is nudged as well."""


def _note_failed(session: Session, campaign_id: int, reason: str) -> None:
    session.execute(
        update(Campaign)
        .where(Campaign.id == campaign_id)
        .values(reason=reason, ended_at=now(), run_id=None)
    )


CAMPAIGNS = LeasedTable[int](
    job=CAMPAIGN,
    key=Campaign.id,
    waiting=Phase(Campaign.state.in_(WORKED_ON) & Campaign.run_id.is_(None), {}),
    held=Phase(Campaign.state.in_(STEPS) & Campaign.run_id.is_not(None), {}),
    failed=make_phase(Campaign.state, CampaignState.FAILED),
    fence=Campaign.run_id,
    make_fence=make_run_id,
    heartbeat=Campaign.heartbeat_at,
    attempts=Campaign.n_attempts,
    lease=STEP_LEASE,
    wait_share=0.05,
    on_failed=_note_failed,
)
"""A campaign whose parts are worked on waits too: each nudge brings one more worker to them."""
PARTS = make_run_table(
    CAMPAIGN_PART,
    CampaignPart.submission_id,
    (PartState.WAITING, PartState.WORKING, PartState.FAILED),
    reason=CampaignPart.failure,
    wait_share=PART_SHARE,
)
