"""The new result of one submission: its facts as they would be, scored by the campaign's view."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.campaigns.content import Changed, NewRating, NewReading
from leaderboard.campaigns.plan import View
from leaderboard.campaigns.regraded import read_new_rows
from leaderboard.evaluation.harm import Verdicts, collect_verdicts, renew_harm
from leaderboard.evaluation.kept import find_result
from leaderboard.evaluation.results import Facts, Result, make_result, read_facts, renew_result
from leaderboard.items.targets import make_target_table
from leaderboard.items.values import read_readings, value_readings
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.rating import Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.rubric import Rubric


def make_new_result(
    session: Session, submission: Submission, view: View, changed: Changed
) -> Result:
    """Score a submission as it would be scored after the campaign was opened.

    Where nothing that it is scored by would be other than it is, its result is the one there is;
    where only keys and harms are corrected, it is that one but for what these have a part in.
    """
    is_kept = view.keeps_results and not changed.ratings
    if is_kept and (view.keeps_readings or not changed.readings):
        kept = find_result(session, submission.id)
        if kept is not None and _is_by_plan(kept, view):
            version = None if kept.parser_version is None else view.plan.parser_version
            return _renew(session, submission, view, changed, replace(kept, parser_version=version))
    rater_id = choose_rater(session, submission.id, view)
    facts = read_facts(session, submission.id, rater_id, view.facts.rubric)
    is_planned = rater_id == view.plan.rater_id
    facts = Facts(
        readings=_carry_readings(facts.readings, view, changed),
        ratings=_carry_ratings(facts.ratings, view, changed if is_planned else Changed()),
        rater_id=rater_id,
        parser_version=None if facts.parser_version is None else view.plan.parser_version,
        verdicts=_carry_verdicts(facts.verdicts, view, changed if is_planned else Changed()),
    )
    # Calibrations are those of the plan's judge: another one's ratings go without.
    calibrations = view.calibrations if is_planned else {}
    return make_result(session, submission, facts, view.facts, calibrations)


def _renew(
    session: Session, submission: Submission, view: View, changed: Changed, kept: Result
) -> Result:
    rows = read_new_rows(session, [submission.id], view)
    if kept.harm is not None and rows:
        kept = replace(kept, harm=renew_harm(kept.harm, view.facts.items, rows[submission.id]))
    if not changed.readings:
        return kept
    items, readings = view.facts.items, _tabulate_readings(changed)
    if any(view.keys[item_id].multiple for item_id in readings["item_id"]):
        readings = _carry_readings(read_readings(session, submission.id), view, changed)
    return renew_result(kept, items, readings, [one.item_id for one in changed.readings])


def _is_by_plan(kept: Result, view: View) -> bool:
    """Whether a result is the plan's judge's, with errors where the plan has any."""
    if view.regraded and kept.harm is None:
        return False
    return kept.reports is None or kept.reports.rater_id == view.plan.rater_id


def choose_rater(session: Session, submission_id: str, view: View) -> int:
    """The plan's judge if it rated a report of the submission, else who scores it now; else 0."""
    planned = view.plan.rater_id
    if planned is not None:
        has_rated = session.scalars(
            select(Rating.id)
            .join(Prediction, Prediction.id == Rating.prediction_id)
            .where(Prediction.submission_id == submission_id, Rating.rater_id == planned)
            .limit(1)
        ).first()
        if has_rated is not None:
            return planned
    row = session.get(ScoredReports, submission_id)
    return 0 if row is None else row.rater_id


def _carry_readings(readings: pd.DataFrame, view: View, changed: Changed) -> pd.DataFrame:
    """The readings of what carries over, by the new items' ids, with those that changed."""
    if view.diff is not None:
        readings = readings.assign(item_id=readings["item_id"].map(view.diff.carried))
        readings = readings.dropna(subset=["item_id"]).astype({"item_id": "int64"})
    if not changed.readings:
        return readings
    new = _tabulate_readings(changed)
    kept = readings[~readings["item_id"].isin(new["item_id"])]
    return pd.concat([kept, new[list(readings.columns)]], ignore_index=True)


def _tabulate_readings(changed: Changed) -> pd.DataFrame:
    """New readings as a table (see `values.read_readings`), with more columns."""
    new = pd.DataFrame(changed.readings, columns=list(NewReading._fields))
    new = new.rename(columns={"is_correct": "value"}).astype(
        {"value": float, "precision": float, "recall": float}
    )
    new["value"] = value_readings(new["value"], new["letters"])
    return new


def _carry_ratings(ratings: pd.DataFrame, view: View, changed: Changed) -> pd.DataFrame:
    """The same for ratings: those by a reference that changed go, and new ones come."""
    if view.diff is None:
        return ratings
    carried = ratings.assign(item_id=ratings["item_id"].map(view.diff.carried))
    carried = carried.dropna(subset=["item_id"]).astype({"item_id": "int64"})
    carried = carried[~carried["item_id"].isin(view.diff.rerated)]
    if not changed.ratings:
        return carried
    new = tabulate(changed.ratings, view.facts.rubric)
    items = {one.prediction_id: one.item_id for one in changed.ratings}
    new = new.assign(item_id=new.index.map(items).astype("int64"))
    return pd.concat([carried, new[list(carried.columns)]])


def _carry_verdicts(verdicts: Verdicts, view: View, changed: Changed) -> Verdicts:
    """The same for verdicts."""
    if view.diff is None:
        return verdicts
    carried = view.diff.carried
    by_item = {
        carried[item_id]: one
        for item_id, one in verdicts.by_item.items()
        if carried.get(item_id, -1) not in {-1, *view.diff.rerated}
    }
    new = ((one.item_id, one.dimension, one.evidence) for one in changed.ratings)
    return verdicts._replace(by_item=by_item | collect_verdicts(new))


def tabulate(ratings: tuple[NewRating, ...], rubric: Rubric) -> pd.DataFrame:
    """New ratings as a target table (see `targets.make_target_table`)."""
    rows = [(one.prediction_id, one.dimension, one.value) for one in ratings]
    table = pd.DataFrame(rows, columns=["prediction_id", "dimension", "value"])
    return make_target_table(table.astype({"value": float}), rubric)
