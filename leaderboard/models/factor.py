"""What people have beside a password: an authenticator, passkeys, recovery codes; who passed it."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column


class FactorMeans(enum.StrEnum):
    """By what the second factor was passed."""

    AUTHENTICATOR = "authenticator"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    PROVIDER = "provider"


class Authenticator(Base):
    """An app that shows codes: its secret, sealed, and the step of the last code that was used.

    A step is 30 seconds, counted from 1970; no code of `last_step` or earlier is taken.
    """

    __tablename__ = "authenticators"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    sealed_secret: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int]
    created_at: Mapped[datetime]


class Passkey(Base):
    """A key pair that a device keeps for a user at one site: its public half, and its last use.

    `site` is the name that browsers bind it to. `sign_count` is the device's own count of uses, 32
    bits without a sign; many devices leave it at 0. To add a passkey is its first use.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    site: Mapped[str] = mapped_column(String(253))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime]


class PasskeyPurpose(enum.StrEnum):
    """What a browser was asked for."""

    ADD = "add"
    USE = "use"


class PasskeyChallenge(Base):
    """The hash of what a browser was asked to have signed; it is taken once, until `ends_at`."""

    __tablename__ = "passkey_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[PasskeyPurpose] = mapped_column(enum_column(PasskeyPurpose))
    ends_at: Mapped[datetime]


class RecoveryCode(Base):
    """The hash of a code that stands in for the second factor once; a used one is deleted."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class PassedFactor(Base):
    """That a session has passed the second factor, when and how."""

    __tablename__ = "passed_factors"

    web_session_id: Mapped[int] = mapped_column(
        ForeignKey("web_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    means: Mapped[FactorMeans] = mapped_column(enum_column(FactorMeans))
    passed_at: Mapped[datetime]


class HalfSignIn(Base):
    """A browser whose user has proved their first factor, and for a while may prove the second.

    It is no session: nobody is signed in by it.
    """

    __tablename__ = "half_sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    ends_at: Mapped[datetime]
