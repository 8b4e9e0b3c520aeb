"""The severe errors of a model."""

from __future__ import annotations

from leaderboard.errors import NotFound
from leaderboard.items.harm_lines import HarmLine
from leaderboard.rankings.harm import GradedBy, find_row_harm
from leaderboard.rankings.read import get_row
from leaderboard.scoring.harm_rates import HarmRate
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import find_standing, name_split
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class GradedByRecord(Shape, frozen=True, kw_only=True):
    """Who graded the harm of mistakes, and how far they agree.

    `n` clinicians, null where the grades are constructed. The agreement is the `coefficient` with
    its 95 % interval, over `n_grades` mistakes with single grades; these are null where the
    package states it or nothing is known of it.
    """

    is_constructed: bool
    n: int | None
    who: str
    coefficient: str
    value: float | None
    low: float | None
    high: float | None
    n_grades: int | None


class HarmRateRecord(Shape, frozen=True, kw_only=True):
    """Cases per 100 with such an error: `n_hit` of the `n` whose errors are known.

    Where several runs stand, `value` is their mean and `n_hit` counts the cases in which any of
    them has such an error. `value` is null where `n_unanswered` have no answer; of `n_unknown` it
    is not known what was said.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    n_hit: int
    n_unknown: int
    n_unanswered: int


class HarmLineRecord(Shape, frozen=True, kw_only=True):
    """One part of the cases: a board, event, red_flag or subcondition, by its name and title.

    `n_graded` cases can have such an error. `severe` counts those with a severe one, and
    `moderate_or_worse` those with one that is moderate or severe; `n_errors` are all severe
    errors, null of events, red flags and several runs.
    """

    part: str
    name: str
    title: str
    n_graded: int
    severe: HarmRateRecord
    moderate_or_worse: HarmRateRecord
    n_errors: int | None


class HarmProfileRecord(Shape, frozen=True, kw_only=True):
    """The severe errors of a model; `judges` are those whose uncalibrated verdicts they follow."""

    benchmark: str
    version: str
    split: str
    model: str
    graded_by: GradedByRecord
    judges: list[str]
    lines: list[HarmLineRecord]


@get("/harm/<slug>/<split>/<model>")
def show_harm(slug: str, split: str, model: str) -> HarmProfileRecord:
    """The severe errors of a model by track, event and subcondition."""
    found = find_standing(slug, split)
    _, row = get_row(database(), found, model)
    profile = find_row_harm(database(), row)
    if profile is None:
        raise NotFound(
            "No severe errors are shown of this result.",
            "The benchmark has no harm grades, or the breakdown of the result is not public.",
        )
    return HarmProfileRecord(
        **name_split(found),
        model=row.model.slug,
        graded_by=_show_graded_by(profile.graded_by),
        judges=list(profile.judges),
        lines=[_show_line(line) for line in profile.lines],
    )


def _show_graded_by(by: GradedBy) -> GradedByRecord:
    return GradedByRecord.of(by)


def _show_line(line: HarmLine) -> HarmLineRecord:
    return HarmLineRecord.of(
        line,
        name=line.key,
        severe=_show_rate(line.severe),
        moderate_or_worse=_show_rate(line.worse),
    )


def _show_rate(rate: HarmRate) -> HarmRateRecord:
    value, low, high = rate.estimate or (None, None, None)
    return HarmRateRecord.of(rate, value=value, low=low, high=high)
