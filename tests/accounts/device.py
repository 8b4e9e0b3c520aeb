"""A device that keeps passkeys, in software: what it answers, byte by byte as WebAuthn says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.orm import Session

from leaderboard.accounts.passkeys import PasskeySite, add_passkey, ask_new, take_challenge
from leaderboard.models.factor import PasskeyPurpose
from leaderboard.models.team import User

SITE = PasskeySite("bench.example", "https://bench.example")
PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40
NO_MODEL = b"\0" * 16


class Device:
    """One passkey of one site. What it says of itself can be changed before it answers."""

    def __init__(self, site: PasskeySite = SITE) -> None:
        self.site = site
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.n_uses = 0
        self.flags = PRESENT | VERIFIED

    def make(self, options: str) -> str:
        """The answer to what `ask_new` asks for."""
        numbers = self.key.public_key().public_numbers()
        x, y = (one.to_bytes(32, "big") for one in (numbers.x, numbers.y))
        return self.make_with({1: 2, 3: -7, -1: 1, -2: x, -3: y}, options)

    def make_with(self, key: dict[int, Any], options: str) -> str:
        """The same, with what it says is its public key: RFC 9053's map of numbers to facts."""
        about = NO_MODEL + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(key)
        found = {"fmt": "none", "attStmt": {}, "authData": self._sign_off(WITH_KEY) + about}
        return self._answer(
            clientDataJSON=self._tell("webauthn.create", options),
            attestationObject=cbor2.dumps(found),
        )

    def use(self, options: str) -> str:
        """The answer to what `ask_use` asks for."""
        told, data = self._tell("webauthn.get", options), self._sign_off()
        signed = data + hashlib.sha256(told).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _tell(self, kind: str, options: str) -> bytes:
        challenge = json.loads(options)["challenge"]
        told = {"type": kind, "challenge": challenge, "origin": self.site.origin}
        return json.dumps(told).encode()

    def _sign_off(self, more_flags: int = 0) -> bytes:
        self.n_uses += 1
        name = hashlib.sha256(self.site.name.encode()).digest()
        return name + struct.pack(">BI", self.flags | more_flags, self.n_uses)

    def _answer(self, **parts: bytes) -> str:
        key = write(self.id)
        response = {name: write(part) for name, part in parts.items()} | {
            "transports": ["usb", "?"]
        }
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})


def write(raw: bytes) -> str:
    """Bytes as WebAuthn writes them: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def add_to(session: Session, user: User, device: Device, name: str = "Laptop") -> list[str]:
    """Add the device's passkey to a user: their recovery codes, if it is the first factor."""
    answer = device.make(ask_new(session, SITE, user))
    challenge = take_challenge(session, user, PasskeyPurpose.ADD, answer)
    return add_passkey(session, SITE, user, name, challenge, answer)
