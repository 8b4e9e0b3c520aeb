"""Assign reports to experts."""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.experts.conflicts import find_barred
from leaderboard.experts.draws import add_draws, forget_draws
from leaderboard.experts.raters import ensure_experts
from leaderboard.experts.spread import Pair, Report, Standing, shuffle, spread
from leaderboard.models.benchmark import Item, ItemKind, Split, Track
from leaderboard.models.expert import (
    DrawSource,
    RatedReport,
    RatingAssignment,
    RatingDraft,
    RatingPlan,
)
from leaderboard.models.ranking import RankedPart, RankedSubmission
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.submission import Prediction
from leaderboard.rankings.releases import find_ranking

KEY_BYTES = 9
SEED_BITS = 62
OVERLAP = 0.2
"""The share of reports that two experts rate, where no plan says another."""


class Assigned(NamedTuple):
    """What an assignment did: for how many models and experts, and rows added and withdrawn."""

    n_models: int
    n_experts: int
    n_added: int
    n_withdrawn: int


def assign_reports(
    session: Session, split: Split, *, per_model: int, overlap: float, seed: int | None = None
) -> Assigned:
    """Have experts rate `per_model` reports of each model that stands in the split's ranking.

    What was assigned stays, so a larger budget adds to it and the same one changes nothing; but
    reports of submissions that stand no more, and that nobody has begun, are withdrawn, and so is
    what nobody has finished of an expert's own teams, which experts never rate. The seed is drawn
    once a split. Raises InvalidRequest for a budget that makes no sense, Conflict while
    there is nobody or nothing to assign.
    """
    lock_row(session, Split.id, split.id)
    plan = _keep_plan(session, split, per_model, overlap, seed)
    benchmark = split.benchmark.slug
    experts = ensure_experts(session, benchmark)
    if not experts:
        raise Conflict(
            f"{benchmark} has no experts yet.",
            f"Run `flask user grant EMAIL expert {benchmark}` first.",
        )
    reports = read_standing_reports(session, split)
    if not reports:
        raise Conflict(
            f"No ranked model of {split.name} has submitted reports.", "Wait until one is scored."
        )
    n_withdrawn = _withdraw(session, split, {report.submission_id for report in reports})
    n_withdrawn += _withdraw_barred(session, split)
    raters = [expert.rater.id for expert in experts]
    barred = find_barred(session, raters, {report.submission_id for report in reports})
    pairs = spread(
        reports,
        raters,
        replace(_read_standing(session, split), barred=barred),
        per_model=per_model,
        overlap=overlap,
        seed=plan.seed,
    )
    _add(session, pairs, plan.seed)
    return Assigned(
        len({report.submission_id for report in reports}), len(experts), len(pairs), n_withdrawn
    )


class Draw(NamedTuple):
    """The secret by which a split's reports are drawn, as a text, and its SHA-256 in hex digits."""

    text: str
    digest: str


def read_draw(session: Session, split: Split) -> Draw:
    """The draw of a split. Raises NotFound before the first assignment.

    The digest may be told at once, and the text once nothing more is drawn: then anybody can see
    that it is the one of before, and draw the reports again.
    """
    plan = session.get(RatingPlan, split.id)
    if plan is None:
        raise NotFound(f"Nothing has been assigned of {split.name}.", "Assign reports first.")
    text = f"{split.benchmark.slug} {split.benchmark.version} {split.name} {plan.seed}"
    return Draw(text, hashlib.sha256(text.encode()).hexdigest())


def assign_more(session: Session, split: Split, submission_id: str, n: int) -> Assigned:
    """Have experts rate `n` further reports of a submission, drawn by the split's seed.

    The share that two experts rate is that of the split's plan. Raises InvalidRequest for no
    number of reports, Conflict while there is nobody who may rate them, or nothing left.
    """
    lock_row(session, Split.id, split.id)
    if n < 1:
        raise InvalidRequest(f"{n} further reports cannot be assigned.", "Ask for 1 or more.")
    plan = session.get(RatingPlan, split.id) or _keep_plan(session, split, n, OVERLAP, None)
    raters = [expert.rater.id for expert in ensure_experts(session, split.benchmark.slug)]
    _withdraw_barred(session, split)
    barred = find_barred(session, raters, [submission_id])
    able = [one for one in raters if one not in barred[submission_id]]
    if not able:
        raise Conflict(
            "Nobody may rate this model's reports: there is no expert outside its team.",
            "Invite an expert under Hosts and experts.",
        )
    reports = [one for one in read_standing_reports(session, split) if one[1] == submission_id]
    standing = replace(_read_standing(session, split), barred=barred)
    n_chosen = len(standing.samples.get(submission_id, ()))
    if n_chosen >= len(reports):
        raise Conflict("All reports of this model are assigned.", "Wait for their ratings.")
    pairs = spread(
        reports, raters, standing, per_model=n_chosen + n, overlap=plan.overlap, seed=plan.seed
    )
    _add(session, pairs, plan.seed)
    return Assigned(1, len(able), len(pairs), 0)


def read_standing_reports(session: Session, split: Split) -> list[Report]:
    """The reports of every submission that stands for a model in the split's ranking."""
    ranking = find_ranking(session, split.id)
    if ranking is None:
        return []
    several = select(RankedPart.submission_id).where(RankedPart.ranking_id == ranking.id)
    standing = (
        select(RankedSubmission.submission_id)
        .where(
            RankedSubmission.ranking_id == ranking.id,
            RankedSubmission.submission_id.not_in(several),
        )
        .union(
            select(RankedPart.part_id).where(
                RankedPart.ranking_id == ranking.id, RankedPart.track == Track.REPORT
            )
        )
    )
    rows = session.execute(
        select(Prediction.id, Prediction.submission_id, Prediction.item_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Prediction.submission_id.in_(standing), Item.kind == ItemKind.REPORT)
        .order_by(Prediction.submission_id, Item.position)
    )
    return [Report(*row) for row in rows]


