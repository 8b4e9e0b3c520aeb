"""Roles are given and taken by the host, and every such act is written down."""

import pytest

from leaderboard.accounts.roles import grant_role, has_role, require_role, revoke_role
from leaderboard.audit import add_audit, read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Forbidden
from leaderboard.models.role import Role
from tests.factories import make_user


def test_a_role_is_had_from_grant_to_revoke_and_granting_twice_changes_nothing(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        user = make_user(session, "e")
        with pytest.raises(Forbidden, match="expert"):
            require_role(session, user, Role.EXPERT)
        grant_role(session, user, Role.EXPERT)
        grant_role(session, user, Role.EXPERT)
        require_role(session, user, Role.EXPERT)
        assert not has_role(session, user, Role.HOST)
        revoke_role(session, user, Role.EXPERT)
        assert not has_role(session, user, Role.EXPERT)


def test_the_audit_trail_reads_newest_first(sessions: Sessions) -> None:
    with sessions.write() as session:
        add_audit(session, "h@example.org", "hide", "submission a", "broken file")
        add_audit(session, "h@example.org", "show", "submission a")
    with sessions.read() as session:
        assert [(e.action, e.note) for e in read_audit(session)] == [
            ("show", ""),
            ("hide", "broken file"),
        ]
