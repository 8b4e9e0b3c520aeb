"""A reader on a scripted server, and answers for it to read."""

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.evaluation.outage import Patience
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.settings import JudgeSettings, Retries
from leaderboard.models.benchmark import Item
from leaderboard.models.reading import ReaderCall
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.readers.reader import Reader
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.judges.judge_server import Answered, Asked, JudgeServer

QUOTE = "the second of the four fits"
TEXT = f"A patient with leg pain; {QUOTE}."
NO_PAUSE = Patience(first=timedelta(0), longest=timedelta(0))
AT_ONCE = Retries(n=2, first=0.0, longest=0.0)


def reply(letters: object, quote: object = QUOTE) -> Answered:
    return Answered(json.dumps({"letters": letters, "quote": quote}))


def read_second_option(asked: Asked) -> Answered:
    """What a good reader says of TEXT."""
    return reply(["B"])


def reader_at(server: JudgeServer, **changes: Any) -> Reader:
    settings: dict[str, Any] = {
        "name": "reader",
        "base_url": server.url,
        "model": "m",
        "retries": AT_ONCE,
    }
    return Reader(JudgeSettings(**(settings | changes)))


def submit_answers(
    sessions: Sessions, items: Iterable[dict[str, Any]], texts: Mapping[str, str]
) -> str:
    """Publish a benchmark of these items and queue these texts by item id."""
    with sessions.write() as session:
        load_items(session, items)
        card = make_card(session, make_team(session, "team", make_user(session, "a")), "model-a")
        return make_submission(session, texts, card=card)


def score(sessions: Sessions, key: str, reader: Reader | None) -> None:
    evaluate(sessions, key, [ChecklistJudge()], 2, patience=NO_PAUSE, reader=reader)


def readings_of(sessions: Sessions) -> list[tuple[str, str, bool, str]]:
    """Outcome, letters, whether right, and the parser's version, in the order of the items."""
    with sessions.read() as session:
        rows = session.scalars(
            select(ParsedPrediction)
            .join(Prediction, Prediction.id == ParsedPrediction.prediction_id)
            .join(Item, Item.id == Prediction.item_id)
            .order_by(Item.key)
        )
        return [(r.outcome, r.letters, r.is_correct, r.parser_version) for r in rows]


def calls_of(sessions: Sessions) -> list[ReaderCall]:
    """All calls in the order of the predictions."""
    with sessions.read() as session:
        query = select(ReaderCall).order_by(ReaderCall.prediction_id, ReaderCall.id)
        return list(session.scalars(query))
