"""Registration and sign-in."""

import time

import pytest

from leaderboard.accounts.users import authenticate, register, set_password
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotSignedIn

PASSWORD = "correct horse battery"


def test_a_user_signs_in_with_the_address_in_any_case(sessions: Sessions) -> None:
    with sessions.write() as session:
        register(session, email=" Ada@Example.org ", name="Ada", password=PASSWORD)
    with sessions.read() as session:
        user = authenticate(session, email="ADA@example.ORG", password=PASSWORD)
        assert user.email == "ada@example.org"
        assert PASSWORD not in user.password_hash
        assert user.password_hash.startswith("$argon2id$")


@pytest.mark.usefixtures("dear_passwords")
def test_a_wrong_password_and_an_unknown_address_look_the_same(sessions: Sessions) -> None:
    with sessions.write() as session:
        register(session, email="ada@example.org", name="Ada", password=PASSWORD)
    answers, times = [], []
    with sessions.read() as session:
        for email in ("ada@example.org", "nobody@example.org"):
            begun = time.process_time()
            with pytest.raises(NotSignedIn) as caught:
                authenticate(session, email=email, password="wrong wrong wrong")
            times.append(time.process_time() - begun)
            answers.append((caught.value.message, caught.value.remedy))
    assert answers[0] == answers[1]
    assert min(times) > max(times) / 20, "an unknown address must cost a hash too"


def test_an_address_has_one_account(sessions: Sessions) -> None:
    with sessions.write() as session:
        register(session, email="ada@example.org", name="Ada", password=PASSWORD)
        with pytest.raises(Conflict):
            register(session, email="ADA@example.org", name="Ada", password=PASSWORD)


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [
        ("ada", "Ada", PASSWORD),
        ("ada@host", "Ada", PASSWORD),
        ("a b@example.org", "Ada", PASSWORD),
        ("1,ada@example.org", "Ada", PASSWORD),
        ("<ada@example.org>", "Ada", PASSWORD),
        ("1:ada@example.org;", "Ada", PASSWORD),
        ("ada(1)@example.org", "Ada", PASSWORD),
        ('"ada"@example.org', "Ada", PASSWORD),
        ("ada@example.org\\", "Ada", PASSWORD),
        ("ada@[1.1.1.1]", "Ada", PASSWORD),
        ("ada@example.org", " ", PASSWORD),
        ("ada@example.org", "Ada\x1b[2J", PASSWORD),
        ("ada@example.org", "Ada \u202eadA", PASSWORD),
        ("ada@example.org", "Ada", "too short"),
        ("ada@example.org", "Ada", "x" * 201),
    ],
)
def test_unusable_values_are_refused(
    sessions: Sessions, email: str, name: str, password: str
) -> None:
    with sessions.write() as session, pytest.raises(InvalidRequest):
        register(session, email=email, name=name, password=password)


def test_a_new_password_ends_the_old_one(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = register(session, email="ada@example.org", name="Ada", password=PASSWORD)
        set_password(session, user, "another long password")
    with sessions.read() as session:
        user = authenticate(session, email="ada@example.org", password="another long password")
        assert user.name == "Ada"
        with pytest.raises(NotSignedIn):
            authenticate(session, email="ada@example.org", password=PASSWORD)
