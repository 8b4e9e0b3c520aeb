"""How far a reader agrees with people who read the same texts, from a file of their readings.

Columns: submission, item, letters; no letters where a person finds no answer.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import InvalidReadings, Problem
from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.reading import ReaderCall, ReaderOutcome
from leaderboard.models.submission import Prediction
from leaderboard.scoring.statistics.intervals import Estimate, wilson_interval

COLUMNS = ("submission", "item", "letters")
REMEDY = f"Start the file with {','.join(COLUMNS)}."


class HumanReading(NamedTuple):
    """What a person read of a prediction: sorted letters, "" for no answer."""

    prediction_id: int
    letters: str


class ReaderAgreement(NamedTuple):
    """One version of a reader beside people: of `n` texts that both read, how many they read alike.

    `n_wrong`: the reader gave letters that are not the person's. What remains it left unread where
    the person found an answer. `n_unasked` lines are about texts that it was not asked about.
    """

    name: str
    version: str
    n: int
    n_equal: int
    n_wrong: int
    n_unasked: int

    @property
    def equal(self) -> Estimate:
        """The share read alike, on 0..1, with its Wilson interval; `n` is above 0."""
        return wilson_interval(self.n_equal, self.n)

    @property
    def wrong(self) -> Estimate:
        """The share of letters that are not the person's."""
        return wilson_interval(self.n_wrong, self.n)


def read_human_readings(session: Session, raw: bytes) -> list[HumanReading]:
    """The readings of a file. Raises InvalidReadings with every problem, in the order of lines."""
    problems: list[Problem] = []
    found: dict[int, HumanReading] = {}
    for line, (submission, item, letters) in _read_lines(raw, problems):
        row = session.execute(
            select(Prediction.id, Item.options)
            .join(Item, Item.id == Prediction.item_id)
            .where(
                Prediction.submission_id == submission,
                Item.key == item,
                Item.kind == ItemKind.MCQ,
            )
        ).first()
        given = sorted(set(letters.upper()) - set(" ,;"))
        if row is None:
            words = f"There is no prediction of submission {submission!r:.40} for {item!r:.80}."
            problems.append(Problem(words, "Name a question that it answered.", line))
        elif not set(given) <= set(row.options):
            words = f"{letters!r:.40} contains a letter that is not an option of {item}."
            problems.append(Problem(words, f"Its letters are {''.join(row.options)}.", line))
        elif row.id in found:
            words = f"{item} of {submission} stands in an earlier line too."
            problems.append(Problem(words, "Keep one line for each answer.", line))
        else:
            found[row.id] = HumanReading(row.id, "".join(given))
    if not found and not problems:
        problems.append(Problem("The file contains no readings.", REMEDY, 1))
    if problems:
        n = len(problems)
        raise InvalidReadings(
            f"The file has {n:,} problem{'s' if n > 1 else ''}.", "Fix them all.", problems
        )
    return list(found.values())


def _read_lines(raw: bytes, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    try:
        rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip().lower() for name in next(rows, [])]
        if sorted(header) != sorted(COLUMNS):
            problems.append(Problem(f"The header is {', '.join(header)!r:.120}.", REMEDY, 1))
            return
        for cells in rows:
            if cells and len(cells) != len(header):
                words = f"The line has {len(cells)} fields, but the header has {len(header)}."
                problems.append(Problem(words, "Quote fields that hold commas.", rows.line_num))
            elif cells:
                yield rows.line_num, [cells[header.index(name)].strip() for name in COLUMNS]
    except (UnicodeDecodeError, csv.Error) as error:
        problems.append(Problem(f"The file is not CSV in UTF-8: {error}.", REMEDY, 1))


def measure_agreement(session: Session, people: Sequence[HumanReading]) -> list[ReaderAgreement]:
    """Each version of each reader that read any of the texts, by name; its newest replies count."""
    letters = {one.prediction_id: one.letters for one in people}
    read: dict[tuple[str, str], dict[int, str]] = {}
    rows = session.scalars(
        select(ReaderCall)
        .where(
            ReaderCall.prediction_id.in_(letters),
            ReaderCall.outcome != ReaderOutcome.ERROR,
        )
        .order_by(ReaderCall.id)
    )
    for call in rows:
        taken = call.letters if call.outcome is ReaderOutcome.ANSWERED else ""
        read.setdefault((call.reader, call.version), {})[call.prediction_id] = taken
    return [
        ReaderAgreement(
            name=name,
            version=version,
            n=len(own),
            n_equal=sum(given == letters[key] for key, given in own.items()),
            n_wrong=sum(bool(given) and given != letters[key] for key, given in own.items()),
            n_unasked=len(letters) - len(own),
        )
        for (name, version), own in sorted(read.items())
    ]
