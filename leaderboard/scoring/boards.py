"""What scores are about: tracks, metrics, slices, and the boards that rankings order by."""

from __future__ import annotations

import enum
from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, TypeVar

T = TypeVar("T", bound=str)


def _name_key(key: str) -> str:
    """What a key says, as the start of a sentence."""
    words = key.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _within_sentence(words: str) -> str:
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


class Keyed(str):
    """A text that is a key: two are equal by it, whatever else they know."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """Its key."""
        return str(self)


class Track(Keyed):
    """A part of a benchmark whose items are scored together: its key, and the name that it has.

    Every benchmark may have TEXT, IMAGE and REPORT; a host names others, each of questions. All
    reports are one track, because one rubric and one calibration are of all of them. Two are equal
    by their keys, so that one read without its benchmark is the same, but for its name.
    """

    __slots__ = ("name",)
    TEXT: ClassVar[Track]
    IMAGE: ClassVar[Track]
    REPORT: ClassVar[Track]
    name: str

    def __new__(cls, key: str, name: str = "") -> Track:
        track = str.__new__(cls, key)
        track.name = name or _name_key(key)
        return track

    @property
    def words(self) -> str:
        """What its items are called within a sentence."""
        if self.is_report:
            return "reports"
        return f"{_within_sentence(self.name)} questions"

    @property
    def is_report(self) -> bool:
        """Whether judges rate its items; else they are questions with a key."""
        return self == "report"


Track.TEXT, Track.IMAGE, Track.REPORT = Track("text"), Track("image"), Track("report")
DEFAULT_TRACKS = (Track.TEXT, Track.IMAGE, Track.REPORT)
"""Those of a benchmark whose host names no others: items with pictures, without, and reports."""


def tracks_of(manifest: Mapping[str, Any]) -> tuple[Track, ...]:
    """The tracks that a benchmark's manifest declares, in its order; the default ones where it
    names no others."""
    declared = [(one["key"], one["name"]) for one in manifest.get("tracks") or ()]
    if {key for key, _ in declared} <= set(DEFAULT_TRACKS):
        return DEFAULT_TRACKS
    return tuple(Track(key, name) for key, name in declared)


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


class Board(Keyed):
    """What a ranking orders by: its key, and the `label` that it is called by.

    Its score stands at `place`, on 0..100, and ranks are by the values of all items of the tracks
    that it `covers`. Two are equal by their keys, as tracks are.
    """

    __slots__ = ("label",)
    OVERALL: ClassVar[Board]
    TEXT: ClassVar[Board]
    IMAGE: ClassVar[Board]
    CLOSED: ClassVar[Board]
    REPORT: ClassVar[Board]
    RELIABILITY: ClassVar[Board]
    label: str

    def __new__(cls, key: str, label: str = "") -> Board:
        board = str.__new__(cls, key)
        board.label = label or _LABELS.get(key) or _name_key(key)
        return board

    @property
    def words(self) -> str:
        """Its label within a sentence."""
        return _within_sentence(self.label)

    @property
    def where(self) -> str:
        """What ends a sentence on who is better there."""
        return _WHERE.get(self) or f"on {self.words}"

    @property
    def place(self) -> ScorePlace:
        """Where its score stands among those of a submission."""
        return _PLACES.get(self) or ScorePlace(Metric.ACCURACY, Slice.TRACK, self.value)

    @property
    def definition(self) -> str:
        """What pages say of it, where that needs saying."""
        return _RELIABILITY if self.penalises_guesses else ""

    @property
    def is_of_one_track(self) -> bool:
        """Whether it is the board of a track, which has the same key; such boards together count
        every item once."""
        return self not in JOINT_BOARDS

    @property
    def order(self) -> tuple[int, int, str]:
        """What boards of any benchmarks are sorted by."""
        if not self.is_of_one_track:
            return (0, 2, 4)[JOINT_BOARDS.index(self)], 0, ""
        usual = [*DEFAULT_TRACKS, Track(self)].index(Track(self))
        return 3 if self.is_judged else 1, usual, self.value

    @property
    def penalises_guesses(self) -> bool:
        """Whether items count by `scoring.reliability`, and not by their values."""
        return self == "reliability"

    @property
    def is_judged(self) -> bool:
        """Whether judges alone decide it, so that a score may be too loose to make a winner."""
        return self == "report"

    def covers(self, track: str) -> bool:
        """Whether items of a track count on it: on the joint ones all, or all questions."""
        if self == "overall":
            return True
        return self == track if self.is_of_one_track else not Track(track).is_report

    def take(self, tracks: Iterable[T]) -> list[T]:
        """Those of some tracks that it covers."""
        return [track for track in tracks if self.covers(track)]


def write_key(value: object) -> str:
    """What writers of JSON and MessagePack take for a track or board (their `enc_hook`)."""
    if not isinstance(value, Keyed):
        raise NotImplementedError(f"{type(value)} has no key")
    return value.value


JOINT_BOARDS = ("overall", "closed", "reliability")
"""The boards of several tracks; no track has their keys."""
RESERVED = frozenset(
    {
        *JOINT_BOARDS,
        *("ambiguous", "attempts", "base_model", "coverage", "harm_closed", "harm_report"),
        *("licence", "mcq", "model", "none", "organisation", "parameters", "rank", "refused"),
        *("report_controlled", "submitted", "total", "trained", "unparsed", "unread", "unscored"),
    }
)
"""Keys that no track may have: rankings have columns of these names."""
_LABELS = {"closed": "MCQ total"}
_WHERE = {
    "overall": "overall",
    "text": "on text questions",
    "image": "on image questions",
    "closed": "on all questions",
    "report": "on reports",
    "reliability": "on questions with a penalty for wrong answers",
}
_PLACES = {
    "overall": ScorePlace(Metric.OVERALL, Slice.ALL, "overall"),
    "closed": ScorePlace(Metric.ACCURACY, Slice.CLOSED, "closed"),
    "report": ScorePlace(Metric.REPORT, Slice.TRACK, "report"),
    "reliability": ScorePlace(Metric.RELIABILITY, Slice.CLOSED, "closed"),
}
_RELIABILITY = (
    "A right answer earns 1 and no answer 0; a wrong one of k options costs 1/(k−1), so that "
    "guessing gains nothing. The score is 50 + 50 times the mean: 100 is all right, 50 is no "
    "answer given, or guesses on average. It is no part of any other score."
)
Board.OVERALL, Board.CLOSED, Board.RELIABILITY = map(Board, ("overall", "closed", "reliability"))
Board.TEXT, Board.IMAGE, Board.REPORT = map(Board, DEFAULT_TRACKS)


def order_tracks(tracks: Iterable[Track]) -> list[Track]:
    """Each of `tracks` once: the default ones in their order, then others as they come."""
    found = dict.fromkeys(tracks)
    usual = [track for track in DEFAULT_TRACKS if track in found]
    return [*usual, *(track for track in found if track not in usual)]


def find_board(place: ScorePlace) -> Board | None:
    """The board whose score stands at `place`; None where none orders by it."""
    for key, of_board in _PLACES.items():
        if of_board == place:
            return Board(key)
    board = Board(place.name)
    return board if board.place == place else None


def list_boards(tracks: Iterable[Track]) -> tuple[Board, ...]:
    """The boards of a benchmark with these tracks, in the order that they are shown in."""
    of_track = [Board(track.value, track.name) for track in tracks]
    return (
        Board.OVERALL,
        *(board for board in of_track if not board.is_judged),
        Board.CLOSED,
        *(board for board in of_track if board.is_judged),
        Board.RELIABILITY,
    )


DEFAULT_BOARDS = list_boards(DEFAULT_TRACKS)
"""Those of a benchmark whose host names no other tracks."""


def boards_of(tracks: Collection[Track]) -> tuple[Board, ...]:
    """The boards that each say something of their own where there are items of these `tracks`.

    Of one track the overall score says everything, and without reports it stands for all questions;
    what wrong answers cost it does not say.
    """
    n_asked = sum(not track.is_report for track in tracks)
    without: set[Board] = set()
    if len(tracks) < 2:
        without |= {Board.CLOSED, *map(Board, tracks)}
    if n_asked < 2 or n_asked == len(tracks):
        without.add(Board.CLOSED)
    if n_asked < max(1, min(2, len(tracks))):
        without.add(Board.RELIABILITY)
    return tuple(board for board in list_boards(tracks) if board not in without)
