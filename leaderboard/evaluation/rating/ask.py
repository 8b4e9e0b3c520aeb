"""Ask an LLM judge about a report and keep every call, whatever the report is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leaderboard.db import Base
from leaderboard.evaluation.rating.calls import make_call_values
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.judges.calls import Call, Subject
from leaderboard.judges.client import JudgeClient
from leaderboard.judges.llm import LlmJudge
from leaderboard.scoring.rubric import Dimension


class OpenRun(NamedTuple):
    """A judge at a submission, with its connection, and its run's row and state."""

    judge: LlmJudge
    rater_id: int
    client: JudgeClient
    run_id: int
    is_checked: bool


class Keeper(NamedTuple):
    """Where calls about one report are kept: rows of `table` that begin with `key`."""

    ledger: Ledger
    table: type[Base]
    key: Mapping[str, object]


async def ask_judge(
    run: OpenRun,
    keeper: Keeper,
    subject: Subject,
    question: tuple[Dimension, int],
    before: Sequence[Call],
) -> list[Call]:
    """All calls about a dimension in one repeat: those of `before`, then what is still missing.

    `before` may hold calls of other dimensions and repeats. A new call is kept when it comes.
    """
    dimension, repeat = question
    calls = [call for call in before if (call.dimension, call.repeat) == (dimension.key, repeat)]
    async for call in run.judge.ask(run.client, subject, dimension, repeat, tuple(calls)):
        calls.append(call)
        keeper.ledger.add(keeper.table, [{**keeper.key, **make_call_values(call)}])
    return calls
