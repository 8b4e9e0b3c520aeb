"""What several submissions of a model make together, each of them on tracks of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
from sqlalchemy.orm import Session

from leaderboard.evaluation.estimates import Scored, make_joint_scores
from leaderboard.evaluation.kept import find_result
from leaderboard.evaluation.repeated_results import combine_runs
from leaderboard.evaluation.results import Result, find_report_mean, find_score
from leaderboard.evaluation.standing import StandsBy, list_parts
from leaderboard.items.values import pack_values, read_readings, unpack_values
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board, Metric, Slice


def combine(
    parts: Mapping[Track, Result],
    items: pd.DataFrame,
    foreign: Collection[Track] = (),
    readings: pd.DataFrame | None = None,
) -> Result:
    """The result of a model that stands on each track by another result.

    A track's own scores are those of its result, to the last digit. What several tracks have a part
    in is made of the values of all of them, without the tracks of `foreign`, which another ruler
    scored. `items` are those of the split; `readings` as of `read_readings`, without which
    precision and recall are left out.
    """
    values = np.full(len(items), np.nan)
    for track, one in parts.items():
        own = (items["track"] == track.value).to_numpy()
        values[own] = unpack_values(one.values)[own]
    table = items.assign(value=values, precision=np.nan, recall=np.nan)
    if readings is not None:
        by_item = readings.set_index("item_id")
        for name in ("precision", "recall"):
            table[name] = table["item_id"].map(by_item[name])
    table.loc[table["track"].isin([track.value for track in foreign]), "value"] = np.nan
    table["answered"] = table["value"].notna()
    report = parts.get(Track.REPORT)
    scored = next((one for track, one in parts.items() if not track.is_report), None)
    return Result(
        scores=tuple(_make_scores(parts, select_deciding(table), is_mixed=bool(foreign))),
        values=pack_values(values),
        outcomes=_take_outcomes(parts),
        calibrated=report.calibrated if report else (),
        reports=report.reports if report else None,
        parser_version=scored.parser_version if scored else None,
        influences=report.influences if report else None,
    )


def _take_outcomes(parts: Mapping[Track, Result]) -> tuple[tuple[Track, str, int], ...]:
    return tuple(
        outcome for track, one in parts.items() for outcome in one.outcomes if outcome[0] == track
    )


def _make_scores(
    parts: Mapping[Track, Result], items: pd.DataFrame, *, is_mixed: bool
) -> Iterator[Scored]:
    found = {track: find_score(one, Board(track.value).place) for track, one in parts.items()}
    of_track = {track: score for track, score in found.items() if score is not None}
    report = parts.get(Track.REPORT)
    mean = find_report_mean(report) if report else None
    yield from of_track.values()
    for score in make_joint_scores(items, of_track, mean):
        mixes = is_mixed and score.metric is Metric.GAP
        yield replace(score, estimate=None) if mixes else score
    for score in report.scores if report else ():
        if score.metric is Metric.RATING or (
            score.metric is Metric.REPORT and score.slice is not Slice.TRACK
        ):
            yield score


def combine_results(
    one: StandsBy,
    results: Mapping[str, Result],
    items: pd.DataFrame,
    foreign: Collection[Track] = (),
    readings: Mapping[str, pd.DataFrame] | None = None,
) -> Result:
    """The result of a model that stands by several of `results`: other tracks, or other runs.

    `readings` are as of `read_readings`, by submission.
    """
    if one.runs:
        sets = {
            track: {run: results[run] for run in one.runs.get(track, (key,))}
            for track, key in one.parts.items()
        }
        return combine_runs(sets, items, foreign, readings)
    parts = {track: results[key] for track, key in one.parts.items()}
    if readings is None:
        return combine(parts, items, foreign)
    own = []
    for track, key in one.parts.items():
        of_track = items.loc[items["track"] == track.value, "item_id"]
        own.append(readings[key][readings[key]["item_id"].isin(of_track)])
    return combine(parts, items, foreign, pd.concat(own))


def combine_stored(
    session: Session, one: StandsBy, items: pd.DataFrame, foreign: Collection[Track]
) -> Result:
    """The same of the submissions that a model stands by, as they are scored now."""
    keys = sorted(set(list_parts([one])))
    found = {key: find_result(session, key) for key in keys}
    known = {key: result for key, result in found.items() if result is not None}
    readings = {key: read_readings(session, key) for key in known}
    return combine_results(one, known, items, foreign, readings)
