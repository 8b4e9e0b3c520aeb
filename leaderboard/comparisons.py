"""Two to six models compared item by item, by the submissions that stand for them in public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.evaluation.rank import BOARD_TRACKS, read_report_means
from leaderboard.evaluation.slices import item_slices
from leaderboard.evaluation.values import read_items, unpack_values
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board, ItemValues, Metric, Slice
from leaderboard.rankings import RankingRow, read_ranking
from leaderboard.scoring.calibration import CalibratedMean
from leaderboard.scoring.paired import (
    PairedDifference,
    count_discordant,
    make_difference,
    mcnemar_mid_p,
    paired_difference,
)
from leaderboard.scoring.ranking import (
    SIGNIFICANCE,
    calibrated_differences,
    compare_calibrated_pairs,
    compare_pairs,
    find_better,
    find_better_by_reports,
    holm,
)

MIN_MODELS, MAX_MODELS = 2, 6
Places = NDArray[np.int64]


@dataclass(frozen=True)
class PairComparison:
    """Two models (places in the comparison) on one board.

    `adjusted_p` is Holm's over the pairs compared here. `winner` is the place of the model that
    is significantly better by it, None where they are not told apart. `n_first_only` MCQ items
    only the first had right, `n_second_only` the second; `mid_p` is McNemar's. These three are
    None on boards with reports. Without `same_scale` one report score is calibrated and the other
    is not, and the difference is unknown.
    """

    first: int
    second: int
    difference: PairedDifference
    adjusted_p: float
    winner: int | None
    n_first_only: int | None
    n_second_only: int | None
    mid_p: float | None
    same_scale: bool


@dataclass(frozen=True)
class BoardComparison:
    """All pairs on a board, of the models that have a value on every item of it."""

    board: Board
    n: int
    pairs: tuple[PairComparison, ...]


@dataclass(frozen=True)
class SliceComparison:
    """The models' means on a slice, and how the first differs from each of the others.

    `values`, `n_correct`, `differences` and `winners` follow the models; None where a model has
    not a value on every item of the slice, and in the first place of the last two. The values are
    plain means: differences of small slices are not shrunk. `n_correct` counts MCQ items alone.
    A winner is the place of the better of the first model and this one, by Holm over all slices
    of MCQ items. Reports of a slice are judged, not calibrated, and so make no winner.
    """

    metric: Metric
    slice: Slice
    name: str
    n: int
    values: tuple[float | None, ...]
    n_correct: tuple[int | None, ...]
    differences: tuple[PairedDifference | None, ...]
    winners: tuple[int | None, ...]


@dataclass(frozen=True)
class Comparison:
    """Models in the order asked for, with what tells them apart on boards and slices."""

    split: Split
    models: tuple[RankingRow, ...]
    boards: tuple[BoardComparison, ...]
    slices: tuple[SliceComparison, ...]


class _Compared(NamedTuple):
    """Items, values (M, N) with NaN, and calibrated report scores or None."""

    items: pd.DataFrame
    values: NDArray[np.float64]
    reports: tuple[CalibratedMean | None, ...]


def compare_models(
    session: Session,
    split: Split,
    slugs: Sequence[str],
) -> Comparison:
    """Compare the models of these short names on `split`, by the tests of its ranking.

    Raises InvalidRequest unless there are two to six different ones, NotFound for one without a
    public result.
    """
    if not MIN_MODELS <= len(set(slugs)) == len(slugs) <= MAX_MODELS:
        named = "One model" if len(slugs) == 1 else f"{len(slugs)} models"
        twice = " of which one is named twice" if len(set(slugs)) < len(slugs) else ""
        raise InvalidRequest(
            f"{named}{twice} cannot be compared.",
            f"Name {MIN_MODELS} to {MAX_MODELS} different models.",
        )
    by_slug = {row.model.slug: row for row in read_ranking(session, split).rows}
    models = tuple(_get_row(by_slug, slug, split) for slug in slugs)
    keys = [row.submission.id for row in models]
    reports = read_report_means(session, keys)
    compared = _Compared(
        read_items(session, split.id),
        _read_values(session, keys),
        tuple(reports.get(key) for key in keys),
    )
    boards = (_compare_board(compared, board) for board in Board)
    return Comparison(
        split,
        models,
        tuple(one for one in boards if one.pairs),
        tuple(_settle(_compare_slices(compared))),
    )


def _get_row(by_slug: Mapping[str, RankingRow], slug: str, split: Split) -> RankingRow:
    row = by_slug.get(slug)
    if row is None or not disclosure(row.submission, Viewer.PUBLIC).breakdown:
        raise NotFound(
            f"The model {slug!r} has no public result on {split.benchmark.name} {split.name}.",
            "See the ranking for those that have.",
        )
    return row


def _read_values(session: Session, keys: Sequence[str]) -> NDArray[np.float64]:
    found = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    )
    content = {key: unpack_values(packed) for key, packed in found}
    return np.stack([content[key] for key in keys])


def _compare_board(compared: _Compared, board: Board) -> BoardComparison:
    tracks = [track.value for track in BOARD_TRACKS[board]]
    columns = np.flatnonzero(compared.items["track"].isin(tracks))
    values = compared.values[:, columns]
    present = [place for place, row in enumerate(values) if not np.isnan(row).any()]
    if not len(columns) or len(present) < MIN_MODELS:
        return BoardComparison(board, len(columns), ())
    strata, clusters = _design(compared.items, columns)
    is_report = (compared.items["track"].to_numpy() == Track.REPORT.value)[columns]
    reports = [compared.reports[place] if is_report.any() else None for place in present]
    values = values[present]
    tests = compare_pairs(values, strata, clusters)
    better = find_better(tests)
    if is_report.any():
        tests = compare_calibrated_pairs(values, strata, clusters, is_report, reports)
        better, _ = find_better_by_reports(values, strata, clusters, is_report, reports)
    pairs = list(combinations(range(len(present)), 2))
    adjusted = holm(np.array([tests.p_values[pair] for pair in pairs]))
    made = []
    for (first, second), p_value in zip(pairs, adjusted, strict=True):
        both = [reports[first], reports[second]]
        difference = _pair_difference(values[[first, second]], strata, clusters, is_report, both)
        winner = first if better[first, second] else second if better[second, first] else None
        counts = None if is_report.any() else count_discordant(values[first], values[second])
        made.append(
            PairComparison(
                first=present[first],
                second=present[second],
                difference=difference,
                adjusted_p=float(p_value),
                winner=None if winner is None else present[winner],
                n_first_only=counts[0] if counts else None,
                n_second_only=counts[1] if counts else None,
                mid_p=mcnemar_mid_p(*counts) if counts else None,
                same_scale=(both[0] is None) == (both[1] is None),
            )
        )
    return BoardComparison(board, len(columns), tuple(made))


def _pair_difference(
    values: NDArray[np.float64],
    strata: Places,
    clusters: Places,
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean | None],
) -> PairedDifference:
    """Of two models (2, n): by items, or with both calibrated report scores."""
    known = [report for report in reports if report is not None]
    if not known:
        return paired_difference(values[0], values[1], strata, clusters)
    tests = compare_calibrated_pairs(values, strata, clusters, is_report, reports)
    p_value = float(tests.p_values[0, 1])
    if len(known) < len(reports):
        return PairedDifference(0.0, None, None, p_value)
    found = calibrated_differences(values, strata, clusters, is_report, known)
    value, variance, freedom = (float(part[0, 1]) for part in found)
    return make_difference(value, variance, freedom, p_value)


def _compare_slices(compared: _Compared) -> list[SliceComparison]:
    """Every slice of the MCQ items by accuracy, then of the reports by report score."""
    is_report = compared.items["track"] == Track.REPORT.value
    made = []
    for metric, part in (
        (Metric.ACCURACY, compared.items[~is_report]),
        (Metric.REPORT, compared.items[is_report]),
    ):
        for grouping in item_slices(part):
            for one in grouping:
                columns = compared.items.index.get_indexer(one.items.index)
                made.append(_compare_slice(compared, metric, one.slice, one.name, columns))
    return made


def _compare_slice(
    compared: _Compared, metric: Metric, slice_: Slice, name: str, columns: Places
) -> SliceComparison:
    values = compared.values[:, columns]
    strata, clusters = _design(compared.items, columns)
    known = [not np.isnan(row).any() for row in values]
    counts = metric is Metric.ACCURACY
    return SliceComparison(
        metric=metric,
        slice=slice_,
        name=name,
        n=len(columns),
        values=tuple(
            float(row.mean()) if has else None for row, has in zip(values, known, strict=True)
        ),
        n_correct=tuple(
            int((row == 100.0).sum()) if has and counts else None
            for row, has in zip(values, known, strict=True)
        ),
        differences=(
            None,
            *(
                paired_difference(values[0], row, strata, clusters) if known[0] and has else None
                for row, has in zip(values[1:], known[1:], strict=True)
            ),
        ),
        winners=(None,) * len(values),
    )


def _settle(slices: Sequence[SliceComparison]) -> list[SliceComparison]:
    """The slices with their winners."""
    winners = [list(one.winners) for one in slices]
    for place in range(len(winners[0]) if winners else 0):
        tested = [
            (own, difference)
            for one, own in zip(slices, winners, strict=True)
            if one.metric is Metric.ACCURACY and (difference := one.differences[place])
        ]
        adjusted = holm(np.array([difference.p_value for _, difference in tested]))
        for (own, difference), p_value in zip(tested, adjusted, strict=True):
            if p_value < SIGNIFICANCE:
                own[place] = 0 if difference.value > 0 else place
    return [replace(one, winners=tuple(own)) for one, own in zip(slices, winners, strict=True)]


def _design(items: pd.DataFrame, columns: Places) -> tuple[Places, Places]:
    """Strata (tracks) and clusters of the items at `columns`."""
    part = items.iloc[columns]
    return pd.factorize(part["track"])[0].astype(np.int64), part["cluster"].to_numpy(np.int64)
