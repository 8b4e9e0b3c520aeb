"""Registration, sign-in and passwords."""

from __future__ import annotations

import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.names import read_name
from leaderboard.accounts.web_sessions import end_sessions
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotSignedIn
from leaderboard.models.team import User

MAX_NAME_CHARACTERS = 120
MAX_EMAIL_CHARACTERS = 254
MIN_PASSWORD_CHARACTERS = 12
MAX_PASSWORD_CHARACTERS = 200
EMAIL_FORM = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
CLOSED = "This account is closed."

_hasher = PasswordHasher()
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$Ck9LlK+Fgz7MzOL2E0nNUA$"
    "9lQzEvOsiKPBnvGqQHlcWq4gZhQqv6VYxW6VqLhhZSA"
)
"""A hash of no password, checked where there is no user, so that both take the same time."""


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
        check_password(password)
    fields.raise_all()
    user = User(
        email=email,
        name=name,
        password_hash=_hasher.hash(password),
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
    if not EMAIL_FORM.fullmatch(email) or len(email) > MAX_EMAIL_CHARACTERS:
        raise InvalidRequest("This is not an e-mail address.", "Write it like name@example.org.")
    return email


def check_password(password: str) -> None:
    """Raise InvalidRequest if `password` is too short or too long to be used."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidRequest(
            f"The password is too {'long' if password[MAX_PASSWORD_CHARACTERS:] else 'short'}.",
            f"Use {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters; "
            "a few words are easy to remember.",
        )


def authenticate(session: Session, *, email: str, password: str) -> User:
    """The user with these credentials. Raises NotSignedIn, the same for either being wrong.

    Who is banned learns it with the right password alone.
    """
    user = find_user(session, email)
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        user = None
    if user is None:
        raise NotSignedIn(
            "The e-mail address or the password is wrong.",
            "Try again, or ask the host to set a new password.",
        )
    if user.is_banned:
        raise NotSignedIn(CLOSED, "Contact the host of this server.")
    if _hasher.check_needs_rehash(user.password_hash):
        user.password_hash = _hasher.hash(password)
    return user


def set_password(session: Session, user: User, password: str) -> None:
    """Give `user` a new password and end every session. Raises InvalidRequest if unusable."""
    check_password(password)
    user.password_hash = _hasher.hash(password)
    end_sessions(session, user)


def change_password(session: Session, user: User, *, password: str, new_password: str) -> None:
    """Set `new_password` for `user`, who proves to be them by `password`; ends every session.

    Raises InvalidRequest where the one is wrong or the other unusable.
    """
    fields = FieldProblems()
    with fields.at("password"):
        try:
            authenticate(session, email=user.email, password=password)
        except NotSignedIn:
            raise InvalidRequest("This is not your current password.", "Try again.") from None
    with fields.at("new_password"):
        check_password(new_password)
    fields.raise_all()
    set_password(session, user, new_password)


def find_user(session: Session, email: str) -> User | None:
    """The user with this e-mail address, in any case of letters."""
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def _email_taken() -> Conflict:
    return Conflict("An account with this e-mail address already exists.", "Sign in with it.")
