"""Open a proposal: all that a campaign computed takes the place of what stands, at once."""

from __future__ import annotations

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session, undefer

from leaderboard.campaigns.content import Changed, unpack_changed, unpack_result
from leaderboard.campaigns.moving import move_split
from leaderboard.campaigns.plan import Plan, SplitPlan, find_diff
from leaderboard.campaigns.report import read_report
from leaderboard.campaigns.start import clear_parts
from leaderboard.db import lock_row, now
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.release import describe_judge, note_order
from leaderboard.evaluation.score import write_result
from leaderboard.models.calibration import Calibration
from leaderboard.models.campaign import (
    Campaign,
    CampaignCalibration,
    CampaignPart,
    Cause,
    ReleaseRuler,
)
from leaderboard.models.rating import Rater, Rating
from leaderboard.models.reading import BY_READER
from leaderboard.models.release import Release
from leaderboard.models.submission import ParsedPrediction, Prediction, Status, Submission
from leaderboard.packages.opening import open_version
from leaderboard.rankings.errata import write_errata
from leaderboard.rankings.releases import find_release, lock_releases, open_release


def open_campaign(session: Session, campaign: Campaign, plan: Plan) -> None:
    """Write the new results, open the next release where one is due, and rank, in one transaction.

    Where no score left its interval and nothing else is new, the open release goes on.
    """
    for split in plan.splits:
        lock_releases(session, split.split_id)
    if campaign.is_of_version:
        open_version(session, campaign.target)
    session.execute(
        delete(CampaignCalibration).where(CampaignCalibration.campaign_id == campaign.id)
    )
    for split in plan.splits:
        _open_split(session, campaign, split)
    for split in plan.splits:
        rank_split(session, split.target_id)
    if campaign.is_of_version:
        write_errata(session, campaign.benchmark, campaign.target, campaign.reason)
    clear_parts(session, campaign.id)
    campaign.ended_at = now()


def _open_split(session: Session, campaign: Campaign, plan: SplitPlan) -> None:
    former = find_release(session, plan.split_id)
    if campaign.is_of_version:
        diff = find_diff(session, plan.split_id, plan.target_id)
        if diff is not None:
            move_split(session, diff)
        if not plan.is_fitted:
            session.execute(
                update(Calibration)
                .where(Calibration.split_id == plan.split_id)
                .values(split_id=plan.target_id)
            )
    _write_parts(session, campaign, plan)
    if plan.is_reread:
        _name_version(session, plan)
    _continue(session, campaign, plan, former)


def _write_parts(session: Session, campaign: Campaign, plan: SplitPlan) -> None:
    """Write the results of the split's submissions, which have gone over to the target by now."""
    parts = session.scalars(
        select(CampaignPart)
        .join(Submission, Submission.id == CampaignPart.submission_id)
        .where(
            CampaignPart.campaign_id == campaign.id,
            CampaignPart.result.is_not(None),
            Submission.split_id == plan.target_id,
        )
        .order_by(CampaignPart.submission_id)
        .options(undefer(CampaignPart.changed), undefer(CampaignPart.result))
    ).all()
    for part in parts:
        key, result = part.submission_id, part.result
        lock_row(session, Submission.id, key)
        if result is not None and session.get_one(Submission, key).status is Status.SCORED:
            _write_changed(session, unpack_changed(part.changed), plan)
            write_result(session, key, unpack_result(result))


def _write_changed(session: Session, changed: Changed, plan: SplitPlan) -> None:
    if changed.readings:
        session.execute(
            update(ParsedPrediction),
            [
                {
                    "prediction_id": one.prediction_id,
                    "outcome": one.outcome,
                    "letters": one.letters,
                    "is_correct": one.is_correct,
                    "precision": one.precision,
                    "recall": one.recall,
                    "parser_version": plan.parser_version + (BY_READER if one.by_reader else ""),
                }
                for one in changed.readings
            ],
        )
    if changed.ratings and plan.rater_id is not None:
        predictions = {one.prediction_id for one in changed.ratings}
        session.execute(
            delete(Rating).where(
                Rating.rater_id == plan.rater_id, Rating.prediction_id.in_(predictions)
            )
        )
        session.execute(
            insert(Rating),
            [
                {
                    "prediction_id": one.prediction_id,
                    "rater_id": plan.rater_id,
                    "dimension": one.dimension,
                    "value": one.value,
                    "reason": one.reason,
                    "evidence": list(one.evidence),
                }
                for one in changed.ratings
            ],
        )


