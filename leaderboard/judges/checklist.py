"""The checklist judge: rates a report by the checks of its case, the same way every time."""

from __future__ import annotations

from collections.abc import Sequence

from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
from leaderboard.scoring.checklist import (
    RULES_VERSION,
    CheckState,
    ErrorCheck,
    rate_checks,
    rate_dimensions,
)

LIMITS = (
    "The checklist judge looks for each case's expected findings, levels, sides, advice and "
    "disclaimers as words in sentences. It does not understand a report: it misses what is said "
    "in words that are not on its lists, cannot assess reasoning or style, can rarely tell good "
    "reports apart, and can be satisfied by sentences written for it. Its ratings are not "
    "calibrated "
    "against surgeons."
)


class ChecklistJudge:
    """A deterministic judge without a model; see docs/checklist-judge.md."""

    kind = "checklist"
    identity = JudgeIdentity("checklist", RULES_VERSION)
    limits = LIMITS
    at_once = 30

    def rate(self, case: ReportCase, report: str) -> Sequence[DimensionRating]:
        """One rating for each dimension of `case`, with the checks that decided it."""
        results = rate_checks(case.checklist, report, case.question)
        ratings = rate_dimensions(case.checklist, results, case.dimensions)
        rated = []
        for dimension in case.dimensions:
            own = [
                result
                for check, result in zip(case.checklist, results, strict=True)
                if dimension in check.dimensions
            ]
            earning = [
                result
                for check, result in zip(case.checklist, results, strict=True)
                if dimension in check.dimensions and not isinstance(check, ErrorCheck)
            ]
            n_met = sum(result.state is CheckState.MET for result in earning)
            n_wrong = sum(result.state is CheckState.CONTRADICTED for result in own)
            reason = (
                f"{n_met} of {len(earning)} checks met, {n_wrong} contradicted"
                if earning
                else "the case has no check for this dimension"
            )
            evidence = tuple(
                {"check": r.key, "state": r.state.value, "sentence": r.evidence} for r in own
            )
            rated.append(DimensionRating(dimension, ratings[dimension], reason, evidence))
        return rated
