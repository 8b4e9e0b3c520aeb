"""Delete an account: the person goes, what was published stays under a pseudonym.

Rows that results, quota and approvals refer to are kept, with a pseudonym where the name and the
address stood. Every other table that refers to users loses its rows: a table that is added later
is deleted from as well, unless it is declared here.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import String, delete, func, or_, select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.users import find_user
from leaderboard.audit import add_audit
from leaderboard.db import Base, now
from leaderboard.errors import Conflict
from leaderboard.models.audit import AuditEntry
from leaderboard.models.deletion import DeletedUser
from leaderboard.models.expert import ExpertRater, RatingAssignment, RatingDraft
from leaderboard.models.letter import Letter
from leaderboard.models.role import SITE, GrantedRole, Role
from leaderboard.models.submission import EventKind, PredictionExtras, Submission
from leaderboard.models.team import Membership, Team, TeamRole, User
from leaderboard.models.uploaded import UploadedPackage
from leaderboard.people.addresses import Use, read_uses
from leaderboard.people.departures import end_membership, has_public_results, lock_members

NO_PASSWORD = "deleted"
FILE_NAME = "predictions"
KEPT = frozenset(
    {
        "accepted_agreements",
        "submissions",
        "quota_charges",
        "expert_raters",
        "banned_users",
        "deleted_users",
        "team_invitations",
        "invitation_ends",
        "role_invitations",
        "role_invitation_ends",
        "team_makers",
        "card_makers",
        "turns",
        "objections",
        "uploaded_packages",
    }
)
"""Tables whose rows of a deleted user stay: they hold no personal detail but the reference."""


class Fate(NamedTuple):
    """What becomes of a team when a member's account is deleted.

    `heir` owns it from then on; where nobody is left it is closed, and what is public stays.
    """

    team: Team
    heir: User | None
    is_closed: bool
    is_public: bool


def read_fates(session: Session, user: User) -> list[Fate]:
    """What becomes of each team of `user`, by name."""
    rows = session.scalars(
        select(Membership).join(Team).where(Membership.user_id == user.id).order_by(Team.name)
    )
    return [_read_fate(session, row) for row in rows.all()]


def delete_account(session: Session, user: User, actor: str = "", reason: str = "") -> str:
    """Delete the account of `user`, at the wish of `actor`, by default their own.

    Returns the pseudonym that stays. Raises Conflict for the site's last administrator, and for an
    account that is deleted already.
    """
    _require_deletable(session, user)
    pseudonym = f"deleted-{secrets.token_hex(4)}"
    # Of two owners who go at once, the second one finds the first gone.
    teams = select(Team).join(Membership).where(Membership.user_id == user.id).order_by(Team.id)
    for team in session.scalars(teams).all():
        lock_members(session, team)
        session.expire(team, ["memberships"])
    for fate in read_fates(session, user):
        _leave(session, fate, user, pseudonym)
    uses, name = read_uses(session, user), user.name
    _forget_files(session, user)
    _delete_rows(session, user)
    user.name, user.email = pseudonym, f"{pseudonym}@deleted.invalid"
    user.password_hash = NO_PASSWORD
    session.add(DeletedUser(user_id=user.id, pseudonym=pseudonym, deleted_at=now()))
    session.flush()
    for use in uses:
        _replace_address(session, use.address, user.email)
        _replace_in_audit(session, use, name, user.email)
    add_audit(session, actor or user.email, "delete account", f"user {user.email}", reason)
    session.flush()
    session.expire_all()
    return pseudonym


def _require_deletable(session: Session, user: User) -> None:
    if session.get(DeletedUser, user.id) is not None:
        raise Conflict(f"The account {user.email} is deleted.", "There is nothing to do.")
    admins: Sequence[int] = session.scalars(
        select(GrantedRole.user_id).where(
            GrantedRole.role == Role.ADMIN, GrantedRole.benchmark == SITE
        )
    ).all()
    if list(admins) == [user.id]:
        raise Conflict(
            "This is the account of the site's last administrator.",
            "Make somebody else an administrator first.",
        )


def _read_fate(session: Session, membership: Membership) -> Fate:
    team = membership.team
    others = sorted(
        (one for one in team.memberships if one.user_id != membership.user_id),
        key=lambda one: (one.joined_at, one.user_id),
    )
    has_owner = any(one.role is TeamRole.OWNER for one in others)
    heir = others[0].user if others and not has_owner else None
    return Fate(team, heir, not others, has_public_results(session, team))


def _leave(session: Session, fate: Fate, user: User, pseudonym: str) -> None:
    """End a membership; a team without anybody has a person's names no more."""
    if fate.heir is not None:
        session.get_one(Membership, (fate.team.id, fate.heir.id)).role = TeamRole.OWNER
    end_membership(session, fate.team, user, by=user)
    if fate.is_closed:
        name = f"{pseudonym}-{fate.team.id}"
        _rename_in_audit(session, fate.team.slug, name)
        fate.team.name, fate.team.slug = name, name


