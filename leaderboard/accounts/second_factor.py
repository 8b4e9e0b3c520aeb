"""The second factor: codes of an authenticator app (TOTP), recovery codes, whether there is one.

Passkeys, the other kind, are asked for and checked in `passkeys.py`.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import pyotp
from cryptography.fernet import InvalidToken
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import CursorResult, delete, func, select, union, update
from sqlalchemy.orm import Session

from leaderboard.accounts.secret_box import SecretBox
from leaderboard.accounts.web_sessions import end_sessions
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.models.factor import Authenticator, FactorMeans, Passkey, RecoveryCode
from leaderboard.models.team import User
from leaderboard.site import NAME

DRIFT_STEPS = 1
"""A code is taken this many steps of 30 seconds before and after its own."""
N_RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 random bits: no list of guesses gets there, so a plain SHA-256 is enough to keep."""
SET_UP_WITHIN = timedelta(hours=1)
MEANS_WORDS = {
    FactorMeans.AUTHENTICATOR: "a code of your authenticator app",
    FactorMeans.RECOVERY: "a recovery code",
    FactorMeans.PASSKEY: "a passkey",
    FactorMeans.PROVIDER: "the provider that you signed in with",
}


class SetUp(NamedTuple):
    """A new secret for an app, as text and as the address in a QR code; sealed until it is used."""

    secret: str
    address: str
    sealed: str


def begin_set_up(user: User, box: SecretBox, issuer: str = NAME) -> SetUp:
    """A secret that becomes that of `user` once they enter its first code; nothing is kept."""
    secret = pyotp.random_base32()
    return _show(user, secret, box.seal(secret, _purpose(user)), issuer)


def read_set_up(user: User, sealed: str, box: SecretBox, issuer: str = NAME) -> SetUp:
    """What `begin_set_up` sealed for `user` within the hour. Raises InvalidRequest."""
    secret = box.find(sealed, _purpose(user), SET_UP_WITHIN)
    if secret is None:
        raise InvalidRequest(
            "The code to scan has expired.", "Scan the new one, and enter its code within an hour."
        )
    return _show(user, secret, sealed, issuer)


def finish_set_up(session: Session, user: User, set_up: SetUp, code: str) -> list[str]:
    """Make the secret that of `user`, who enters its first code: the recovery codes, only now.

    There are none where they had another second factor before: those stay. Every session of theirs
    ends. Raises InvalidRequest for a wrong code, Conflict where they have an app already.
    """
    lock_row(session, User.id, user.id)
    if find_authenticator(session, user) is not None:
        raise Conflict("You already have an authenticator app.", "Turn it off first.")
    step = _find_step(set_up.secret, _read_code(code), now())
    if step is None:
        raise wrong_code()
    is_first = not has_second_factor(session, user)
    session.add(
        Authenticator(
            user_id=user.id, sealed_secret=set_up.sealed, last_step=step, created_at=now()
        )
    )
    end_sessions(session, user)
    return make_recovery_codes(session, user) if is_first else []


def find_authenticator(session: Session, user: User) -> Authenticator | None:
    """The authenticator of `user`, if they have one."""
    return session.get(Authenticator, user.id)


def read_passkeys(session: Session, user: User) -> list[Passkey]:
    """The passkeys of `user`, in the order in which they were added."""
    query = select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)
    return list(session.scalars(query))


def read_factors(session: Session, user: User) -> list[FactorMeans]:
    """By what `user` can pass the second factor, the recovery codes aside; nothing without one."""
    found = []
    if find_authenticator(session, user) is not None:
        found.append(FactorMeans.AUTHENTICATOR)
    if read_passkeys(session, user):
        found.append(FactorMeans.PASSKEY)
    return found


def has_second_factor(session: Session, user: User) -> bool:
    """Whether a password alone does not sign `user` in."""
    return bool(read_factors(session, user))


def read_users_with_factor(session: Session) -> set[int]:
    """The ids of everybody who has a second factor."""
    return set(session.scalars(union(select(Authenticator.user_id), select(Passkey.user_id))))


