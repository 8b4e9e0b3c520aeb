"""Results as their authors published them, each total computed again beside the printed one."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import TRACK_BOARDS, Board
from leaderboard.rankings.filter import Facts
from leaderboard.scoring.totals import TrackScore, combine_tracks

FOLDER = Path(__file__).resolve().parents[2] / "content" / "published"
N_TEXT, N_IMAGE, N_REPORT = 294, 193, 87
"""How many items each track of SpineBench (arXiv 2510.03160) has."""
ROUNDING = 0.011
"""Printed figures of two decimals that differ by more than this disagree."""
SLUG = "spinebench"
"""The short name under which a host has that benchmark."""


@dataclass(frozen=True)
class PublishedRow:
    """A model's printed figures (0..100, None where none is printed) and what they give again."""

    model: str
    parameters: str
    open_weights: bool | None
    text: float | None
    image: float | None
    closed: float | None
    report: float | None
    total: float | None
    recomputed_closed: float | None
    recomputed_total: float | None
    note: str

    def find(self, board: Board) -> float | None:
        """What is printed for `board`."""
        printed: float | None = getattr(self, _name_in_print(board), None)
        return printed

    def find_again(self, board: Board) -> float | None:
        """What the printed parts give for `board`, where that is not what is printed."""
        again: float | None = getattr(self, f"recomputed_{_name_in_print(board)}", None)
        printed = self.find(board)
        if printed is None or again is None or abs(printed - again) <= ROUNDING:
            return None
        return again


@dataclass(frozen=True)
class PathologyRow:
    """A model's printed percentages on the second benchmark, and the mean of both accuracies."""

    model: str
    diagnosis_accuracy: float | None
    localization_accuracy: float | None
    localization_precision: float | None
    localization_recall: float | None
    overall: float | None
    recomputed_overall: float | None


@dataclass(frozen=True)
class PublishedTables:
    """The main results, the ablation, and the results of the second benchmark of the name."""

    spinemed: Sequence[PublishedRow]
    ablation: Sequence[PublishedRow]
    pathology: Sequence[PathologyRow]


def read_published() -> PublishedTables:
    """The tables of content/published."""
    return PublishedTables(
        spinemed=[_make_row(row, "model") for row in _read("published-spinemed.csv")],
        ablation=[_make_row(row, "training_data") for row in _read("published-ablation.csv")],
        pathology=[_make_pathology_row(row) for row in _read("published-spinal-pathology.csv")],
    )


def is_of_paper(slug: str, n_items: Mapping[Track, int]) -> bool:
    """Whether a split looks like the one that the main table's authors scored: by name and size."""
    return slug == SLUG and n_items == {
        Track.TEXT: N_TEXT,
        Track.IMAGE: N_IMAGE,
        Track.REPORT: N_REPORT,
    }


def read_published_facts(row: PublishedRow) -> Facts:
    """What a filter of models may know of a published row: no licence, organisation or day."""
    size = row.parameters.removesuffix("B")
    return Facts(
        names=row.model,
        organisation=None,
        open_weights=row.open_weights,
        parameters_billion=float(size) if size else None,
        stated={},
        is_verified=False,
        tracks=[board.value for board in TRACK_BOARDS if row.find(board) is not None],
        submitted_on=None,
    )


def _name_in_print(board: Board) -> str:
    """What the printed tables call a board's figure, if they have one."""
    return "total" if board is Board.OVERALL else board.value


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _make_pathology_row(row: dict[str, str]) -> PathologyRow:
    values = {name: float(text) if text else None for name, text in row.items() if name != "model"}
    diagnosis, localization = values["diagnosis_accuracy"], values["localization_accuracy"]
    again = None
    if diagnosis is not None and localization is not None:
        again = (diagnosis + localization) / 2
    return PathologyRow(
        model=row["model"],
        **values,
        recomputed_overall=again,
    )


def _make_row(row: dict[str, str], name_column: str) -> PublishedRow:
    text, image, closed, report, total = (
        float(row[column]) if row.get(column) else None
        for column in ("text", "image", "closed", "report", "total")
    )
    again = None
    if text is not None and image is not None:
        again = combine_tracks([TrackScore(N_TEXT, text), TrackScore(N_IMAGE, image)])
    base = again if again is not None else closed
    recomputed_total = None
    if base is not None and report is not None:
        recomputed_total = combine_tracks(
            [TrackScore(N_TEXT + N_IMAGE, base), TrackScore(N_REPORT, report)]
        )
    return PublishedRow(
        model=row[name_column],
        parameters=row.get("parameters", ""),
        open_weights={"true": True, "false": False}.get(row.get("open_weights", "")),
        text=text,
        image=image,
        closed=closed,
        report=report,
        total=total,
        recomputed_closed=again,
        recomputed_total=recomputed_total,
        note=row["note"],
    )
