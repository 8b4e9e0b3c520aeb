"""Which submissions a correction of keys or harms touches: all others keep their results."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.campaigns.content import Changed, pack
from leaderboard.campaigns.plan import Plan, SplitPlan, View, read_view
from leaderboard.campaigns.prepare import read_new_readings
from leaderboard.campaigns.regraded import read_new_rows
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.campaign import Campaign, CampaignPart, PartState
from leaderboard.models.ranking import ItemValues, ScoredQuestions
from leaderboard.models.submission import Submission


def settle_parts(session: Session, campaign: Campaign, plan: Plan) -> int:
    """End the parts that nothing is to be done for; how many still wait.

    Where only keys and harms are corrected, what changes is found for all submissions at once, and
    the parts that are left need not look for it. A part that ends here has no result of its own:
    that of its submission stands.
    """
    for split in plan.splits:
        if not split.is_reread and not split.is_fitted:
            view = read_view(session, campaign, split)
            if view.keeps_readings:
                _settle_split(session, campaign, view)
    waiting = (CampaignPart.campaign_id == campaign.id, CampaignPart.state == PartState.WAITING)
    return session.scalar(select(func.count()).select_from(CampaignPart).where(*waiting)) or 0


def _settle_split(session: Session, campaign: Campaign, view: View) -> None:
    keys = _list_kept(session, campaign, view.plan)
    found = read_new_readings(session, keys, view) if view.keys else {}
    for key, readings in found.items():
        _set(session, [key], changed=pack(Changed(readings=tuple(readings))))
    regraded = read_new_rows(session, keys, view).keys() - found.keys()
    _set(session, list(regraded), changed=pack(Changed()))
    untouched = [key for key in keys if key not in found and key not in regraded]
    _set(session, untouched, changed=pack(Changed()), state=PartState.DONE)


def _list_kept(session: Session, campaign: Campaign, plan: SplitPlan) -> list[str]:
    """The submissions that wait and have a result of the plan's parser and judge."""
    rows = session.execute(
        select(
            Submission.id, Submission.tracks, ScoredQuestions.parser_version, ScoredReports.rater_id
        )
        .join(CampaignPart, CampaignPart.submission_id == Submission.id)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(ScoredQuestions, ScoredQuestions.submission_id == Submission.id)
        .outerjoin(ScoredReports, ScoredReports.submission_id == Submission.id)
        .where(
            Submission.split_id == plan.split_id,
            CampaignPart.campaign_id == campaign.id,
            CampaignPart.state == PartState.WAITING,
        )
    )
    return [
        key
        for key, tracks, version, rater_id in rows
        if version in (None, plan.parser_version)
        and (rater_id == plan.rater_id if Track.REPORT.value in tracks else rater_id is None)
    ]


def _set(session: Session, keys: Sequence[str], **values: object) -> None:
    session.execute(
        update(CampaignPart)
        .where(CampaignPart.submission_id.in_(keys))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
