"""The second factor: which codes are taken, that none is taken twice, and what is kept of it."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from leaderboard.accounts.second_factor import (
    N_RECOVERY_CODES,
    begin_set_up,
    count_recovery_codes,
    find_authenticator,
    finish_set_up,
    has_second_factor,
    make_recovery_codes,
    read_set_up,
    remove_second_factor,
    reseal_secrets,
    use_code,
)
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.models.factor import Authenticator, FactorMeans, RecoveryCode
from leaderboard.models.team import User
from tests.factories import make_user

OLD, NEW = "o" * 40, "n" * 40
BOX = SecretBox([OLD])
STEP = timedelta(seconds=30)
SOON = datetime(2031, 5, 4, 12, 0, 15, tzinfo=UTC)
"""The middle of a step, long after the code of the set-up."""


def set_up(sessions: Sessions, name: str = "ada") -> tuple[str, list[str]]:
    """Give a new user a second factor: the secret and the recovery codes."""
    with sessions.write() as session:
        user = make_user(session, name)
        new = begin_set_up(user, BOX)
        return new.secret, finish_set_up(session, user, new, pyotp.TOTP(new.secret).now())


def enter(sessions: Sessions, code: str, moment: datetime = SOON, name: str = "ada") -> FactorMeans:
    with sessions.write() as session:
        user = session.scalars(select(User).where(User.name == name)).one()
        return use_code(session, user, code, BOX, moment)


@pytest.mark.parametrize(
    ("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(sessions: Sessions, seconds: int, code: str) -> None:
    # RFC 6238, appendix B: the last six of its eight digits, with SHA-1 and this secret.
    with sessions.write() as session:
        user = make_user(session, "ada")
        sealed = BOX.seal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", f"authenticator of user {user.id}")
        session.add(
            Authenticator(user_id=user.id, sealed_secret=sealed, last_step=0, created_at=SOON)
        )
    moment = datetime.fromtimestamp(seconds, UTC)
    assert enter(sessions, code, moment) is FactorMeans.AUTHENTICATOR


def test_a_code_works_once_and_none_before_it_afterwards(sessions: Sessions) -> None:
    totp = pyotp.TOTP(set_up(sessions)[0])
    assert enter(sessions, totp.at(SOON)) is FactorMeans.AUTHENTICATOR
    for used in (totp.at(SOON), totp.at(SOON - STEP)):
        with pytest.raises(InvalidRequest, match="wrong, or has been used"):
            enter(sessions, used)
    assert enter(sessions, totp.at(SOON + STEP)) is FactorMeans.AUTHENTICATOR


def test_the_code_of_the_set_up_is_used_by_it(sessions: Sessions) -> None:
    secret, _ = set_up(sessions)
    with sessions.read() as session:
        step = session.scalars(select(Authenticator.last_step)).one()
    moment = datetime.fromtimestamp(30 * step, UTC)
    with pytest.raises(InvalidRequest):
        enter(sessions, pyotp.TOTP(secret).at(moment), moment)


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(sessions: Sessions, steps: int, is_taken: bool) -> None:
    code = pyotp.TOTP(set_up(sessions)[0]).at(SOON + steps * STEP)
    if is_taken:
        assert enter(sessions, f" {code[:3]} {code[3:]} ") is FactorMeans.AUTHENTICATOR
    else:
        with pytest.raises(InvalidRequest):
            enter(sessions, code)


def test_each_recovery_code_works_once_and_for_its_owner_alone(sessions: Sessions) -> None:
    _, codes = set_up(sessions)
    set_up(sessions, "eve")
    assert len(set(codes)) == N_RECOVERY_CODES == 10
    with pytest.raises(InvalidRequest):
        enter(sessions, codes[0], name="eve")
    assert enter(sessions, codes[0].upper().replace("-", " ")) is FactorMeans.RECOVERY
    with pytest.raises(InvalidRequest):
        enter(sessions, codes[0])
    assert enter(sessions, codes[1]) is FactorMeans.RECOVERY


def test_new_recovery_codes_end_the_old_ones(sessions: Sessions) -> None:
    _, old = set_up(sessions)
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        new = make_recovery_codes(session, user)
        assert count_recovery_codes(session, user) == N_RECOVERY_CODES
    with pytest.raises(InvalidRequest):
        enter(sessions, old[0])
    assert enter(sessions, new[0]) is FactorMeans.RECOVERY


def test_the_database_holds_neither_secret_nor_codes(sessions: Sessions) -> None:
    secret, codes = set_up(sessions)
    with sessions.read() as session:
        sealed = session.scalars(select(Authenticator.sealed_secret)).one()
        hashes = session.scalars(select(RecoveryCode.code_hash)).all()
    assert secret not in sealed
    assert not {code.replace("-", "") for code in codes} & set(hashes)
    assert all(len(one) == 64 for one in hashes)


def test_a_wrong_first_code_sets_nothing_up(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = make_user(session, "ada")
        new = begin_set_up(user, BOX)
        wrong = str((int(pyotp.TOTP(new.secret).now()) + 1) % 1_000_000).zfill(6)
        with pytest.raises(InvalidRequest):
            finish_set_up(session, user, new, f"x{wrong}")
        assert not has_second_factor(session, user)


def test_a_second_set_up_replaces_nothing(sessions: Sessions) -> None:
    set_up(sessions)
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        new = begin_set_up(user, BOX)
        with pytest.raises(Conflict):
            finish_set_up(session, user, new, pyotp.TOTP(new.secret).now())


def test_a_set_up_is_bound_to_its_user(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, eve = make_user(session, "ada"), make_user(session, "eve")
        new = begin_set_up(ada, BOX)
        assert read_set_up(ada, new.sealed, BOX) == new
        for user, sealed in ((eve, new.sealed), (ada, "made up"), (ada, "☃"), (ada, "")):
            with pytest.raises(InvalidRequest, match="has expired"):
                read_set_up(user, sealed, BOX)


def test_secrets_outlive_the_rotation_of_the_key(sessions: Sessions) -> None:
    secret, codes = set_up(sessions)
    with sessions.write() as session:
        assert reseal_secrets(session, SecretBox([NEW, OLD])) == (1, [])
        user = session.scalars(select(User)).one()
        code = pyotp.TOTP(secret).at(SOON)
        assert use_code(session, user, code, SecretBox([NEW]), SOON) is FactorMeans.AUTHENTICATOR
        later = pyotp.TOTP(secret).at(SOON + STEP)
        with pytest.raises(InvalidRequest):
            use_code(session, user, later, SecretBox([OLD]), SOON + STEP)
        assert use_code(session, user, codes[0], SecretBox([OLD])) is FactorMeans.RECOVERY
        assert reseal_secrets(session, SecretBox([OLD])) == (0, [user.id])


def test_without_the_factor_nothing_is_left_of_it(sessions: Sessions) -> None:
    _, codes = set_up(sessions)
    with sessions.write() as session:
        user = session.scalars(select(User)).one()
        remove_second_factor(session, user)
        assert find_authenticator(session, user) is None
        assert count_recovery_codes(session, user) == 0
    with pytest.raises(InvalidRequest):
        enter(sessions, codes[0])
