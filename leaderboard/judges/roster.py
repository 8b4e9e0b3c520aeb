"""Who rates the reports of a benchmark, by the host's settings and the benchmark's rubric."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.panel import Panel
from leaderboard.judges.protocol import Judge
from leaderboard.judges.settings import JudgeSettings
from leaderboard.scoring.rubric import Rubric
from leaderboard.third_parties import ThirdParties

log = logging.getLogger(__name__)

AnyJudge = Judge | Panel
"""What can rate the reports of a submission; a panel does it by its members."""


def keep_allowed(
    settings: Sequence[JudgeSettings], choice: ThirdParties
) -> tuple[JudgeSettings, ...]:
    """The LLM judges that may be sent items: on own servers alone, where third parties may not."""
    return tuple(one for one in settings if choice.judges or one.own_server)


def make_judges(settings: Sequence[JudgeSettings], rubric: Rubric) -> list[AnyJudge]:
    """The judges, first the one whose ratings become the report score.

    That is a panel of all LLM judges, the only one, or without one the checklist judge, which
    rates beside them otherwise. A rubric without questions is left to the checklist.
    """
    checklist = ChecklistJudge()
    has_questions = all(d.questions for section in rubric.sections for d in section.dimensions)
    if settings and not has_questions:
        log.warning("the rubric has no questions for language models: the checklist judge rates")
    if not settings or not has_questions:
        return [checklist]
    judges = [LlmJudge(one, rubric) for one in settings]
    return [judges[0] if len(judges) == 1 else Panel(judges), checklist]
