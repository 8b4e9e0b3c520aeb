"""Whose accounts with providers sign whom in; nobody's by an equal e-mail address."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.providers.ask import Identity
from leaderboard.accounts.users import (
    CLOSED,
    MAX_NAME_CHARACTERS,
    find_user,
    has_password,
    read_email,
)
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, InvalidRequest, NotFound, NotSignedIn
from leaderboard.models.identity import Means
from leaderboard.models.provider import ProviderLink
from leaderboard.models.team import User
from leaderboard.names import read_name

NO_ADDRESS = "@no-address.invalid"
"""Where an account's e-mail address would end: its owner has not given one yet."""
UNNAMED = "Unnamed"


def has_address(user: User) -> bool:
    """Whether `user` has given an e-mail address, confirmed or not."""
    return not user.email.endswith(NO_ADDRESS)


def read_links(session: Session, user: User) -> list[ProviderLink]:
    """The accounts by which `user` signs in, in the order in which they were linked."""
    query = select(ProviderLink).where(ProviderLink.user_id == user.id).order_by(ProviderLink.id)
    return list(session.scalars(query))


def find_linked(session: Session, identity: Identity) -> User | None:
    """Whom this account signs in. Raises NotSignedIn for somebody who is banned."""
    user = session.scalar(
        select(User)
        .join(ProviderLink)
        .where(ProviderLink.issuer == identity.issuer, ProviderLink.subject == identity.subject)
    )
    if user is not None and user.is_banned:
        raise NotSignedIn(CLOSED, "Contact the host of this server.")
    return user


def register_linked(session: Session, identity: Identity) -> User:
    """A new user without a password, whom this account signs in.

    Raises Conflict where an account has the address already: its owner links this one to it.
    """
    email = None if identity.email is None else read_email(identity.email)
    if email is not None and find_user(session, email) is not None:
        raise Conflict(
            f"An account with the address {email} exists already.",
            "Sign in to it as before, then link this provider on your account page.",
        )
    user = User(
        email=email or f"{secrets.token_hex(8)}{NO_ADDRESS}",
        name=_read_name(identity.name),
        password_hash="",
        created_at=now(),
    )
    session.add(user)
    session.flush()
    if email is not None:
        confirm(session, user, Means.PROVIDER)
    link(session, user, identity)
    return user


def link(session: Session, user: User, identity: Identity) -> None:
    """Let this account sign `user` in. Raises Conflict where it signs somebody in already."""
    row = ProviderLink(
        user_id=user.id,
        issuer=identity.issuer,
        subject=identity.subject,
        handle=identity.handle,
        linked_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(
            "This account with the provider is linked already.", "Sign in with it to see where."
        ) from None


def unlink(session: Session, user: User, link_id: int) -> None:
    """Remove a link of `user`. Raises NotFound, or Conflict for their last way to sign in."""
    # Of two requests at once, the second finds the link of the first gone.
    lock_row(session, User.id, user.id)
    row = session.get(ProviderLink, link_id)
    if row is None or row.user_id != user.id:
        raise NotFound("This link is not yours, or does not exist.", "See your account page.")
    n_links = session.scalar(
        select(func.count()).select_from(ProviderLink).where(ProviderLink.user_id == user.id)
    )
    if n_links == 1 and not has_password(user):
        raise Conflict(
            "This is your only way to sign in.", "Set a password, or link another provider first."
        )
    session.delete(row)
    session.flush()


def unlink_all(session: Session, user: User) -> None:
    """Let no account with a provider sign `user` in any more."""
    session.execute(delete(ProviderLink).where(ProviderLink.user_id == user.id))


def _read_name(text: str) -> str:
    try:
        return read_name(text, "The name", MAX_NAME_CHARACTERS)
    except InvalidRequest:
        return UNNAMED
