"""The rubric: sections of rated dimensions."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leaderboard.scoring.harm import Harm

LOWEST, HIGHEST = 1.0, 5.0
Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Text = Annotated[str, Meta(min_length=1, max_length=2_000)]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact about a report that is answered yes or no; `good` is the answer that earns.

    Not applicable takes a question out of the sum where it is `conditional`, such as one about an
    operation in a case that may need none; elsewhere it earns nothing.
    """

    key: Key
    text: Text
    weight: Annotated[float, Meta(gt=0, le=100)] = 1.0
    good: Literal["yes", "no"] = "yes"
    conditional: bool = False
    harm: Harm | UnsetType = UNSET


class Dimension(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is rated from 1 to 5, with anchors for at least 1, 3 and 5.

    Language models do not rate it as a whole: they answer its `questions`, six to ten.
    """

    key: Key
    name: Text
    question: Text
    anchors: dict[Annotated[str, Meta(pattern="^[1-5]$")], Text]
    questions: list[Question] = []


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the report and the dimensions it is rated on."""

    key: Key
    name: Text
    dimensions: Annotated[list[Dimension], Meta(min_length=1)]


class Rubric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sections in their order; none where a benchmark has no reports."""

    sections: list[Section]


NO_RUBRIC = Rubric(sections=[])
"""That of a benchmark without reports."""
