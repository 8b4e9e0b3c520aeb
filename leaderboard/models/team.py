"""People, their teams, the models they bring, and the tokens of their programs."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.identity import Confirmation, ConfirmationGrace
from leaderboard.models.moderation import BannedTeam, BannedUser, VerifiedModel


class TeamRole(enum.StrEnum):
    """What a member may do: an owner invites and removes, a member submits."""

    OWNER = "owner"
    MEMBER = "member"


class Consent(enum.StrEnum):
    """What the team of a base says to another team's model that names it."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Scope(enum.StrEnum):
    """What an API token may do."""

    READ = "read"
    SUBMIT = "submit"


class User(Base):
    """A person who can sign in; the e-mail address is stored in lower case.

    It is confirmed, or there is a grace, only for the very address that the user has now.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    is_banned: Mapped[bool] = column_property(
        select(BannedUser.user_id)
        .where(BannedUser.user_id == id)
        .correlate_except(BannedUser)
        .exists()
    )
    is_confirmed: Mapped[bool] = column_property(
        select(Confirmation.user_id)
        .where(Confirmation.user_id == id, Confirmation.email == email)
        .correlate_except(Confirmation)
        .exists()
    )
    grace_began_at: Mapped[datetime | None] = column_property(
        select(ConfirmationGrace.began_at)
        .where(ConfirmationGrace.user_id == id, ConfirmationGrace.email == email)
        .correlate_except(ConfirmationGrace)
        .scalar_subquery()
    )

    memberships: Mapped[list[Membership]] = relationship(back_populates="user")


class Team(Base):
    """Those who submit together; model cards and submissions belong to a team."""

    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    is_banned: Mapped[bool] = column_property(
        select(BannedTeam.team_id)
        .where(BannedTeam.team_id == id)
        .correlate_except(BannedTeam)
        .exists()
    )

    memberships: Mapped[list[Membership]] = relationship(back_populates="team")
    model_cards: Mapped[list[ModelCard]] = relationship(
        back_populates="team", order_by="ModelCard.name"
    )


class Membership(Base):
    """A user in a team."""

    __tablename__ = "memberships"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    role: Mapped[TeamRole] = mapped_column(enum_column(TeamRole))
    joined_at: Mapped[datetime]

    team: Mapped[Team] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship(back_populates="memberships")


class ModelCard(Base):
    """The public facts of a ranked model; verified while they are as a host checked them."""

    __tablename__ = "model_cards"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    organisation: Mapped[str] = mapped_column(String(120))
    parameters_billion: Mapped[float | None]
    open_weights: Mapped[bool]
    licence: Mapped[str | None] = mapped_column(String(100))
    base_model: Mapped[str | None] = mapped_column(String(120))
    trained_on_split: Mapped[str | None] = mapped_column(String(3))
    training_note: Mapped[str | None] = mapped_column(String(300))
    url: Mapped[str | None] = mapped_column(String(300))
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column()
    is_verified: Mapped[bool] = column_property(
        select(VerifiedModel.model_card_id)
        .where(VerifiedModel.model_card_id == id, VerifiedModel.verified_at >= changed_at)
        .correlate_except(VerifiedModel)
        .exists()
    )

    team: Mapped[Team] = relationship(back_populates="model_cards")
    variant: Mapped[ModelVariant | None] = relationship(
        back_populates="model_card",
        foreign_keys="ModelVariant.model_card_id",
        cascade="all, delete-orphan",
    )

    @property
    def says_trained(self) -> bool:
        """Whether its team says that it was trained on the questions or on text made from them."""
        return self.trained_on_split == "yes"


class ModelVariant(Base):
    """A model that was made from another one of the site; `label` says how it differs from it.

    It is agreed, and shown with its base, between models of one team, or with the other's consent.
    """

    __tablename__ = "model_variants"

    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), index=True)
    label: Mapped[str] = mapped_column(String(60))

    model_card: Mapped[ModelCard] = relationship(
        back_populates="variant", foreign_keys=[model_card_id]
    )
    base: Mapped[ModelCard] = relationship(foreign_keys=[base_id])
    consent: Mapped[VariantConsent | None] = relationship(cascade="all, delete-orphan")

    @property
    def is_own(self) -> bool:
        """Whether both models are of one team."""
        return self.model_card.team_id == self.base.team_id

    @property
    def is_agreed(self) -> bool:
        """Whether it is shown with its base."""
        return self.is_own or (self.consent is not None and self.consent.answer is Consent.ACCEPTED)


class VariantConsent(Base):
    """What the team of a base answered; no row, not yet."""

    __tablename__ = "variant_consents"

    model_card_id: Mapped[int] = mapped_column(
        ForeignKey("model_variants.model_card_id"), primary_key=True
    )
    answer: Mapped[Consent] = mapped_column(enum_column(Consent))
    answered_at: Mapped[datetime]


class ApiToken(Base):
    """A program's credential: a public prefix to find it by, and a hash of the whole token."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()
