"""Which items of a split each slice holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Slice, attribute_name
from leaderboard.scoring.levels import place_of, regions_of

V = TypeVar("V", bound=Hashable)

MIN_ITEMS = 5
"""A level, or a value of an attribute, of fewer items is not shown: its counts would tell what
single hidden items are about, or which of their answers are right."""


class ItemSlice(NamedTuple):
    """One value of a slice and its items (rows of the table of items)."""

    slice: Slice
    name: str
    items: pd.DataFrame


class SlicePlaces(NamedTuple):
    """One value of a slice and where its items are in the table, in their order."""

    slice: Slice
    name: str
    places: NDArray[np.int64]


def item_slices(items: pd.DataFrame) -> Iterator[list[ItemSlice]]:
    """The groupings of `items` (see `values.read_items`), each as the list of its slices.

    An item with several levels is in each of them, and once in each of their regions. Text items
    are in no slice of images, and items without a modality or level in none of those.
    """
    for grouping in find_slices(items):
        yield [ItemSlice(one.slice, one.name, items.iloc[one.places]) for one in grouping]


def find_slices(
    items: pd.DataFrame, holding: NDArray[np.bool_] | None = None
) -> Iterator[list[SlicePlaces]]:
    """The same by places; with `holding`, (N,), only groupings with one of these in a slice."""
    if items.empty:
        return
    held = None if holding is None else items[holding]
    single = (
        (Slice.SUBCONDITION, "subcondition"),
        (Slice.AXIS, "axis"),
        (Slice.MODALITY, "modality"),
    )
    for slice_, column in single:
        if held is None or held[column].notna().any():
            found = {str(name): at for name, at in items.groupby(column).indices.items()}
            yield [SlicePlaces(slice_, name, np.asarray(found[name])) for name in sorted(found)]
    if held is None or any(held["levels"]):
        levels_of = [tuple(own) for own in items["levels"].tolist()]
        levels = _group(Slice.LEVEL, levels_of, tuple)
        yield sorted(
            (one for one in levels if len(one.places) >= MIN_ITEMS),
            key=lambda one: place_of(one.name),
        )
        yield _group(Slice.REGION, levels_of, regions_of)
    if held is None or held["n_images"].any():
        yield _group(Slice.IMAGES, items["n_images"].tolist(), _image_names)
    yield from _group_attributes(items, held)


def _group_attributes(
    items: pd.DataFrame, held: pd.DataFrame | None
) -> Iterator[list[SlicePlaces]]:
    """A grouping for each attribute, in the order of their names."""
    named = items["attributes"] if held is None else held["attributes"]
    for attribute in sorted({key for own in named for key in own}):
        names_of = [
            (attribute_name(attribute, own[attribute]),) if attribute in own else ()
            for own in items["attributes"]
        ]
        found = _group(Slice.ATTRIBUTE, names_of, tuple)
        yield [one for one in found if len(one.places) >= MIN_ITEMS]


def _group(
    slice_: Slice, values: Sequence[V], names_of: Callable[[V], Iterable[str]]
) -> list[SlicePlaces]:
    """The slices by name.

    `values` has one for each item; `names_of` says which slices an item of that value is in.
    """
    places: dict[V, list[int]] = {}
    for position, value in enumerate(values):
        places.setdefault(value, []).append(position)
    rows: dict[str, list[int]] = {}
    for value, positions in places.items():
        for name in dict.fromkeys(names_of(value)):
            rows.setdefault(name, []).extend(positions)
    return [SlicePlaces(slice_, name, np.array(sorted(rows[name]))) for name in sorted(rows)]


def _image_names(n_images: int) -> list[str]:
    if n_images == 0:
        return []
    return ["single"] if n_images == 1 else ["several"]
