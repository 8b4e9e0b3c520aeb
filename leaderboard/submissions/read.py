"""Read a prediction file: its predictions, or every problem of it at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from leaderboard.errors import InvalidPredictions, Problem
from leaderboard.models.benchmark import Track
from leaderboard.problems import LineProblems
from leaderboard.scoring.boards import order_tracks
from leaderboard.scoring.replies import MOST_CHARACTERS, keep_end
from leaderboard.submissions.content import Content
from leaderboard.submissions.formats import (
    NO_OUTPUT,
    Extras,
    FileFacts,
    Row,
    Unreadable,
    open_file,
)
from leaderboard.submissions.texts import (
    LONGEST_FAILURE,
    Choices,
    find_number,
    finish_text,
    number_ids,
)
from spinebench.shapes.submissions import PLAIN, Recognised

RECORDS_PER_ITEM, SPARE_RECORDS = 4, 1_000
"""Reading stops after so many records for each item of the split, and as many for blank lines."""
MAX_FAILED_SHARE = 0.2
"""With more than this share of its items without an answer a run is of no use."""
MOST_SHOWN = 3
_ID_REMEDY = "Use the ids of the downloaded items, and check that the split is right."


class KnownItem(NamedTuple):
    """What reading needs of an item: its row id and its track."""

    item_id: int
    track: Track


class SplitFacts(NamedTuple):
    """What more may be asked of a split: its name, items' choices by id, and other splits' ids.

    Both are looked up where a file asks for them; `split_of` is the other split of an id.
    """

    name: str = ""
    choices: Callable[[], Mapping[str, Choices]] = dict
    split_of: Callable[[], Mapping[str, str]] = dict


NO_FACTS = SplitFacts()


@dataclass(frozen=True)
class Predictions:
    """The texts of a file by item row id, in the file's order, and the tracks they cover.

    `missing` are the split's other tracks with their numbers of items: without them there is no
    overall score. `extras` are what the file says beside texts, by item row id. Of a text that is
    too long the end is kept (see `replies.keep_end`), as of an endpoint's. `recognised` is what the
    file was taken for.
    """

    texts: dict[int, str]
    tracks: tuple[Track, ...]
    file_hash: str
    missing: Mapping[Track, int] = field(default_factory=dict)
    extras: Mapping[int, Extras] = field(default_factory=dict)
    recognised: Recognised | None = None


def read_predictions(
    content: Content, items: Mapping[str, KnownItem], facts: SplitFacts = NO_FACTS
) -> Predictions:
    """The predictions in a file of any format for the split whose items are `items`, by id.

    Whole tracks: every item of a track of which the file has any. Raises InvalidPredictions
    with the problems, in the order of the lines, missing ids last; with one alone where it says
    all. A file with far more records than there are items is read up to a multiple of them.
    """
    try:
        opened = open_file(content.raw, content.most_bytes)
        checker = _Checker(items, facts, opened.facts)
        is_whole = checker.check(opened.rows)
    except Unreadable as error:
        raise _refuse(error.problem) from None
    if not is_whole:
        words = (
            f"The file holds more than {checker.most_records:,} records or blank lines for the "
            f"{len(items):,} items of the split; nothing was read beyond them."
        )
        remedy = "Send one record for each item, and check that the split is right."
        raise InvalidPredictions(
            f"{words} Nothing was submitted.", remedy, checker.problems or [Problem(words, remedy)]
        )
    _raise_problems(checker.problems)
    sizes = _count_tracks(items)
    tracks = tuple(track for track in sizes if track in checker.tracks)
    missing = {track: n for track, n in sizes.items() if track not in tracks}
    recognised = opened.facts.recognised(len(checker.texts))
    return Predictions(
        checker.texts, tracks, content.file_hash, missing, checker.extras, recognised
    )


def _count_tracks(items: Mapping[str, KnownItem]) -> dict[Track, int]:
    """How many items each track has that has any, in the tracks' order."""
    counts = Counter(item.track for item in items.values())
    return {track: counts[track] for track in order_tracks(counts)}


def _refuse(problem: Problem) -> InvalidPredictions:
    return InvalidPredictions("The prediction file cannot be read.", problem.remedy, [problem])


def _raise_problems(problems: LineProblems) -> None:
    count = problems.n_all
    if count:
        raise InvalidPredictions(
            f"The prediction file has {count:,} problem{'s' if count > 1 else ''}; "
            "nothing was submitted.",
            "Fix every problem listed and send the file again.",
            problems,
        )


