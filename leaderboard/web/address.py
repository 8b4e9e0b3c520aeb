"""What an address asks for: the split, the models and their order, the slice, the models by name.

Pages, tables to take away and the API read the same addresses by it.
"""

from __future__ import annotations

from flask import request

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board, Slice
from leaderboard.packages.catalogue import find_front, get_benchmark, get_split, ranked_split
from leaderboard.rankings.breakdowns import SLICES
from leaderboard.rankings.releases import find_standing_split
from leaderboard.rankings.selection import Selection, read_board, read_selection
from leaderboard.web.services import database, note_benchmark


def find_split() -> Split:
    """The split that the address names, by default the ranked one of the front benchmark.

    A version without a benchmark is one of the front benchmark's, or, where that has none of that
    number, of another's: the link is from before the other came to the front. Raises NotFound.
    """
    version = request.args.get("version")
    slug = request.args.get("benchmark") or find_front(database(), version)
    if slug is None:
        raise NotFound("There are no benchmarks yet.", "See the first page.")
    benchmark = get_benchmark(database(), slug, version)
    note_benchmark(benchmark.slug)
    name = request.args.get("split")
    return get_split(benchmark, name) if name else ranked_split(benchmark)


def find_standing() -> Split:
    """The split that the address names, or the newest version's where its models stand there now.

    An old address leads to the same model: what was sent to an older version stands on the newest.
    """
    return find_standing_split(database(), find_split())


def read_place(split: Split) -> dict[str, str]:
    """The query of addresses that stay on `split`, and on its version where one was asked for."""
    place = {"benchmark": split.benchmark.slug, "split": split.name}
    if request.args.get("version") == split.benchmark.version:
        place["version"] = split.benchmark.version
    return place


def is_of_form() -> bool:
    """Whether the address came from a form: it has empty fields, or boxes of one name."""
    return any(len(values) > 1 or "" in values for _, values in request.args.lists())


def find_selection(split: Split) -> Selection:
    """What the address asks to show of a split's ranking. Raises InvalidRequest."""
    columns = request.args.getlist("columns")
    return read_selection(request.args, columns, split.benchmark.boards)


def find_board(split: Split) -> Board:
    """The board of a split that the address names, by default overall. Raises InvalidRequest."""
    return read_board(request.args, split.benchmark.boards)


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
