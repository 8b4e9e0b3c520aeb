"""What a mistake would do to the patient: grades, events, and the errors of one answer.

An omission is what should have been said and was not; a commission is what should not have been
said and was. An error of the grade severe is a critical error.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leaderboard.labelled import Labelled

OptionLetter = Annotated[str, Meta(pattern=r"^[A-Z]$")]


class Grade(enum.StrEnum):
    """How much harm, in rising order."""

    NONE = "none"
    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"

    @property
    def rank(self) -> int:
        """0 (none) to 3 (severe)."""
        return list(Grade).index(self)


class HarmEvent(Labelled):
    """A kind of mistake that is counted by itself; `label` is what it is called."""

    WRONG_LEVEL = ("wrong_level", "Wrong level")
    WRONG_SIDE = ("wrong_side", "Wrong side")
    MISSED_RED_FLAG = ("missed_red_flag", "Missed red flag")
    CONTRAINDICATED = ("contraindicated_treatment", "Contraindicated treatment")


class RedFlag(Labelled):
    """Which red flag was missed; `label` is what it is called."""

    CAUDA_EQUINA = ("cauda_equina", "Cauda equina syndrome")
    CORD_COMPRESSION = ("cord_compression", "Cord compression")
    INFECTION = ("infection", "Infection")
    UNSTABLE_FRACTURE = ("unstable_fracture", "Unstable fracture")
    TUMOUR = ("tumour", "Tumour")


class Consequence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The harm of one mistake, and the event that it is, where it is one.

    `grades` are those of the single clinicians, in the same order everywhere, null where one of
    them gave none; the `grade` is what they agreed on.
    """

    grade: Grade
    event: HarmEvent | UnsetType = UNSET
    red_flag: RedFlag | UnsetType = UNSET
    grades: list[Grade | None] | UnsetType = UNSET

    def describe(self) -> str:
        """The grade and what the mistake is, such as "severe, wrong level", then who gave what."""
        words = [self.grade.value]
        words += [one.label.lower() for one in (self.event, self.red_flag) if one is not UNSET]
        said = ", ".join(words)
        if self.grades is UNSET:
            return said
        given = ", ".join("no grade" if one is None else one.value for one in self.grades)
        return f"{said} (single grades: {given})"


class Harm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The harm of a check or question: when it is not met, and when the contrary is stated."""

    omission: Consequence | UnsetType = UNSET
    commission: Consequence | UnsetType = UNSET


class OptionHarm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The harm of a question's wrong options, by letter, and of having no answer to it."""

    options: dict[OptionLetter, Consequence] = {}
    missing: Consequence | UnsetType = UNSET


class HarmError(NamedTuple):
    """A mistake that was made, with a harm above none: `is_commission`, or else an omission."""

    is_commission: bool
    consequence: Consequence

    @property
    def is_critical(self) -> bool:
        """Whether its harm is severe."""
        return self.consequence.grade is Grade.SEVERE


def find_check_error(harm: Harm | UnsetType, state: str) -> HarmError | None:
    """The error of a check in its state (see `checklist.CheckState`); None without one.

    What is contradicted is not met either: without a graded commission it counts as an omission.
    """
    if isinstance(harm, UnsetType) or state == "met":
        return None
    if state == "contradicted" and not isinstance(harm.commission, UnsetType):
        return _make_error(harm.commission, is_commission=True)
    return _make_error(harm.omission, is_commission=False)


def find_question_error(
    harm: Harm | UnsetType, good: str, verdict: str, *, is_supported: bool
) -> HarmError | None:
    """The error of an answered question; None without one, and where it is not applicable.

    Where yes is good, a yes without a valid quote is as good as no, as it is for the rating. Where
    no is good, a yes counts only with a valid quote: nobody is charged with what stands nowhere.
    """
    if isinstance(harm, UnsetType) or verdict == "not_applicable":
        return None
    says_yes = verdict == "yes" and is_supported
    if good == "yes":
        return None if says_yes else _make_error(harm.omission, is_commission=False)
    return _make_error(harm.commission, is_commission=True) if says_yes else None


