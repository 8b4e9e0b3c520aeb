"""Labels that changed, and what an upgrade changed: campaigns that nobody has to ask for."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.refits import REFITS, begin_refit, end_refit
from leaderboard.campaigns.plan import read_plan
from leaderboard.campaigns.planning import replaces
from leaderboard.campaigns.start import find_active, nudge_campaign, start_campaign
from leaderboard.judges.order_runs import read_order
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.leases import claim_row
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import CampaignState, Cause, ReleaseRuler
from leaderboard.models.rating import Rater
from leaderboard.packages.opening import is_frozen
from leaderboard.queue import Nudge
from leaderboard.rankings.releases import decides_by_reports, find_release

OF_LABELS = "new labels"
OF_UPGRADE = "an upgrade of the site"
OF_ORDER = "a run on the order suite"


def begin_labels(session: Session, split_id: int) -> Nudge[int] | None:
    """Begin the campaign that a split's refit asks for; None where no refit waits.

    A campaign that is under way is finished first, so that experts who rate on and on see an end:
    the refit goes on waiting. Returns what to enqueue after the commit.
    """
    active = find_active(session, session.get_one(Split, split_id).benchmark_id)
    if active is not None and active.state not in (CampaignState.PLANNING, CampaignState.PROPOSED):
        return None
    claim = claim_row(session, REFITS, split_id)
    if claim is None:
        return None
    requested_at = begin_refit(session, claim)
    split = session.get_one(Split, split_id)
    campaign = start_campaign(session, [split], [Cause.LABELS], OF_LABELS)
    end_refit(session, claim, requested_at)
    return nudge_campaign(campaign)


def begin_upgrade(
    session: Session, parser_version: str, identity: JudgeIdentity
) -> list[Nudge[int]]:
    """Begin a campaign on every split that another parser, or an earlier checklist judge, scored.

    `identity` is that of the judge that asks no model: a change of any other is for the host to
    begin. What is under way already by the same is left alone. Returns what to enqueue.
    """
    nudges = []
    for split in session.scalars(select(Split).order_by(Split.id)).all():
        release = find_release(session, split.id)
        ruler = None if release is None else session.get(ReleaseRuler, release.id)
        if ruler is None or is_frozen(session, split.id):
            continue
        causes = []
        if ruler.parser_version not in (None, parser_version):
            causes.append(Cause.PARSER)
        rater = None if ruler.rater_id is None else session.get_one(Rater, ruler.rater_id)
        if rater and rater.name == identity.name and replaces(identity.version, rater.version):
            causes.append(Cause.JUDGE)
        if causes and not _is_under_way(session, split, parser_version):
            nudges.append(nudge_campaign(start_campaign(session, [split], causes, OF_UPGRADE)))
    return list(dict.fromkeys(nudges))


def begin_order(session: Session, rater_id: int) -> list[Nudge[int]]:
    """Begin a campaign on every split whose ranks a judge would now decide, or no longer decide.

    For a judge whose run on the order suite is finished. Returns what to enqueue.
    """
    may_rank = read_order(session, rater_id).may_rank
    nudges = []
    for split in session.scalars(select(Split).order_by(Split.id)).all():
        release = find_release(session, split.id)
        ruler = None if release is None else session.get(ReleaseRuler, release.id)
        if ruler is None or ruler.rater_id != rater_id or is_frozen(session, split.id):
            continue
        if decides_by_reports(session, ruler.release_id) != may_rank:
            nudges.append(nudge_campaign(start_campaign(session, [split], [Cause.ORDER], OF_ORDER)))
    return list(dict.fromkeys(nudges))


def _is_under_way(session: Session, split: Split, parser_version: str) -> bool:
    active = find_active(session, split.benchmark_id)
    if active is None or split.id not in active.split_ids:
        return False
    plans = [one for one in read_plan(active).splits if one.split_id == split.id]
    return all(one.parser_version == parser_version for one in plans)