class _Checker:
    """Takes rows, keeps the good ones' texts and the first problems."""

    def __init__(self, items: Mapping[str, KnownItem], facts: SplitFacts, file: FileFacts) -> None:
        self._items = items
        self._facts = facts
        self._file = file
        self._first_places: dict[str, object] = {}
        self._unknown: list[str] = []
        self._n_unknown = 0
        self._numbers: dict[int, str] | None = None
        self._named: set[Track] = set()
        self._last_track: Track | None = None
        self.texts: dict[int, str] = {}
        self.extras: dict[int, Extras] = {}
        self.tracks: set[Track] = set()
        self.problems = LineProblems()
        self.most_records = RECORDS_PER_ITEM * len(items) + SPARE_RECORDS

    def check(self, rows: Iterator[Row | Problem | None]) -> bool:
        """Take all rows, and see what is missing; whether there were not too many to do so.

        Raises Unreadable.
        """
        for number, row in enumerate(rows):
            if number == self.most_records:
                return False
            if row is None:
                continue
            if isinstance(row, Problem):
                self._append(row._replace(message=self._say(row.message)))
                # The line names an item, however wrong the rest is: it is not missing as well.
                self._first_places.setdefault(row.id or "", self._place(row.line))
                known = self._items.get(row.id or "")
                if known is not None:
                    self._named.add(known.track)
            else:
                self._check_row(row)
        self._check_unknown()
        self._check_missing()
        self._check_failed()
        return True

    def _place(self, line: int | None) -> object:
        return (self._file.path, line) if self._file.path else line

    def _check_row(self, row: Row) -> None:
        line, key, text, extras, shown = row
        item = self._items.get(key)
        if item is None and key.isdecimal():
            if self._numbers is None:
                self._numbers = number_ids(self._items)
            key = find_number(key, self._numbers)
            item = self._items.get(key)
        place = self._place(line) if self._file.path else line
        first = self._first_places.setdefault(key, place)
        if first != place:
            self._add(f"The id is already used in {_name(first)}.", "Keep one of the two.", row)
            return
        if item is None:
            self._add_unknown(row)
            return
        if item.track != self._last_track:
            self._last_track = item.track
            self.tracks.add(item.track)
        if not text or text.isspace():
            self._add(
                "The prediction is empty.",
                f'If the model wrote nothing, write "{NO_OUTPUT}": it counts as unparsed.',
                row,
            )
        elif "\0" in text:
            self._add("The prediction contains a NUL character.", "Remove it.", row)
        else:
            if shown is not None or len(text) < LONGEST_FAILURE:
                text = self._finish(row)
            self.texts[item.item_id] = text if len(text) <= MOST_CHARACTERS else keep_end(text)
            if extras is not None:
                self.extras[item.item_id] = extras

    def _finish(self, row: Row) -> str:
        choices = self._facts.choices() if row.shown is not None else {}
        text = finish_text(row, choices, self._file)
        if text is None:
            raise Unreadable(
                f"The options that the model saw are not those of the item {row.key[:80]}.",
                "Ask with the options as downloaded; their order does not matter.",
            )
        return text

    def _add_unknown(self, row: Row) -> None:
        self._n_unknown += 1
        if len(self._unknown) < MOST_SHOWN:
            self._unknown.append(row.key)
        other = self._facts.split_of().get(row.key)
        words = (
            f"This is an id of the {other} split; you chose {self._facts.name}."
            if other
            else "The split has no item with this id."
        )
        self._add(words, _ID_REMEDY, row)

    def _check_unknown(self) -> None:
        """Raise Unreadable where no id is of the split: one message says all."""
        if self.tracks or self._n_unknown < 2 or self.problems.n_all > self._n_unknown:
            return
        shown = ", ".join(key[:40] for key in self._unknown)
        other = self._facts.split_of().get(self._unknown[0])
        if other:
            raise Unreadable(
                f"These are ids of the {other} split ({shown}); you chose {self._facts.name}.",
                f"Choose the {other} split, or answer the questions of {self._facts.name}.",
            )
        own = ", ".join(list(self._items)[:MOST_SHOWN])
        raise Unreadable(
            f"None of the ids is of this split: the file has {shown}, the split {own}.", _ID_REMEDY
        )

    def _check_missing(self) -> None:
        named = self.tracks | self._named
        if not named and not self.problems:
            self.problems.append(Problem("The file has no predictions.", "Add some.", line=1))
        sizes = _count_tracks(self._items)
        missing: dict[Track, list[str]] = {}
        for key, item in self._items.items():
            if key not in self._first_places and item.track in named:
                missing.setdefault(item.track, []).append(key)
        is_of_person = self._file.tool in PLAIN
        for track, keys in missing.items():
            size = sizes[track]
            if not is_of_person and len(keys) > MOST_SHOWN:
                self.problems.append(self._explain_missing(track, keys, size))
                continue
            remedy = (
                f"Add a line for it, or leave out all {size:,} items of the {track.value} track."
            )
            for key in keys:
                words = "There is no prediction for this item."
                self.problems.append(Problem(words, remedy, id=key))

    def _explain_missing(self, track: Track, keys: Sequence[str], size: int) -> Problem:
        """That a tool's file lacks so many items of a track."""
        shown = ", ".join(keys[:MOST_SHOWN])
        words = f"{len(keys):,} of the {size:,} {track.value} items are missing ({shown} and more)."
        return Problem(
            " ".join([words, *self._file.warnings]),
            f"Run them and send the file of the whole run, or leave out the {track.value} track.",
        )

    def _check_failed(self) -> None:
        """Raise Unreadable where so many requests failed that a score would say little."""
        n_failed, n = self._file.n_failed, len(self.texts)
        if n_failed > MAX_FAILED_SHARE * n and not self.problems:
            raise Unreadable(
                f"{n_failed:,} of the {n:,} requests failed: the file has no answers to them.",
                "Ask for those again and send the file of the whole run.",
            )

    def _add(self, message: str, remedy: str, row: Row) -> None:
        self._append(Problem(self._say(message), remedy, line=row.line, id=row.key[:120]))

    def _append(self, problem: Problem) -> None:
        self.problems.append(problem, self._file.path[:100] if self._file.path else "")

    def _say(self, message: str) -> str:
        """What is wrong, with its file where there are several."""
        return f"{self._file.path[:100]}: {message}" if self._file.path else message


def _name(place: object) -> str:
    """A line in words, with its file where there are several."""
    return f"{place[0]}, line {place[1]}" if isinstance(place, tuple) else f"line {place}"
