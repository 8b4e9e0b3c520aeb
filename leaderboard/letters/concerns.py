"""Letters about what needs attention: who gets one, when, and what was said before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import EVERYWHERE, read_holders
from leaderboard.db import lock_row, read_clock
from leaderboard.letters.ask import add_letter
from leaderboard.models.concern import AttentionRefusal, ToldConcern
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.notice import NoticeState
from leaderboard.models.role import SITE, Role
from leaderboard.models.team import User

PAUSE = timedelta(days=1)
URGENT_PAUSE = timedelta(minutes=15)


class Concern(NamedTuple):
    """Something that needs attention, by `key`, as it stands by `state`.

    `words` say what, and `path` where on this site to look. It is for the hosts of `benchmark`, or
    on SITE for administrators. One that `is_new` has not held for long enough to be told.
    """

    key: str
    state: str
    words: str
    path: str
    benchmark: str = SITE
    is_urgent: bool = False
    is_new: bool = False


def tell_concerns(session: Session, concerns: Sequence[Concern]) -> None:
    """Have letters sent about those of `concerns`, which are all that there are, not told before.

    Hosts are told of their benchmarks; administrators of the site, and of a benchmark without a
    host who can be told. Each gets at most one letter a day; what is urgent is told within
    URGENT_PAUSE, and takes along what waits. Everything is said once until it changes, or ends and
    begins again.
    """
    refused = set(session.scalars(select(AttentionRefusal.user_id)))
    reaches: dict[User, set[str]] = {}
    for held in read_holders(session, EVERYWHERE):
        user = held.user
        may_be_told = user.is_confirmed and not user.is_banned and user.id not in refused
        if may_be_told and held.role in (Role.HOST, Role.ADMIN):
            reaches.setdefault(user, set()).add(held.benchmark)
    hosted = set().union(*reaches.values()) if reaches else set()
    for user, benchmarks in reaches.items():
        own = [
            one
            for one in concerns
            if one.benchmark in benchmarks or (SITE in benchmarks and one.benchmark not in hosted)
        ]
        _tell(session, user, own)


def read_told(session: Session, letter: Letter, owner: User) -> Sequence[ToldConcern]:
    """What a letter to the address of `owner` tells of and still holds, urgent or not, by key."""
    return session.scalars(
        select(ToldConcern)
        .where(ToldConcern.letter_id == letter.id, ToldConcern.user_id == owner.id)
        .order_by(ToldConcern.concern)
    ).all()


def is_told(session: Session, user: User) -> bool:
    """Whether a person wants letters about what needs their attention."""
    return session.get(AttentionRefusal, user.id) is None


def set_told(session: Session, user: User, *, wants: bool) -> None:
    """Note whether a person wants them."""
    session.execute(delete(AttentionRefusal).where(AttentionRefusal.user_id == user.id))
    if not wants:
        session.add(AttentionRefusal(user_id=user.id))
    session.flush()


def _tell(session: Session, user: User, concerns: Sequence[Concern]) -> None:
    told = _read_rows(session, user)
    if not told and all(one.is_new for one in concerns):
        return
    # Of two reconcilers the second one sees what the first has told.
    lock_row(session, User.id, user.id)
    told = _read_rows(session, user)
    for key in told.keys() - {one.key for one in concerns}:
        session.delete(told[key])
    news = [one for one in concerns if not one.is_new and _is_news(one, told.get(one.key))]
    if news:
        letter = _find_letter(session, user, is_urgent=any(one.is_urgent for one in news))
        _write_down(session, user, letter, news)
    session.flush()


def _read_rows(session: Session, user: User) -> dict[str, ToldConcern]:
    query = select(ToldConcern).where(ToldConcern.user_id == user.id)
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {row.concern: row for row in rows}


def _is_news(concern: Concern, told: ToldConcern | None) -> bool:
    return told is None or told.state != concern.state


def _find_letter(session: Session, user: User, *, is_urgent: bool) -> Letter:
    """The letter that waits, or a new one, to leave when the person may have one."""
    letters = session.scalars(
        select(Letter)
        .where(Letter.kind == LetterKind.ATTENTION, Letter.address == user.email)
        .with_for_update(key_share=True)
    ).all()
    waiting = next((one for one in letters if one.state is NoticeState.WAITING), None)
    pause = URGENT_PAUSE if is_urgent else PAUSE
    moment = read_clock(session)
    due = max([moment, *(one.next_at + pause for one in letters if one is not waiting)])
    if waiting is None:
        waiting = add_letter(session, LetterKind.ATTENTION, user.email, user)
        waiting.at = waiting.next_at = due
    elif is_urgent and due < waiting.next_at:
        waiting.next_at = due
    return waiting


def _write_down(session: Session, user: User, letter: Letter, concerns: Iterable[Concern]) -> None:
    for one in concerns:
        session.merge(
            ToldConcern(
                user_id=user.id,
                concern=one.key,
                state=one.state,
                words=one.words,
                path=one.path,
                letter_id=letter.id,
            )
        )
