"""Ratings as CSV: read a file with every problem at once, and write one (docs/experts.md).

Columns: item, rater, dimension, value, and submission or model (whose newest submission is meant);
comment, rated_at and report_hash may be left out.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import InvalidRatings, Problem
from leaderboard.experts.cells import Complain, read_rater_name, read_time, read_value
from leaderboard.experts.conflicts import find_barred
from leaderboard.experts.rate import list_dimensions
from leaderboard.items.reports import read_rubric
from leaderboard.models.benchmark import Item, ItemKind, Split
from leaderboard.models.expert import ExpertRater
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import CAME_TO_NOTHING, Prediction, Submission
from leaderboard.models.team import ModelCard
from leaderboard.problems import FileProblems

NEEDED = ("item", "rater", "dimension", "value")
EITHER = ("submission", "model")
OPTIONAL = ("comment", "rated_at", "report_hash")
COLUMNS = (*EITHER, *NEEDED, *OPTIONAL)
HEADER_REMEDY = f"Start the file with {','.join(NEEDED)} and submission or model."
HASH_CHARACTERS = 16


class RatingLine(NamedTuple):
    """One rating of a file; `prediction_id` is the report's."""

    line: int
    prediction_id: int
    rater: str
    dimension: str
    value: int
    comment: str
    rated_at: datetime


@dataclass(frozen=True)
class Known:
    """What a file may name: reports by submission and item, the newest submission of each model,
    dimensions, the values that raters of the kind have given already, and the submissions whose
    reports a rater may not rate.
    """

    reports: Mapping[tuple[str, str], tuple[int, str]]
    submissions: frozenset[str]
    newest: Mapping[str, str]
    dimensions: frozenset[str]
    given: Mapping[tuple[str, int, str], float | None]
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass
class _Reading:
    lines: list[RatingLine] = field(default_factory=list)
    problems: FileProblems = field(default_factory=FileProblems)
    first_lines: dict[tuple[str, int, str], int] = field(default_factory=dict)


def hash_report(text: str) -> str:
    """The first 16 hexadecimal digits of a report's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_CHARACTERS]


def read_known(session: Session, split: Split, kind: RaterKind) -> Known:
    """What a file of ratings of this kind on this split may name."""
    submissions = session.execute(
        select(Submission.id, ModelCard.slug)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(
            Submission.split_id == split.id,
            Submission.status.not_in(CAME_TO_NOTHING),
        )
        .order_by(Submission.created_at, Submission.id)
    ).all()
    reports = session.execute(
        select(Prediction.submission_id, Item.key, Prediction.id, Prediction.text)
        .join(Item, Item.id == Prediction.item_id)
        .where(Item.split_id == split.id, Item.kind == ItemKind.REPORT)
    )
    given = session.execute(
        select(Rater.name, Rating.prediction_id, Rating.dimension, Rating.value)
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Item.split_id == split.id, Rater.kind == kind)
    )
    return Known(
        reports={(row[0], row[1]): (row[2], hash_report(row[3])) for row in reports},
        submissions=frozenset(row[0] for row in submissions),
        newest={row[1]: row[0] for row in submissions},
        dimensions=frozenset(list_dimensions(read_rubric(session, split.id))),
        given={(row[0], row[1], row[2]): row[3] for row in given},
        barred=_read_barred(session, [row[0] for row in submissions]),
    )


def _read_barred(session: Session, submissions: list[str]) -> dict[str, frozenset[str]]:
    """By the names of experts, the submissions of their own teams."""
    names: dict[int, str] = {
        row[0]: row[1]
        for row in session.execute(
            select(Rater.id, Rater.name).join(ExpertRater, ExpertRater.rater_id == Rater.id)
        )
    }
    barred = find_barred(session, list(names), submissions)
    return {
        name: frozenset(key for key, raters in barred.items() if rater_id in raters)
        for rater_id, name in names.items()
    }


def read_ratings_csv(raw: bytes, known: Known) -> list[RatingLine]:
    """The ratings of a file. Raises InvalidRatings with every problem, in the order of lines."""
    reading = _Reading()
    for line, cells in _read_lines(raw, reading.problems):
        _read_rating(line, cells, known, reading)
    if not reading.lines and not reading.problems:
        reading.problems.append(Problem("The file contains no ratings.", HEADER_REMEDY, 1))
    if reading.problems:
        n = reading.problems.n_all
        raise InvalidRatings(
            f"The file has {n:,} problem{'s' if n > 1 else ''}; nothing was imported.",
            "Fix them all and import it again.",
            reading.problems,
        )
    return reading.lines


def _read_lines(raw: bytes, problems: list[Problem]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each record by column, with the line it begins in; problems of the file go to `problems`."""
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip().lower() for name in next(reader, [])]
        unknown = [name for name in header if name not in COLUMNS or header.count(name) > 1]
        if unknown or not set(NEEDED) <= set(header) or not set(EITHER) & set(header):
            problems.append(Problem(f"The header is {', '.join(header)!r:.120}.", HEADER_REMEDY, 1))
            return
        line = reader.line_num + 1
        for record in reader:
            if record and len(record) != len(header):
                words = f"The line has {len(record)} fields, but the header has {len(header)}."
                problems.append(Problem(words, "Quote fields that hold commas.", line))
            elif record:
                cells = {k: v.strip() for k, v in zip(header, record, strict=True)}
                yield line, dict.fromkeys(COLUMNS, "") | cells
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(
            Problem("The line contains a byte that is not UTF-8.", "Save it as UTF-8.", line)
        )
    except csv.Error as error:
        problems.append(
            Problem(f"Not valid CSV: {error}.", "Quote fields, and double quotes in them.", None)
        )


