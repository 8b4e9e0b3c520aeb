"""Whether somebody has confirmed that a package's pictures tell nobody who a patient is."""

from __future__ import annotations

import base64
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
from leaderboard.packages.pictures import PackagePicture, has_texts
from leaderboard.packages.read import Package
from leaderboard.pictures import Concern, Shown, find_odd_contrast, look_at, make_sheet


class Examination(NamedTuple):
    """What was seen in a package's pictures: what nobody has confirmed, warnings, and each picture
    as a sheet shows it."""

    unconfirmed: list[Problem]
    warnings: list[str]
    shown: list[Shown]


def examine_pictures(package: Package) -> Examination:
    """Look at every picture of a package once, in the order of their paths."""
    images = {
        image.path: image
        for items in package.items.values()
        for item in items
        for image in item.images
    }
    shown = [_look(package.pictures[path], image) for path, image in sorted(images.items())]
    return Examination(
        [problem for one in shown for problem in _list_unconfirmed(package, one)],
        [f"{one.path} {text}." for one in shown for text in one.warnings],
        shown,
    )


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
    if examination.unconfirmed:
        raise InvalidPackage(
            f"{len(examination.unconfirmed)} time(s) a picture may tell who a patient is; nothing "
            "was loaded.",
            f"Look at each picture. Remove what is there, or say in {MANIFEST} under "
            '"confirmed" who looked and why nothing in them identifies anybody.',
            examination.unconfirmed,
        )


def _look(picture: PackagePicture, image: PackageImage) -> Shown:
    source = None if isinstance(image.source, UnsetType) else image.source
    pixels = _decode(picture.content)
    warnings = []
    if odd := find_odd_contrast(pixels):
        warnings.append(odd)
    if source is not None and source.head:
        warnings.append("is of a head: a face can be made from such scans")
    concerns = look_at(pixels, source, has_texts=has_texts(picture.content))
    return Shown(image.path, image.path, image.alt, source, concerns, tuple(warnings))


def _list_unconfirmed(package: Package, picture: Shown) -> Iterator[Problem]:
    said = package.manifest.confirmed
    confirmed = [] if isinstance(said, UnsetType) else said
    for concern in picture.concerns:
        if not any(one.covers(concern, picture.path) for one in confirmed):
            yield Problem(
                f"{_say(concern)}.", f'Look at it, and confirm "{concern}".', path=picture.path
            )


def _say(concern: Concern) -> str:
    return concern.label[0].upper() + concern.label[1:]


def _decode(content: bytes) -> NDArray[np.uint8]:
    with Picture.open(io.BytesIO(content)) as picture:
        mode = "L" if picture.mode in ("1", "L") else "RGB"
        return np.asarray(picture.convert(mode))
