"""What scoring one submission makes, as a value: it can be kept, compared and written later."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.apply import calibrate_reports
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.evaluation.estimates import Scored, renew_scores
from leaderboard.evaluation.harm import HarmFacts, Verdicts, make_harm, read_verdicts
from leaderboard.evaluation.scored import score_items
from leaderboard.items.targets import REPORT, Target
from leaderboard.items.values import (
    pack_values,
    read_ratings,
    read_readings,
    unpack_values,
)
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import Calibration
from leaderboard.models.ranking import Board, ScorePlace, Slice
from leaderboard.models.reading import BY_READER
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.statistics.severity import RaterPart
from leaderboard.scoring.statistics.style import measure_style


class Facts(NamedTuple):
    """What a submission is scored by.

    `readings` is as of `values.read_readings`, `ratings` as of `values.read_ratings` by the judge
    `rater_id`, `verdicts` what judges found in them. `parser_version` read the questions, None
    where there are none.
    """

    readings: pd.DataFrame
    ratings: pd.DataFrame
    rater_id: int
    parser_version: str | None
    verdicts: Verdicts


class CalibratedBy(NamedTuple):
    """How the score of a target was calibrated: see `models.calibration.CalibratedScore`."""

    slice: Slice
    name: str
    calibration_id: int
    badge: str
    n_labels: int
    raw_value: float
    standard_error: float | None
    freedom: int | None
    raters: RaterPart | None = None


class ReportFacts(NamedTuple):
    """Which judge rated the reports, how many there are, and their style."""

    rater_id: int
    n_reports: int
    n_words: float
    density: float | None


@dataclass(frozen=True, kw_only=True)
class Result:
    """All that is kept of a scored submission.

    `values` are those of every item of its split, packed; `outcomes` count its MCQ predictions by
    track and what was read; `harm` is None where no item has a harm grade. `influences` are how far
    each item moves the calibrated report score, packed like the values; None where there is none.
    Where it is the mean of runs, `runs` has the values of each, a tuple for every set, NaN but on
    the set's tracks.
    """

    scores: tuple[Scored, ...]
    values: bytes
    outcomes: tuple[tuple[Track, str, int], ...]
    calibrated: tuple[CalibratedBy, ...]
    reports: ReportFacts | None
    parser_version: str | None
    harm: HarmFacts | None = None
    influences: bytes | None = None
    runs: tuple[tuple[bytes, ...], ...] = ()


def read_facts(session: Session, submission_id: str, rater_id: int, rubric: Rubric) -> Facts:
    """The facts of a submission as they are stored."""
    return Facts(
        read_readings(session, submission_id),
        read_ratings(session, submission_id, rater_id, rubric),
        rater_id,
        read_parser_version(session, submission_id),
        read_verdicts(session, submission_id, rater_id),
    )


def read_parser_version(session: Session, submission_id: str) -> str | None:
    """The version of the answer parser that read a submission's questions; None without any.

    A second reader reads only what that version left unparsed.
    """
    found = session.scalars(
        select(ParsedPrediction.parser_version)
        .join(Prediction, Prediction.id == ParsedPrediction.prediction_id)
        .where(Prediction.submission_id == submission_id)
        .limit(1)
    ).first()
    return None if found is None else found.removesuffix(BY_READER)


def make_result(
    session: Session,
    submission: Submission,
    facts: Facts,
    split: SplitFacts,
    calibrations: Mapping[Target, Calibration],
) -> Result:
    """Score a submission to `split` by `facts`; `calibrations` are those of the facts' judge.

    Scores are made over the items that decide ranks; outcomes and values are kept of all.
    """
    scored = score_items(
        split.items,
        facts.readings,
        facts.ratings,
        calibrate_reports(calibrations, submission.model_card_id, facts.ratings, split),
        split.rubric,
        [Track(track) for track in submission.tracks],
    )
    return Result(
        scores=scored.scores,
        values=pack_values(scored.items["value"].to_numpy()),
        outcomes=tuple(scored.count_outcomes()),
        calibrated=tuple(
            _describe(target, mean, calibrations[target]) for target, mean in scored.means.items()
        ),
        reports=_describe_reports(session, facts) if len(facts.ratings) else None,
        parser_version=facts.parser_version,
        harm=make_harm(
            split.items,
            split.graded,
            facts.readings,
            facts.ratings["item_id"],
            facts.verdicts,
            split.rubric,
        ),
        influences=None if scored.influences is None else pack_values(scored.influences),
    )


def renew_result(
    kept: Result, items: pd.DataFrame, readings: pd.DataFrame, changed: Collection[int]
) -> Result:
    """A `kept` result where the questions `changed` (ids) were read as right or wrong otherwise.

    To the last digit what `make_result` makes, by the changed items' cost. `items` are those of the
    split, the same as before; `readings` (see `read_readings`) hold those that changed, and those
    of all with several right answers where one of these changed.
    """
    by_item = readings.set_index("item_id")
    is_changed = items["item_id"].isin(changed)
    table = items.assign(
        value=unpack_values(kept.values),
        is_changed=is_changed,
        precision=items["item_id"].map(by_item["precision"]),
        recall=items["item_id"].map(by_item["recall"]),
    )
    table["value"] = table["value"].where(~is_changed, items["item_id"].map(by_item["value"]))
    table["answered"] = table["value"].notna()
    deciding = select_deciding(table)
    scores = renew_scores(
        deciding, kept.scores, find_report_mean(kept), deciding["is_changed"].to_numpy()
    )
    values = pack_values(table["value"].to_numpy())
    return replace(kept, scores=tuple(scores), values=values)


def find_report_mean(result: Result) -> CalibratedMean | None:
    """The calibrated report score of a result, None where it has none."""
    by = next((one for one in result.calibrated if (one.slice, one.name) == REPORT), None)
    score = find_score(result, Board.REPORT.place)
    if by is None or score is None or score.estimate is None:
        return None
    return CalibratedMean(
        *score.estimate,
        standard_error=by.standard_error,
        freedom=by.freedom,
        badge=Badge(by.badge),
        n_labels=by.n_labels,
        n=score.n,
        raw_mean=by.raw_value,
        raters=by.raters,
    )


def find_score(result: Result, place: ScorePlace) -> Scored | None:
    """The score of a result at a place, None where it has none there."""
    return next((one for one in result.scores if one.place == place), None)


def _describe(target: Target, mean: CalibratedMean, calibration: Calibration) -> CalibratedBy:
    return CalibratedBy(
        slice=Slice(target.slice),
        name=target.name,
        calibration_id=calibration.id,
        badge=mean.badge.value,
        n_labels=mean.n_labels,
        raw_value=mean.raw_mean,
        standard_error=mean.standard_error,
        freedom=mean.freedom,
        raters=mean.raters,
    )


def _describe_reports(session: Session, facts: Facts) -> ReportFacts:
    texts = session.scalars(
        select(Prediction.text).where(Prediction.id.in_(list(facts.ratings.index)))
    )
    styles = [measure_style(text) for text in texts]
    densities = [style.density for style in styles if style.density is not None]
    return ReportFacts(
        rater_id=facts.rater_id,
        n_reports=len(styles),
        n_words=float(np.mean([style.n_words for style in styles])),
        density=float(np.mean(densities)) if densities else None,
    )
