"""What a package that is not loaded would change of the version in front."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.orm import Session

from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Benchmark, Item, ItemImage, Split
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.packages.load import make_item_values, make_reference_values
from leaderboard.packages.package import McqItem, PackageItem
from leaderboard.packages.read import Package
from leaderboard.packages.versions import Known, VersionDiff, compare_known


class Proposed(NamedTuple):
    """The version in front, and what a package changes of it."""

    front: Benchmark
    diff: VersionDiff


def compare_package(session: Session, package: Package) -> Proposed | None:
    """What `package` changes of the open version of its benchmark; None where there is none.

    Nothing is written. The ids of its items in the difference are their places, from 1.
    """
    try:
        front = get_benchmark(session, package.manifest.slug)
    except NotFound:
        return None
    with session.no_autoflush:
        after = _make_benchmark(package)
        hashes = {
            path: hashlib.sha256(picture.content).hexdigest()
            for path, picture in package.pictures.items()
        }

        def read_after(split: Split) -> Mapping[str, Known]:
            items = package.items[split.name]
            return {item.id: _make_known(place, item, hashes) for place, item in enumerate(items)}

        return Proposed(front, compare_known(session, front, after, read_after))


def _make_benchmark(package: Package) -> Benchmark:
    """The version with its splits, in no session."""
    manifest = package.manifest
    benchmark = Benchmark(
        slug=manifest.slug, version=manifest.version, manifest=msgspec.to_builtins(manifest)
    )
    for place, part in enumerate(manifest.splits):
        benchmark.splits.append(Split(id=-1 - place, name=part.name, answers=part.answers))
    return benchmark


def _make_known(place: int, item: PackageItem, hashes: Mapping[str, str]) -> Known:
    shown = [
        ItemImage(position=at, sha256=hashes[image.path], path=image.path, alt=image.alt)
        for at, image in enumerate(item.images)
    ]
    made = Item(id=place + 1, images=shown, **make_item_values(0, place, item))
    reference = ItemReference(**make_reference_values(place + 1, item))
    harm = item.harm if isinstance(item, McqItem) else UNSET
    graded = None if isinstance(harm, UnsetType) else msgspec.to_builtins(harm)
    return Known(made, reference, graded)
