"""Roles are given and taken on a benchmark, by whom the declaration names."""

import pytest

from leaderboard.accounts.users import find_user
from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound
from leaderboard.hosting.overview import read_people
from leaderboard.hosting.people import ban_user
from leaderboard.hosting.roles import grant, revoke, revoke_as
from leaderboard.models.role import SITE, Role
from tests.factories import make_user
from tests.loaded import Load

pytestmark = pytest.mark.one_database
ADMIN, HOST, EXPERT = (f"{name}@example.org" for name in ("admin", "host", "expert"))


@pytest.fixture
def people(sessions: Sessions, load: Load) -> Sessions:
    """An administrator, a host and an expert of the benchmark tiny."""
    load(1, 0, 0)
    with sessions.write() as session:
        for name in ("admin", "host", "expert"):
            make_user(session, name, role=Role(name))
    return sessions


def test_a_role_is_given_on_a_benchmark_and_taken_again_with_a_line_for_each(
    people: Sessions,
) -> None:
    with people.write() as session:
        grant(session, EXPERT, "host", "tiny", "command line")
        grant(session, EXPERT, "admin", SITE, "command line")
        revoke(session, EXPERT, "host", "tiny", "command line")
        roles = {
            one.user.email: [(held.role, held.benchmark) for held in one.roles]
            for one in read_people(session)
            if one.roles
        }
        assert roles == {
            ADMIN: [("admin", "")],
            EXPERT: [("admin", ""), ("expert", "tiny")],
            HOST: [("host", "tiny")],
        }
    with people.read() as session:
        acts = [(row.action, row.subject, row.note) for row in read_audit(session)]
    assert acts == [
        ("revoke role", f"user {EXPERT}", "host tiny"),
        ("grant role", f"user {EXPERT}", "admin"),
        ("grant role", f"user {EXPERT}", "host tiny"),
    ]


@pytest.mark.parametrize(
    ("role", "benchmark"),
    [("king", "tiny"), ("host", SITE), ("expert", SITE), ("admin", "tiny"), ("host", "tinier")],
)
def test_a_role_that_cannot_be_on_a_benchmark_is_refused_and_nothing_changes(
    people: Sessions, role: str, benchmark: str
) -> None:
    with people.write() as session:
        with pytest.raises(InvalidRequest):
            grant(session, HOST, role, benchmark, "command line")
        assert read_audit(session) == []


def test_hosts_take_experts_of_their_benchmark_and_administrators_all_but_their_own(
    people: Sessions,
) -> None:
    with people.write() as session:
        admin, host = find_user(session, ADMIN), find_user(session, HOST)
        assert admin is not None
        assert host is not None
        make_user(session, "other", role=Role.EXPERT, benchmark="other")
        for email, role, benchmark, error in (
            (HOST, "host", "tiny", Forbidden),
            (ADMIN, "admin", SITE, Forbidden),
            (ADMIN, "expert", "tiny", NotFound),
            ("nobody@example.org", "expert", "tiny", NotFound),
        ):
            with pytest.raises(error):
                revoke_as(session, email, role, benchmark, host)
        revoke_as(session, EXPERT, "expert", "tiny", host)
        revoke_as(session, HOST, "host", "tiny", admin)
        for spelling in (ADMIN, ADMIN.title(), f" {ADMIN}"):
            with pytest.raises(Conflict):
                revoke_as(session, spelling, "admin", SITE, admin)
        with pytest.raises(Conflict):
            ban_user(session, ADMIN, ADMIN, "why")


def test_the_command_gives_no_role_to_an_address_that_nobody_vouches_for(
    people: Sessions,
) -> None:
    with people.write() as session:
        eve = make_user(session, "eve", is_confirmed=False)
        with pytest.raises(Conflict, match="is not confirmed"):
            grant(session, eve.email, "admin", SITE, "command line")
        assert read_audit(session) == []
        grant(session, eve.email, "admin", SITE, "command line", confirms=True)
        assert eve.is_confirmed
        acts = [(row.action, row.note) for row in read_audit(session)]
        assert acts[0] == ("grant role", "admin")
        assert acts[1][0] == "confirm address"
