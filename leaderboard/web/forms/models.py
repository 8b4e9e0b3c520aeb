"""The form of a model card, from the declaration of the facts on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, Field, SelectField
from wtforms.widgets import TextArea, URLInput

from leaderboard.accounts.card_fields import (
    ANSWERS,
    CARD_FIELDS,
    Answer,
    CardField,
    Flag,
    Line,
    Link,
    Prose,
    Size,
)
from leaderboard.accounts.teams import describe_model_card
from leaderboard.accounts.variants import MAX_LABEL_CHARACTERS
from leaderboard.models.team import ModelCard, Team
from leaderboard.web.forms.accounts import SLUG
from leaderboard.web.forms.form import PageForm, TextField, name_teams

PLACES = ("name", "slug", "organisation", "open_weights", "trained_on_split")
"""The fields that stand first; what a team may leave out stands below them."""
CHOICES = {"": "Not stated", **{one: one.capitalize() for one in ANSWERS}}


class ModelCardForm(PageForm):
    """A model card: `make_card_form` adds a field for each fact that is declared."""

    team = SelectField("Team", render_kw={"required": True})
    slug = TextField(
        "Short name",
        description="For addresses and commands, such as my-vlm-7b: 3 to 60 lower-case letters, "
        "digits, dots or hyphens. It cannot be changed later.",
        render_kw=SLUG,
    )
    base = TextField(
        "Base on this site",
        description="Or the short name of the model on this site that it was made from: their "
        "results are then shown side by side.",
        render_kw={**SLUG, "required": False, "pattern": False, "list": "bases"},
    )
    variant = TextField(
        "How it differs from that base",
        description="In a few words, such as: spine only; full curriculum.",
        render_kw={"maxlength": MAX_LABEL_CHARACTERS},
    )

    @property
    def first(self) -> list[Field]:
        """The fields that every card fills in, and what nobody should overlook."""
        return [self._fields[key] for key in PLACES]

    @property
    def others(self) -> list[Field]:
        """The facts that may be left out, in the order of their declaration; the base is one."""
        keys = [field.key for field in CARD_FIELDS if field.key not in PLACES]
        place = keys.index("base_model") + 1
        return [self._fields[key] for key in (*keys[:place], "base", "variant", *keys[place:])]

    def offer(self, teams: Sequence[Team]) -> None:
        """Let a person of `teams` choose."""
        self.team.choices = name_teams(teams)

    def list_fields(self) -> list[str]:
        """In the order of the page."""
        return ["team", *(str(field.short_name) for field in (*self.first, *self.others))]


def make_card_form() -> type[ModelCardForm]:
    """The form with a field for each fact on a card."""
    return type("CardForm", (ModelCardForm,), {one.key: _make_field(one) for one in CARD_FIELDS})


def show_card(card: ModelCard | None) -> ModelCardForm:
    """The form as it is before anything is sent."""
    return CardForm(data={} if card is None else _describe(card))


def _describe(card: ModelCard) -> Mapping[str, Any]:
    facts = describe_model_card(card)
    sizes = [field.key for field in CARD_FIELDS if isinstance(field, Size)]
    return {**facts, **{key: f"{facts[key]:g}" for key in sizes if facts[key] is not None}}


def _make_field(fact: CardField) -> Field:
    """An input for `fact`: WTForms makes it one of a form later."""
    label, hint = fact.asks or fact.label, fact.hint
    if isinstance(fact, Flag):
        return BooleanField(label, render_kw={"value": "true"})
    shown: dict[str, Any] = {"required": fact.is_required}
    if isinstance(fact, Line | Link | Prose):
        shown["maxlength"] = fact.limit
    if isinstance(fact, Size):
        shown["inputmode"] = "decimal"
    if isinstance(fact, Answer):
        return SelectField(label, description=hint, choices=CHOICES)
    if isinstance(fact, Prose):
        return TextField(label, description=hint, widget=TextArea(), render_kw={**shown, "rows": 4})
    if isinstance(fact, Link):
        return TextField(label, description=hint, widget=URLInput(), render_kw=shown)
    return TextField(label, description=hint, render_kw=shown)


CardForm = make_card_form()
