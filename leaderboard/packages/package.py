"""The benchmark package format: a manifest, items as JSON lines, and images.

The structs here are the format; docs/benchmark-package.schema.json is written from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leaderboard.models.benchmark import Answers, Track
from leaderboard.pictures import Confirmed, PictureSource
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.harm import OptionHarm, OptionLetter
from leaderboard.scoring.levels import LEVEL_PATTERN
from leaderboard.scoring.rubric import NO_RUBRIC, Rubric
from leaderboard.scoring.totals import SPINEBENCH_RULE, OverallRule

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
ShortKey = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=39)]
ItemId = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:()-]*( [A-Za-z0-9._:()-]+)*$",
        max_length=120,
        description="Letters, digits, . _ : ( ) - and single blanks between them.",
    ),
]
Letter = OptionLetter
Level = Annotated[
    str,
    Meta(
        pattern=LEVEL_PATTERN,
        description="A vertebra such as T12, or a disc such as L4/L5; of transitional anatomy T13, "
        "L6, L5/L6, L6/S1 or S1/S2, with the item's numbering.",
    ),
]
Numbering = Annotated[
    Literal["from_c2", "from_sacrum", "unspecified"],
    Meta(description="How the vertebrae are counted; the question ends by saying it."),
]
NUMBERING_WORDS: Mapping[Numbering, str] = {
    "from_c2": "Vertebrae are counted from C2 down.",
    "from_sacrum": "Vertebrae are counted from the sacrum up.",
    "unspecified": "The numbering of the vertebrae is not specified.",
}
"""What everybody who is asked a question with a numbering reads at its end."""
Sentence = Annotated[str, Meta(min_length=1, max_length=20_000)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Canary = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._:-]*$",
        min_length=16,
        max_length=120,
        description="A text that occurs nowhere else, such as a name with a random UUID. It is "
        "sent with every item that goes to an endpoint, so that leaked items can be found.",
    ),
]
FilePath = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_][A-Za-z0-9_./()+,-]*( [A-Za-z0-9_./()+,-]+)*$",
        max_length=200,
        description="Letters, digits, _ . / ( ) + , - and single blanks between them.",
    ),
]

Moment = Annotated[
    datetime,
    Meta(tz=True, description="With its time zone, such as 2027-01-31T12:00:00Z."),
]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the format: immutable, and a key that it does not know is an error."""


class TrackName(_Part, frozen=True, kw_only=True):
    """A track and what it is called on the pages: text, image, report, or one of the host's own."""

    key: ShortKey
    name: Name


class Term(_Part, frozen=True, kw_only=True):
    """One value of the taxonomy."""

    key: Key
    name: Name


class AttributeValue(_Part, frozen=True, kw_only=True):
    """A value of an attribute."""

    key: ShortKey
    name: Name


class Attribute(_Part, frozen=True, kw_only=True):
    """Something else that items may say of themselves, such as the scanner, and its values."""

    key: ShortKey
    name: Name
    values: Annotated[list[AttributeValue], Meta(min_length=1)]


class Taxonomy(_Part, frozen=True, kw_only=True):
    """The values that items may carry; of a list that is left out no item has one."""

    subconditions: list[Term] = []
    axes: list[Term] = []
    modalities: list[Term] = []
    attributes: list[Attribute] | UnsetType = UNSET


def list_attributes(taxonomy: Taxonomy) -> list[Attribute]:
    """The attributes that a taxonomy declares."""
    return [] if isinstance(taxonomy.attributes, UnsetType) else taxonomy.attributes


Prompts = Annotated[
    dict[ShortKey, Sentence],
    Meta(
        description="What a model is asked in each track, by the track's key; `{question}` and "
        "`{options}` are filled in."
    ),
]


class PhaseFacts(_Part, frozen=True, kw_only=True):
    """A phase of a split: from when to when it takes submissions, how many of a team in all of it.

    The ranking at the end of a `final` one stays as it is.
    """

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    opens_at: Moment
    closes_at: Moment
    submissions: Annotated[int, Meta(ge=1, le=1_000)] | UnsetType = UNSET
    final: bool = False


class SplitFile(_Part, frozen=True, kw_only=True):
    """A split and the file of its items; whether its answers are public or hidden.

    `show_items` says whether everybody may see its items with what models answered; left out,
    they may where the answers are public. At `reveal_at` hidden answers become public.
    With `phases` it takes submissions in these alone.
    """

    name: Key
    items: FilePath
    answers: Answers
    show_items: bool | UnsetType = UNSET
    reveal_at: Moment | UnsetType = UNSET
    phases: list[PhaseFacts] = []


class StatedAgreement(_Part, frozen=True, kw_only=True):
    """How far the graders agree, as the package says where it has no single grades."""

    coefficient: Name
    value: Annotated[float, Meta(ge=-1, le=1)]
    low: Annotated[float, Meta(ge=-1, le=1)]
    high: Annotated[float, Meta(ge=-1, le=1)]


