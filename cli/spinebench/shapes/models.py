"""Model cards."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from spinebench.shapes.shape import Body, Shape


class NewModel(Body, frozen=True, kw_only=True):
    """The facts of a model card to make.

    `base` is the short name of a model of this site that it was made from, and `variant` says how
    it differs; `base_model` names one that is not here.
    """

    called: ClassVar[str] = "model card"

    team: str
    slug: str
    name: str
    organisation: str
    open_weights: bool
    parameters_billion: float | None = None
    licence: str | None = None
    base_model: str | None = None
    base: str | None = None
    variant: str | None = None
    url: str | None = None
    description: str | None = None


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
    url: str | msgspec.UnsetType | None = msgspec.UNSET
    description: str | msgspec.UnsetType | None = msgspec.UNSET


class ModelRecord(Shape, frozen=True, kw_only=True):
    """A model card."""

    slug: str
    name: str
    team: str
    organisation: str
    parameters_billion: float | None
    open_weights: bool
    licence: str | None
    base_model: str | None
    base: str | None
    variant: str | None
    url: str | None
    description: str | None


class ModelList(Shape, frozen=True, kw_only=True):
    """Model cards by name."""

    models: list[ModelRecord]
