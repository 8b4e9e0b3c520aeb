"""All models of a ranking by the values of one slice, and what the middle of the field has there.

Read through the disclosure policy: a model is here by the submission it is ranked by in public,
and only if its breakdown may be seen.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, String, func, select, type_coerce, union_all
from sqlalchemy.orm import Session

from leaderboard.items.slices import find_slices
from leaderboard.items.values import read_items
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import CombinedScore, Metric, Score, Slice
from leaderboard.rankings.refusals import Refused, count_refused
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.scoring.boards import attribute_name
from leaderboard.scoring.levels import REGIONS


class SliceFacts(NamedTuple):
    """What a slice that breaks a result down measures, and what it is called.

    `head` stands over the names of its values. A model's page has the figure `figure`, and, where
    there is a `heading`, a section under it with a table called `caption`.
    """

    metric: Metric
    head: str
    figure: str | None = None
    heading: str | None = None
    caption: str | None = None


SLICES = {
    Slice.SUBCONDITION: SliceFacts(
        Metric.ACCURACY, "Subcondition", "subconditions", "Subconditions", "By subcondition"
    ),
    Slice.AXIS: SliceFacts(Metric.ACCURACY, "Axis", "axes", "Axes", "By axis"),
    Slice.MODALITY: SliceFacts(
        Metric.ACCURACY, "Modality", "modalities", "Modalities", "By modality"
    ),
    Slice.LEVEL: SliceFacts(
        Metric.ACCURACY, "Vertebral level", "levels", "Vertebral levels", "By vertebral level"
    ),
    Slice.REGION: SliceFacts(
        Metric.ACCURACY, "Region of the spine", "regions", "Regions of the spine", "By region"
    ),
    Slice.IMAGES: SliceFacts(
        Metric.ACCURACY,
        "Number of images",
        "images",
        "Single and several images",
        "By number of images",
    ),
    Slice.ATTRIBUTE: SliceFacts(
        Metric.ACCURACY, "Attribute", "attributes", "Attributes", "By attribute"
    ),
    Slice.SECTION: SliceFacts(Metric.RATING, "Report section", "sections"),
    Slice.DIMENSION: SliceFacts(Metric.RATING, "Report dimension"),
}
"""The slices that break a result down, in the order shown: each is declared here alone."""
Cells = Mapping[str, Mapping[str, "SliceScore"]]
NOT_KEPT = "n_refused"
"""The field of a `SliceScore` that is counted when it is read."""
IMAGE_NAMES = {"single": "Single image", "several": "Several images"}


class SliceScore(NamedTuple):
    """A model's score on one value of a slice; the fields are those of `models.ranking.Score`.

    But `n_refused`: how many of its questions were refused, which count as wrong. None of ratings,
    and where the mean of several runs stands.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_correct: int | None
    n_unscored: int
    is_shrunk: bool
    n_refused: int | None = None


class Median(NamedTuple):
    """The median over `n_models` models; None over no model."""

    value: float | None
    n_models: int


NO_MEDIAN = Median(None, 0)
Medians = Mapping[tuple[str, int], Median]
"""By value of a slice and number of items that a score is about."""


@dataclass(frozen=True)
class SliceColumn:
    """A value of the slice: its key and name, and how many items of the split have it.

    The median is over the models whose score is about every one of these items.
    """

    key: str
    name: str
    n: int
    median: Median

    def is_whole(self, score: SliceScore) -> bool:
        """Whether a score is about every item, so that it compares with others."""
        return score.n == self.n


@dataclass(frozen=True)
class Breakdown:
    """A ranking's models by one slice.

    `rows` are in the ranking's order. `cells` has the scores of each submission by column, a key
    only where there is a score.
    """

    table: RankingTable
    slice: Slice
    metric: Metric
    columns: Sequence[SliceColumn]
    rows: Sequence[RankingRow]
    cells: Cells


