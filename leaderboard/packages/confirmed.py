"""Whether somebody has confirmed that a package's pictures tell nobody who a patient is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray
from PIL import Image as Picture

from leaderboard.errors import InvalidPackage, Problem
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.package import PackageImage
from leaderboard.packages.pictures import has_texts
from leaderboard.packages.read import Package
from leaderboard.pictures import Concern, find_odd_contrast, look_at


class Examination(NamedTuple):
    """What was seen in a package's pictures: what nobody has confirmed, and warnings."""

    unconfirmed: list[Problem]
    warnings: list[str]


def examine_pictures(package: Package) -> Examination:
    """Look at every picture of a package once, in the order of their paths."""
    shown = {
        image.path: image
        for items in package.items.values()
        for item in items
        for image in item.images
    }
    unconfirmed: list[Problem] = []
    warnings: list[str] = []
    for path, image in sorted(shown.items()):
        content = package.pictures[path].content
        pixels = _decode(content)
        if odd := find_odd_contrast(pixels):
            warnings.append(f"{path} {odd}.")
        if not isinstance(image.source, UnsetType) and image.source.head:
            warnings.append(f"{path} is of a head: a face can be made from such scans.")
        unconfirmed += _list_unconfirmed(package, image, content, pixels)
    return Examination(unconfirmed, warnings)


def require_confirmed(examination: Examination) -> None:
    """Raise InvalidPackage with every concern that the manifest does not confirm."""
    if examination.unconfirmed:
        raise InvalidPackage(
            f"{len(examination.unconfirmed)} time(s) a picture may tell who a patient is; nothing "
            "was loaded.",
            f"Look at each picture. Remove what is there, or say in {MANIFEST} under "
            '"confirmed" who looked and why nothing in them identifies anybody.',
            examination.unconfirmed,
        )


def _list_unconfirmed(
    package: Package, image: PackageImage, content: bytes, pixels: NDArray[np.uint8]
) -> Iterator[Problem]:
    source = None if isinstance(image.source, UnsetType) else image.source
    said = package.manifest.confirmed
    confirmed = [] if isinstance(said, UnsetType) else said
    for concern in look_at(pixels, source, has_texts=has_texts(content)):
        if not any(one.covers(concern, image.path) for one in confirmed):
            yield Problem(
                f"{_say(concern)}.", f'Look at it, and confirm "{concern}".', path=image.path
            )


def _say(concern: Concern) -> str:
    return concern.label[0].upper() + concern.label[1:]


def _decode(content: bytes) -> NDArray[np.uint8]:
    with Picture.open(io.BytesIO(content)) as picture:
        mode = "L" if picture.mode in ("1", "L") else "RGB"
        return np.asarray(picture.convert(mode))
