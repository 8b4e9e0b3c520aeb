"""The facts in an archive: each kind is a member of JSON Lines, one fact a line.

Item keys are those of the questions to download. What a reader may not have is left out: see
`disclosure.Disclosure`.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from leaderboard.scoring.boards import write_key

F = TypeVar("F", bound="Fact")


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a member; a field that is None is left out."""


class ItemFact(Fact, frozen=True, kw_only=True):
    """An item of the split, in its order, as everybody may see it.

    Items of one `cluster` share a case or an image. Where nothing is hidden also `levels`,
    `attributes`, whether it `decides` ranks, its right `answer`, or the `question` and `checklist`
    of a report.
    """

    key: str
    track: str
    subcondition: str | None = None
    axis: str | None = None
    modality: str | None = None
    multiple: bool = False
    n_images: int = 0
    cluster: int
    options: dict[str, str] | None = None
    levels: list[str] | None = None
    attributes: dict[str, str] | None = None
    decides: bool | None = None
    answer: list[str] | None = None
    question: str | None = None
    checklist: list[dict[str, Any]] | None = None


class PredictionFact(Fact, frozen=True, kw_only=True):
    """A prediction: its number, and the SHA-256 of its text as it is kept; for hosts the text.

    The others are what its file or endpoint said beside it: `models.submission.PredictionExtras`.
    """

    key: str
    number: int
    sha256: str
    text: str | None = None
    confidence: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    latency_s: float | None = None
    run: str | None = None


class ReadingFact(Fact, frozen=True, kw_only=True):
    """What was read of a prediction, and by which parser; `by_model`: by a language model.

    Where nothing is hidden also whether it is right, and precision and recall.
    """

    key: str
    outcome: str
    letters: str
    parser: str
    by_model: bool = False
    is_correct: bool | None = None
    precision: float | None = None
    recall: float | None = None


class RatingFact(Fact, frozen=True, kw_only=True):
    """The judge's value (1..5) for a report on a dimension; None is unscored."""

    key: str
    dimension: str
    value: float | None = None


class LabelFact(Fact, frozen=True, kw_only=True):
    """A rater's value for a labelled report, of this model or of another.

    `report` is the prediction's number, `model` that of its model card, `rater` the rater's.
    `is_judge`: by the judge that is calibrated, not by those whose ratings are the labels.
    `is_chosen`: somebody chose the report for the rater, it was not drawn at random.
    """

    report: int
    model: int
    rater: int
    is_judge: bool = False
    is_chosen: bool = False
    dimension: str
    value: float | None = None


class SeverityFact(Fact, frozen=True, kw_only=True):
    """How far raters differ in severity: see `scoring.statistics.severity.Severity`."""

    variance: float
    n_raters: int
    n_others: int = 0


class CalibrationFact(Fact, frozen=True, kw_only=True):
    """How the judge is calibrated for a target, as it was fitted.

    `own` is the calibrator of this model, fitted on the others; `pooled` and `left_out` (by the
    number of the model card) are for hosts. `labels_hash` is that of labels and scores. `raters`
    says how far the raters of the labels differ in severity, where that is in the intervals.
    """

    slice: str
    name: str
    label_kind: str
    n_labels: int
    n_models: int
    labels_hash: str | None = None
    own: dict[str, Any] | None = None
    raters: SeverityFact | None = None
    pooled: dict[str, Any] | None = None
    left_out: dict[str, Any] | None = None


class CalibratedFact(Fact, frozen=True, kw_only=True):
    """How the score of a target was calibrated; error and degrees of freedom may be hidden."""

    slice: str
    name: str
    badge: str
    n_labels: int
    raw_value: float
    standard_error: float | None = None
    freedom: int | None = None


class ScoreFact(Fact, frozen=True, kw_only=True):
    """A score as the site shows it; no value is unscored."""

    metric: str
    slice: str
    name: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    n_correct: int | None = None
    n_unscored: int = 0
    is_shrunk: bool = False


class HarmFact(Fact, frozen=True, kw_only=True):
    """Severe errors of one part of the cases: see `items.harm_lines.HarmLine`.

    `severe` and `worse` are value, low and high per 100 cases, each None where it is not known.
    """

    part: str
    key: str
    n_graded: int
    n: int
    n_severe: int
    n_worse: int
    n_unknown: int
    n_unanswered: int
    n_errors: int | None = None
    severe: tuple[float | None, float | None, float | None]
    worse: tuple[float | None, float | None, float | None]


class HarmCodesFact(Fact, frozen=True, kw_only=True):
    """The errors on an item, graded or not: the codes of `scoring.harm.COLUMNS`."""

    key: str
    codes: list[int]


class OutcomeFact(Fact, frozen=True, kw_only=True):
    """How many predictions of a track were read as `outcome`."""

    track: str
    outcome: str
    n: int


class ValueFact(Fact, frozen=True, kw_only=True):
    """The kept value (float32, 0..100) of an item; None where there is none."""

    key: str
    value: float | None = None


class RaterPartFact(Fact, frozen=True, kw_only=True):
    """What the choice of raters adds to an error: see `scoring.statistics.severity.RaterPart`."""

    errors: dict[str, float]
    freedom: int
    cases_freedom: int


class MeanFact(Fact, frozen=True, kw_only=True):
    """A calibrated report score: see `scoring.statistics.calibration.CalibratedMean`."""

    value: float
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    freedom: int | None = None
    badge: str
    n_labels: int
    n: int
    raw_mean: float
    raters: RaterPartFact | None = None


class RankedFact(Fact, frozen=True, kw_only=True):
    """A submission in a ranking, with its value on each item of the split, in their order.

    One that `is_apart` has no rank; the tracks that are `left_out` were scored by another ruler
    than the release's. `values` is None where they are not kept; `badge` says whether its report
    score was calibrated, `report` how, and `influences` how far each item moves it. Where `values`
    are means of runs, `runs` has the values of each, a list for every set of them, null but on the
    set's tracks.
    """

    submission: str
    model: str
    is_apart: bool = False
    left_out: list[str] = []
    values: list[float | None] | None = None
    runs: list[list[list[float | None]]] = []
    report: MeanFact | None = None
    badge: str
    influences: list[float] | None = None


class EntryFact(Fact, frozen=True, kw_only=True):
    """A submission's rank range on a board; without one it has no rank there."""

    submission: str
    board: str
    rank_low: int | None = None
    rank_high: int | None = None
    is_separable: bool = False


class LeafFact(Fact, frozen=True, kw_only=True):
    """A committed value with its salt, and the way to the root: of an item that is revealed."""

    key: str
    salt: str
    value: str
    decides: bool
    path: list[tuple[str, str]]


def write_facts(facts: Iterable[Fact]) -> bytes:
    """A member of these facts, in their order."""
    written = io.BytesIO()
    encoder = msgspec.json.Encoder(enc_hook=write_key)
    for fact in facts:
        written.write(encoder.encode(fact) + b"\n")
    return written.getvalue()


def read_facts(members: Mapping[str, bytes], name: str, kind: type[F]) -> list[F]:
    """The facts of a member; none where it is not there. Raises ValueError for a bad line."""
    try:
        return msgspec.json.Decoder(kind).decode_lines(members.get(name, b""))
    except msgspec.MsgspecError as error:
        raise ValueError(f"{name}: {error}") from error
