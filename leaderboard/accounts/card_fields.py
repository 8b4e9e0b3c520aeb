"""The facts on a model card, each declared once.

What reads a card, the form, the pages, the ranking's columns and filters and the tables to take
away follow from here; the column of its table is in `models.team.ModelCard`, its place in the API
and in the participants' command in `spinebench.shapes.models`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlsplit

from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.models.team import ModelCard
from leaderboard.names import read_line, read_name, read_prose

MAX_BILLIONS = 100_000
ANSWERS = ("no", "yes")


@dataclass(frozen=True, kw_only=True)
class CardField:
    """A fact: an attribute of ModelCard of the name `key`, None where the team states nothing.

    `label` stands over it on pages and `called` is its name in a sentence; a form asks for it by
    `asks` (by default the label) with a `hint`. `meaning` says what it is in a table to take away,
    and is empty for a fact that is in none. The ranking has a column of the key `column` for it,
    and a filter by its very words where it `is_filtered`. One that `names_model` may tell a judge
    or an expert whose report they read.
    """

    key: str
    label: str
    called: str
    asks: str = ""
    hint: str = ""
    meaning: str = ""
    column: str = ""
    is_required: bool = False
    is_filtered: bool = False
    names_model: bool = False
    type: ClassVar[type[str] | type[float] | type[bool]] = str

    @property
    def is_text(self) -> bool:
        """Whether it is words, and no number or yes or no."""
        return self.type is str

    def read(self, sent: object) -> Any:
        """The fact in what a form or the API sent. Raises InvalidRequest."""
        raise NotImplementedError

    def write(self, card: ModelCard) -> str:
        """The fact of a card as text, empty where it is not stated."""
        return str(getattr(card, self.key) or "")

    def sort_by(self, card: ModelCard) -> str | float | None:
        """What cards are sorted by: text in small letters, None where it is not stated."""
        return self.write(card).casefold() or None


@dataclass(frozen=True, kw_only=True)
class Line(CardField):
    """A line of up to `limit` characters."""

    limit: int

    def read(self, sent: object) -> str | None:
        read = read_name if self.is_required else read_line
        return read(str(sent or ""), f"The {self.called}", self.limit) or None


@dataclass(frozen=True, kw_only=True)
class Prose(CardField):
    """Text of up to `limit` characters in any number of lines."""

    limit: int

    def read(self, sent: object) -> str | None:
        return read_prose(str(sent or ""), f"The {self.called}", self.limit) or None


@dataclass(frozen=True, kw_only=True)
class Size(CardField):
    """A number of parameters, in billions."""

    type: ClassVar[type[float]] = float

    def read(self, sent: object) -> float | None:
        if sent in (None, ""):
            return None
        remedy = "Write the number of parameters in billions, such as 7 or 0.135."
        try:
            number = float(str(sent))
        except ValueError:
            raise InvalidRequest(f"{str(sent)[:40]!r} is not a number.", remedy) from None
        if not 0 < number < MAX_BILLIONS:
            raise InvalidRequest(f"A model cannot have {number:g} billion parameters.", remedy)
        return number

    def write(self, card: ModelCard) -> str:
        return write_size(getattr(card, self.key))

    def sort_by(self, card: ModelCard) -> float | None:
        size: float | None = getattr(card, self.key)
        return size


@dataclass(frozen=True, kw_only=True)
class Flag(CardField):
    """Yes or no, with the words for each."""

    words: tuple[str, str]
    type: ClassVar[type[bool]] = bool

    def read(self, sent: object) -> bool:
        return sent in (True, "true", "on", "yes", "1")

    def write(self, card: ModelCard) -> str:
        yes, no = self.words
        return yes if getattr(card, self.key) else no


@dataclass(frozen=True, kw_only=True)
class Answer(CardField):
    """A question that a team answers by yes or no, or leaves open."""

    def read(self, sent: object) -> str | None:
        answer = str(sent or "").strip().casefold()
        if answer not in ("", *ANSWERS):
            raise InvalidRequest(
                f"{str(sent)[:40]!r} does not answer the question on {self.called}.",
                "Answer yes or no, or leave it out.",
            )
        return answer or None


@dataclass(frozen=True, kw_only=True)
class Link(CardField):
    """A web address of up to `limit` characters."""

    limit: int

    def read(self, sent: object) -> str | None:
        text = str(sent or "").strip()
        if not text:
            return None
        try:
            parts = urlsplit(text)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.netloc or len(text) > self.limit:
            raise InvalidRequest(
                f"The {self.called} is not a web address.", "Begin it with https://."
            )
        return text


CARD_FIELDS: tuple[CardField, ...] = (
    Line(
        key="name",
        label="Name",
        called="model's name",
        hint="As it should appear in the ranking.",
        is_required=True,
        names_model=True,
        limit=120,
    ),
    Line(
        key="organisation",
        label="Organisation",
        called="model's organisation",
        hint="Who made the model.",
        meaning="who made the model",
        column="organisation",
        is_required=True,
        names_model=True,
        limit=120,
    ),
    Size(
        key="parameters_billion",
        label="Parameters",
        called="size",
        asks="Parameters, in billions",
        hint="Such as 7 or 0.135.",
        meaning="its size in billions of parameters, as stated by its team",
        column="parameters",
    ),
    Flag(
        key="open_weights",
        label="Weights",
        called="weights",
        asks="Open weights: others can download it",
        meaning="whether its weights are open, as stated by its team",
        is_required=True,
        words=("open", "closed"),
    ),
    Line(
        key="licence",
        label="Licence",
        called="licence",
        hint="Such as Apache-2.0.",
        meaning="its licence, as stated by its team",
        column="licence",
        is_filtered=True,
        limit=100,
    ),
    Line(
        key="base_model",
        label="Base model",
        called="base model",
        hint="What it was trained from, if that is not on this site.",
        meaning="what it was trained from, as stated by its team",
        column="base_model",
        names_model=True,
        limit=120,
    ),
    Answer(
        key="trained_on_split",
        label="Trained on the questions",
        called="training on the questions",
        asks="Was it trained or tuned on hidden questions of this site, or on text made from them?",
        hint="Text made from them: translations, explanations, answers of other models. "
        "You may say yes: the model is then marked, so that its scores are not misread.",
        meaning="whether it was trained or tuned on the split or on text made from it (yes, no), "
        "as stated by its team",
        column="trained",
        is_filtered=True,
    ),
    Line(
        key="training_note",
        label="About that training",
        called="note on its training",
        hint="Which questions, and how.",
        limit=300,
    ),
    Link(
        key="url",
        label="Link",
        called="link",
        hint="Paper, code or weights.",
        limit=300,
    ),
    Prose(
        key="description",
        label="Description",
        called="description",
        hint="A sentence or two. Say how the model was prompted.",
        limit=4000,
    ),
)
"""In the order of pages, of tables to take away and of the API."""
STATED_FACTS = tuple(
    field for field in CARD_FIELDS if field.meaning and field.key != "organisation"
)
"""What pages list of a model beside whose it is: as its team states it, or not."""


def read_card_fields(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Every fact that a form or the API sent, by its key. Raises every problem under its key."""
    fields, read = FieldProblems(), {}
    for field in CARD_FIELDS:
        with fields.at(field.key):
            read[field.key] = field.read(sent.get(field.key))
    fields.raise_all()
    return read


def read_family(card: ModelCard) -> list[str]:
    """What the card of a model says of whose it is: names, as far as they are stated."""
    return [card.slug, *(field.write(card) for field in CARD_FIELDS if field.names_model)]


def write_size(billions: float | None) -> str:
    """A number of parameters, such as 7B or 135M; nothing where it is not stated."""
    if billions is None:
        return ""
    return f"{billions:g}B" if billions >= 1 else f"{billions * 1000:g}M"
