"""What each role may do, and where."""

import pytest
from sqlalchemy.exc import IntegrityError

from leaderboard.accounts.roles import (
    RIGHTS,
    Reach,
    Right,
    grant_role,
    has_holder,
    has_role,
    read_reach,
    require_right,
    revoke_role,
)
from leaderboard.audit import add_audit, read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Forbidden
from leaderboard.models.role import SITE, GrantedRole, Role
from tests.factories import make_user


def test_a_role_is_had_from_grant_to_revoke_and_granting_twice_changes_nothing(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        user = make_user(session, "e")
        with pytest.raises(Forbidden, match="an expert of the benchmark may rate reports"):
            require_right(session, user, Right.RATE_REPORTS, "a")
        grant_role(session, user, Role.EXPERT, "a")
        grant_role(session, user, Role.EXPERT, "a")
        require_right(session, user, Right.RATE_REPORTS, "a")
        assert has_holder(session, Role.EXPERT, "a")
        assert not has_holder(session, Role.EXPERT, "b")
        assert not has_role(session, user, Role.HOST, "a")
        revoke_role(session, user, Role.EXPERT, "a")
        assert not has_role(session, user, Role.EXPERT, "a")


@pytest.mark.parametrize("right", Right)
def test_a_right_reaches_no_further_than_its_role(sessions: Sessions, right: Right) -> None:
    """An expert's and a host's ends at their benchmark, an administrator's at none."""
    reaches = {
        Role.EXPERT: Reach(frozenset({"a"})),
        Role.HOST: Reach(frozenset({"a"})),
        Role.ADMIN: Reach(frozenset(), is_whole=True),
    }
    with sessions.write() as session:
        for role, reach in reaches.items():
            user = make_user(session, role.value, role=role, benchmark="a")
            expected = reach if role in RIGHTS[right] else Reach(frozenset())
            found = read_reach(session, user, right)
            assert found == expected
            assert found.covers("a") is bool(found)
            assert found.covers("b") is found.covers(SITE) is found.is_whole


def test_a_host_of_the_whole_site_and_an_administrator_of_one_benchmark_cannot_be(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        user_id = make_user(session, "e").id
    for role, benchmark in ((Role.HOST, SITE), (Role.ADMIN, "a")):
        with pytest.raises(IntegrityError), sessions.write() as session:
            session.add(GrantedRole(user_id=user_id, role=role, benchmark=benchmark))


def test_the_audit_trail_reads_newest_first(sessions: Sessions) -> None:
    with sessions.write() as session:
        add_audit(session, "h@example.org", "hide", "submission a", "broken file")
        add_audit(session, "h@example.org", "show", "submission a")
    with sessions.read() as session:
        assert [(e.action, e.note) for e in read_audit(session)] == [
            ("show", ""),
            ("hide", "broken file"),
        ]


def test_of_the_audit_trail_a_host_reads_what_was_about_their_benchmark(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        add_audit(session, "h@example.org", "hide", "submission a", benchmark="a")
        add_audit(session, "h@example.org", "hide", "submission b", benchmark="b")
        add_audit(session, "h@example.org", "ban", "user e@example.org")
    with sessions.read() as session:
        assert [e.subject for e in read_audit(session, benchmarks=["a"])] == ["submission a"]
        assert read_audit(session, benchmarks=[]) == []
        assert len(read_audit(session)) == 3
