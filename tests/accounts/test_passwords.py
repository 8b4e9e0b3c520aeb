"""Passwords that anybody would guess are refused, and one spelling stands for all."""

import unicodedata

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from leaderboard.accounts.passwords import (
    HASHED_BY,
    NOBODY,
    check_password,
    hash_password,
    is_password,
)
from leaderboard.accounts.users import authenticate, register
from leaderboard.db import Sessions
from leaderboard.errors import InvalidRequest
from leaderboard.models.team import User

ADA = {"email": "ada.lovelace@hospital.example", "name": "Ada Lovelace"}


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password123!",
        "123456789012",
        "qwertyuiop123",
        "iloveyou12345678",
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "x" * 200,
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(InvalidRequest, match="common one"):
        check_password(password, **ADA)


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@hospital.example",
        "AdaLovelace1815!",
        "lovelace-hospital",
        "spinebench2026",
        "SpineBench Ada 1",
        "ada.lovelace2026",
    ],
)
def test_ones_own_data_and_the_sites_name_are_refused(password: str) -> None:
    with pytest.raises(InvalidRequest, match="made of your name"):
        check_password(password, **ADA)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "another long password", "k7#Vq2!mZp9x", "日本語のとても長い合言葉"],
)
def test_others_are_taken(password: str) -> None:
    check_password(password, **ADA)


def test_a_password_is_the_same_however_a_keyboard_writes_it() -> None:
    composed = unicodedata.normalize("NFC", "Żółta łódź płynie")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    for one, other in ((composed, decomposed), (decomposed, composed)):
        assert is_password(other, hash_password(one))
    assert is_password("\ufb01ne \uff14\uff12 words here", hash_password("fine 42 words here"))
    assert not is_password("fine 43 words here", hash_password("fine 42 words here"))
    assert not is_password("anything", None)


@pytest.mark.usefixtures("dear_passwords")
def test_a_password_is_kept_as_the_rfc_recommends_and_an_unknown_address_costs_as_much() -> None:
    assert hash_password("correct horse battery").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not PasswordHasher.from_parameters(HASHED_BY).check_needs_rehash(NOBODY)


def test_a_password_kept_before_still_works_and_is_kept_anew(sessions: Sessions) -> None:
    decomposed = unicodedata.normalize("NFD", "Żółta łódź płynie")
    with sessions.write() as session:
        user = register(session, email="ada@example.org", name="Ada", password="x y z long words")
        user.password_hash = PasswordHasher().hash(decomposed)
    with sessions.write() as session:
        authenticate(session, email="ada@example.org", password=decomposed)
    with sessions.read() as session:
        kept = session.scalars(select(User.password_hash)).one()
    assert is_password(unicodedata.normalize("NFC", decomposed), kept)
