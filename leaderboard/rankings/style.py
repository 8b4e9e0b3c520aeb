"""Report scores with style controlled for: as if all reports were equally long and formatted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import msgspec
from sqlalchemy.orm import Session

from leaderboard.items.targets import REPORT
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board
from leaderboard.rankings.provenance import (
    ReportProvenance,
    read_report_calibrations,
    read_report_means,
)
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.selection import Selection
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.statistics.likeness import Trait, make_traits
from leaderboard.scoring.statistics.style import (
    StyleControlled,
    StyleLeft,
    StyleSlopes,
    control_style,
)


class Field(NamedTuple):
    """The mean style of models with a report score: log of words, marks per 100 words."""

    log_length: float
    density: float


def read_selected(session: Session, split: Split, selection: Selection) -> RankingTable:
    """The ranking that a selection is made from, all its rows, with style controlled if it asks."""
    table = read_ranking(session, split, selection.board, selection.release)
    return control_styles(session, table) if selection.controls_style else table


def control_styles(session: Session, table: RankingTable) -> RankingTable:
    """The table with `controlled` in each row whose report score can be moved to the field's style.

    Labels of a model's own reports have taken the judge's leaning out of its score, which stays as
    it is. An estimate from other models' labels is moved. There is none where the score is not
    calibrated, is the mean of several runs or of an earlier calibration, where the labels do not
    tell how the judge leans, or where the model writes unlike those that have labels.
    """
    keys = [row.find_file(Track.REPORT).id for row in table.rows]
    means = read_report_means(session, keys)
    lefts = {
        key: _read_left(by.calibration.style)
        for key, by in read_report_calibrations(session, keys).items()
    }
    field = find_field([row.report for row in table.rows if row.report is not None])
    rows = [
        replace(row, controlled=_control(row, means.get(key), lefts.get(key), field))
        for row, key in zip(table.rows, keys, strict=True)
    ]
    return replace(table, rows=rows, controls_style=True)


def find_field(reports: Sequence[ReportProvenance]) -> Field | None:
    """The mean style of these models, each with the same weight; None without formatting.

    Without those that write unlike the models that have labels: one that answers with a letter
    would make everybody else's reports long.
    """
    traits = [make_traits(0.0, one.n_words, one.density) for one in reports if not _strays(one)]
    lengths = [one[Trait.LENGTH] for one in traits]
    densities = [one[Trait.FORMATTING] for one in traits if Trait.FORMATTING in one]
    if not densities:
        return None
    return Field(math.fsum(lengths) / len(lengths), math.fsum(densities) / len(densities))


def _strays(report: ReportProvenance) -> bool:
    """Whether its length or formatting is outside the range in which slopes were measured."""
    return bool({Trait.LENGTH, Trait.FORMATTING} & set(report.unlike or ()))


def _read_left(style: object) -> StyleLeft | None:
    return None if style is None else msgspec.convert(style, StyleSlopes).left


def _control(
    row: RankingRow, mean: CalibratedMean | None, left: StyleLeft | None, field: Field | None
) -> StyleControlled | None:
    score, report = row.scores.get(Board.REPORT), row.report
    if score is None or report is None or report.raw_value is None:
        return None
    if report.has_own_labels:
        return StyleControlled(score.value, score.low, score.high, 0.0)
    is_this = mean is not None and mean.badge is Badge.TRANSPORTED and mean.value == score.value
    if not is_this or mean is None or left is None or field is None or row.n_runs > 1:
        return None
    if report.density is None or _strays(report):
        return None
    own = make_traits(report.raw_value, report.n_words, report.density)
    away = (own[Trait.LENGTH] - field.log_length, own[Trait.FORMATTING] - field.density)
    return control_style((mean.value, mean.standard_error, mean.freedom), left, away, REPORT.bounds)
