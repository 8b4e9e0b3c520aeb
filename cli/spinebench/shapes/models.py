"""Model cards."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from spinebench.shapes.shape import Body, Shape

Listed = Annotated[str | None, Meta(extra={"is_listed": True})]
"""A fact that has a column where the command lists model cards."""


class NewModel(Body, frozen=True, kw_only=True):
    """The facts of a model card to make.

    `base` is the short name of a model of this site that it was made from, and `variant` says how
    it differs; `base_model` names one that is not here.
    """

    called: ClassVar[str] = "model card"

    team: str
    slug: str
    name: Annotated[str, Meta(description="As it should appear in the ranking.")]
    organisation: Annotated[str, Meta(description="Who made the model.")]
    open_weights: Annotated[bool, Meta(description="Can others download it?")]
    parameters_billion: Annotated[float | None, Meta(description="Such as 7 or 0.135.")] = None
    licence: Annotated[str | None, Meta(description="Such as Apache-2.0.")] = None
    base_model: Annotated[
        str | None, Meta(description="What it was trained from, if that is not on the site.")
    ] = None
    base: Annotated[
        str | None,
        Meta(description="Or the short name of the model on the site that it was made from."),
    ] = None
    variant: Annotated[
        str | None, Meta(description="How it differs from its base: spine only.")
    ] = None
    trained_on_split: Annotated[
        str | None,
        Meta(description="Was it trained on the hidden questions, or on text from them? yes, no."),
    ] = None
    training_note: Annotated[str | None, Meta(description="Which questions, and how.")] = None
    url: Annotated[str | None, Meta(description="Paper, code or weights.")] = None
    description: Annotated[str | None, Meta(description="A sentence or two.")] = None


class ChangedModel(Body, frozen=True, kw_only=True):
    """What to change of a model card; what is left out stays, and null takes a fact away."""

    called: ClassVar[str] = "change"

    name: str | msgspec.UnsetType = msgspec.UNSET
    organisation: str | msgspec.UnsetType = msgspec.UNSET
    open_weights: bool | msgspec.UnsetType = msgspec.UNSET
    parameters_billion: float | msgspec.UnsetType | None = msgspec.UNSET
    licence: str | msgspec.UnsetType | None = msgspec.UNSET
    base_model: str | msgspec.UnsetType | None = msgspec.UNSET
    base: str | msgspec.UnsetType | None = msgspec.UNSET
    variant: str | msgspec.UnsetType | None = msgspec.UNSET
    trained_on_split: str | msgspec.UnsetType | None = msgspec.UNSET
    training_note: str | msgspec.UnsetType | None = msgspec.UNSET
    url: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET


class ModelRecord(Shape, frozen=True, kw_only=True):
    """A model card.

    `base_consent` is what the team of its base says to being shown as such: requested, accepted or
    refused; own where it is the same team; null without a base.
    """

    slug: str
    name: str
    team: str
    organisation: str
    parameters_billion: float | None
    open_weights: bool
    licence: Listed
    base_model: str | None
    base: str | None
    variant: str | None
    base_consent: str | None = None
    trained_on_split: str | None = None
    training_note: str | None = None
    url: str | None
    description: str | None


class ModelList(Shape, frozen=True, kw_only=True):
    """Model cards by name."""

    models: list[ModelRecord]
