"""Passkeys (WebAuthn) as a second factor: what browsers are asked for, and what they answer.

A device signs a challenge of ours, and names the site that it was shown at. Every challenge is a
row, for one person and one purpose: it is taken once, whatever becomes of the answer.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import idna
from cryptography.exceptions import UnsupportedAlgorithm
from sqlalchemy import CursorResult, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.accounts.late import webauthn, webauthn_errors, webauthn_helpers, webauthn_structs
from leaderboard.accounts.second_factor import (
    end_factor,
    has_second_factor,
    make_recovery_codes,
    read_passkeys,
)
from leaderboard.accounts.secret_hash import hash_secret
from leaderboard.accounts.web_sessions import end_sessions
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.models.factor import Passkey, PasskeyChallenge, PasskeyPurpose
from leaderboard.models.team import User
from leaderboard.names import read_name
from leaderboard.site import NAME

if TYPE_CHECKING:
    from webauthn.registration.verify_registration_response import VerifiedRegistration

CHALLENGE_LASTS = timedelta(minutes=5)
MAX_PASSKEYS = 20
MAX_NAME_CHARACTERS = 60
MAX_ANSWER_CHARACTERS = 50_000
"""Far more than any device sends, certificates included."""


log = logging.getLogger(__name__)


class PasskeySite(NamedTuple):
    """The site as browsers know it for passkeys: its host, the start of its addresses, its name."""

    name: str
    origin: str
    title: str = NAME


def find_site(base_url: str, title: str = NAME) -> PasskeySite | None:
    """The site with this address; None where browsers offer no passkeys.

    They do on https with a name, and on localhost, never on a bare IP address.
    """
    try:
        parts = urlsplit(base_url)
        name, port = _read_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    is_local = name == "localhost" or name.endswith(".localhost")
    if (
        not name
        or parts.scheme not in {"http", "https"}
        or (parts.scheme == "http" and not is_local)
    ):
        return None
    is_usual = port in {None, 443 if parts.scheme == "https" else 80}
    return PasskeySite(name, f"{parts.scheme}://{name}" + ("" if is_usual else f":{port}"), title)


def ask_new(session: Session, site: PasskeySite, user: User) -> str:
    """What a browser is asked for to make a passkey of `user`, as JSON.

    Raises Conflict where they have as many as one may.
    """
    own = read_passkeys(session, user)
    if len(own) >= MAX_PASSKEYS:
        raise Conflict(f"You have {MAX_PASSKEYS} passkeys.", "Remove one that you do not use.")
    options = webauthn.generate_registration_options(
        rp_id=site.name,
        rp_name=site.title,
        user_id=str(user.id).encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=_make_challenge(session, user, PasskeyPurpose.ADD),
        timeout=_milliseconds(CHALLENGE_LASTS),
        authenticator_selection=webauthn_structs.AuthenticatorSelectionCriteria(
            resident_key=webauthn_structs.ResidentKeyRequirement.PREFERRED,
            user_verification=webauthn_structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_describe(own, site),
    )
    return webauthn.options_to_json(options)


def ask_use(session: Session, site: PasskeySite, user: User) -> str:
    """What a browser is asked for to use a passkey of `user`, as JSON. Conflict without one."""
    own = _describe(read_passkeys(session, user), site)
    if not own:
        raise Conflict("You have no passkey for this site.", "Enter a code.")
    options = webauthn.generate_authentication_options(
        rp_id=site.name,
        challenge=_make_challenge(session, user, PasskeyPurpose.USE),
        timeout=_milliseconds(CHALLENGE_LASTS),
        allow_credentials=own,
        user_verification=webauthn_structs.UserVerificationRequirement.PREFERRED,
    )
    return webauthn.options_to_json(options)


def take_challenge(session: Session, user: User, purpose: PasskeyPurpose, answer: str) -> bytes:
    """The challenge that `answer` is to, which no other answer is taken for any more.

    The caller commits before the answer is looked at. Raises InvalidRequest for one that `user` was
    not asked for that purpose, or too long ago.
    """
    challenge = _read_client_data(answer).challenge
    taken = session.execute(
        delete(PasskeyChallenge).where(
            PasskeyChallenge.challenge_hash == _hash(challenge),
            PasskeyChallenge.user_id == user.id,
            PasskeyChallenge.purpose == purpose,
            PasskeyChallenge.ends_at > now(),
        )
    )
    if not (isinstance(taken, CursorResult) and taken.rowcount == 1):
        raise InvalidRequest(
            "The prompt for your passkey has expired, or was answered before.",
            "Choose the button again.",
        )
    return challenge


def add_passkey(
    session: Session, site: PasskeySite, user: User, name: str, challenge: bytes, answer: str
) -> list[str]:
    """Keep what a device answered to `ask_new` under a name of its owner's: the recovery codes.

    There are some only with the first second factor; every session of theirs ends then. Raises
    InvalidRequest for a name or an answer that is no good, Conflict for a passkey that is known.
    """
    name = read_passkey_name(name)
    made = _verify_new(site, challenge, answer)
    lock_row(session, User.id, user.id)
    is_first = not has_second_factor(session, user)
    row = Passkey(
        user_id=user.id,
        name=name,
        site=site.name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=_read_transports(answer),
        created_at=(moment := now()),
        used_at=moment,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict("This passkey was added before.", "Use another device.") from None
    if not is_first:
        return []
    end_sessions(session, user)
    return make_recovery_codes(session, user)


def read_passkey_name(text: str) -> str:
    """How its owner calls a passkey. Raises InvalidRequest."""
    return read_name(text, "The name", MAX_NAME_CHARACTERS)


def use_passkey(
    session: Session, site: PasskeySite, user: User, challenge: bytes, answer: str
) -> None:
    """Take what a device answered to `ask_use`, and note the use. Raises InvalidRequest."""
    _require_here(site, answer)
    row = session.scalar(
        select(Passkey)
        .where(
            Passkey.credential_id == _read_credential_id(answer),
            Passkey.user_id == user.id,
            Passkey.site == site.name,
        )
        .with_for_update(key_share=True)
    )
    if row is None:
        raise InvalidRequest(
            "This passkey is not one of your account's, or was removed.",
            "Use another one, or enter a code.",
        )
    try:
        used = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
        )
    except _list_refusals() as error:
        raise _refuse(error) from None
    row.sign_count, row.used_at = used.new_sign_count, now()
    session.flush()


def remove_passkey(session: Session, user: User, passkey_id: int) -> Passkey:
    """Let a passkey of `user` sign them in no more; every session ends, the codes with the last.

    Raises NotFound.
    """
    lock_row(session, User.id, user.id)
    row = session.get(Passkey, passkey_id)
    if row is None or row.user_id != user.id:
        raise NotFound("This passkey is not yours, or was removed.", "See your passkeys.")
    session.delete(row)
    session.flush()
    end_factor(session, user)
    return row


def _verify_new(site: PasskeySite, challenge: bytes, answer: str) -> VerifiedRegistration:
    _require_here(site, answer)
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
        )
        # py_webauthn 3.0.1 looks at the key only when it is used: one that is no point of its
        # curve would be taken now, and never sign anybody in.
        webauthn_helpers.decoded_public_key_to_cryptography(
            webauthn_helpers.decode_credential_public_key(made.credential_public_key)
        )
    except _list_refusals() as error:
        raise _refuse(error) from None
    return made


def _require_here(site: PasskeySite, answer: str) -> None:
    origin = _read_client_data(answer).origin
    if origin != site.origin:
        raise InvalidRequest(
            "The passkey was used at another address than this site's.",
            f"Open {site.origin} and try again there.",
        )


def _make_challenge(session: Session, user: User, purpose: PasskeyPurpose) -> bytes:
    begun, challenge = now(), secrets.token_bytes(32)
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= begun))
    session.add(
        PasskeyChallenge(
            challenge_hash=_hash(challenge),
            user_id=user.id,
            purpose=purpose,
            ends_at=begun + CHALLENGE_LASTS,
        )
    )
    session.flush()
    return challenge


def _describe(
    own: list[Passkey], site: PasskeySite
) -> list[webauthn_structs.PublicKeyCredentialDescriptor]:
    return [
        webauthn_structs.PublicKeyCredentialDescriptor(
            id=one.credential_id,
            transports=[webauthn_structs.AuthenticatorTransport(name) for name in one.transports],
        )
        for one in own
        if one.site == site.name
    ]


def _read_client_data(answer: str) -> webauthn_structs.CollectedClientData:
    if not answer:
        raise InvalidRequest(
            "Your browser sent no passkey.", "Allow JavaScript for this site, or enter a code."
        )
    try:
        if len(answer) > MAX_ANSWER_CHARACTERS:
            raise ValueError("too long")
        return webauthn_helpers.parse_client_data_json(
            webauthn.base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"])
        )
    except _list_refusals() as error:
        raise _refuse(error) from None


def _read_credential_id(answer: str) -> bytes:
    try:
        return webauthn.base64url_to_bytes(json.loads(answer)["rawId"])
    except _list_refusals() as error:
        raise _refuse(error) from None


def _read_transports(answer: str) -> list[str]:
    """How the device can be reached, which later prompts tell the browser."""
    return [
        one.value
        for one in webauthn_helpers.parse_registration_credential_json(answer).response.transports
        or ()
    ]


def _list_refusals() -> tuple[type[Exception], ...]:
    """What py_webauthn 3.0.1 raises for answers that are no good: more than its own exceptions."""
    return (
        webauthn_errors.WebAuthnException,
        UnsupportedAlgorithm,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    )


def _refuse(error: BaseException) -> InvalidRequest:
    log.warning("a passkey was not accepted: %s", " ".join(str(error).split())[:200])
    return InvalidRequest("The passkey was not accepted.", "Try again, or enter a code.")


def _read_host(name: str) -> str:
    """A host's name as browsers write it; empty for an IP address. Raises ValueError."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return idna.encode(name, uts46=True).decode() if name else ""
    return ""


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _hash(challenge: bytes) -> str:
    return hash_secret(challenge.hex())