def _read_rating(line: int, cells: Mapping[str, str], known: Known, reading: _Reading) -> None:
    found = reading.problems.n_all

    def complain(message: str, remedy: str) -> None:
        reading.problems.append(Problem(message, remedy, line, cells["item"] or None))

    submission = cells["submission"] or known.newest.get(cells["model"], "")
    prediction_id = _find_report(submission, cells, known, complain)
    rater = read_rater_name(cells["rater"], complain)
    value = read_value(cells["value"], complain)
    rated_at = read_time(cells["rated_at"], now(), complain)
    if cells["dimension"] not in known.dimensions:
        complain(
            f"There is no dimension {cells['dimension']!r}.",
            f"Use one of {', '.join(sorted(known.dimensions))}.",
        )
    if reading.problems.n_all > found or prediction_id is None:
        return
    key = (rater, prediction_id, cells["dimension"])
    first = reading.first_lines.setdefault(key, line)
    if first != line:
        complain(f"The same rating is already in line {first}.", "Keep one of the two.")
    elif known.given.get(key, value) != value:
        complain(
            f"{rater} has already given {known.given[key]:g} here.",
            "Ratings are never overwritten: leave the line out, or use another rater's name.",
        )
    elif key not in known.given and submission in known.barred.get(rater, ()):
        complain(
            f"{rater} may not rate this report.",
            "Leave the line out: experts rate no report of a team that they belong to or once did.",
        )
    else:
        reading.lines.append(
            RatingLine(line, prediction_id, rater, key[2], value, cells["comment"], rated_at)
        )


def _find_report(
    submission: str, cells: Mapping[str, str], known: Known, complain: Complain
) -> int | None:
    if cells["submission"] and cells["submission"] not in known.submissions:
        complain(f"There is no submission {submission!r} on this split.", "Check the id.")
    elif not submission:
        complain(
            f"The model {cells['model']!r} has no submission on this split.",
            "Give a submission's id, or the short name of a model that has one.",
        )
    elif (submission, cells["item"]) not in known.reports:
        complain(
            f"Submission {submission} has no report on the item {cells['item']!r}.",
            "Use the id of a report item of this split.",
        )
    else:
        prediction_id, digest = known.reports[submission, cells["item"]]
        if cells["report_hash"] not in ("", digest):
            complain(
                f"The report ({digest}) is not the one that was rated.",
                "Name the submission whose report was rated.",
            )
        return prediction_id
    return None