def _delete_rows(session: Session, user: User) -> None:
    """Delete what is only about the person."""
    theirs = select(RatingAssignment.id).join(
        ExpertRater, ExpertRater.rater_id == RatingAssignment.rater_id
    )
    own = theirs.where(ExpertRater.user_id == user.id)
    session.execute(delete(RatingDraft).where(RatingDraft.assignment_id.in_(own)))
    session.execute(
        delete(Letter).where(or_(Letter.user_id == user.id, Letter.address == user.email))
    )
    users = User.__table__
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in KEPT:
            continue
        for column in table.columns:
            if any(key.column.table is users for key in column.foreign_keys):
                session.execute(delete(table).where(column == user.id))


def _forget_files(session: Session, user: User) -> None:
    """Take names of files and runs from what the person has sent, and from what is said of it."""
    for row in session.scalars(select(Submission).where(Submission.user_id == user.id)):
        for event in row.events:
            if event.kind is EventKind.SUBMITTED:
                event.message = event.message.replace(f" in {row.file_name}.", f" in {FILE_NAME}.")
        row.file_name = FILE_NAME
        session.execute(
            update(PredictionExtras)
            .where(PredictionExtras.submission_id == row.id)
            .values(run=None)
        )
    session.flush()
    own = UploadedPackage.uploaded_by_id == user.id
    session.execute(update(UploadedPackage).where(own).values(file_name=FILE_NAME))


def _replace_address(session: Session, before: str, after: str) -> None:
    """Replace an e-mail address wherever a table has it as such, unless it is another user's."""
    if find_user(session, before) is not None:
        return
    for table in Base.metadata.sorted_tables:
        for name in ("email", "address"):
            if name in table.columns and isinstance(table.columns[name].type, String):
                column = table.columns[name]
                session.execute(update(table).where(column == before).values({name: after}))


def _rename_in_audit(session: Session, before: str, after: str) -> None:
    """Have the audit trail name a closed team by its new short name where it is about the team."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.subject.startswith(f"team {before}", autoescape=True))
    )
    for entry in entries.all():
        if entry.subject.split()[1] == before:
            entry.subject = f"team {after}{entry.subject.removeprefix(f'team {before}')}"
    session.flush()


def _replace_in_audit(session: Session, use: Use, name: str, after: str) -> None:
    """Have the audit trail name the pseudonym in place of an address.

    In what was done by or about the person, it stands in place of the name too. What is about
    others keeps every word that somebody may also be called.
    """
    entries = session.scalars(
        select(AuditEntry).where(
            use.is_within,
            or_(
                *(
                    func.lower(column).contains(use.address, autoescape=True)
                    for column in (AuditEntry.actor, AuditEntry.subject, AuditEntry.note)
                )
            ),
        )
    )
    for entry in entries.all():
        entry.actor = _replace(entry.actor, [use.address], after)
        entry.subject = _replace(entry.subject, [use.address], after)
        entry.note = _replace(entry.note, [use.address, name], after)
    session.flush()


def _replace(text: str, words: Sequence[str], by: str) -> str:
    """`text` with each of `words`, in any case of letters, replaced where it is no part of one."""
    for word in words:
        text = re.sub(rf"(?<![\w.+-]){re.escape(word)}(?![\w-])", by, text, flags=re.IGNORECASE)
    return text
