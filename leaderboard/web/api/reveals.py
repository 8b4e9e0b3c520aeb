"""What a host has revealed of a version, so that anybody can check it against its commitments."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from flask import request
from msgspec import UNSET, UnsetType

from leaderboard.commitments.opened import OpenedItem, OpenedModel, read_opened
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, about, find_benchmark
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class RevealQuery(VersionQuery, frozen=True, kw_only=True):
    """Which version, and whose values."""

    root: Annotated[
        str | UnsetType,
        about("The values behind this root alone, also if their ranking was replaced since."),
    ] = UNSET


class DescribedAnswer(Shape, frozen=True, kw_only=True):
    """What a report is rated by, or the letters of a question with the harm of its options."""

    checklist: list[dict[str, Any]] | UnsetType = UNSET
    reference_report: str | UnsetType = UNSET
    letters: list[str] | UnsetType = UNSET
    harm: dict[str, Any] | UnsetType = UNSET


class RevealedItemRecord(Shape, frozen=True, kw_only=True):
    """A revealed item: the right letters of a question, or what a report is rated by."""

    split: str
    key: str
    track: str
    commitment: str
    salt: str
    answer: list[str] | DescribedAnswer
    revealed_at: datetime
    reason: str


class StepRecord(Shape, frozen=True, kw_only=True):
    """A hash to join, on its side, on the way from a leaf to the root."""

    side: str
    digest: str


class RevealedValueRecord(Shape, frozen=True, kw_only=True):
    """A model's value on an item, as it is hashed; `decides` says whether the item decides ranks.

    `path` is empty where every item of the split is revealed: then the leaves give the root.
    """

    key: str
    salt: str
    value: str
    decides: bool
    path: list[StepRecord]


class RevealedModelRecord(Shape, frozen=True, kw_only=True):
    """The values of a ranked submission on the revealed items."""

    split: str
    model: str
    submission: str
    root: str
    values: list[RevealedValueRecord]


class RevealRecord(Shape, frozen=True, kw_only=True):
    """All that is revealed of a version; `complete` are the splits whose every item is."""

    benchmark: str
    version: str
    complete: list[str]
    items: list[RevealedItemRecord]
    models: list[RevealedModelRecord]


@get("/benchmarks/<slug>/reveal", query=RevealQuery)
def show_reveal(slug: str) -> RevealRecord:
    """The answers and salts that were revealed, and the values of ranked models on these items."""
    found = find_benchmark(slug)
    opened = read_opened(database(), found, request.args.get("root") or None)
    return RevealRecord(
        benchmark=found.slug,
        version=found.version,
        complete=list(opened.complete),
        items=[_show_item(item) for item in opened.items],
        models=[_show_model(model) for model in opened.models],
    )


def _show_item(item: OpenedItem) -> RevealedItemRecord:
    is_plain = isinstance(item.answer, list)
    answer = item.answer if is_plain else DescribedAnswer(**item.answer)
    return RevealedItemRecord.of(item, answer=answer)


def _show_model(model: OpenedModel) -> RevealedModelRecord:
    return RevealedModelRecord.of(
        model,
        values=[
            RevealedValueRecord.of(value, path=[StepRecord.of(step) for step in value.path])
            for value in model.values
        ],
    )
