"""Who is a host, who is an expert."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from leaderboard.errors import Forbidden
from leaderboard.models.role import Role, UserRole
from leaderboard.models.team import User

REMEDIES = {
    Role.HOST: "Sign in as a host. `flask user grant EMAIL host` grants the role.",
    Role.EXPERT: "Ask the host to grant you the expert role.",
}


def grant_role(session: Session, user: User, role: Role) -> None:
    """Give `user` the role; twice changes nothing."""
    if not has_role(session, user, role):
        session.add(UserRole(user_id=user.id, role=role))
        session.flush()


def revoke_role(session: Session, user: User, role: Role) -> None:
    """Take the role from `user`; without it nothing changes."""
    session.execute(delete(UserRole).where(UserRole.user_id == user.id, UserRole.role == role))


def has_role(session: Session, user: User, role: Role) -> bool:
    """Whether `user` has the role."""
    return session.get(UserRole, (user.id, role)) is not None


def require_role(session: Session, user: User, *roles: Role) -> None:
    """Raise Forbidden unless `user` has one of the roles."""
    if not any(has_role(session, user, role) for role in roles):
        words = " or ".join(role.value for role in roles)
        raise Forbidden(f"Only somebody with the role {words} can open this.", REMEDIES[roles[0]])
