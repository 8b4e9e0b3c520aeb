"""What a file reports of models, before anything of it is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leaderboard.models.ranking import Board
from leaderboard.models.reported import SourceKind

MOST_BYTES = 250_000
MOST_MODELS = 500
MAX_METRIC = 200
LEVEL = 0.95
"""Of an interval whose source does not say how sure it is."""


@dataclass(frozen=True)
class FigureLine:
    """A figure, 0..100, as printed with `decimals`; see models.reported.ReportedFigure."""

    board: Board | None
    metric: str
    value: float
    decimals: int
    low: float | None = None
    high: float | None = None
    level: float | None = None
    method: str = ""
    n: int | None = None


@dataclass(frozen=True)
class ModelLine:
    """A model with its figures (at least one), in the order of the file."""

    name: str
    organisation: str | None
    parameters_billion: float | None
    open_weights: bool | None
    url: str | None
    note: str
    figures: Sequence[FigureLine]


@dataclass(frozen=True)
class ReportedFile:
    """What was read: the models, and what the file says of itself (empty where it says nothing).

    `left_out` has a sentence for each figure that could not be taken.
    """

    models: Sequence[ModelLine]
    kind: SourceKind = SourceKind.OTHER
    title: str = ""
    citation: str = ""
    address: str = ""
    measured_on: str = ""
    note: str = ""
    left_out: Sequence[str] = ()


def count_decimals(text: str) -> int:
    """How many digits `text`, a number, has after its point: 2 for "88.50"."""
    mantissa, _, exponent = text.strip().lower().partition("e")
    n = len(mantissa.partition(".")[2])
    return max(0, n - int(exponent or 0))