def read_breakdown(session: Session, table: RankingTable, slice_: Slice) -> Breakdown:
    """The models of `table` by `slice_`, one of SLICES."""
    items = read_deciding(session, table.split)
    cells = _read_cells(session, table, [slice_])
    rows = [row for row in table.rows if row.submission.id in cells[slice_]]
    refused = count_refused(session, rows, items)
    return Breakdown(
        table=table,
        slice=slice_,
        metric=SLICES[slice_].metric,
        columns=_make_columns(items, table.split, _find_medians(cells))[slice_],
        rows=rows,
        cells={
            key: {
                name: score._replace(n_refused=find_refused(refused[key], slice_, name))
                for name, score in of_model.items()
            }
            for key, of_model in cells[slice_].items()
        },
    )


def read_columns(
    session: Session, table: RankingTable, slices: Sequence[Slice], items: pd.DataFrame
) -> dict[Slice, list[SliceColumn]]:
    """The values of each of `slices`, with the median of the models of `table` on each.

    `items` are those of the split that decide ranks, as `read_deciding` reads them.
    """
    return _make_columns(items, table.split, _read_medians(session, table, slices))


def read_deciding(session: Session, split: Split) -> pd.DataFrame:
    """The items of `split` that decide ranks, as of `values.read_items`."""
    return select_deciding(read_items(session, split.id))


def find_refused(refused: Refused | None, slice_: Slice, name: str) -> int | None:
    """How many of the questions of a value of a slice were refused, None of one of ratings."""
    if refused is None or SLICES[slice_].metric is Metric.RATING:
        return None
    return refused.get((slice_, name), 0)


def list_slices(table: RankingTable) -> list[Slice]:
    """The slices that the split's benchmark has values of; its items may lack them still."""
    names = read_names(table.split.benchmark.manifest)
    has_questions = set(table.tracks) != {Track.REPORT}
    absent = {slice_ for slice_, of_slice in names.items() if not of_slice} - {Slice.LEVEL}
    if Track.IMAGE not in table.tracks:
        absent.add(Slice.IMAGES)
    if Track.REPORT not in table.tracks:
        absent |= {Slice.SECTION, Slice.DIMENSION}
    return [
        slice_
        for slice_, facts in SLICES.items()
        if slice_ not in absent and (has_questions or facts.metric is Metric.RATING)
    ]


def read_names(manifest: Mapping[str, Any]) -> dict[Slice, dict[str, str]]:
    """What the values of the slices are called, in their order; levels are their own names."""
    taxonomy, sections = manifest["taxonomy"], manifest["rubric"]["sections"]
    return {
        Slice.SUBCONDITION: _name(taxonomy["subconditions"]),
        Slice.AXIS: _name(taxonomy["axes"]),
        Slice.MODALITY: _name(taxonomy["modalities"]),
        Slice.LEVEL: {},
        Slice.REGION: {key: key.capitalize() for key in REGIONS.values()},
        Slice.IMAGES: IMAGE_NAMES,
        Slice.ATTRIBUTE: {
            attribute_name(one["key"], value["key"]): f"{one['name']}: {value['name']}"
            for one in taxonomy.get("attributes", ())
            for value in one["values"]
        },
        Slice.SECTION: _name(sections),
        Slice.DIMENSION: _name(one for section in sections for one in section["dimensions"]),
    }


