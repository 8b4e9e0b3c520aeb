"""Registration, sign-in and passwords."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.passwords import (
    check_password,
    hash_password,
    is_password,
    needs_new_hash,
)
from leaderboard.accounts.web_sessions import end_sessions
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotSignedIn
from leaderboard.models.team import User
from leaderboard.names import find_unshowable, read_name

MAX_NAME_CHARACTERS = 120
MAX_EMAIL_CHARACTERS = 254
_APART = r"@\s()<>\[\]:;,\\\""
"""What sets addresses apart in a mail's header: `1,ada@example.org` would be written to as two."""
EMAIL_FORM = re.compile(rf"[^{_APART}]{{1,64}}@[^{_APART}.]+(\.[^{_APART}.]+)+")
CLOSED = "This account is closed."


def register(session: Session, *, email: str, name: str, password: str) -> User:
    """Add a user. Raises InvalidRequest for unusable values, Conflict if the e-mail is taken."""
    fields = FieldProblems()
    with fields.at("name"):
        name = read_name(name, "The name", MAX_NAME_CHARACTERS)
    with fields.at("email"):
        email = read_email(email)
        if find_user(session, email) is not None:
            raise _email_taken()
    with fields.at("password"):
        check_password(password, email=email, name=name)
    fields.raise_all()
    user = User(
        email=email,
        name=name,
        password_hash=hash_password(password),
        created_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        raise _email_taken().at("email") from None
    return user


def read_email(text: str) -> str:
    """`text` as an e-mail address in lower case. Raises InvalidRequest."""
    email = text.strip().lower()
    is_seen = find_unshowable(email) is None
    if not (is_seen and EMAIL_FORM.fullmatch(email)) or len(email) > MAX_EMAIL_CHARACTERS:
        raise InvalidRequest("This is not an e-mail address.", "Write it like name@example.org.")
    return email


def authenticate(session: Session, *, email: str, password: str) -> User:
    """The user with these credentials. Raises NotSignedIn, the same for either being wrong.

    Who is banned learns it with the right password alone.
    """
    user = find_user(session, email)
    if not is_password(password, (user.password_hash or None) if user else None) or user is None:
        raise NotSignedIn(
            "The e-mail address or the password is wrong.",
            "Try again, or see how to get a new password below the form.",
        )
    if user.is_banned:
        raise NotSignedIn(CLOSED, "Contact the host of this server.")
    if needs_new_hash(password, user.password_hash):
        user.password_hash = hash_password(password)
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Give `user` a new password and end every session. Raises InvalidRequest if unusable."""
    check_password(password, email=user.email, name=user.name)
    user.password_hash = hash_password(password)
    end_sessions(session, user)


def change_password(session: Session, user: User, *, password: str, new_password: str) -> None:
    """Set `new_password` for `user`, who proves to be them by `password`; ends every session.

    Raises InvalidRequest where the one is wrong or the other unusable.
    """
    fields = FieldProblems()
    with fields.at("password"):
        require_password(user, password)
    with fields.at("new_password"):
        check_password(new_password, email=user.email, name=user.name)
    fields.raise_all()
    set_password(session, user, new_password)


def has_password(user: User) -> bool:
    """Whether a password signs `user` in: not one who signs in by providers alone."""
    return user.password_hash.startswith("$")


def require_password(user: User, password: str) -> None:
    """Raise InvalidRequest unless `password` is that of `user`, who is signed in."""
    if not is_password(password, user.password_hash):
        raise InvalidRequest("This is not your current password.", "Try again.")


def set_email(session: Session, user: User, email: str) -> None:
    """Give `user` another e-mail address, which is unconfirmed. Raises Conflict if it is taken."""
    if user.email == email:
        raise InvalidRequest("This is your e-mail address already.", "There is nothing to do.")
    if find_user(session, email) is not None:
        raise _email_taken()
    try:
        with session.begin_nested():
            user.email = email
    except IntegrityError:
        session.refresh(user)
        raise _email_taken() from None
    session.expire(user, ["is_confirmed", "grace_began_at"])


def find_user(session: Session, email: str) -> User | None:
    """The user with this e-mail address, in any case of letters."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def _email_taken() -> Conflict:
    return Conflict("An account with this e-mail address already exists.", "Sign in with it.")
