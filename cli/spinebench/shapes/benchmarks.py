"""Benchmarks and their splits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from spinebench.shapes.shape import Shape


class PhaseRecord(Shape, frozen=True, kw_only=True):
    """A phase in which a split takes submissions; `state` is upcoming, open, ended or final.

    `submissions` is how many a team may send in it, null without a limit of its own. Once it is
    final, `release` has its ranking.
    """

    name: str
    opens_at: datetime
    closes_at: datetime
    submissions: int | None
    is_final: bool
    state: str
    release: int | None


class SplitRecord(Shape, frozen=True, kw_only=True):
    """A split; `answers` is public or hidden, `n_items` counts by track.

    At `answers_public_at` hidden answers become public; null where no moment is set. With `phases`
    it takes submissions in these alone.
    """

    name: str
    answers: str
    n_items: dict[str, int]
    answers_public_at: datetime | None = None
    phases: tuple[PhaseRecord, ...] = ()


class AgreementRecord(Shape, frozen=True, kw_only=True):
    """What a team accepts, at `url`, before it downloads items or submits.

    It `covers_pages` that show items too.
    """

    version: str
    covers_pages: bool
    url: str


class BenchmarkRecord(Shape, frozen=True, kw_only=True):
    """A benchmark in one version.

    Where `third_party_judges` or `third_party_endpoints` is false, no item goes to judges, or
    endpoints, outside its host's network. `agreement` is null where none is asked for.
    """

    slug: str
    name: str
    version: str
    licence: str
    notice: str | None
    content_hash: str
    url: str
    splits: list[SplitRecord]
    agreement: AgreementRecord | None = None
    third_party_judges: bool = True
    third_party_endpoints: bool = True


class KeyBoundRecord(Shape, frozen=True, kw_only=True):
    """How many keys of a split can be wrong, by a random check by clinicians.

    `n_checked` of the `n_items` keys of `version` were checked and `n_wrong` found wrong,
    `n_unsure` of these because nobody was sure; `n_corrected` of them are corrected in this
    version. Of its `n_now` keys at most `most`, which is `share` %, are wrong (95 %). `track` is
    empty where it is about all questions of the split.
    """

    split: str
    track: str
    version: str
    n_items: int
    n_checked: int
    n_wrong: int
    n_unsure: int
    n_corrected: int
    n_now: int
    most: int
    share: float
    checked_at: datetime


class SmallestDifferenceRecord(Shape, frozen=True, kw_only=True):
    """What differences a board of `n` items of a split shows with a power of 80 %, in points.

    For two models whose paired variance is the median over the pairs of its `n_models` ranked
    models: `pair` if only they are compared, `table` among all pairs.
    """

    split: str
    board: str
    n: int
    n_models: int
    pair: float
    table: float


class OverallRecord(Shape, frozen=True, kw_only=True):
    """What the overall score is the mean of: scores of groups of items.

    They are `over` the tracks, or the values of a part of the taxonomy; each weighs by its number
    of "items", or all are "equal", or as given by their keys.
    """

    over: str
    weights: str | dict[str, float]


class BenchmarkDetail(BenchmarkRecord, frozen=True, kw_only=True):
    """A benchmark with its words, its rubric, its prompts and bounds on its wrong keys.

    `smallest_differences` is empty where fewer than two models are ranked.
    """

    taxonomy: dict[str, Any]
    rubric: dict[str, Any]
    prompts: dict[str, str]
    overall: OverallRecord = OverallRecord(over="track", weights="items")
    key_bounds: tuple[KeyBoundRecord, ...] = ()
    smallest_differences: tuple[SmallestDifferenceRecord, ...] = ()


class Named(Shape, frozen=True, kw_only=True):
    """What every entry of a taxonomy's and a rubric's lists has."""

    name: str


class BenchmarkList(Shape, frozen=True, kw_only=True):
    """Benchmarks, newest first."""

    benchmarks: list[BenchmarkRecord]
