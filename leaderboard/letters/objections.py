"""Letters to people whose objections are answered: who is written to, and about which objection."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.letters.ask import add_letter
from leaderboard.models.benchmark import Benchmark, Item, Split
from leaderboard.models.letter import Letter, LetterKind, ObjectionLetter
from leaderboard.models.objection import Objection
from leaderboard.models.team import User


class AnsweredObjection(NamedTuple):
    """An objection, and the benchmark that it is to."""

    objection: Objection
    benchmark: Benchmark


def tell_objector(session: Session, objection: Objection) -> Letter | None:
    """Have whoever objected told that their objection is answered.

    None for somebody without a confirmed address, and for the banned.
    """
    user = objection.user
    if not user.is_confirmed or user.is_banned:
        return None
    letter = add_letter(session, LetterKind.OBJECTION, user.email, user)
    session.add(ObjectionLetter(letter_id=letter.id, objection_id=objection.id))
    session.flush()
    return letter


def find_answered(session: Session, letter: Letter, owner: User) -> AnsweredObjection | None:
    """What a letter to the address of `owner` tells of, if the objection is theirs."""
    row = session.execute(
        select(Objection, Benchmark)
        .join(ObjectionLetter, ObjectionLetter.objection_id == Objection.id)
        .join(Item, Item.id == Objection.item_id)
        .join(Split, Split.id == Item.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(ObjectionLetter.letter_id == letter.id, Objection.user_id == owner.id)
    ).one_or_none()
    return None if row is None else AnsweredObjection(*row)
