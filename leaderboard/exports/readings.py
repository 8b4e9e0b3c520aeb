"""Single readings as a table: one prediction a row, its verdict only for whoever may see it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from leaderboard.exports.formats import Row
from leaderboard.exports.table import SPLIT_COLUMNS, Cell, Column, Table, split_cells
from leaderboard.models.submission import Submission
from leaderboard.readings.reading import Reading

READING_COLUMNS = (
    Column("submission", str, "number of the submission"),
    Column("model", str, "short name of the model"),
    Column("item", str, "the item's id"),
    Column("kind", str, "mcq or report"),
    Column("track", str, "text, image or report"),
    Column("subcondition", str, "the item's condition"),
    Column("axis", str, "what it asks about"),
    Column("modality", str, "of its images"),
    Column("question", str, "what was asked"),
    Column("options", str, "its options by letter, as JSON"),
    Column("text", str, "what the model wrote"),
    Column("outcome", str, "answered, refused, ambiguous or unparsed; none for a report"),
    Column("letters", str, "the letters that were read"),
    Column("rule", str, "the rule by which today's parser reads the same"),
    Column("read_from", str, "the words of the text that decided"),
    Column("parser_version", str, "the version of the parser whose reading counts"),
    Column("reader", str, "the language model that read it where the parser had not"),
    Column("confidence", float, "the model's own probability that it is right, 0 to 1, if given"),
)
VERDICT_COLUMNS = (
    Column("levels", str, "vertebrae and discs that the item is about, separated by spaces"),
    Column("right", bool, "whether the answer is right; none for a report"),
    Column("key", str, "the letters of the right answer"),
    Column("precision", float, "of an item with several answers, 0 to 1"),
    Column("recall", float, "of an item with several answers, 0 to 1"),
    Column(
        "judges",
        str,
        "of a report, what each judge gave it by dimension, with each check's verdict, quote and "
        "points, as JSON",
    ),
)


def make_reading_head(submission: Submission, *, with_key: bool) -> Table:
    """The name, title and columns of a submission's readings."""
    split, model = submission.split, submission.model_card
    benchmark = split.benchmark
    return Table(
        f"items-{model.slug}-{benchmark.slug}-{benchmark.version}-{split.name}-{submission.id}",
        f"{model.name} on {benchmark.name} {benchmark.version}, {split.name} split, item by item",
        (*SPLIT_COLUMNS, *READING_COLUMNS, *(VERDICT_COLUMNS if with_key else ())),
        (),
    )


def make_reading_rows(
    submission: Submission, batches: Iterable[Sequence[Reading]], *, with_key: bool
) -> Iterator[list[Row]]:
    """The rows of each batch."""
    head = (*split_cells(submission.split), submission.id, submission.model_card.slug)
    for batch in batches:
        yield [(*head, *_cells(one), *(_verdict_cells(one) if with_key else ())) for one in batch]


def _cells(reading: Reading) -> tuple[Cell, ...]:
    item, read = reading.item, reading.answer
    return (
        item.key,
        item.kind.value,
        item.track.value,
        item.subcondition,
        item.axis,
        item.modality,
        item.question,
        _write(item.options) if item.options else None,
        reading.text,
        *(
            (
                read.outcome.value,
                read.letters,
                read.rule.value if read.rule else None,
                read.words or None,
                read.parser_version,
                read.reader,
            )
            if read
            else (None,) * 6
        ),
        reading.confidence,
    )


def _verdict_cells(reading: Reading) -> tuple[Cell, ...]:
    verdict = reading.verdict
    return (
        " ".join(reading.item.levels),
        *(
            (verdict.is_right, "".join(verdict.key), verdict.precision, verdict.recall)
            if verdict
            else (None,) * 4
        ),
        _write(reading.judges) if reading.judges else None,
    )


def _write(value: object) -> str:
    return msgspec.json.encode(value).decode()
