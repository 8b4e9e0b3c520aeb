"""What is shown of one prediction."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.models.benchmark import ItemKind, Track
from leaderboard.scoring.answers import AnswerOutcome, Rule
from leaderboard.scoring.harm import HarmError


@dataclass(frozen=True)
class ShownImage:
    """A picture of an item, by its hash."""

    sha256: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class ShownItem:
    """An item as the models were asked it.

    `levels` are empty wherever the viewer may not see the key: they often are the answer.
    """

    key: str
    kind: ItemKind
    track: Track
    question: str
    options: dict[str, str]
    multiple: bool
    subcondition: str | None
    axis: str | None
    modality: str | None
    levels: tuple[str, ...]
    images: tuple[ShownImage, ...]


@dataclass(frozen=True)
class AnswerReading:
    """What was read of an MCQ prediction, as it is stored and counts.

    `rule` and `words` say how, by today's parser; they are None and "" where today's parser would
    read something else than what is stored, and `today` is then its outcome with its letters. A
    text that `reader`, a language model, read where the parser had not has the model's quote as
    its words, and no rule. `is_outdated` says that an earlier version of the parser read it.
    """

    outcome: AnswerOutcome
    letters: str
    parser_version: str
    is_outdated: bool
    rule: Rule | None
    words: str
    reader: str | None
    today: tuple[AnswerOutcome, str] | None


@dataclass(frozen=True)
class Verdict:
    """Whether an MCQ prediction is right, and the key.

    `precision` and `recall`, 0..1, are those of items with several answers, None elsewhere;
    `errors` the mistakes that do harm.
    """

    is_right: bool
    key: tuple[str, ...]
    explanation: str
    precision: float | None
    recall: float | None
    errors: tuple[HarmError, ...] = ()


@dataclass(frozen=True)
class CheckVerdict:
    """One check of a checklist, question of a language model, or member of a panel.

    `asks` is what it looks for; `verdict` what came out, `quote` the words of the report that
    decided it. `error` is the mistake that it is, where that does harm. `points` are what it adds
    to the dimension's rating of 1 to 5; None where that is not known.
    """

    name: str
    asks: str
    verdict: str
    quote: str
    points: float | None
    error: HarmError | None = None


@dataclass(frozen=True)
class DimensionVerdict:
    """One judge's rating of a report on one dimension, 1..5; None is unscored, with the reason."""

    dimension: str
    name: str
    value: float | None
    reason: str
    checks: tuple[CheckVerdict, ...]


@dataclass(frozen=True)
class JudgeVerdict:
    """What one judge made of a report, by dimension in the rubric's order."""

    judge: str
    version: str
    dimensions: tuple[DimensionVerdict, ...]

    @property
    def n_critical(self) -> int:
        """How many checks and questions are critical errors, each counted once."""
        checks = [one for dimension in self.dimensions for one in dimension.checks]
        return len({one.name for one in checks if one.error is not None and one.error.is_critical})


@dataclass(frozen=True)
class Reading:
    """One prediction with its item.

    `answer` is None for a report and for what has not been read yet. `verdict`, `judges` and
    `reference_report` are there only where the viewer may see the key. `confidence`, 0..1, is what
    the model said of its answer, None where it said nothing.
    """

    item: ShownItem
    text: str
    answer: AnswerReading | None
    verdict: Verdict | None
    judges: tuple[JudgeVerdict, ...]
    reference_report: str
    confidence: float | None = None
