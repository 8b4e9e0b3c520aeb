"""Make a campaign's plan: what has changed since its splits were ranked, and what follows."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.calibration.labels import count_labels, find_kind
from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.campaigns.plan import Plan, SplitPlan, find_diff
from leaderboard.campaigns.rules import choose_kind, read_rule
from leaderboard.db import read_clock
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.order_runs import read_order
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.judges.roster import AnyJudge
from leaderboard.models.benchmark import Split
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.campaign import Campaign, CampaignPart, Cause, PartState, ReleaseRuler
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Status, Submission
from leaderboard.packages.versions import RATED_BY, Change, SplitDiff
from leaderboard.rankings.releases import decides_by_reports, find_release
from leaderboard.scoring.answers import PARSER_VERSION

MakeJudge = Callable[[Split], AnyJudge]
"""Who would rate the reports of a new submission to a split today."""
OF_REPORTS = (*RATED_BY, Change.DROPPED, Change.REWORDED, Change.PICTURES, Change.ADDED)


def replaces(version: str, other: str) -> bool:
    """Whether ratings by a judge's `version` take the place of those by its `other`.

    Those of a later version do. Versions that are not both numbers have no order: any other one
    is replaced.
    """
    if version.isdecimal() and other.isdecimal():
        return int(version) > int(other)
    return version != other


def make_plan(session: Session, campaign: Campaign, make_judge: MakeJudge) -> Plan:
    """What is new on each split of a campaign, as of now."""
    targets = {split.name: split for split in campaign.target.splits}
    splits = [session.get_one(Split, key) for key in campaign.split_ids]
    return Plan(
        tuple(
            _plan_split(session, campaign, split, targets[split.name], make_judge)
            for split in splits
            if split.name in targets
        )
    )


def add_parts(session: Session, campaign: Campaign, plan: Plan) -> int:
    """Add a part for each scored submission that has none; how many were added."""
    known = set(
        session.scalars(
            select(CampaignPart.submission_id).where(CampaignPart.campaign_id == campaign.id)
        )
    )
    keys = session.scalars(
        select(Submission.id)
        .where(
            Submission.split_id.in_([split.split_id for split in plan.splits]),
            Submission.status == Status.SCORED,
        )
        .order_by(Submission.created_at, Submission.id)
    ).all()
    new = [key for key in keys if key not in known]
    moment = read_clock(session)
    session.add_all(
        CampaignPart(
            submission_id=key,
            campaign_id=campaign.id,
            state=PartState.WAITING,
            heartbeat_at=moment,
            failure="",
        )
        for key in new
    )
    session.flush()
    return len(new)


def _plan_split(
    session: Session, campaign: Campaign, split: Split, target: Split, make_judge: MakeJudge
) -> SplitPlan:
    diff = find_diff(session, split.id, target.id)
    release = find_release(session, split.id)
    ruler = None if release is None else session.get(ReleaseRuler, release.id)
    rater_before = None if ruler is None else ruler.rater_id
    decides_before = release is None or decides_by_reports(session, release.id)
    rater_id, is_rated = _choose_judge(
        session, split, rater_before, make_judge(target), wants=Cause.JUDGE in campaign.causes
    )
    ratings = read_expert_ratings(session, split.id)
    if diff is not None:
        ratings = ratings[ratings["item_id"].isin(list(diff.carried))]
    counts = count_labels(ratings)
    kind_before = find_kind(session, split.id)
    kind = choose_kind(counts, kind_before, read_rule(session, split.benchmark.slug))
    n_labels, n_models = (0, 0) if kind is None else counts[kind]
    is_fitted = (
        kind is not None
        and rater_id is not None
        and (
            Cause.LABELS in campaign.causes
            or kind is not kind_before
            or rater_id != rater_before
            or _touches_reports(diff)
            or not read_calibrations(session, split.id, rater_id)
        )
    )
    return SplitPlan(
        split_id=split.id,
        target_id=target.id,
        parser_before=None if ruler is None else ruler.parser_version,
        parser_version=PARSER_VERSION,
        rater_before=rater_before,
        rater_id=rater_id,
        kind_before=kind_before,
        kind=kind,
        n_labels=n_labels,
        n_models=n_models,
        is_fitted=is_fitted,
        is_rated=is_rated,
        decides_before=decides_before,
        decides=_decides(session, rater_id, rater_before, decides_before),
    )


def _decides(session: Session, rater_id: int | None, before: int | None, decided: bool) -> bool:
    """Whether a judge's report scores would decide ranks.

    Those of the judge that is there go on as they are until it has been run on the order suite.
    """
    if rater_id is None:
        return True
    order = read_order(session, rater_id)
    return decided if order.finished is None and rater_id == before else order.may_rank


def _choose_judge(
    session: Session, split: Split, before: int | None, judge: AnyJudge, *, wants: bool
) -> tuple[int | None, bool]:
    """Whose ratings become report scores, and whether it rates what it has not rated yet.

    Today's judge where the host `wants` it, or where it asks no model and a version of it, or
    none, was there before; else who was there before: other judges have to be paid.
    """
    scored = session.scalars(
        select(ScoredReports.rater_id)
        .join(Submission, Submission.id == ScoredReports.submission_id)
        .where(Submission.split_id == split.id, Submission.status == Status.SCORED)
        .order_by(Submission.created_at.desc(), Submission.id.desc())
    ).first()
    if scored is None:
        return None, False
    before = scored if before is None else before
    known = session.get_one(Rater, before)
    if wants or _follows(judge.identity, known):
        return ensure_rater_id(session, judge.identity), True
    is_today = judge.identity == JudgeIdentity(known.name, known.version)
    return before, is_today and known.name == ChecklistJudge.identity.name


def _follows(identity: JudgeIdentity, before: Rater) -> bool:
    """Whether it is a later version of the judge that asks no model."""
    is_free = identity.name == before.name == ChecklistJudge.identity.name
    return is_free and replaces(identity.version, before.version)


def _touches_reports(diff: SplitDiff | None) -> bool:
    if diff is None:
        return False
    return any(one.track.is_report for change in OF_REPORTS for one in diff.find(change))


def to_plain(plan: Plan) -> dict[str, object]:
    """A plan as it is kept with its campaign."""
    plain: dict[str, object] = msgspec.to_builtins(plan)
    return plain
