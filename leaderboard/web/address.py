"""What an address asks for: the split, the models and their order, the slice, the models by name.

Pages, tables to take away and the API read the same addresses by it.
"""

from __future__ import annotations

from flask import request

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board, Slice
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split, read_benchmarks
from leaderboard.rankings.breakdowns import SLICES
from leaderboard.rankings.selection import Selection, read_board, read_selection
from leaderboard.web.services import database, note_benchmark


def find_split() -> Split:
    """The split that the address names, by default the ranked one of the newest benchmark."""
    slug, version = request.args.get("benchmark"), request.args.get("version")
    if slug:
        benchmark = get_benchmark(database(), slug, version)
    else:
        benchmarks = read_benchmarks(database())
        if not benchmarks:
            raise NotFound("There are no benchmarks yet.", "See the first page.")
        benchmark = benchmarks[0]
    note_benchmark(benchmark.slug)
    name = request.args.get("split")
    return get_split(benchmark, name) if name else ranked_split(benchmark)


def read_place(split: Split) -> dict[str, str]:
    """The query of addresses that stay on `split`, and on its version where one was asked for."""
    place = {"benchmark": split.benchmark.slug, "split": split.name}
    if "version" in request.args:
        place["version"] = split.benchmark.version
    return place


def is_of_form() -> bool:
    """Whether the address came from a form: it has empty fields, or boxes of one name."""
    return any(len(values) > 1 or "" in values for _, values in request.args.lists())


def find_selection() -> Selection:
    """What the address asks to show. Raises InvalidRequest."""
    return read_selection(request.args, request.args.getlist("columns"))


def find_board() -> Board:
    """The board that the address names, by default overall. Raises InvalidRequest."""
    return read_board(request.args)


def read_slice() -> Slice:
    """The slice that the address names, subconditions by default. Raises InvalidRequest."""
    name = request.args.get("slice") or Slice.SUBCONDITION.value
    if name not in {slice_.value for slice_ in SLICES}:
        raise InvalidRequest(
            f"There is no breakdown by {name[:40]!r}.",
            f"Use one of {', '.join(slice_.value for slice_ in SLICES)}.",
        )
    return Slice(name)


def read_slugs() -> list[str]:
    """The models' short names in the address, in their order: `a,b`, or a field for each."""
    named = ",".join(request.args.getlist("models"))
    return [slug for part in named.split(",") if (slug := part.strip())]
