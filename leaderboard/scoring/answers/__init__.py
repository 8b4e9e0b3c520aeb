"""Which letters a model's free text means."""

from leaderboard.scoring.answers.parser import (
    PARSER_VERSION,
    AnswerOutcome,
    ParsedAnswer,
    parse_answer,
)
from leaderboard.scoring.answers.words import REFUSAL

__all__ = ["PARSER_VERSION", "REFUSAL", "AnswerOutcome", "ParsedAnswer", "parse_answer"]
