"""What pages say of severe errors: who graded them, and whose verdicts they follow from."""

from __future__ import annotations

from msgspec import UnsetType

from leaderboard.models.ranking import Board
from leaderboard.rankings.harm import GradedBy, HarmProfile
from leaderboard.rankings.rows import RankingTable
from leaderboard.scoring.harm import HarmError
from leaderboard.scoring.harm_rates import HarmRate


def say_graded_by(by: GradedBy) -> str:
    """Who graded, and how far they agree, as one or two sentences."""
    if by.is_constructed:
        return "The harm grades are constructed: no clinician gave them."
    graders = "1 clinician" if by.n == 1 else f"{by.n} clinicians"
    said = f"The harm was graded by {graders}{f' ({by.who})' if by.who else ''}."
    if by.value is None:
        if by.n == 1:
            return f"{said} Nobody else graded it, so no agreement is known."
        return f"{said} How far they agree is not known."
    ends = "" if by.low is None or by.high is None else f" [{by.low:.2f}, {by.high:.2f}]"
    over = f" over {by.n_grades:,} graded mistakes" if by.n_grades else ", as the package states"
    return f"{said} Their agreement is {by.value:.2f}{ends} ({by.coefficient}){over}."


def say_judged_by(profile: HarmProfile) -> str:
    """Whose verdicts on reports these are; nothing without a report."""
    if not profile.judges:
        return ""
    judges = " and ".join(profile.judges)
    return (
        f"What reports got wrong is the uncalibrated verdict of the judge {judges}; "
        "no expert has confirmed it."
    )


def say_error(error: HarmError) -> str:
    """What a mistake is, such as "critical error: wrong level"; lesser ones by their grade."""
    found = error.consequence
    said = "critical error" if error.is_critical else f"{found.grade.value} harm"
    if isinstance(found.event, UnsetType):
        return f"{said}: {'commission' if error.is_commission else 'omission'}"
    flag = "" if isinstance(found.red_flag, UnsetType) else f", {found.red_flag.label.lower()}"
    return f"{said}: {found.event.label.lower()}{flag}"


def say_rate(rate: HarmRate) -> str:
    """Why there is no rate."""
    if rate.n_unanswered:
        n = rate.n_unanswered
        return f"{n:,} graded case{'' if n == 1 else 's'} {'has' if n == 1 else 'have'} no answer"
    return "of no graded case is it known what was said"


def say_of_ranking(table: RankingTable, by: GradedBy | None) -> str:
    """What stands below a ranking with severe errors; nothing where none were counted."""
    if by is None or not any(row.harm for row in table.rows):
        return ""
    said = "Severe errors: cases with at least one, per 100 graded cases; lower is better. "
    said += "No score includes them. " + say_graded_by(by)
    if any(Board.REPORT in row.harm for row in table.rows):
        said += " Those in reports are uncalibrated verdicts of judges, confirmed by no expert."
    return said
