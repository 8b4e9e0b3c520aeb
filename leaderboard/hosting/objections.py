"""Answer objections."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest
from leaderboard.hosting.act import Act
from leaderboard.letters.objections import tell_objector
from leaderboard.models.objection import Effect, Objection, ObjectionAnswer
from leaderboard.names import read_prose
from leaderboard.objections.read import get_objection
from leaderboard.queue import SEND_LETTER, Nudge

MAX_ANSWER = 2000


def answer_objection(session: Session, key: int, text: str, effect: str, actor: str) -> Act:
    """Answer an objection, once. What its effect names is done by other acts of a host.

    Whoever objected is told by mail that there is an answer, where their address is confirmed.
    Raises NotFound; Conflict for one that is answered; InvalidRequest, each under its field, for a
    text that cannot be used and an effect that there is not.
    """
    lock_row(session, Objection.id, key)
    told = get_objection(session, key)
    if told.answer is not None:
        raise Conflict(f"Objection {key} is answered already.", "An answer stands as it was given.")
    fields = FieldProblems()
    with fields.at("text"):
        said = read_prose(text.replace("\r\n", "\n"), "The answer", MAX_ANSWER)
        if not said:
            raise InvalidRequest("The answer is empty.", "Say what you found.")
    with fields.at("effect"):
        if effect not in set(Effect):
            raise InvalidRequest("The effect is missing.", f"Choose one of {', '.join(Effect)}.")
    fields.raise_all()
    session.add(ObjectionAnswer(objection_id=key, text=said, effect=Effect(effect), at=now()))
    benchmark = told.split.benchmark
    subject = f"objection {key} to {told.item.key} of {benchmark.slug} {benchmark.version}"
    note = f"effect: {effect}"
    add_audit(session, actor, "answer objection", subject, note, benchmark=benchmark.slug)
    session.flush()
    letter = tell_objector(session, told.objection)
    waiting = () if letter is None else (Nudge(SEND_LETTER, letter.id),)
    return Act(f"Objection {key} is answered.", waiting=waiting)
