"""API tokens: `sbk_<prefix>_<secret><checksum>`; the database keeps the prefix and a hash.

The checksum (CRC-32) lets a typing error or a secret scanner's find be told without the
database. The secret has 190 bits, so a plain SHA-256 of the token is enough to store.
"""

from __future__ import annotations

import hmac
import secrets
import string
import zlib
from collections.abc import Collection
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.secret_hash import hash_secret
from leaderboard.accounts.users import CLOSED
from leaderboard.db import now
from leaderboard.errors import FieldProblems, InvalidRequest, NotSignedIn
from leaderboard.makers import TOKENS, is_valid_token, require_room
from leaderboard.models.team import ApiToken, Scope, User
from leaderboard.names import read_name

ALPHABET = string.digits + string.ascii_letters
BRAND = "sbk"
PREFIX_LENGTH = 8
SECRET_LENGTH = 32
CHECKSUM_LENGTH = 6
DEFAULT_DAYS = 90
MAX_DAYS = 365
MAX_NAME_CHARACTERS = 80
USE_NOTED_EVERY = timedelta(minutes=1)


class NewToken(NamedTuple):
    """A token just made: the only time its text is known."""

    row: ApiToken
    text: str


def make_token(
    session: Session,
    user: User,
    *,
    name: str,
    scopes: Collection[Scope],
    days: int | str = DEFAULT_DAYS,
) -> NewToken:
    """Add a token of `user` that expires in `days`.

    Raises InvalidRequest for unusable values, Conflict beyond their limit of tokens.
    """
    require_room(session, user, TOKENS)
    fields = FieldProblems()
    with fields.at("name"):
        name = read_name(name, "The token's name", MAX_NAME_CHARACTERS)
    with fields.at("scope"):
        if not scopes:
            raise InvalidRequest("The token has no scope.", "Choose at least one scope.")
    with fields.at("days"):
        lifetime = _read_lifetime(days)
    fields.raise_all()
    prefix = _random(PREFIX_LENGTH)
    body = f"{BRAND}_{prefix}_{_random(SECRET_LENGTH)}"
    text = body + checksum(body)
    row = ApiToken(
        user_id=user.id,
        name=name,
        prefix=prefix,
        token_hash=hash_secret(text),
        scopes=sorted(scope.value for scope in scopes),
        created_at=now(),
        expires_at=now() + lifetime,
    )
    session.add(row)
    session.flush()
    return NewToken(row, text)


def get_token(session: Session, text: str) -> ApiToken:
    """The valid token that `text` is. Raises NotSignedIn with what is wrong and the remedy."""
    remedy = "Create a new token on your account page."
    if not is_well_formed(text):
        raise NotSignedIn("The API token is incomplete or mistyped.", "Copy the whole token again.")
    row = session.scalar(select(ApiToken).where(ApiToken.prefix == text.split("_")[1]))
    if row is None or not hmac.compare_digest(row.token_hash, hash_secret(text)):
        raise NotSignedIn("The API token is unknown.", remedy)
    if row.revoked_at is not None:
        raise NotSignedIn("The API token has been revoked.", remedy)
    if row.expires_at <= now():
        raise NotSignedIn(f"The API token expired on {row.expires_at:%Y-%m-%d}.", remedy)
    if row.user.is_banned:
        raise NotSignedIn(CLOSED, "Contact the host of this server.")
    return row


def revoke_tokens(session: Session, user: User) -> int:
    """Make every token of `user` useless from now on; how many could still be used."""
    valid = session.scalars(
        select(ApiToken).where(ApiToken.user_id == user.id, is_valid_token())
    ).all()
    moment = now()
    for token in valid:
        token.revoked_at = moment
    return len(valid)


def is_use_to_note(token: ApiToken) -> bool:
    """Whether the last use is old enough to be noted again."""
    return token.last_used_at is None or now() - token.last_used_at > USE_NOTED_EVERY


def is_well_formed(text: str) -> bool:
    """Whether `text` has the form of a token and its checksum is right."""
    body, check = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    parts = body.split("_")
    return (
        len(parts) == 3
        and parts[0] == BRAND
        and len(parts[1]) == PREFIX_LENGTH
        and len(parts[2]) == SECRET_LENGTH
        and check == checksum(body)
    )


def checksum(body: str) -> str:
    """CRC-32 of `body` in base 62, six characters."""
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits


def _read_lifetime(days: int | str) -> timedelta:
    text = str(days).strip()
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    if not 1 <= number <= MAX_DAYS:
        raise InvalidRequest(
            f"A token cannot be valid for {text[:20] or 'no'} days.",
            f"Choose 1 to {MAX_DAYS} whole days.",
        )
    return timedelta(days=number)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
