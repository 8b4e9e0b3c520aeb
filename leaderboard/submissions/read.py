"""Read a prediction file: its predictions, or every problem of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leaderboard.errors import FileProblems, InvalidPredictions, Problem
from leaderboard.models.benchmark import Track
from leaderboard.scoring.replies import keep_end
from leaderboard.submissions.content import Content
from leaderboard.submissions.formats import Extras, Row, find_format

RECORDS_PER_ITEM, SPARE_RECORDS = 4, 1_000
"""Reading stops after so many records for each item of the split, and as many for blank lines."""


class KnownItem(NamedTuple):
    """What reading needs of an item: its row id and its track."""

    item_id: int
    track: Track


@dataclass(frozen=True)
class Predictions:
    """The texts of a file by item row id, in the file's order, and the tracks they cover.

    `missing` are the split's other tracks with their numbers of items: without them there is no
    overall score. `extras` are what the file says beside texts, by item row id. Of a text that is
    too long the end is kept (see `replies.keep_end`), as of an endpoint's.
    """

    texts: dict[int, str]
    tracks: tuple[Track, ...]
    file_hash: str
    missing: Mapping[Track, int] = field(default_factory=dict)
    extras: Mapping[int, Extras] = field(default_factory=dict)


def read_predictions(content: Content, items: Mapping[str, KnownItem]) -> Predictions:
    """The predictions in a file of any format for the split whose items are `items`, by id.

    Whole tracks: every item of a track of which the file has any. Raises InvalidPredictions
    with the problems, in the order of the lines, missing ids last. A file with far more records
    than there are items is read up to a multiple of them.
    """
    checker = _Checker(items)
    is_whole = checker.check(find_format(content.raw).read_rows(content.raw))
    count = checker.problems.n_all
    if not is_whole:
        words = (
            f"The file holds more than {checker.most_records:,} records or blank lines for the "
            f"{len(items):,} items of the split; nothing was read beyond them."
        )
        remedy = "Send one record for each item, and check that the split is right."
        raise InvalidPredictions(
            f"{words} Nothing was submitted.", remedy, checker.problems or [Problem(words, remedy)]
        )
    if count:
        raise InvalidPredictions(
            f"The prediction file has {count:,} problem{'s' if count > 1 else ''}; "
            "nothing was submitted.",
            "Fix every problem listed and send the file again.",
            checker.problems,
        )
    tracks = tuple(track for track in Track if track in checker.tracks)
    sizes = Counter(item.track for item in items.values())
    missing = {track: sizes[track] for track in Track if sizes[track] and track not in tracks}
    return Predictions(checker.texts, tracks, content.file_hash, missing, checker.extras)


class _Checker:
    """Takes rows, keeps the good ones' texts and the first problems."""

    def __init__(self, items: Mapping[str, KnownItem]) -> None:
        self._items = items
        self._first_lines: dict[str, int] = {}
        self.texts: dict[int, str] = {}
        self.extras: dict[int, Extras] = {}
        self.tracks: set[Track] = set()
        self.problems = FileProblems()
        self.most_records = RECORDS_PER_ITEM * len(items) + SPARE_RECORDS

    def check(self, rows: Iterator[Row | Problem | None]) -> bool:
        """Take all rows, and see what is missing; whether there were not too many to do so."""
        for number, row in enumerate(rows):
            if number == self.most_records:
                return False
            if row is None:
                continue
            if isinstance(row, Problem):
                self.problems.append(row)
                # The line names an item, however wrong the rest is: it is not missing as well.
                self._first_lines.setdefault(row.id or "", row.line or 0)
            else:
                self._check_row(row)
        self._check_missing()
        return True

    def _check_row(self, row: Row) -> None:
        line, key, text, extras = row
        first = self._first_lines.setdefault(key, line)
        if first != line:
            self._add(f"The id is already used in line {first}.", "Keep one of the two.", row)
            return
        item = self._items.get(key)
        if item is None:
            self._add(
                "The split has no item with this id.",
                "Use the ids of the downloaded items, and check that the split is right.",
                row,
            )
            return
        self.tracks.add(item.track)
        if not text or text.isspace():
            self._add(
                "The prediction is empty.",
                'If the model wrote nothing, write "[no output]": it counts as unparsed.',
                row,
            )
        elif "\0" in text:
            self._add("The prediction contains a NUL character.", "Remove it.", row)
        else:
            self.texts[item.item_id] = keep_end(text)
            if extras is not None:
                self.extras[item.item_id] = extras

    def _check_missing(self) -> None:
        named = {self._items[key].track for key in self._first_lines if key in self._items}
        if not named and not self.problems:
            self.problems.append(Problem("The file has no predictions.", "Add some.", line=1))
        sizes = Counter(item.track for item in self._items.values())
        for key, item in self._items.items():
            if item.track in named and key not in self._first_lines:
                self.problems.append(
                    Problem(
                        "There is no prediction for this item.",
                        f"Add a line for it, or leave out all {sizes[item.track]:,} items of "
                        f"the {item.track.value} track.",
                        id=key,
                    )
                )

    def _add(self, message: str, remedy: str, row: Row) -> None:
        self.problems.append(Problem(message, remedy, line=row.line, id=row.key[:120]))
