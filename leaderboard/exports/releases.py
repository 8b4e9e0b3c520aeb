"""The releases of a split, as a table of one row for each judge of each release."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leaderboard.exports.table import SPLIT_COLUMNS, Cell, Column, Table, split_cells
from leaderboard.models.benchmark import Split
from leaderboard.models.release import ReleaseJudge
from leaderboard.rankings.releases import ReleaseSummary

RELEASE_COLUMNS = (
    *SPLIT_COLUMNS,
    Column("release", int, "number of the release"),
    Column("opened_at", datetime, "when it was opened, UTC"),
    Column("closed_at", datetime, "when the next one was opened, UTC; none while it is open"),
    Column("ranked_at", datetime, "when it was last ranked, UTC"),
    Column("n_models", int, "models in its ranking"),
    Column("note", str, "why it was opened"),
    Column("judge", str, "whose ratings became report scores; none if there are no reports"),
    Column("judge_version", str, "its version"),
    Column(
        "label_kind",
        str,
        "who gave the labels that calibrate it: expert or constructed; none if there are none",
    ),
    Column("n_labels", int, "how many labels"),
    Column("fitted_at", datetime, "when the calibration was fitted, UTC"),
)


def make_release_table(split: Split, releases: Sequence[ReleaseSummary]) -> Table:
    """The releases, newest first, each by its judges; one row for a release without any."""
    benchmark = split.benchmark
    return Table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-releases",
        f"Releases of {benchmark.name} {benchmark.version}, {split.name} split",
        RELEASE_COLUMNS,
        [
            (*split_cells(one.release.split), *_make_release(one), *judge)
            for one in releases
            for judge in _make_judges(one.release.judges)
        ],
    )


def _make_release(one: ReleaseSummary) -> tuple[Cell, ...]:
    release = one.release
    return (
        release.number,
        release.opened_at,
        one.closed_at,
        one.ranked_at,
        one.n_models,
        release.note,
    )


def _make_judges(judges: Sequence[ReleaseJudge]) -> list[tuple[Cell, ...]]:
    cells: list[tuple[Cell, ...]] = [
        (
            judge.rater.name,
            judge.rater.version,
            judge.label_kind.value if judge.label_kind else None,
            judge.n_labels,
            judge.fitted_at,
        )
        for judge in judges
    ]
    return cells or [(None,) * 5]
