"""Everything that the database holds of one person, as they may take it away.

Nothing of other people is in it, no predictions (whoever sent a file has it), and of ratings only
the expert's own values: no report, no model and no hidden answer.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.card_fields import CARD_FIELDS
from leaderboard.accounts.confirmation import find_confirmation
from leaderboard.accounts.providers.links import read_links
from leaderboard.accounts.second_factor import (
    count_recovery_codes,
    find_authenticator,
    has_second_factor,
    read_passkeys,
)
from leaderboard.db import now
from leaderboard.models.approval import TeamApproval
from leaderboard.models.audit import AuditEntry
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.expert import ExpertRater, RatedReport, RatingAssignment
from leaderboard.models.identity import WebSession
from leaderboard.models.invitation import RoleInvitation, TeamInvitation
from leaderboard.models.letter import Letter
from leaderboard.models.maker import CardMaker, EndpointMaker, TargetMaker
from leaderboard.models.notice import Notice, NoticeTarget, TargetKind
from leaderboard.models.quota import QuotaCharge, QuotaEntry
from leaderboard.models.rating import Rating
from leaderboard.models.role import GrantedRole
from leaderboard.models.submission import Submission
from leaderboard.models.team import ApiToken, ModelCard, Team, User
from leaderboard.models.terms import AcceptedAgreement
from leaderboard.objections.read import read_own_objections
from leaderboard.people.addresses import read_uses

Record = dict[str, Any]


def export_account(session: Session, user: User) -> Record:
    """What is known of `user`, by kind; lists are in the order in which things were made."""
    confirmation = find_confirmation(session, user)
    return {
        "exported_at": now(),
        "account": {
            **_take(user, "name", "email", "created_at"),
            "confirmed_at": confirmation and confirmation.confirmed_at,
        },
        "roles": [
            _take(one, "role", "benchmark")
            for one in session.scalars(select(GrantedRole).where(GrantedRole.user_id == user.id))
        ],
        "teams": [
            {**_take(one.team, "slug", "name"), **_take(one, "role", "joined_at")}
            for one in sorted(user.memberships, key=lambda one: one.joined_at)
        ],
        "agreements": _read_agreements(session, user),
        "model_cards": _read_cards(session, user),
        "endpoints": _read_endpoints(session, user),
        "submissions": _read_submissions(session, user),
        "quota": _read_charges(session, user),
        "ratings": _read_ratings(session, user),
        "notices": _read_notices(session, user),
        "letters": [
            _take(one, "kind", "address", "at", "state")
            for one in session.scalars(
                select(Letter).where(Letter.address == user.email).order_by(Letter.id)
            )
        ],
        "invitations": [
            {"team": one.team.slug, **_take(one, "created_at", "expires_at")}
            for one in session.scalars(
                select(TeamInvitation)
                .where(TeamInvitation.inviter_id == user.id)
                .order_by(TeamInvitation.id)
            )
        ],
        "tokens": [
            _take(one, "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at")
            for one in session.scalars(
                select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id)
            )
        ],
        "role_invitations": [
            _take(one, "role", "benchmark", "created_at", "expires_at")
            for one in session.scalars(
                select(RoleInvitation)
                .where(
                    or_(RoleInvitation.email == user.email, RoleInvitation.inviter_id == user.id)
                )
                .order_by(RoleInvitation.id)
            )
        ],
        "approvals": _read_approvals(session, user),
        "providers": [
            _take(one, "issuer", "handle", "linked_at") for one in read_links(session, user)
        ],
        "second_factor": _read_factor(session, user),
        "passkeys": [
            _take(one, "name", "site", "created_at", "used_at")
            for one in read_passkeys(session, user)
        ],
        "sessions": [
            _take(one, "created_at", "seen_at", "ends_at", "network", "agent")
            for one in session.scalars(
                select(WebSession).where(WebSession.user_id == user.id).order_by(WebSession.id)
            )
        ],
        "objections": _read_objections(session, user),
        "audit": _read_audit(session, user),
    }


def _take(row: Any, *names: str) -> Record:
    return {name: getattr(row, name) for name in names}


def _read_agreements(session: Session, user: User) -> list[Record]:
    """What they accepted for a team."""
    rows = session.scalars(
        select(AcceptedAgreement)
        .where(AcceptedAgreement.user_id == user.id)
        .order_by(AcceptedAgreement.accepted_at, AcceptedAgreement.team_id)
    )
    return [
        {
            "team": one.team.slug,
            **_take(one.agreement, "benchmark", "version"),
            **_take(one, "accepted_at"),
        }
        for one in rows
    ]


def _read_cards(session: Session, user: User) -> list[Record]:
    cards = session.scalars(
        select(ModelCard)
        .join(CardMaker, CardMaker.model_card_id == ModelCard.id)
        .where(CardMaker.user_id == user.id)
        .order_by(ModelCard.id)
    )
    facts = ("slug", *(field.key for field in CARD_FIELDS), "created_at", "changed_at")
    return [{"team": card.team.slug, **_take(card, *facts)} for card in cards]


def _read_endpoints(session: Session, user: User) -> list[Record]:
    """Those that the person registered, never their keys."""
    rows = session.scalars(
        select(Endpoint)
        .join(EndpointMaker, EndpointMaker.endpoint_id == Endpoint.id)
        .where(EndpointMaker.user_id == user.id)
        .order_by(Endpoint.created_at)
    )
    facts = ("id", "name", "base_url", "model", "created_at")
    return [{"team": one.team.slug, **_take(one, *facts)} for one in rows]


def _read_submissions(session: Session, user: User) -> list[Record]:
    rows = session.scalars(
        select(Submission)
        .where(Submission.user_id == user.id)
        .options(joinedload(Submission.model_card).joinedload(ModelCard.team))
        .order_by(Submission.created_at, Submission.id)
    )
    facts = ("id", "status", "created_at", "file_name", "file_hash", "n_predictions", "tracks")
    return [
        {
            **_take(one, *facts),
            "team": one.model_card.team.slug,
            "model": one.model_card.slug,
            "benchmark": one.split.benchmark.slug,
            "version": one.split.benchmark.version,
            "split": one.split.name,
        }
        for one in rows
    ]


def _read_approvals(session: Session, user: User) -> list[Record]:
    """On which splits a host has said yes to the person, as a member of which team."""
    rows = session.execute(
        select(Team.slug, Benchmark.slug, Benchmark.version, Split.name, TeamApproval.approved_at)
        .join(TeamApproval, TeamApproval.team_id == Team.id)
        .join(Split, Split.id == TeamApproval.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(TeamApproval.user_id == user.id)
        .order_by(TeamApproval.approved_at, Team.slug)
    )
    names = ("team", "benchmark", "version", "split", "approved_at")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _read_factor(session: Session, user: User) -> Record | None:
    """Since when the person has an app, if they do, and how many recovery codes; no secret."""
    if not has_second_factor(session, user):
        return None
    found = find_authenticator(session, user)
    return {
        "created_at": found and found.created_at,
        "n_recovery_codes": count_recovery_codes(session, user),
    }


def _read_charges(session: Session, user: User) -> list[Record]:
    """Units that count for the person; whose submissions they were is not said."""
    rows = session.scalars(
        select(QuotaEntry)
        .join(QuotaCharge, QuotaCharge.submission_id == QuotaEntry.submission_id)
        .where(QuotaCharge.user_id == user.id)
        .order_by(QuotaEntry.id)
    )
    return [
        {
            "benchmark": one.split.benchmark.slug,
            "split": one.split.name,
            **_take(one, "units", "at"),
        }
        for one in rows
    ]


def _read_ratings(session: Session, user: User) -> list[Record]:
    """Finished reports by the key that the expert saw, with each value that they gave."""
    rows = session.execute(
        select(RatingAssignment.key, RatedReport.rated_at, Rating.dimension, Rating.value)
        .join(ExpertRater, ExpertRater.rater_id == RatingAssignment.rater_id)
        .join(
            RatedReport,
            (RatedReport.rater_id == RatingAssignment.rater_id)
            & (RatedReport.prediction_id == RatingAssignment.prediction_id),
        )
        .join(
            Rating,
            (Rating.rater_id == RatingAssignment.rater_id)
            & (Rating.prediction_id == RatingAssignment.prediction_id),
        )
        .where(ExpertRater.user_id == user.id)
        .order_by(RatingAssignment.id, Rating.id)
    )
    return [
        {"report": key, "rated_at": at, "dimension": dimension, "value": value}
        for key, at, dimension, value in rows
    ]


def _read_notices(session: Session, user: User) -> list[Record]:
    """The targets that the person set up or that lead to their address, with what went there."""
    made = select(TargetMaker.target_id).where(TargetMaker.user_id == user.id)
    own = (NoticeTarget.kind == TargetKind.EMAIL) & (NoticeTarget.address == user.email)
    targets = session.scalars(
        select(NoticeTarget).where(or_(NoticeTarget.id.in_(made), own)).order_by(NoticeTarget.id)
    )
    return [
        {
            "team": target.team.slug,
            **_take(target, "kind", "created_at"),
            "address": target.address
            if target.kind is TargetKind.WEBHOOK or target.address == user.email
            else "another member's",
            "sent": [
                _take(one, "submission_id", "event", "at", "state")
                for one in session.scalars(
                    select(Notice).where(Notice.target_id == target.id).order_by(Notice.id)
                )
            ],
        }
        for target in targets.all()
    ]


def _read_objections(session: Session, user: User) -> list[Record]:
    """What the person objected to, with what they may know of the answers."""
    return [
        {
            **_take(one.objection, "id", "kind", "submission_id", "text", "at"),
            "benchmark": one.split.benchmark.slug,
            "version": one.split.benchmark.version,
            "item": one.item.key,
            "state": one.state,
            "answer": one.answer and one.answer.text,
            "effect": one.effect,
        }
        for one in reversed(read_own_objections(session, user))
    ]


def _read_audit(session: Session, user: User) -> list[Record]:
    """What the person did as a host, and what was done about them, without by whom."""
    found = {}
    for use in read_uses(session, user):
        about = f"user {use.address}"
        is_theirs = or_(AuditEntry.actor == use.address, AuditEntry.subject == about)
        for one in session.scalars(select(AuditEntry).where(use.is_within, is_theirs)):
            found[one.id] = {
                "at": one.at,
                "by": "you" if one.actor == use.address else "a host",
                "action": one.action,
                "about": "you" if one.subject == about else _hide_person(one.subject),
                "note": one.note if one.subject == about else "",
            }
    return [found[key] for key in sorted(found)]


def _hide_person(subject: str) -> str:
    """What an act was about, without which other person."""
    return "another person" if subject.startswith("user ") else subject
