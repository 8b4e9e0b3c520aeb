"""The split that an address of the API names, and how answers name it back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from flask import request
from msgspec import UNSET, Meta, UnsetType

from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.releases import find_standing_split
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape

Text = str | UnsetType
"""A value that may be left out."""


def about(description: str, choices: Iterable[str] = ()) -> Meta:
    """What the document says of a value in a query or form: words, and all that it may be.

    A blank one is as good as one left out, for pages send blanks.
    """
    named = list(choices)
    schema = {"enum": ["", *named]} if named else None
    return Meta(description=description, extra_json_schema=schema)


class VersionQuery(Shape, frozen=True, kw_only=True):
    """Which version of a benchmark."""

    version: Annotated[Text, about("The benchmark's version; the newest by default.")] = UNSET


def find_benchmark(slug: str) -> Benchmark:
    """The benchmark in the version that the query asks for. Raises NotFound."""
    return get_benchmark(database(), slug, request.args.get("version"))


def find_split(slug: str, split: str) -> Split:
    """The split in the version that the query asks for. Raises NotFound."""
    return get_split(find_benchmark(slug), split)


def find_standing(slug: str, split: str) -> Split:
    """The same, or the newest version's split where its models stand there now."""
    return find_standing_split(database(), find_split(slug, split))


def name_split(split: Split) -> dict[str, str]:
    """The fields that name a split in an answer."""
    return {
        "benchmark": split.benchmark.slug,
        "version": split.benchmark.version,
        "split": split.name,
    }
