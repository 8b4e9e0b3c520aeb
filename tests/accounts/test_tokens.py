"""API tokens: their form, their life, and what is stored of them."""

import zlib
from datetime import timedelta

import pytest

from leaderboard.accounts.tokens import checksum, get_token, is_well_formed, make_token
from leaderboard.db import Sessions, now
from leaderboard.errors import InvalidRequest, NotSignedIn
from leaderboard.models.team import ApiToken, Scope
from tests.factories import make_user


@pytest.fixture
def token(sessions: Sessions) -> str:
    with sessions.write() as session:
        user = make_user(session, "a")
        return make_token(session, user, name="laptop", scopes=[Scope.SUBMIT, Scope.READ]).text


def test_the_checksum_is_crc32_in_base_62() -> None:
    # zlib.crc32(b"123456789") is 0xCBF43926, the check value of CRC-32 in every catalogue.
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    number = 0
    for digit in checksum("123456789"):
        number = number * 62 + alphabet.index(digit)
    assert number == 0xCBF43926 == zlib.crc32(b"123456789")


def test_a_token_is_found_and_its_text_is_nowhere_in_the_database(
    sessions: Sessions, token: str
) -> None:
    with sessions.read() as session:
        row = get_token(session, token)
        assert row.scopes == ["read", "submit"]
        assert row.prefix == token.split("_")[1]
        secret = token.split("_")[2]
        assert not any(secret in str(value) for value in vars(row).values())


def test_a_mistyped_token_is_told_from_an_unknown_one(sessions: Sessions, token: str) -> None:
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    body = f"sbk_{'0' * 8}_{'0' * 32}"
    with sessions.read() as session:
        with pytest.raises(NotSignedIn, match="mistyped"):
            get_token(session, other)
        with pytest.raises(NotSignedIn, match="is unknown"):
            get_token(session, body + checksum(body))


def test_the_right_prefix_with_another_secret_is_refused(sessions: Sessions, token: str) -> None:
    body = f"sbk_{token.split('_')[1]}_{'0' * 32}"
    assert is_well_formed(body + checksum(body))
    with sessions.read() as session, pytest.raises(NotSignedIn, match="is unknown"):
        get_token(session, body + checksum(body))


@pytest.mark.parametrize(
    ("column", "words"), [("revoked_at", "revoked"), ("expires_at", "expired")]
)
def test_a_token_ends_when_revoked_or_expired(
    sessions: Sessions, token: str, column: str, words: str
) -> None:
    with sessions.write() as session:
        setattr(session.query(ApiToken).one(), column, now() - timedelta(seconds=1))
    with sessions.read() as session, pytest.raises(NotSignedIn, match=words):
        get_token(session, token)


@pytest.mark.parametrize("text", ["", "sbk", "sbk__", "Bearer x", "sbk_" + "é" * 47, "x" * 100_000])
def test_rubbish_is_no_token(text: str) -> None:
    assert not is_well_formed(text)


@pytest.mark.parametrize(
    ("name", "scopes", "days"), [("", [Scope.READ], 5), ("x", [], 5), ("x", [Scope.READ], 366)]
)
def test_a_token_without_name_scope_or_a_fair_life_is_refused(
    sessions: Sessions, token: str, name: str, scopes: list[Scope], days: int
) -> None:
    with sessions.write() as session:
        user = session.query(ApiToken).one().user
        with pytest.raises(InvalidRequest):
            make_token(session, user, name=name, scopes=scopes, days=days)
