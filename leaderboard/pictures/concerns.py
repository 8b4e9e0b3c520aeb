"""What a host confirms before pictures are published: each may tell who a patient is."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
from msgspec import UNSET, Meta, UnsetType
from numpy.typing import NDArray

from leaderboard.labelled import Labelled
from leaderboard.pictures.source import PictureSource
from leaderboard.pictures.text import find_text


class Concern(Labelled):
    """A kind of thing that may identify a patient, with what is said of it."""

    BURNED_IN = "burned_in", "the scan says that text is burned into its pixels"
    UNKNOWN = "unknown", "the scan does not say whether text is burned into its pixels"
    TEXT = "text", "something in the pixels looks like text"
    METADATA = "metadata", "the file carries texts beside its pixels"


class Confirmed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That somebody looked at pictures and found nothing that identifies a patient in them.

    Of the named `pictures`, or of all where none is named; `on` is the day.
    """

    what: Concern
    by: Annotated[str, Meta(min_length=1, max_length=200)]
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    on: Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | UnsetType = UNSET
    pictures: list[str] | UnsetType = UNSET

    def covers(self, concern: Concern, path: str) -> bool:
        """Whether it is about `concern` in the picture at `path`."""
        is_named = isinstance(self.pictures, UnsetType) or path in self.pictures
        return self.what is concern and is_named


def look_at(
    pixels: NDArray[np.uint8], source: PictureSource | None, *, has_texts: bool
) -> tuple[Concern, ...]:
    """What there is to confirm of a picture, in the order of `Concern`."""
    found = []
    if source is not None and source.burned_in != "no":
        found.append(Concern.BURNED_IN if source.burned_in == "yes" else Concern.UNKNOWN)
    if find_text(pixels) is not None:
        found.append(Concern.TEXT)
    if has_texts:
        found.append(Concern.METADATA)
    return tuple(found)
