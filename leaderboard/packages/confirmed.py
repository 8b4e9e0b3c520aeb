"""Whether somebody has confirmed that a package's pictures tell nobody who a patient is."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import numpy as np
from msgspec import UNSET, UnsetType
from numpy.typing import NDArray
from PIL import Image as Picture

from leaderboard.errors import InvalidPackage, Problem
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.package import Manifest, PackageImage, PackageItem
from leaderboard.packages.pictures import PackagePicture, has_texts
from leaderboard.packages.read import Package
from leaderboard.pictures import (
    Concern,
    Shown,
    find_odd_contrast,
    is_inverted_against,
    look_at,
    make_fields,
    make_sheet,
)

Tell = Callable[[int, int], None]
"""Told how many of how many pictures are done."""


class Open(NamedTuple):
    """What nobody has confirmed of the picture at `path`."""

    path: str
    concern: Concern


class Examination(NamedTuple):
    """What was seen in a package's pictures: what nobody has confirmed, and each picture as a sheet
    shows it, in the order of their paths."""

    open: list[Open]
    shown: list[Shown]

    @property
    def unconfirmed(self) -> list[Problem]:
        """What nobody has confirmed, as problems."""
        return [
            Problem(f"{_say(concern)}.", f'Look at it, and confirm "{concern}".', path=path)
            for path, concern in self.open
        ]

    @property
    def warnings(self) -> list[str]:
        """A sentence for each warning."""
        return [f"{one.path} {text}." for one in self.shown for text in one.warnings]


def _ignore(n_done: int, n_all: int) -> None:
    """Nobody waits to be told."""


def examine_pictures(package: Package) -> Examination:
    """Look at every picture of a package once."""
    items = [item for of_split in package.items.values() for item in of_split]
    return examine_items(items, package.pictures, package.manifest)


def examine_items(
    items: Iterable[PackageItem],
    pictures: Mapping[str, PackagePicture],
    manifest: Manifest | None,
    tell: Tell = _ignore,
) -> Examination:
    """Look once at every picture of `items` that is among `pictures`.

    Each is compared with the one before it of its case, size and kind of scan.
    """
    said = UNSET if manifest is None else manifest.confirmed
    confirmed = [] if isinstance(said, UnsetType) else said
    found: dict[str, tuple[PackageImage, str]] = {}
    for item in items:
        for image in item.images:
            if image.path in pictures:
                found.setdefault(image.path, (image, item.case_key))
    before: dict[tuple[object, ...], tuple[str, NDArray[np.float64]]] = {}
    shown = []
    for n_done, (image, case) in enumerate(found.values(), start=1):
        shown.append(_look(pictures[image.path], image, case, before))
        tell(n_done, len(found))
    shown.sort(key=lambda one: one.path)
    unsaid = [
        Open(one.path, concern)
        for one in shown
        for concern in one.concerns
        if not any(each.covers(concern, one.path) for each in confirmed)
    ]
    return Examination(unsaid, shown)


def write_sheet(package: Package, examination: Examination) -> str:
    """A page by itself that shows every picture with the sides of the patient at its edges."""
    return make_sheet(
        [one._replace(address=_embed(package.pictures[one.path])) for one in examination.shown]
    )


def _embed(picture: PackagePicture) -> str:
    content = base64.b64encode(picture.content).decode()
    return f"data:{picture.media_type};base64,{content}"


def require_confirmed(examination: Examination) -> None:
    """Raise InvalidPackage with every concern that the manifest does not confirm."""
    if examination.open:
        raise InvalidPackage(
            f"{len(examination.open)} time(s) a picture may tell who a patient is; nothing "
            "was loaded.",
            f"Look at each picture. Remove what is there, or say in {MANIFEST} under "
            '"confirmed" who looked and why nothing in them identifies anybody.',
            examination.unconfirmed,
        )


def _look(
    picture: PackagePicture,
    image: PackageImage,
    case: str,
    before: dict[tuple[object, ...], tuple[str, NDArray[np.float64]]],
) -> Shown:
    """One picture; `before` has the last one of each case and kind, and gets this one."""
    source = None if isinstance(image.source, UnsetType) else image.source
    pixels = _decode(picture.content)
    warnings = []
    if odd := find_odd_contrast(pixels):
        warnings.append(odd)
    fields = make_fields(pixels)
    if fields is not None:
        kind = (case, pixels.shape, source and source.modality, source and source.plane)
        last = before.get(kind)
        if last is not None and is_inverted_against(fields, last[1]):
            warnings.append(f"is the negative of {last[0]}, the picture of its case before it")
        before[kind] = image.path, fields
    if source is not None and source.head:
        warnings.append("is of a head: a face can be made from such scans")
    concerns = look_at(pixels, source, has_texts=has_texts(picture.content))
    return Shown(image.path, image.path, image.alt, source, concerns, tuple(warnings))


def _say(concern: Concern) -> str:
    return concern.label[0].upper() + concern.label[1:]


def _decode(content: bytes) -> NDArray[np.uint8]:
    with Picture.open(io.BytesIO(content)) as picture:
        mode = "L" if picture.mode in ("1", "L") else "RGB"
        return np.asarray(picture.convert(mode))
