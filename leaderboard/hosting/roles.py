"""Give roles and take them, by invitation or by the command line."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.role_invitations import (
    accept_role,
    decline_role,
    invite_to_role,
    withdraw_role_invitation,
)
from leaderboard.accounts.roles import (
    CHOSEN_BY,
    grant_role,
    has_role,
    name_role,
    require_right,
    revoke_role,
)
from leaderboard.accounts.users import find_user
from leaderboard.audit import add_audit
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.hosting.act import Act
from leaderboard.hosting.people import confirm_user, get_user
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.invitation import RoleInvitation
from leaderboard.models.role import SITE, Role
from leaderboard.models.team import User


def grant(
    session: Session, key: str, role: str, benchmark: str, actor: str, *, confirms: bool = False
) -> Act:
    """Give a user (by e-mail address) a role on a benchmark, an administrator's on SITE.

    `confirms` vouches for the address. Raises NotFound or InvalidRequest, and Conflict for an
    address that nobody has confirmed.
    """
    known = read_role(session, role, benchmark)
    user = get_user(session, key)
    if confirms and not user.is_confirmed:
        confirm_user(session, key, actor)
    if not user.is_confirmed:
        raise Conflict(
            f"The e-mail address {user.email} is not confirmed.",
            "An impostor may have registered it. Add --confirm if you know from elsewhere that "
            "the account is this person's.",
        )
    grant_role(session, user, known, benchmark)
    _add_audit(session, actor, "grant role", user.email, known, benchmark)
    return Act(f"{user.email} is now {name_role(known, benchmark)}.")


def invite(session: Session, email: str, role: str, benchmark: str, by: User) -> RoleInvitation:
    """Invite an e-mail address to a role. Raises InvalidRequest, Forbidden or Conflict."""
    known = read_role(session, role, benchmark)
    row = invite_to_role(session, by, email, known, benchmark)
    _add_audit(session, by.email, "invite to role", row.email, row.role, row.benchmark)
    return row


def withdraw(session: Session, key: str, by: User) -> Act:
    """Withdraw an invitation. Raises NotFound, Forbidden or InvalidRequest."""
    row = withdraw_role_invitation(session, by, key)
    _add_audit(session, by.email, "withdraw invitation", row.email, row.role, row.benchmark)
    return Act(f"The invitation of {row.email} has been withdrawn.")


def accept(session: Session, key: str, user: User) -> Act:
    """Give the invited person their role. Raises as `accept_role` does."""
    row = accept_role(session, user, key)
    _add_audit(session, user.email, "accept role", row.email, row.role, row.benchmark)
    return Act(f"You are now {name_role(row.role, row.benchmark)}.")


def decline(session: Session, key: str, user: User) -> Act:
    """End an invitation as the invited person wants it. Raises as `accept_role` does."""
    row = decline_role(session, user, key)
    _add_audit(session, user.email, "decline role", row.email, row.role, row.benchmark)
    return Act(f"You have declined to be {name_role(row.role, row.benchmark)}.")


def revoke(session: Session, key: str, role: str, benchmark: str, actor: str) -> Act:
    """Take a role from a user. Raises NotFound where they do not have it."""
    known, user = _find_role(role), find_user(session, key)
    if user is None or known is None or not has_role(session, user, known, benchmark):
        raise NotFound(f"{key[:80]} does not have this role.", "See the list of roles.")
    revoke_role(session, user, known, benchmark)
    _add_audit(session, actor, "revoke role", user.email, known, benchmark)
    return Act(f"{user.email} is no longer {name_role(known, benchmark)}.")


def revoke_as(session: Session, key: str, role: str, benchmark: str, by: User) -> Act:
    """Take a role as `by`: nobody takes an administrator's from themselves.

    Raises Forbidden, NotFound or Conflict.
    """
    known = read_role(session, role, benchmark)
    require_right(session, by, CHOSEN_BY[known], benchmark)
    if find_user(session, key) is by and known is Role.ADMIN:
        raise Conflict("You cannot remove your own role as administrator.", "Ask another one.")
    return revoke(session, key, role, benchmark, by.email)


def read_role(session: Session, text: str, benchmark: str) -> Role:
    """The role of this name, which there can be on `benchmark`. Raises InvalidRequest."""
    role = _find_role(text)
    if role is None:
        raise InvalidRequest(
            f"There is no role {text[:20]!r}.", f"Choose one of {', '.join(Role)}."
        ).at("role")
    if role is Role.ADMIN:
        if benchmark != SITE:
            raise InvalidRequest(
                "An administrator's role covers the whole site.", "Name no benchmark."
            ).at("benchmark")
    elif benchmark == SITE:
        raise InvalidRequest(f"The role {role.value} is on a benchmark.", "Name the benchmark.").at(
            "benchmark"
        )
    elif session.scalar(select(Benchmark.id).where(Benchmark.slug == benchmark).limit(1)) is None:
        raise InvalidRequest(
            f"There is no benchmark {benchmark[:80]!r}.", "Use the short name of a benchmark."
        ).at("benchmark")
    return role


def _find_role(text: str) -> Role | None:
    return Role(text) if text in set(Role) else None


def _add_audit(
    session: Session, actor: str, action: str, email: str, role: Role, benchmark: str
) -> None:
    note = f"{role.value} {benchmark}".strip()
    add_audit(session, actor, action, f"user {email}", note, benchmark=benchmark)
