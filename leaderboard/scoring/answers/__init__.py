"""Which letters a model's free text means, and by which rule."""

from leaderboard.scoring.answers.parser import (
    PARSER_VERSION,
    AnswerOutcome,
    Explained,
    ParsedAnswer,
    explain_answer,
    parse_answer,
)
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.words import REFUSAL

__all__ = [
    "PARSER_VERSION",
    "REFUSAL",
    "AnswerOutcome",
    "Explained",
    "ParsedAnswer",
    "Rule",
    "explain_answer",
    "parse_answer",
]