def count_recovery_codes(session: Session, user: User) -> int:
    """How many recovery codes `user` has left."""
    query = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.user_id == user.id)
    return session.scalar(query) or 0


def use_code(
    session: Session, user: User, text: str, box: SecretBox, moment: datetime | None = None
) -> FactorMeans:
    """Take a code of the app, or a recovery code; neither is taken again.

    Raises InvalidRequest for any other, the same whatever was wrong with it.
    """
    code = _read_code(text)
    if re.fullmatch(r"[0-9]{6}", code):
        if _use_app_code(session, user, code, box, moment or now()):
            return FactorMeans.AUTHENTICATOR
    elif _use_recovery_code(session, user, code):
        return FactorMeans.RECOVERY
    raise wrong_code()


def wrong_code() -> InvalidRequest:
    """What is said of a code that is not taken."""
    return InvalidRequest(
        "This code is wrong, or has been used.",
        "Wait for the app's next code; if none works, check the clock of your device.",
    )


def make_recovery_codes(session: Session, user: User) -> list[str]:
    """Ten new recovery codes in place of the old ones: the only time that they are known."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [_make_recovery_code() for _ in range(N_RECOVERY_CODES)]
    session.add_all(
        RecoveryCode(code_hash=_hash(user, _read_code(code)), user_id=user.id) for code in codes
    )
    session.flush()
    return codes


def remove_authenticator(session: Session, user: User) -> None:
    """Let the app sign `user` in no more; every session ends, the codes with the last factor."""
    lock_row(session, User.id, user.id)
    session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    end_factor(session, user)


def remove_second_factor(session: Session, user: User) -> None:
    """Let the password alone sign `user` in again; every session ends."""
    lock_row(session, User.id, user.id)
    session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    end_factor(session, user)


def end_factor(session: Session, user: User) -> None:
    """What follows from a factor that was removed: see `remove_authenticator`."""
    if not has_second_factor(session, user):
        session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    end_sessions(session, user)


def reseal_secrets(session: Session, box: SecretBox) -> tuple[int, list[int]]:
    """Seal every secret by the first key: how many, and the users whose secret no key opens."""
    rows: Sequence[Authenticator] = session.scalars(select(Authenticator)).all()
    lost = []
    for row in rows:
        try:
            row.sealed_secret = box.reseal(row.sealed_secret)
        except InvalidToken:
            lost.append(row.user_id)
    return len(rows) - len(lost), lost


def _use_app_code(
    session: Session, user: User, code: str, box: SecretBox, moment: datetime
) -> bool:
    row = find_authenticator(session, user)
    secret = None if row is None else box.find(row.sealed_secret, _purpose(user))
    step = None if secret is None else _find_step(secret, code, moment)
    if step is None:
        return False
    # Of two requests with one code the database lets one through.
    used = session.execute(
        update(Authenticator)
        .where(Authenticator.user_id == user.id, Authenticator.last_step < step)
        .values(last_step=step)
    )
    return isinstance(used, CursorResult) and used.rowcount == 1


def _use_recovery_code(session: Session, user: User, code: str) -> bool:
    used = session.execute(
        delete(RecoveryCode).where(
            RecoveryCode.code_hash == _hash(user, code), RecoveryCode.user_id == user.id
        )
    )
    return isinstance(used, CursorResult) and used.rowcount == 1


def _find_step(secret: str, code: str, moment: datetime) -> int | None:
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(
            code, for_time=moment, valid_window=DRIFT_STEPS
        )
    except OTPVerificationError:
        return None


def _show(user: User, secret: str, sealed: str, issuer: str) -> SetUp:
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)
    return SetUp(secret, address, sealed)


def _purpose(user: User) -> str:
    return f"authenticator of user {user.id}"


def _read_code(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()[:40]


def _make_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def _hash(user: User, code: str) -> str:
    return hashlib.sha256(f"{user.id} {code}".encode()).hexdigest()
