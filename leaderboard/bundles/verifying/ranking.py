"""Every rank range of a release, from the values and the calibrated means of those in it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from leaderboard.bundles.archive import Archive
from leaderboard.bundles.facts import EntryFact, ItemFact, MeanFact, RankedFact, read_facts
from leaderboard.bundles.verifying.contents import SplitFact, convert
from leaderboard.bundles.verifying.figures import Figures
from leaderboard.bundles.verifying.whole import make_items
from leaderboard.evaluation.places import Place, RankedBy, place_all, without_tracks
from leaderboard.scoring.boards import Board, Track
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.statistics.severity import RaterPart

NO_VALUES = "the item values behind it are not kept"
NO_MEANS = "the calibrated report scores behind it are not kept once a release is closed"


class RankingManifest(msgspec.Struct, frozen=True):
    """What the manifest of a ranking's archive says."""

    benchmark: SplitFact
    release: int
    serial: int
    is_current: bool


def check_ranking(archive: Archive, figures: Figures) -> str:
    """Rank all of its submissions again; what the archive is of. Raises ValueError."""
    manifest = convert(archive.manifest, RankingManifest, "manifest.json")
    items = read_facts(archive.members, "items.jsonl", ItemFact)
    ranked = read_facts(archive.members, "ranked.jsonl", RankedFact)
    entries = read_facts(archive.members, "entries.jsonl", EntryFact)
    table = make_items(items, manifest.benchmark.overall)
    standing = {}
    for one in ranked:
        if one.is_apart or one.values is None:
            continue
        if len(one.values) != len(items):
            raise ValueError(f"ranked.jsonl: {one.submission} has not a value for each item")
        values = np.array([np.nan if v is None else v for v in one.values], float)
        influences = None if one.influences is None else np.array(one.influences, float)
        if influences is not None and len(influences) != len(items):
            raise ValueError(f"ranked.jsonl: {one.submission} has not an influence for each item")
        blocks = [_read_block(block, len(items)) for block in one.runs]
        found = RankedBy(values, _read_mean(one.report), influences, tuple(blocks))
        standing[one.submission] = without_tracks(found, table, [*map(Track, one.left_out)])
    boards = sorted({Board(entry.board) for entry in entries}, key=lambda one: one.order)
    places = place_all(standing, table, boards)
    model_of = {one.submission: one.model for one in ranked}
    for entry in entries:
        board = Board(entry.board)
        name = f"{model_of[entry.submission]}: {board.label}"
        reason = _find_reason(board, ranked)
        place = places[board].get(entry.submission)
        if reason is None:
            figures.compare(f"{name}, rank", _show_entry(entry), _show_place(place))
        else:
            figures.leave(f"{name}, rank", _show_entry(entry), reason)
    split = manifest.benchmark
    return (
        f"Ranking of release {manifest.release} of {split.slug} {split.version}, {split.split} "
        "split, for a host"
    )


def _find_reason(board: Board, ranked: Sequence[RankedFact]) -> str | None:
    """Why the ranks of a board cannot be computed: one range rests on all models."""
    counted = [one for one in ranked if not one.is_apart]
    if any(one.values is None for one in counted):
        return NO_VALUES
    is_calibrated = any(one.report is None and one.badge in set(Badge) for one in counted)
    return NO_MEANS if board.covers(Track.REPORT) and is_calibrated else None


def _read_block(block: Sequence[Sequence[float | None]], n_items: int) -> NDArray[np.float64]:
    """The values of a set of runs (R, N). Raises ValueError where one is not of every item."""
    if any(len(run) != n_items for run in block):
        raise ValueError("ranked.jsonl: a run has not a value for each item")
    return np.array([[np.nan if v is None else v for v in run] for run in block], float)


def _read_mean(fact: MeanFact | None) -> CalibratedMean | None:
    if fact is None:
        return None
    part = fact.raters
    raters = None if part is None else RaterPart(part.errors, part.freedom, part.cases_freedom)
    facts = {**msgspec.structs.asdict(fact), "badge": Badge(fact.badge), "raters": raters}
    return CalibratedMean(**facts)


def _show_entry(entry: EntryFact) -> str:
    if entry.rank_low is None or entry.rank_high is None:
        return "no rank"
    return _show(entry.rank_low, entry.rank_high, is_separable=entry.is_separable)


def _show_place(place: Place | None) -> str:
    if place is None:
        return "no rank"
    return _show(place.rank.low, place.rank.high, is_separable=place.is_separable)


def _show(low: int, high: int, *, is_separable: bool) -> str:
    apart = ", the leader is significantly better" if is_separable else ""
    return f"{low} to {high}{apart}"
