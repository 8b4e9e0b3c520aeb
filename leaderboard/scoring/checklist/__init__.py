"""How a report is rated by the checklist of its case."""

from leaderboard.scoring.checklist.rules import (
    RULES_VERSION,
    AbsentCheck,
    Check,
    CheckResult,
    CheckState,
    DisclaimerCheck,
    ErrorCheck,
    FindingCheck,
    ForbiddenCheck,
    LevelCheck,
    MeasureCheck,
    MentionCheck,
    SideCheck,
    TermCheck,
    checklist_problems,
    rate_checks,
    rate_dimensions,
    weigh_checks,
)
from leaderboard.scoring.checklist.text import MAX_CHARACTERS, visible_text
from leaderboard.scoring.checklist.words import split_words

__all__ = [
    "MAX_CHARACTERS",
    "RULES_VERSION",
    "AbsentCheck",
    "Check",
    "CheckResult",
    "CheckState",
    "DisclaimerCheck",
    "ErrorCheck",
    "FindingCheck",
    "ForbiddenCheck",
    "LevelCheck",
    "MeasureCheck",
    "MentionCheck",
    "SideCheck",
    "TermCheck",
    "checklist_problems",
    "rate_checks",
    "rate_dimensions",
    "split_words",
    "visible_text",
    "weigh_checks",
]
