"""Have an LLM judge rate a report and keep every call, whatever the report is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from leaderboard.db import Base
from leaderboard.evaluation.rating.calls import make_call_values
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.judges.calls import Call, Subject, derive_rating
from leaderboard.judges.client import JudgeClient
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.protocol import DimensionRating
from leaderboard.judges.together import run_together
from leaderboard.scoring.rubric import Dimension


class OpenRun(NamedTuple):
    """A judge at a submission, with its connection, and its run's row and state."""

    judge: LlmJudge
    rater_id: int
    client: JudgeClient
    run_id: int
    is_checked: bool


class Keeper(NamedTuple):
    """Where calls about one report are kept: rows of `table` that begin with `key`.

    `known` are those that were kept before, in their order, of any dimension and repeat.
    """

    ledger: Ledger
    table: type[Base]
    key: Mapping[str, object]
    known: Sequence[Call]


async def rate_whole(
    run: OpenRun, keeper: Keeper, subject: Subject, n_repeats: int, *, is_raw: bool = False
) -> list[DimensionRating]:
    """A judge's ratings of a report, a dimension each, in the rubric's order.

    Every dimension is asked about in every repeat, as far as the known calls leave something to
    ask, and each new call is kept when it comes. Ratings are derived once all calls are made; raw
    ones do not look at quotes.
    """
    dimensions = run.judge.dimensions
    asked = await run_together(
        _ask(run, keeper, subject, question) for question in product(dimensions, range(n_repeats))
    )
    calls = [call for one in asked for call in one]
    return [
        derive_rating(
            dimension,
            subject,
            [c for c in calls if c.dimension == dimension.key],
            is_raw=is_raw,
        )
        for dimension in dimensions
    ]


async def _ask(
    run: OpenRun, keeper: Keeper, subject: Subject, question: tuple[Dimension, int]
) -> list[Call]:
    """All calls about a dimension in one repeat: the known ones, then what was still missing."""
    dimension, repeat = question
    calls = [
        call for call in keeper.known if (call.dimension, call.repeat) == (dimension.key, repeat)
    ]
    async for call in run.judge.ask(run.client, subject, dimension, repeat, tuple(calls)):
        calls.append(call)
        keeper.ledger.add(keeper.table, [{**keeper.key, **make_call_values(call)}])
    return calls
