"""Objections: what somebody reports of an item or contests of a result, and the host's answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from msgspec import Meta

from spinebench.shapes.shape import Body, Shape


class NewObjection(Body, frozen=True, kw_only=True):
    """An objection to send: to an item, or to what it gave in a submission of your team."""

    called: ClassVar[str] = "objection"

    benchmark: Annotated[str, Meta(description="The benchmark's short name.")]
    item: Annotated[str, Meta(description="The item's id.")]
    text: Annotated[str, Meta(description="What is wrong, and how you know; no data of patients.")]
    kind: Annotated[
        str, Meta(description="item; with a submission also reading or, where you see it, verdict.")
    ] = "item"
    submission: Annotated[
        str | None, Meta(description="The submission whose reading or verdict is meant.")
    ] = None
    version: Annotated[
        str | None, Meta(description="The benchmark's version; refused unless it is the newest.")
    ] = None


class ObjectionRecord(Shape, frozen=True, kw_only=True):
    """An objection of yours; `state` is open or answered.

    `effect` is what follows: none, correction or campaign; null while it is open, and where the
    answers of the split are hidden, because it would tell the key.
    """

    id: str
    benchmark: str
    version: str
    split: str
    item: str
    kind: str
    submission: str | None
    text: str
    at: datetime
    state: str
    answer: str | None
    answered_at: datetime | None
    effect: str | None


class ObjectionList(Shape, frozen=True, kw_only=True):
    """Your objections, newest first."""

    objections: list[ObjectionRecord]
