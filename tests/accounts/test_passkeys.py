"""Passkeys: which answers of a device are taken, once, at this site and for their owner alone."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard.accounts.passkeys import (
    MAX_PASSKEYS,
    PasskeySite,
    add_passkey,
    ask_new,
    ask_use,
    find_site,
    remove_passkey,
    take_challenge,
    use_passkey,
)
from leaderboard.accounts.second_factor import (
    N_RECOVERY_CODES,
    count_recovery_codes,
    has_second_factor,
    read_factors,
    read_passkeys,
    read_users_with_factor,
    remove_second_factor,
    use_code,
)
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.db import Sessions, now
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.models.factor import FactorMeans, PasskeyChallenge, PasskeyPurpose
from leaderboard.models.team import User
from tests.accounts.device import SITE, VERIFIED, Device, add_to
from tests.factories import make_user

OTHER = PasskeySite("bench.example", "https://evil.example")


def add(sessions: Sessions, device: Device, name: str = "ada") -> list[str]:
    """A new user with this passkey: their recovery codes."""
    with sessions.write() as session:
        return add_to(session, make_user(session, name), device)


def find(session: Session, name: str = "ada") -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def ask(sessions: Sessions, name: str = "ada") -> str:
    with sessions.write() as session:
        return ask_use(session, SITE, find(session, name))


def use(sessions: Sessions, answer: str, name: str = "ada", site: PasskeySite = SITE) -> None:
    """What the second step of signing in does with an answer."""
    with sessions.write() as session:
        challenge = take_challenge(session, find(session, name), PasskeyPurpose.USE, answer)
    with sessions.write() as session:
        use_passkey(session, site, find(session, name), challenge, answer)


def test_a_passkey_signs_its_owner_in_and_its_use_is_noted(sessions: Sessions) -> None:
    device = Device()
    assert len(add(sessions, device)) == N_RECOVERY_CODES
    use(sessions, device.use(ask(sessions)))
    with sessions.read() as session:
        (row,) = read_passkeys(session, find(session))
        assert (row.name, row.site, row.sign_count) == ("Laptop", "bench.example", 2)
        assert row.used_at > row.created_at
        assert row.transports == ["usb"], "what no standard names is left out"
        assert read_factors(session, find(session)) == [FactorMeans.PASSKEY]
        assert read_users_with_factor(session) == {find(session).id}


def test_an_answer_is_taken_once(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    answer = device.use(ask(sessions))
    use(sessions, answer)
    with pytest.raises(InvalidRequest, match="expired, or was answered before"):
        use(sessions, answer)


def test_a_refused_answer_uses_its_challenge_up(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    options = ask(sessions)
    wrong = Device()
    wrong.id = device.id
    with pytest.raises(InvalidRequest, match="was not accepted"):
        use(sessions, wrong.use(options))
    with pytest.raises(InvalidRequest, match="expired, or was answered before"):
        use(sessions, device.use(options))


def test_a_challenge_ends_after_five_minutes(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    answer = device.use(ask(sessions))
    with sessions.write() as session:
        (row,) = session.scalars(select(PasskeyChallenge))
        assert timedelta(minutes=4) < row.ends_at - now() <= timedelta(minutes=5)
        session.execute(update(PasskeyChallenge).values(ends_at=now()))
    with pytest.raises(InvalidRequest, match="expired, or was answered before"):
        use(sessions, answer)
    ask(sessions)
    with sessions.read() as session:
        assert len(session.scalars(select(PasskeyChallenge)).all()) == 1, "what is over is deleted"


def test_somebody_elses_passkey_signs_nobody_in(sessions: Sessions) -> None:
    ada, eve = Device(), Device()
    add(sessions, ada)
    add(sessions, eve, "eve")
    with pytest.raises(InvalidRequest, match="not one of your account's"):
        use(sessions, eve.use(ask(sessions)))
    with pytest.raises(InvalidRequest, match="expired, or was answered before"):
        use(sessions, ada.use(ask(sessions)), "eve")


def test_a_passkey_that_was_used_elsewhere_is_refused(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    device.site = OTHER
    with pytest.raises(InvalidRequest, match="at another address") as caught:
        use(sessions, device.use(ask(sessions)))
    assert "https://bench.example" in caught.value.remedy
    device.site = PasskeySite("evil.example", SITE.origin)
    with pytest.raises(InvalidRequest, match="was not accepted"):
        use(sessions, device.use(ask(sessions)))


def test_a_passkey_of_an_earlier_address_is_not_asked_for(sessions: Sessions) -> None:
    add(sessions, Device())
    moved = PasskeySite("new.example", "https://new.example")
    with sessions.write() as session, pytest.raises(Conflict, match="no passkey for this site"):
        ask_use(session, moved, find(session))
    with sessions.read() as session:
        assert has_second_factor(session, find(session)), "and a password alone is not enough"


def test_a_counter_that_does_not_grow_is_refused(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    device.n_uses = 2**32 - 3
    use(sessions, device.use(ask(sessions)))
    device.n_uses = 2**32 - 3
    with pytest.raises(InvalidRequest, match="was not accepted"):
        use(sessions, device.use(ask(sessions)))
    use(sessions, device.use(ask(sessions)))


def test_a_device_without_a_counter_goes_on_working(sessions: Sessions) -> None:
    device = Device()
    device.n_uses = -1
    add(sessions, device)
    for _ in range(2):
        device.n_uses = -1
        use(sessions, device.use(ask(sessions)))


@pytest.mark.parametrize(("flags", "is_taken"), [(0x01, True), (VERIFIED, False)])
def test_its_owner_has_to_be_there_and_may_go_unverified(
    sessions: Sessions, flags: int, is_taken: bool
) -> None:
    device = Device()
    add(sessions, device)
    device.flags = flags
    answer = device.use(ask(sessions))
    if is_taken:
        use(sessions, answer)
    else:
        with pytest.raises(InvalidRequest, match="was not accepted"):
            use(sessions, answer)


def test_what_browsers_are_asked_for(sessions: Sessions) -> None:
    device = Device()
    with sessions.write() as session:
        user = make_user(session, "ada")
        add_to(session, user, device)
        new, used = (json.loads(one(session, SITE, user)) for one in (ask_new, ask_use))
    assert new["rp"] == {"name": "SpineBench", "id": "bench.example"}
    assert new["user"]["name"] == "ada@example.org"
    assert new["attestation"] == "none"
    assert new["authenticatorSelection"]["userVerification"] == "preferred"
    assert used["userVerification"] == "preferred"
    assert used["rpId"] == "bench.example"
    assert used["timeout"] == new["timeout"] == 300_000
    known = json.loads(device.make(json.dumps(new)))["id"]
    for one in (new["excludeCredentials"], used["allowCredentials"]):
        assert one == [{"id": known, "type": "public-key", "transports": ["usb"]}]
    assert new["challenge"] != used["challenge"]


def test_a_challenge_is_for_one_purpose(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    with sessions.write() as session:
        options = ask_new(session, SITE, find(session))
    with pytest.raises(InvalidRequest, match="expired, or was answered before"):
        use(sessions, device.use(options))


def test_a_passkey_is_added_once_whoever_it_is(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    with sessions.write() as session:
        with pytest.raises(Conflict, match="was added before"):
            add_to(session, find(session), device)
        with pytest.raises(Conflict, match="was added before"):
            add_to(session, make_user(session, "eve"), device)


def test_a_person_has_so_many_passkeys_and_no_more(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        for n in range(MAX_PASSKEYS):
            codes = add_to(session, ada, Device(), f"Key {n}")
            assert bool(codes) == (n == 0), "recovery codes come with the first factor"
        with pytest.raises(Conflict, match="20 passkeys"):
            add_to(session, ada, Device())


@pytest.mark.parametrize(
    "key",
    [
        {1: 2, 3: -7, -1: 1, -2: b"\1" * 32, -3: b"\1" * 32},
        {1: 2, 3: -7, -1: 1, -2: b"", -3: b""},
        {1: 2, 3: -7, -1: 1},
        {1: 2, 3: -7, -1: 1, -2: 7, -3: None},
        {1: 3, 3: -257, -1: b"", -2: b"\1\0\1"},
        {1: 9, 3: -7},
        {3: -7},
        {},
    ],
)
def test_a_key_that_could_sign_nobody_in_is_not_added(
    sessions: Sessions, key: dict[int, Any]
) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        answer = Device().make_with(key, ask_new(session, SITE, ada))
        challenge = take_challenge(session, ada, PasskeyPurpose.ADD, answer)
        with pytest.raises(InvalidRequest, match="was not accepted"):
            add_passkey(session, SITE, ada, "Laptop", challenge, answer)
        assert not has_second_factor(session, ada)


def damage(answer: str) -> list[str]:
    """Answers with one part that no browser would send."""
    damaged = ["x", "1", "null", "[]", "{}", "[" * 20_000, "9" * 5_000, f"{answer}{' ' * 60_000}"]
    values: tuple[Any, ...] = (None, 1, "", "A", "é", [], {}, "W10", "\ud800")
    for value in values:
        for name in ("id", "rawId", "type", "response"):
            damaged.append(json.dumps({**json.loads(answer), name: value}))
        for name in (*json.loads(answer)["response"], "userHandle"):
            parts = json.loads(answer)
            parts["response"][name] = value
            damaged.append(json.dumps(parts))
    return damaged


def test_whatever_else_is_sent_is_refused_in_words(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    device = Device()
    add(sessions, device)
    with sessions.write() as session:
        ada = find(session)
        challenge = json.loads(ask_use(session, SITE, ada))["challenge"].encode()
        for answer in damage(device.use(ask_use(session, SITE, ada))):
            with pytest.raises(InvalidRequest) as caught:
                use_passkey(session, SITE, ada, challenge, answer)
            assert caught.value.remedy
        for answer in damage(Device().make(ask_new(session, SITE, ada))):
            with pytest.raises(InvalidRequest) as caught:
                add_passkey(session, SITE, ada, "x", challenge, answer)
            assert caught.value.remedy


def test_the_recovery_codes_go_with_the_last_factor(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        codes = add_to(session, ada, Device(), "One")
        add_to(session, ada, Device(), "Two")
        first, second = read_passkeys(session, ada)
        assert remove_passkey(session, ada, first.id).name == "One"
        assert count_recovery_codes(session, ada) == N_RECOVERY_CODES
        assert use_code(session, ada, codes[0], SecretBox(["k" * 40])) is FactorMeans.RECOVERY
        remove_passkey(session, ada, second.id)
        assert count_recovery_codes(session, ada) == 0
        assert not has_second_factor(session, ada)


def test_nobody_removes_somebody_elses_passkey(sessions: Sessions) -> None:
    add(sessions, Device())
    with sessions.write() as session:
        (row,) = read_passkeys(session, find(session))
        with pytest.raises(NotFound):
            remove_passkey(session, make_user(session, "eve"), row.id)
        assert has_second_factor(session, find(session))


def test_a_reset_removes_passkeys_too(sessions: Sessions) -> None:
    device = Device()
    add(sessions, device)
    with sessions.write() as session:
        remove_second_factor(session, find(session))
        assert read_passkeys(session, find(session)) == []
        assert count_recovery_codes(session, find(session)) == 0


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Bench.Example", "https://bench.example"),
        ("https://bench.example:443/", "https://bench.example"),
        ("https://bench.example:8443/below", "https://bench.example:8443"),
        ("https://münchen.example", "https://xn--mnchen-3ya.example"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://a.localhost", "http://a.localhost"),
        ("http://bench.example", None),
        ("http://localhost.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("https://", None),
        ("https://bench.example:99999", None),
        ("ftp://localhost", None),
    ],
)
def test_passkeys_are_offered_where_browsers_have_them(url: str, origin: str | None) -> None:
    found = find_site(url)
    assert (found and found.origin) == origin
    if found is not None:
        assert find_site(found.origin) == found
