"""The ranking of a split."""

from __future__ import annotations

from datetime import datetime

import msgspec

from spinebench.shapes.reported import ReportedModelRecord
from spinebench.shapes.shape import Shape


class BoardScore(Shape, frozen=True, kw_only=True):
    """A score with the ends of its 95 % interval."""

    value: float | None
    low: float | None
    high: float | None
    n: int


class BoardScores(Shape, frozen=True, kw_only=True):
    """A model's scores; null where it has none."""

    overall: BoardScore | None
    text: BoardScore | None
    image: BoardScore | None
    closed: BoardScore | None
    report: BoardScore | None
    reliability: BoardScore | None = None


BOARDS = BoardScores.__struct_fields__


class RankedModel(Shape, frozen=True, kw_only=True):
    """Which model.

    `trained_on_split` is yes where its team says that it was trained or tuned on the split's
    questions or on text made from them, no where it says not, null where it does not say.
    """

    slug: str
    name: str
    organisation: str
    trained_on_split: str | None = None


class ReportProvenanceRecord(Shape, frozen=True, kw_only=True):
    """Where a report score comes from.

    `badge` is expert-anchored, probe-anchored, transported, host-chosen or uncalibrated; `labels`
    whose ratings it was calibrated by, expert or constructed; `raw_value` the judge's own mean
    beside it.
    `unlike` says in what (score, length, formatting) a transported model lies outside the range of
    the models with labels of their own; null where that is not known or labels anchor it.
    """

    judge: str
    badge: str
    n_labels: int
    labels: str | None
    raw_value: float | None
    unlike: tuple[str, ...] | None = None


class HarmRecord(Shape, frozen=True, kw_only=True):
    """Severe errors per 100 graded cases: `n_severe` of `n` have at least one; lower is better.

    The value is null where a case has no answer. Where several runs stand it is their mean, and
    `n_severe` counts the cases in which any of them has one. What reports got wrong is the
    uncalibrated verdict of their judge.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_severe: int


class StyleControlledRecord(Shape, frozen=True, kw_only=True):
    """A report score as if its reports were as long and as formatted as the field's.

    `shift` is what was added to the report score: 0 where labels of the model's own reports stand
    behind it. It has no rank.
    """

    value: float
    low: float | None
    high: float | None
    shift: float


class RankingEntryRecord(Shape, frozen=True, kw_only=True):
    """A model of the ranking; its ranks are null where it did not take part in every track.

    `no_rank` says why there is none: "trained on the questions", "not anchored" (on the report
    board, where no labels of the model's own reports stand behind its score), "judge decides no
    rank", "another ruler" or "incomplete". `separable_from_leader` says whether the leader is
    significantly better.
    `n_unscored` counts the split's items without a score, `n_attempts` the scored submissions of
    the model's team. A model that stands apart has no rank because its team says that it was
    trained on the questions. `parts` has the submission of each track where a model stands by
    several, of which `submission` is the latest; it is empty where one submission is all. `runs`
    has the submissions of each track on which the mean of several runs stands.
    `team_rated_reports` where a member of the model's team, now or ever, rated reports of the split
    and so saw references.
    `harm` has the severe errors on the boards closed and report, where cases are graded.
    `tracks` has the scores on the tracks that the benchmark's host named, and is there only where
    it named any.
    `report_controlled` is there only where style=controlled is asked for; null where it is not
    known.
    """

    rank_low: int | None
    rank_high: int | None
    no_rank: str | None = None
    model: RankedModel
    overall: BoardScore | None
    text: BoardScore | None
    image: BoardScore | None
    closed: BoardScore | None
    report: BoardScore | None
    reliability: BoardScore | None = None
    report_provenance: ReportProvenanceRecord | None
    separable_from_leader: bool
    coverage: float
    n_unparsed: int
    n_refused: int
    n_ambiguous: int
    n_unscored: int
    n_attempts: int
    saw_hidden_items: bool
    stands_apart: bool = False
    team_rated_reports: bool = False
    submission: str
    submitted_at: datetime
    parts: dict[str, str] = msgspec.field(default_factory=dict)
    harm: dict[str, HarmRecord] = msgspec.field(default_factory=dict)
    runs: dict[str, list[str]] = msgspec.field(default_factory=dict)
    report_controlled: StyleControlledRecord | msgspec.UnsetType | None = msgspec.UNSET
    tracks: dict[str, BoardScore | None] | msgspec.UnsetType = msgspec.UNSET


class RankingRecord(Shape, frozen=True, kw_only=True):
    """The ranking of a split on one board, best first, unranked models last.

    `release` is the number of the release whose scores these are: scores compare only within one.
    `followed_by` is the benchmark's newest version, where this ranking is of an older one.
    `reported` has what others report of models: not measured here, without ranks, and in no order
    with the entries.
    """

    benchmark: str
    version: str
    split: str
    release: int | None
    followed_by: str | None = None
    board: str
    ranked_at: datetime | None
    n_items: dict[str, int]
    entries: list[RankingEntryRecord]
    reported: list[ReportedModelRecord] = msgspec.field(default_factory=list)