def _name(terms: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {term["key"]: term["name"] for term in terms}


def _make_columns(
    items: pd.DataFrame, split: Split, medians: Mapping[Slice, Medians]
) -> dict[Slice, list[SliceColumn]]:
    """The values that `items`, which decide ranks on `split`, have, of each slice in `medians`.

    In the taxonomy's and the rubric's own order where there is one; levels and regions from the
    head down. Ratings are of the reports, all others of the questions.
    """
    names = read_names(split.benchmark.manifest)
    is_report = items["track"] == Track.REPORT.value
    counts: dict[Slice, dict[str, int]] = {slice_: {} for slice_ in SLICES}
    for grouping in find_slices(items[~is_report]):
        for one in grouping:
            counts[one.slice][one.name] = len(one.places)
    if is_report.any():
        for slice_ in (Slice.SECTION, Slice.DIMENSION):
            counts[slice_] = dict.fromkeys(names[slice_], int(is_report.sum()))
    return {
        slice_: [
            SliceColumn(key, names[slice_].get(key, key), n, of_slice.get((key, n), NO_MEDIAN))
            for key, n in _sort(counts[slice_], names[slice_])
        ]
        for slice_, of_slice in medians.items()
    }


def _sort(counts: Mapping[str, int], names: Mapping[str, str]) -> Iterable[tuple[str, int]]:
    """In the order of `names`, what has none after it as it came."""
    places = {key: place for place, key in enumerate(names)}
    return sorted(counts.items(), key=lambda one: places.get(one[0], len(places)))


def _read_cells(
    session: Session, table: RankingTable, slices: Sequence[Slice]
) -> dict[Slice, dict[str, dict[str, SliceScore]]]:
    """By slice, submission and value: of those whose breakdown all may see."""
    found: dict[Slice, dict[str, dict[str, SliceScore]]] = {
        slice_: {row.submission.id: {} for row in table.rows if row.has_breakdown}
        for slice_ in slices
    }
    fields = ("submission_id", *(name for name in SliceScore._fields if name != NOT_KEPT))
    for query in _select_scores(table, slices, fields):
        # There are many: no object is made of each row.
        for slice_, name, key, *facts in session.connection().execute(query).all():
            found[Slice(slice_)][key][name] = SliceScore(*facts)
    return found


def _find_medians(cells: Mapping[Slice, Cells]) -> Mapping[Slice, Medians]:
    """By value and number of items the median of the models' scores that are about so many.

    Of two in the middle their mean.
    """
    values: dict[Slice, dict[tuple[str, int], list[float]]] = {slice_: {} for slice_ in cells}
    for slice_, of_slice in cells.items():
        for of_model in of_slice.values():
            for name, score in of_model.items():
                if score.value is not None:
                    values[slice_].setdefault((name, score.n), []).append(score.value)
    return {
        slice_: {key: Median(statistics.median(found), len(found)) for key, found in own.items()}
        for slice_, own in values.items()
    }


def _read_medians(
    session: Session, table: RankingTable, slices: Sequence[Slice]
) -> Mapping[Slice, Medians]:
    """The same, found by the database: only what stands in the middle leaves it."""
    every = union_all(*_select_scores(table, slices, ("value", "n"))).subquery()
    group = every.c.slice, every.c.name, every.c.n
    place = func.row_number().over(partition_by=group, order_by=every.c.value)
    n_models = func.count().over(partition_by=group)
    known = (
        select(*group, every.c.value, place.label("place"), n_models.label("n_models"))
        .where(every.c.value.is_not(None))
        .subquery()
    )
    middle = select(known).where(
        2 * known.c.place >= known.c.n_models, 2 * known.c.place <= known.c.n_models + 2
    )
    middles: dict[tuple[str, str, int, int], list[float]] = {}
    for slice_, name, n, value, _, of_models in session.connection().execute(middle).all():
        middles.setdefault((slice_, name, n, of_models), []).append(value)
    found: dict[Slice, dict[tuple[str, int], Median]] = {slice_: {} for slice_ in slices}
    for (slice_, name, n, of_models), values in middles.items():
        found[Slice(slice_)][name, n] = Median(statistics.median(values), of_models)
    return found


def _select_scores(
    table: RankingTable, slices: Sequence[Slice], fields: Sequence[str]
) -> list[Select[Any]]:
    """Slice, name and `fields` of the scores of all whose breakdown all may see.

    One for the models that stand by one submission, and one for those that stand by several.
    """
    keys = [row.submission.id for row in table.rows if row.has_breakdown]
    combined = {row.submission.id for row in table.rows if row.parts}
    return [
        select(
            type_coerce(one.slice, String).label("slice"),
            one.name,
            *(getattr(one, field) for field in fields),
        ).where(
            one.submission_id.in_(own),
            one.slice.in_(slices),
            one.metric.in_({SLICES[slice_].metric for slice_ in slices}),
            *where,
        )
        for one, own, *where in (
            (Score, [key for key in keys if key not in combined]),
            (
                CombinedScore,
                [key for key in keys if key in combined],
                CombinedScore.ranking_id == table.ranking_id,
            ),
        )
    ]