def find_option_errors(harm: OptionHarm, chosen: str) -> list[HarmError]:
    """The errors of the chosen letters; of none, that the answer is missing."""
    if not chosen:
        error = _make_error(harm.missing, is_commission=False)
        return [] if error is None else [error]
    found = (harm.options.get(letter, UNSET) for letter in chosen)
    errors = (_make_error(one, is_commission=True) for one in found)
    return [error for error in errors if error is not None]


def _make_error(consequence: Consequence | UnsetType, *, is_commission: bool) -> HarmError | None:
    if isinstance(consequence, UnsetType) or consequence.grade is Grade.NONE:
        return None
    return HarmError(is_commission, consequence)


def list_consequences(harm: Harm | OptionHarm | UnsetType) -> list[Consequence]:
    """All that an item's check, question or options have, in order."""
    if isinstance(harm, UnsetType):
        return []
    if isinstance(harm, OptionHarm):
        found: list[Consequence | UnsetType] = [*harm.options.values(), harm.missing]
    else:
        found = [harm.omission, harm.commission]
    return [one for one in found if not isinstance(one, UnsetType)]


def list_grades(consequences: Iterable[Consequence]) -> list[list[Grade | None]]:
    """The clinicians' single grades of each mistake that has them."""
    return [one.grades for one in consequences if not isinstance(one.grades, UnsetType)]


COLUMNS = (
    "worst",
    "omission",
    "commission",
    *(event.value for event in HarmEvent),
    *(flag.value for flag in RedFlag),
    "n_severe",
    "n_moderate",
)
"""What is known of an answer's harm, a byte each: the worst grade of all errors, of omissions, of
commissions, of each event and of each red flag that was missed, as ranks of `Grade`; then how
many errors are severe and moderate."""
UNGRADED, UNJUDGED, UNANSWERED = 255, 254, 253
"""In place of a grade: the item names no such mistake; what was answered is not known; there is
no answer. The counts are 0 then."""
N_GRADES = len(COLUMNS) - 2
MOST_COUNTED = 255
"""Errors of one answer, which a byte can count."""


def describe_errors(graded: Sequence[Consequence], errors: Sequence[HarmError]) -> list[int]:
    """The row of an answer with these errors to an item with these graded mistakes.

    An event or red flag is only known of an item that names it; one without any graded mistake
    can do no harm.
    """
    row = _make_blank(graded)
    for error in errors:
        rank = error.consequence.grade.rank
        for name in ("worst", "commission" if error.is_commission else "omission"):
            _raise(row, name, rank)
        for name in _name_events(error.consequence):
            _raise(row, name, rank)
    grades = [error.consequence.grade for error in errors]
    row["n_severe"] = min(grades.count(Grade.SEVERE), MOST_COUNTED)
    row["n_moderate"] = min(grades.count(Grade.MODERATE), MOST_COUNTED)
    return [row[name] for name in COLUMNS]


def describe_unknown(graded: Sequence[Consequence], code: int) -> list[int]:
    """The row of an item with these graded mistakes of which no answer is known, and why."""
    row = _make_blank(graded)
    known = COLUMNS[:N_GRADES]
    return [code if row[name] != UNGRADED and name in known else row[name] for name in COLUMNS]


def describe_ungraded() -> list[int]:
    """The row of an item that nobody graded."""
    return [UNGRADED] * N_GRADES + [0, 0]


def _make_blank(graded: Sequence[Consequence]) -> dict[str, int]:
    row = dict(zip(COLUMNS, describe_ungraded(), strict=True))
    row |= {"worst": 0, "omission": 0, "commission": 0}
    named = [one for one in graded if one.grade is not Grade.NONE]
    return row | {name: 0 for one in named for name in _name_events(one)}


def _name_events(consequence: Consequence) -> list[str]:
    found = (consequence.event, consequence.red_flag)
    return [one.value for one in found if not isinstance(one, UnsetType)]


def _raise(row: dict[str, int], name: str, rank: int) -> None:
    row[name] = max(row[name], rank)


def vote_errors(
    errors: Mapping[int, HarmError | None],
) -> HarmError | None:
    """The error that more than half of a judge's repeats find, by repeat; None else."""
    found = [error for error in errors.values() if error is not None]
    return found[0] if 2 * len(found) > len(errors) else None
