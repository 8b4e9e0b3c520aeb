"""What hosts look at: campaigns, how far each is, labels that are not enough yet."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.calibration.labels import count_labels, find_kind
from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.campaigns.rules import Rule, choose_kind, read_rule
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.campaign import Campaign, CampaignPart, CampaignState, PartState
from leaderboard.models.rating import RaterKind

LISTED = 100


class Progress(NamedTuple):
    """How many of a campaign's submissions are done at the step that it is at."""

    n_done: int
    n_parts: int


class KeptLabels(NamedTuple):
    """Labels of experts that calibrate nothing yet: how many, and how many a host asks for."""

    split: Split
    n_labels: int
    n_models: int
    rule: Rule


def read_campaigns(session: Session, reach: Reach = EVERYWHERE) -> list[Campaign]:
    """The newest LISTED campaigns on benchmarks in `reach`, newest first."""
    return list(
        session.scalars(
            select(Campaign)
            .join(Benchmark, Benchmark.id == Campaign.benchmark_id)
            .where(reach.names(Benchmark.slug))
            .options(joinedload(Campaign.benchmark), joinedload(Campaign.target))
            .order_by(Campaign.id.desc())
            .limit(LISTED)
        )
    )


def read_progress(session: Session, campaign: Campaign) -> Progress:
    """How far it is; nothing of nothing once it has ended."""
    rows = session.execute(
        select(CampaignPart.state, func.count())
        .where(CampaignPart.campaign_id == campaign.id)
        .group_by(CampaignPart.state)
    )
    counts = {row[0]: row[1] for row in rows}
    n_parts = sum(counts.values())
    n_done = counts.get(PartState.DONE, 0)
    is_ready = campaign.state in (CampaignState.PROPOSING, CampaignState.PROPOSED)
    return Progress(n_parts if is_ready else n_done, n_parts)


def find_kept_labels(session: Session, split: Split) -> KeptLabels | None:
    """The labels of experts on a split that are too few; None where there are none, or enough."""
    counts = count_labels(read_expert_ratings(session, split.id))
    if RaterKind.EXPERT not in counts:
        return None
    rule = read_rule(session, split.benchmark.slug)
    if choose_kind(counts, find_kind(session, split.id), rule) is RaterKind.EXPERT:
        return None
    return KeptLabels(split, *counts[RaterKind.EXPERT], rule)
