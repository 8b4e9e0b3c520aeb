"""A model slice by slice, beside the median of the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.models.ranking import Metric, ScoreFields, Slice
from leaderboard.rankings.breakdowns import (
    SLICES,
    Median,
    SliceColumn,
    find_refused,
    read_columns,
    read_deciding,
    read_names,
)
from leaderboard.rankings.refusals import Refused, count_refused
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    SubmissionScores,
)


class ProfileRow(NamedTuple):
    """A value of a slice (`column`), the model's score on it, and its report score.

    The score is an accuracy, or of sections and dimensions a rating. A value that reports alone
    have has no items and no median. `n_refused` is as of `breakdowns.SliceScore`, and None without
    a score.
    """

    column: SliceColumn
    score: ScoreFields | None
    report: ScoreFields | None
    n_refused: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the score is about every item, as those in the median are."""
        return self.score is not None and self.score.n == self.column.n


Profile = Mapping[Slice, Sequence[ProfileRow]]


def read_profile(
    session: Session,
    table: RankingTable,
    row: RankingRow,
    scores: SubmissionScores,
    slices: Sequence[Slice] = tuple(SLICES),
) -> Profile:
    """Each slice with the values that the model of `row` has one of `scores` on, in their order.

    The medians are over the models of `table`, this one included.
    """
    if not slices:
        return {}
    names, items = read_names(table.split.benchmark.manifest), read_deciding(session, table.split)
    refused = count_refused(session, [row], items)[row.submission.id]
    return {
        slice_: _make_rows(columns, slice_, names[slice_], scores, refused)
        for slice_, columns in read_columns(session, table, slices, items).items()
    }


def _make_rows(
    columns: Sequence[SliceColumn],
    slice_: Slice,
    names: Mapping[str, str],
    scores: SubmissionScores,
    refused: Refused | None,
) -> list[ProfileRow]:
    found = {one.name: one for one in scores.of(SLICES[slice_].metric, slice_)}
    reports = {one.name: one for one in scores.of(Metric.REPORT, slice_)}
    known = {column.key for column in columns}
    alone = [
        SliceColumn(key, names.get(key, key), 0, Median(None, 0))
        for key in reports
        if key not in known
    ]
    return [
        ProfileRow(
            column,
            found.get(column.key),
            reports.get(column.key),
            find_refused(refused, slice_, column.key) if column.key in found else None,
        )
        for column in (*columns, *alone)
        if column.key in found or column.key in reports
    ]