def _name_version(session: Session, plan: SplitPlan) -> None:
    """Say of every reading of the split's scored submissions which version it is by now."""
    own = (
        select(Prediction.id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == plan.target_id, Submission.status == Status.SCORED)
    )
    by_reader = ParsedPrediction.parser_version.endswith(BY_READER)
    version = plan.parser_version
    session.execute(
        update(ParsedPrediction)
        .where(ParsedPrediction.prediction_id.in_(own))
        .values(parser_version=case((by_reader, version + BY_READER), else_=version))
        .execution_options(synchronize_session=False)
    )


def _continue(
    session: Session, campaign: Campaign, plan: SplitPlan, former: Release | None
) -> None:
    """Open the next release, or give the one that goes on its new ruler; none before the first."""
    if former is None:
        return
    release = former
    if not is_within_release(campaign, plan):
        release = open_release(session, plan.target_id, write_note(session, campaign, plan))
    ruler = session.get(ReleaseRuler, release.id)
    if ruler is None:
        ruler = ReleaseRuler(release_id=release.id)
        session.add(ruler)
    ruler.parser_version, ruler.rater_id = plan.parser_version, plan.rater_id
    session.flush()
    if plan.rater_id is not None:
        note_order(session, release, plan.decides)
        describe_judge(session, release, plan.rater_id)


def is_within_release(campaign: Campaign, plan: SplitPlan) -> bool:
    """Whether the open release goes on: nothing moves, or a refit within the intervals does."""
    report = read_report(campaign)
    if campaign.is_of_version or report is None:
        return False
    if report.changes_nothing:
        return True
    is_same = plan.kind is plan.kind_before and plan.rater_id == plan.rater_before
    is_same = is_same and not plan.changes_order
    is_refit = campaign.causes == [Cause.LABELS.value] and is_same and not plan.changes_parser
    return is_refit and report.is_minor


def write_note(session: Session, campaign: Campaign, plan: SplitPlan) -> str:
    """What a release says of why it was opened: what changed, and the host's words."""
    said = []
    if campaign.is_of_version:
        said.append(f"Version {campaign.target.version} followed {campaign.benchmark.version}.")
    if plan.changes_parser:
        said.append(
            f"The answer parser went from version {plan.parser_before} to version "
            f"{plan.parser_version}."
        )
    said += _describe_judges(session, plan)
    if plan.changes_order and plan.rater_id is not None:
        name = session.get_one(Rater, plan.rater_id).name
        words = "may decide ranks" if plan.decides else "decide no rank"
        said.append(f"Report scores by {name} {words}, by its order of pairs of reports.")
    if plan.kind is not plan.kind_before:
        before, after = (
            "no labels" if kind is None else f"{kind.value} labels"
            for kind in (plan.kind_before, plan.kind)
        )
        judge = "" if plan.rater_id is None else session.get_one(Rater, plan.rater_id).name
        said.append(f"The judge {judge} went from {before} to {after}.")
    elif Cause.LABELS.value in campaign.causes and plan.is_fitted:
        said.append("Calibrations were fitted to more labels.")
    return " ".join([*said, campaign.reason]).strip()


def _describe_judges(session: Session, plan: SplitPlan) -> list[str]:
    if not plan.changes_judge or plan.rater_id is None:
        return []
    before, after = (session.get_one(Rater, key) for key in (plan.rater_before, plan.rater_id))
    if before.name == after.name:
        words = f"went from version {before.version} to version {after.version}"
        return [f"The judge {after.name} {words}."]
    return [f"The judge {after.name} followed {before.name}."]
