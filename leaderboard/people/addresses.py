"""The e-mail addresses of a person: the present one, and those that they had before.

A change is a line of the audit trail, for older lines know the person by the older address. So it
can be told whose a line is, even where the address has become somebody else's since.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from leaderboard.accounts import users
from leaderboard.audit import add_audit
from leaderboard.models.audit import AuditEntry
from leaderboard.models.team import User

CHANGE = "change address"


class Use(NamedTuple):
    """That an address was a person's in the lines of the audit trail after one and up to another.

    0 and None stand for the first and the last line.
    """

    address: str
    after: int
    until: int | None

    @property
    def is_within(self) -> ColumnElement[bool]:
        """The condition that a line of the audit trail was written in that time."""
        before_end = true() if self.until is None else AuditEntry.id <= self.until
        return (AuditEntry.id > self.after) & before_end


def change_address(session: Session, user: User, email: str) -> None:
    """Give `user` another e-mail address, and write that down.

    Raises InvalidRequest or Conflict as `users.set_email` does.
    """
    old = user.email
    users.set_email(session, user, email)
    add_audit(session, old, CHANGE, f"user {user.email}")
    session.flush()


def read_uses(session: Session, user: User) -> list[Use]:
    """Which addresses were those of `user`, and when: the present one first."""
    found: list[Use] = []
    address, until = user.email, None
    while True:
        after = _find_last(session, AuditEntry.actor == address, until)
        found.append(Use(address, after, until))
        came = _find_last(session, AuditEntry.subject == f"user {address}", until)
        if came <= after:
            return found
        address, until = session.get_one(AuditEntry, came).actor, came


def _find_last(session: Session, which: ColumnElement[bool], until: int | None) -> int:
    """The last change of an address of that kind before a line; 0 if there is none."""
    query = select(func.max(AuditEntry.id)).where(AuditEntry.action == CHANGE, which)
    return session.scalar(query if until is None else query.where(AuditEntry.id < until)) or 0
