"""The calibrations that a campaign fits: they calibrate nothing else before it is opened."""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, undefer

from leaderboard.calibration.fit import fit_calibrations, read_calibrations
from leaderboard.calibration.labels import read_target_scores
from leaderboard.campaigns.content import NewRating, unpack_changed
from leaderboard.campaigns.plan import SplitPlan, find_diff, read_plan_labels
from leaderboard.campaigns.score import tabulate
from leaderboard.items.reports import read_rubric
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import Calibration
from leaderboard.models.campaign import Campaign, CampaignCalibration, CampaignPart
from leaderboard.models.submission import Prediction


def fit_split(session: Session, campaign: Campaign, plan: SplitPlan) -> int:
    """Fit the calibrations of the plan's judge to the plan's labels; how many were added."""
    if not plan.is_fitted or plan.rater_id is None:
        return 0
    diff = find_diff(session, plan.split_id, plan.target_id)
    labels = read_plan_labels(session, plan, diff)
    if labels is None or not len(labels.table):
        return 0
    rubric = read_rubric(session, plan.target_id)
    predictions = [int(key) for key in labels.table.index]
    scores = read_target_scores(session, plan.rater_id, predictions, rubric)
    new = _read_new_ratings(session, campaign, predictions)
    if diff is not None and diff.rerated:
        before = {new_id: old_id for old_id, new_id in diff.carried.items()}
        gone = session.scalars(
            select(Prediction.id).where(
                Prediction.id.in_(predictions),
                Prediction.item_id.in_([before[key] for key in diff.rerated]),
            )
        ).all()
        scores = scores[~scores.index.isin(gone)]
    if new:
        scores = pd.concat([scores, tabulate(new, rubric)[list(scores.columns)]])
    current = read_calibrations(session, plan.target_id, plan.rater_id, campaign.id)
    added = fit_calibrations(
        session, plan.target_id, plan.rater_id, labels, scores.reindex(labels.table.index), current
    )
    if added:
        session.execute(
            insert(CampaignCalibration),
            [{"calibration_id": one.id, "campaign_id": campaign.id} for one in added],
        )
    return len(added)


def forget_fits(session: Session, campaign_id: int) -> None:
    """Take away what a campaign fitted and nobody opened, with what was scored by it."""
    own = select(CampaignCalibration.calibration_id).where(
        CampaignCalibration.campaign_id == campaign_id
    )
    keys = session.scalars(own).all()
    session.execute(
        delete(CampaignCalibration).where(CampaignCalibration.campaign_id == campaign_id)
    )
    session.execute(delete(Calibration).where(Calibration.id.in_(keys)))


def _read_new_ratings(
    session: Session, campaign: Campaign, predictions: list[int]
) -> tuple[NewRating, ...]:
    wanted = set(predictions)
    parts = session.scalars(
        select(CampaignPart)
        .where(CampaignPart.campaign_id == campaign.id, CampaignPart.changed.is_not(None))
        .options(undefer(CampaignPart.changed))
    )
    return tuple(
        one
        for part in parts
        for one in unpack_changed(part.changed).ratings
        if one.prediction_id in wanted
    )
