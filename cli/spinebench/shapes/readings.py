"""Single readings: one prediction with its item, what was read of it, and what it was worth."""

from __future__ import annotations

from spinebench.shapes.shape import Shape


class PictureRecord(Shape, frozen=True, kw_only=True):
    """A picture of an item: `url` is its address, `alt` what kind of picture it is."""

    url: str
    alt: str
    width: int
    height: int


class AskedItem(Shape, frozen=True, kw_only=True):
    """An item as the model was asked it; `options` are by letter, empty for a report.

    `levels` are empty where the key may not be seen: they often are the answer.
    """

    id: str
    kind: str
    track: str
    question: str
    options: dict[str, str]
    multiple: bool
    subcondition: str | None
    axis: str | None
    modality: str | None
    levels: list[str]
    images: list[PictureRecord]


class TodayRecord(Shape, frozen=True, kw_only=True):
    """What today's parser would read where it differs from what counts."""

    outcome: str
    letters: str


class AnswerReadingRecord(Shape, frozen=True, kw_only=True):
    """What was read of an answer, as it counts: an outcome, and letters where it is `answered`.

    `rule` names how today's parser reads the same, `sentence` says it in words, and `words` are
    those of the text that decided; they are null, null and empty where today's parser would read
    something else, which `today` then has. `reader` is the language model that read the text
    where the parser had not, by its quote (`words`).
    """

    outcome: str
    letters: str
    parser_version: str
    is_outdated: bool
    rule: str | None
    sentence: str | None
    words: str
    reader: str | None
    today: TodayRecord | None


class MistakeRecord(Shape, frozen=True, kw_only=True):
    """A mistake that does harm: its `grade`, whether it is `severe`, and what it is.

    `kind` is omission or commission; `event` and `red_flag` are null where it is none of those
    that are counted by themselves.
    """

    grade: str
    severe: bool
    kind: str
    event: str | None
    red_flag: str | None


class VerdictRecord(Shape, frozen=True, kw_only=True):
    """Whether an answer is right, with the key; `precision` and `recall` of several answers.

    `errors` are the mistakes that do harm, where harm is graded.
    """

    is_right: bool
    key: list[str]
    explanation: str
    precision: float | None
    recall: float | None
    errors: list[MistakeRecord]


class CheckRecord(Shape, frozen=True, kw_only=True):
    """A check, a question of a language model, or a panel's member.

    `quote` are the words of the report that decided; `points` what it adds to the rating, null
    where that is not known; `error` the mistake that does harm, by this uncalibrated verdict.
    """

    name: str
    asks: str
    verdict: str
    quote: str
    points: float | None
    error: MistakeRecord | None


class DimensionRecord(Shape, frozen=True, kw_only=True):
    """A judge's rating of 1 to 5 on one dimension; null is unscored, with the reason."""

    dimension: str
    name: str
    value: float | None
    reason: str
    checks: list[CheckRecord]


class JudgedRecord(Shape, frozen=True, kw_only=True):
    """What one judge made of a report."""

    judge: str
    version: str
    dimensions: list[DimensionRecord]


class ReadingRecord(Shape, frozen=True, kw_only=True):
    """One prediction: its raw `text`, and what was read of it.

    `answer` is null for a report and for what has not been read yet. `verdict`, `judges` and
    `reference_report` are there only where the key may be seen. `confidence`, from 0 to 1, is what
    the model said of its answer, null where it said nothing.
    """

    item: AskedItem
    text: str
    answer: AnswerReadingRecord | None
    verdict: VerdictRecord | None
    judges: list[JudgedRecord]
    reference_report: str
    confidence: float | None = None


class ReadingList(Shape, frozen=True, kw_only=True):
    """One page of a submission's readings, in the order of the split's items.

    `n` counts those that the filter leaves, `n_all` every prediction of the submission. Without
    `shows_key` nothing in it depends on the key.
    """

    submission: str
    benchmark: str
    version: str
    split: str
    model: str
    shows_key: bool
    n: int
    n_all: int
    page: int
    n_pages: int
    readings: list[ReadingRecord]


class ReadingPairRecord(Shape, frozen=True, kw_only=True):
    """Both models' readings of one item."""

    first: ReadingRecord
    second: ReadingRecord


class ReadingPairList(Shape, frozen=True, kw_only=True):
    """One page of two models side by side; `n_all` counts the items that both answered.

    The readings of each track are of the submission by which the model stands there.
    """

    benchmark: str
    version: str
    split: str
    first: str
    second: str
    first_submissions: dict[str, str]
    second_submissions: dict[str, str]
    n: int
    n_all: int
    page: int
    n_pages: int
    pairs: list[ReadingPairRecord]