class HarmGraders(_Part, frozen=True, kw_only=True):
    """Who graded the harm of mistakes: so many clinicians, or the authors, who constructed it."""

    by: Literal["clinicians", "constructed"]
    n: Annotated[int, Meta(ge=1, le=100)] | UnsetType = UNSET
    who: Name | UnsetType = UNSET
    agreement: StatedAgreement | UnsetType = UNSET


class DataUseAgreement(_Part, frozen=True, kw_only=True):
    """What teams accept before they have items: a text in Markdown, with a version.

    It `covers_pages` that show items too, or downloads and submissions alone.
    """

    version: Annotated[str, Meta(min_length=1, max_length=40)]
    text: Annotated[str, Meta(min_length=1, max_length=100_000)]
    covers_pages: bool = False


class Manifest(_Part, frozen=True, kw_only=True):
    """manifest.json: what the benchmark is, its words, its rubric and its splits.

    What no item uses may be left out: a track's name and prompt, lists of the taxonomy and, without
    reports, the rubric. A `demonstration` is one whose hidden answers are known anyway: all results
    are shown at once. Where one of the `third_party_` facts is false, no item goes to judges (and
    the second reader), or endpoints, outside the host's network.
    """

    format: Literal[1]
    slug: Key
    name: Name
    version: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+([a-z0-9.-]*)$", max_length=40)]
    licence: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Sentence
    notice: str | None = None
    canary: Canary | None = None
    demonstration: bool = False
    agreement: DataUseAgreement | UnsetType = UNSET
    third_party_judges: bool = True
    third_party_endpoints: bool = True
    tracks: list[TrackName] = []
    prompts: Prompts
    taxonomy: Taxonomy = Taxonomy()
    rubric: Rubric = NO_RUBRIC
    overall: OverallRule = SPINEBENCH_RULE
    splits: Annotated[list[SplitFile], Meta(min_length=1)]
    harm: HarmGraders | UnsetType = UNSET
    confirmed: list[Confirmed] | UnsetType = UNSET


class PackageImage(_Part, frozen=True, kw_only=True):
    """A picture of an item; `alt` says what kind of picture it is and never what it shows.

    `source` is how it was made from a scan, as `flask benchmark pictures` writes it.
    """

    path: FilePath
    alt: Sentence
    source: PictureSource | UnsetType = UNSET


class Provenance(_Part, frozen=True, kw_only=True):
    """Where an item comes from: the kind of source (textbook, data set, case ...) and which."""

    kind: Key
    reference: Sentence


class _ItemPart(_Part, frozen=True, kw_only=True):
    id: ItemId
    split: Key
    question: Sentence
    images: list[PackageImage] = []
    subcondition: Key | None = None
    axis: Key | None = None
    levels: list[Level] = []
    numbering: Numbering | None = None
    modality: Key | None = None
    attributes: dict[ShortKey, ShortKey] = {}
    case_id: ItemId | UnsetType = UNSET
    provenance: Provenance | UnsetType = UNSET

    @property
    def case_key(self) -> str:
        """The case that the item is of: one of its own where it names none."""
        return self.id if isinstance(self.case_id, UnsetType) else self.case_id


class McqItem(_ItemPart, frozen=True, kw_only=True, tag_field="kind", tag="mcq"):
    """A multiple-choice question, in its track.

    Where it names none it is in the image track if it has images, else in the text track.
    """

    options: dict[Letter, Sentence]
    track: ShortKey | UnsetType = UNSET
    multiple: bool = False
    answer: Annotated[list[Letter], Meta(min_length=1, max_length=26)]
    explanation: str = ""
    harm: OptionHarm | UnsetType = UNSET


class ReportItem(_ItemPart, frozen=True, kw_only=True, tag_field="kind", tag="report"):
    """A case that asks for a report, with a reference report and the checklist that rates one."""

    reference_report: Sentence
    checklist: Annotated[list[Check], Meta(min_length=1)]


PackageItem = McqItem | ReportItem


def track_of(item: PackageItem) -> Track:
    """The part of the overall score that `item` counts in."""
    if isinstance(item, ReportItem):
        return Track.REPORT
    if not isinstance(item.track, UnsetType):
        return Track(item.track)
    return Track.IMAGE if item.images else Track.TEXT


def write_question(item: PackageItem) -> str:
    """The question as it is asked: with the numbering of the vertebrae, where the item names it."""
    if item.numbering is None:
        return item.question
    return f"{item.question}\n\n{NUMBERING_WORDS[item.numbering]}"


def package_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of manifest.json and of one line of an items file."""
    (manifest, mcq, report), definitions = msgspec.json.schema_components(
        [Manifest, McqItem, ReportItem], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "SpineBench benchmark package, format 1",
        "description": "Validate manifest.json against #/$defs/Manifest and each line of an "
        "items file against this document.",
        "oneOf": [mcq, report],
        "$defs": definitions | {"manifest.json": manifest},
    }