def _keep_plan(
    session: Session, split: Split, per_model: int, overlap: float, seed: int | None
) -> RatingPlan:
    if per_model < 1:
        raise InvalidRequest(
            "A model needs at least one report.", "Give at least 10, preferably 30."
        )
    if not 0 <= overlap <= 1:
        raise InvalidRequest(
            f"An overlap of {overlap} is not a share.", "Give 0 to 1, such as 0.2."
        )
    plan = session.get(RatingPlan, split.id)
    if plan is None:
        drawn = secrets.randbits(SEED_BITS) if seed is None else seed
        plan = RatingPlan(split_id=split.id, seed=drawn)
        session.add(plan)
    elif seed is not None and seed != plan.seed:
        raise Conflict(
            f"The seed of {split.name} has been {plan.seed} since its first assignment.",
            "Leave the seed out: with a second seed the subset would no longer be random.",
        )
    plan.per_model, plan.overlap, plan.changed_at = per_model, overlap, now()
    session.flush()
    return plan


def _withdraw(session: Session, split: Split, standing: set[str]) -> int:
    """Delete what nobody has begun of submissions that stand no more; how many."""
    begun = select(RatingDraft.assignment_id)
    finished = select(RatedReport.prediction_id).where(
        RatedReport.prediction_id == RatingAssignment.prediction_id,
        RatedReport.rater_id == RatingAssignment.rater_id,
    )
    old = session.scalars(
        select(RatingAssignment.id)
        .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(
            Item.split_id == split.id,
            Prediction.submission_id.not_in(standing),
            RatingAssignment.id.not_in(begun),
            ~finished.exists(),
        )
    ).all()
    forget_draws(session, old)
    session.execute(delete(RatingAssignment).where(RatingAssignment.id.in_(old)))
    return len(old)


def _withdraw_barred(session: Session, split: Split) -> int:
    """Delete what experts have not finished of their own teams' reports, begun or not; how many."""
    finished = select(RatedReport.prediction_id).where(
        RatedReport.prediction_id == RatingAssignment.prediction_id,
        RatedReport.rater_id == RatingAssignment.rater_id,
    )
    rows = session.execute(
        select(RatingAssignment.id, RatingAssignment.rater_id, Prediction.submission_id)
        .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Item.split_id == split.id, ~finished.exists())
    ).all()
    barred = find_barred(
        session, {row.rater_id for row in rows}, {row.submission_id for row in rows}
    )
    own = [row.id for row in rows if row.rater_id in barred[row.submission_id]]
    session.execute(delete(RatingDraft).where(RatingDraft.assignment_id.in_(own)))
    forget_draws(session, own)
    session.execute(delete(RatingAssignment).where(RatingAssignment.id.in_(own)))
    return len(own)


def _read_standing(session: Session, split: Split) -> Standing:
    assigned = session.execute(
        select(Prediction.id, Prediction.submission_id, Prediction.item_id)
        .add_columns(RatingAssignment.rater_id)
        .join(RatingAssignment, RatingAssignment.prediction_id == Prediction.id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Item.split_id == split.id)
        .order_by(RatingAssignment.id)
    ).all()
    rated = session.execute(
        select(RatedReport.prediction_id, RatedReport.rater_id)
        .join(Rater, Rater.id == RatedReport.rater_id)
        .join(Prediction, Prediction.id == RatedReport.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Item.split_id == split.id, Rater.kind == RaterKind.EXPERT)
    ).all()
    samples: defaultdict[str, dict[Report, None]] = defaultdict(dict)
    raters: defaultdict[int, set[int]] = defaultdict(set)
    for prediction_id, submission_id, item_id, rater_id in assigned:
        samples[submission_id][Report(prediction_id, submission_id, item_id)] = None
        raters[prediction_id].add(rater_id)
    return Standing(
        {key: list(sample) for key, sample in samples.items()},
        {key: frozenset(ids) for key, ids in raters.items()},
        {(prediction_id, rater_id) for prediction_id, rater_id in rated},
    )


def _add(session: Session, pairs: Sequence[Pair], seed: int) -> None:
    """Append to each expert's random order; the row ids keep the order of choice."""
    last = {
        row[0]: row[1]
        for row in session.execute(
            select(RatingAssignment.rater_id, func.max(RatingAssignment.position)).group_by(
                RatingAssignment.rater_id
            )
        )
    }
    positions = {}
    for pair in shuffle(pairs, seed):
        last[pair.rater_id] = last.get(pair.rater_id, 0) + 1
        positions[pair] = last[pair.rater_id]
    rows = [
        {
            "key": secrets.token_urlsafe(KEY_BYTES),
            "rater_id": pair.rater_id,
            "prediction_id": pair.report.prediction_id,
            "position": positions[pair],
            "assigned_at": now(),
        }
        for pair in pairs
    ]
    if rows:
        session.execute(insert(RatingAssignment), rows)
        drawn = [(pair.report.prediction_id, pair.rater_id) for pair in pairs]
        add_draws(session, drawn, DrawSource.DRAWN, is_random=True)
