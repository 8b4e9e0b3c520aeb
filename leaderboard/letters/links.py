"""The links in letters: signed, each for one purpose, for a while; nothing of them is stored.

A link about an account names its state (address and password hash), so it dies with either.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import InvalidRequest
from leaderboard.models.team import User


class Purpose(NamedTuple):
    """What a link is for, and how long it can be used, also in words."""

    name: str
    lasts: timedelta
    words: str


REGISTRATION = Purpose("registration", timedelta(days=3), "three days")
RESET = Purpose("reset", timedelta(hours=1), "an hour")
CONFIRMATION = Purpose("confirmation", timedelta(days=3), "three days")


class ConfirmedAddress(NamedTuple):
    """That `address` is the user's: the one they have, or the one that they want instead."""

    user: User
    address: str


class Links:
    """Signs and reads the texts of links with the site's secret keys (the first signs)."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._keys = list(reversed(secret_keys))

    def sign_registration(self, address: str) -> str:
        """For whoever reads the mail of `address`, to make an account."""
        return self._sign(REGISTRATION, address)

    def read_registration(self, text: str) -> str:
        """The address of a registration's link. Raises InvalidRequest."""
        return str(self._read(REGISTRATION, text))

    def sign_reset(self, user: User) -> str:
        """For whoever reads the mail of `user`, to set a new password, once."""
        return self._sign(RESET, [user.id, _state(user)])

    def get_reset(self, session: Session, text: str, *, uses: bool = False) -> User:
        """The user of a reset's link. Raises InvalidRequest, for a used one too.

        One who `uses` it has others with the same link wait, who then find it used.
        """
        return _get_user(session, self._read(RESET, text), locks=uses)

    def sign_confirmation(self, user: User, address: str) -> str:
        """For `user`, to show that they read the mail of `address`."""
        return self._sign(CONFIRMATION, [user.id, _state(user), address])

    def get_confirmation(self, session: Session, text: str) -> ConfirmedAddress:
        """What a confirmation's link shows. Raises InvalidRequest, if the user moved on too."""
        *who, address = self._read(CONFIRMATION, text)
        return ConfirmedAddress(_get_user(session, who), str(address))

    def _sign(self, purpose: Purpose, content: Any) -> str:
        return self._signer(purpose).dumps(content)

    def _read(self, purpose: Purpose, text: str) -> Any:
        try:
            return self._signer(purpose).loads(text, max_age=int(purpose.lasts.total_seconds()))
        except SignatureExpired:
            raise InvalidRequest("The link has expired.", "Ask for a new one.") from None
        except (BadSignature, ValueError, TypeError):
            raise InvalidRequest(
                "The link is damaged.", "Copy the whole link, or ask for a new one."
            ) from None

    def _signer(self, purpose: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._keys, salt=f"letter {purpose.name}")


def _get_user(session: Session, who: Sequence[Any], *, locks: bool = False) -> User:
    user_id, state = who
    query = select(User).where(User.id == int(user_id))
    if locks:
        query = query.with_for_update(key_share=True, of=User)
    user = session.scalar(query.execution_options(populate_existing=locks))
    if user is None or user.is_banned or not hmac.compare_digest(str(state), _state(user)):
        raise InvalidRequest("The link is no longer valid.", "Ask for a new one.")
    return user


def _state(user: User) -> str:
    """A short hash of what a link about `user` must not outlive."""
    return hashlib.sha256(f"{user.email} {user.password_hash}".encode()).hexdigest()[:32]
