"""What scores are about: tracks, metrics, slices, and the boards that rankings order by."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Any, NamedTuple


class Track(enum.StrEnum):
    """The three parts of the overall score."""

    TEXT = "text"
    IMAGE = "image"
    REPORT = "report"


class Metric(enum.StrEnum):
    """What a score measures: all on 0..100, but RATING (1..5) and GAP (points, -100..100)."""

    OVERALL = "overall"
    ACCURACY = "accuracy"
    PRECISION = "precision"
    RECALL = "recall"
    REPORT = "report"
    RATING = "rating"
    GAP = "gap"
    RELIABILITY = "reliability"


class Slice(enum.StrEnum):
    """Which items a score is about.

    LEVEL has a name for each vertebra or disc, REGION for each part of the spine, IMAGES for
    items with a single or several images, MODALITY_GAP the one of image less text. ATTRIBUTE has a
    name for each value of what a host declares of items, as `attribute_name` writes it.
    """

    ALL = "all"
    CLOSED = "closed"
    TRACK = "track"
    SUBCONDITION = "subcondition"
    AXIS = "axis"
    MODALITY = "modality"
    LEVEL = "level"
    REGION = "region"
    IMAGES = "images"
    ATTRIBUTE = "attribute"
    MODALITY_GAP = "modality_gap"
    SECTION = "section"
    DIMENSION = "dimension"


def attribute_name(attribute: str, value: str) -> str:
    """The name of a slice of ATTRIBUTE: of the items that have `value` of `attribute`."""
    return f"{attribute}:{value}"


def attribute_of(name: str) -> str:
    """The attribute of a name that `attribute_name` wrote."""
    return name.partition(":")[0]


class ScorePlace(NamedTuple):
    """Where a score stands among those of a submission."""

    metric: Metric
    slice: Slice
    name: str


class Board(enum.StrEnum):
    """What a ranking orders by: each board is declared here and nowhere else.

    Its `label` is what it is called, `where` ends a sentence on who is better there. Its score
    stands at `place`, on 0..100, and ranks are by the values of all items of its `tracks`. Where
    there is a `definition`, pages say it.
    """

    label: str
    where: str
    place: ScorePlace
    tracks: tuple[Track, ...]
    definition: str

    def __new__(cls, key: str, *facts: Any) -> Board:
        board = str.__new__(cls, key)
        board._value_ = key
        board.label, board.where, board.place, board.tracks = facts[:4]
        board.definition = facts[4] if len(facts) > 4 else ""
        return board

    OVERALL = (
        "overall",
        "Overall",
        "overall",
        ScorePlace(Metric.OVERALL, Slice.ALL, "overall"),
        (Track.TEXT, Track.IMAGE, Track.REPORT),
    )
    TEXT = (
        "text",
        "Text",
        "on text questions",
        ScorePlace(Metric.ACCURACY, Slice.TRACK, "text"),
        (Track.TEXT,),
    )
    IMAGE = (
        "image",
        "Image",
        "on image questions",
        ScorePlace(Metric.ACCURACY, Slice.TRACK, "image"),
        (Track.IMAGE,),
    )
    CLOSED = (
        "closed",
        "MCQ total",
        "on all questions",
        ScorePlace(Metric.ACCURACY, Slice.CLOSED, "closed"),
        (Track.TEXT, Track.IMAGE),
    )
    REPORT = (
        "report",
        "Report",
        "on reports",
        ScorePlace(Metric.REPORT, Slice.TRACK, "report"),
        (Track.REPORT,),
    )
    RELIABILITY = (
        "reliability",
        "Reliability",
        "on questions with a penalty for wrong answers",
        ScorePlace(Metric.RELIABILITY, Slice.CLOSED, "closed"),
        (Track.TEXT, Track.IMAGE),
        "A right answer earns 1 and no answer 0; a wrong one of k options costs 1/(k−1), so that "
        "guessing gains nothing. The score is 50 + 50 times the mean: 100 is all right, 50 is no "
        "answer given, or guesses on average. It is no part of any other score.",
    )

    @property
    def words(self) -> str:
        """Its label within a sentence."""
        return self.label if self.label[:2].isupper() else self.label.lower()

    @property
    def penalises_guesses(self) -> bool:
        """Whether items count by `scoring.reliability`, and not by their values."""
        return self.place.metric is Metric.RELIABILITY

    @property
    def is_judged(self) -> bool:
        """Whether judges alone decide it, so that a score may be too loose to make a winner."""
        return self.tracks == (Track.REPORT,)


TRACK_BOARDS = tuple(Board(track.value) for track in Track)
"""The boards of one track each: together they count every item once."""


def boards_of(tracks: Collection[Track]) -> tuple[Board, ...]:
    """The boards that each say something of their own where there are items of these `tracks`.

    Of one track the overall score says everything, and without reports it stands for all questions;
    what wrong answers cost it does not say.
    """
    if len(tracks) < 2:
        is_asked = not {Track.REPORT}.issuperset(tracks)
        return tuple(one for one in Board if one is Board.OVERALL or (is_asked and one.definition))
    without = {track.value for track in Track if track not in tracks}
    if without:
        without.add(Board.CLOSED.value)
    if without & {Track.TEXT.value, Track.IMAGE.value}:
        without.add(Board.RELIABILITY.value)
    return tuple(board for board in Board if board.value not in without)
