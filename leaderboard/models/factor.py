"""What a person has beside their password: an authenticator, recovery codes, and who passed it."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
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


class RecoveryCode(Base):
    """The hash of a code that stands in for the authenticator once; a used one is deleted."""

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
