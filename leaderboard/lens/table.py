"""What is said of a split's items, as a table to download, for its hosts."""

from __future__ import annotations

from datetime import datetime

from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.lens.irt.read import Irt
from leaderboard.lens.read import Lens, LensItem
from leaderboard.scoring.statistics.intervals import Estimate

ITEM_COLUMNS = (
    Column("item", str, "id of the item"),
    Column("track", str, "its track"),
    Column("subcondition", str, "key of its subcondition"),
    Column("key", str, "the right letters; none for a report"),
    Column("signs", str, "what may be wrong with it, separated by spaces"),
    Column("n_models", int, "number of models with a value on it"),
    Column("right", float, "share that has it right, of a report the mean score, 0 to 1"),
    Column("right_low", float, "lower end of its 95 % interval"),
    Column("right_high", float, "upper end of its 95 % interval"),
    Column("discrimination", float, "item-rest correlation, -1 to 1; none if it is undefined"),
    Column("discrimination_low", float, "lower end of its 95 % interval"),
    Column("discrimination_high", float, "upper end of its 95 % interval"),
    Column("irt_n_models", int, "number of models that its IRT figures rest on"),
    Column("irt_difficulty", float, "IRT difficulty, in standard deviations of the abilities"),
    Column("irt_difficulty_error", float, "its standard error"),
    Column("irt_discrimination", float, "IRT discrimination, above 0"),
    Column("irt_discrimination_error", float, "its standard error"),
    Column("irt_missing", str, "why it has no IRT figures"),
    Column("irt_library", str, "what they were fitted by, with its version"),
    Column("irt_fitted_at", datetime, "when they were fitted, UTC"),
    Column("irt_is_stale", bool, "whether models or answers have changed since"),
)


def make_item_table(lens: Lens, irt: Irt, ranked_at: datetime | None) -> Table:
    """A row for each item, most suspicious first."""
    split = lens.split
    benchmark = split.benchmark
    return make_measured_table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-item-figures",
        f"Items of {benchmark.name} {benchmark.version}, {split.name}",
        ITEM_COLUMNS,
        [_make_row(one, irt) for one in lens.items],
        split=split,
        ranked_at=ranked_at,
    )


def _make_row(one: LensItem, irt: Irt) -> tuple[Cell, ...]:
    item, figures = one.item, one.figures
    return (
        item.key,
        item.track.value,
        item.subcondition,
        one.key or None,
        " ".join(one.signs),
        figures.n,
        *_spread(figures.difficulty),
        *_spread(figures.discrimination),
        *_make_irt_cells(item.id, irt),
    )


def _spread(estimate: Estimate | None) -> tuple[Cell, ...]:
    return (None, None, None) if estimate is None else tuple(estimate)


def _make_irt_cells(item_id: int, irt: Irt) -> tuple[Cell, ...]:
    one, fit = irt.figures.get(item_id), irt.fit
    own: tuple[Cell, ...] = (None, None, None, None, None, irt.say_why_not(item_id))
    if one is not None:
        own = (
            one.n,
            one.difficulty,
            one.difficulty_error,
            one.discrimination,
            one.discrimination_error,
            None,
        )
    if fit is None:
        return (*own, None, None, None)
    return (*own, f"{fit.library} {fit.library_version}", fit.fitted_at, irt.is_stale)
