"""The archive: a zip of plain members, a manifest with their hashes, and its signature.

Members are stored without compression, at one date and in one order. So the same facts give the
same bytes on every machine, nothing can swell when it is read, and a byte that was changed
anywhere is found: the members' by their hashes, the manifest's by its signature, and all others
because a reader writes the archive again and compares.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from leaderboard.bundles.signing import is_signed, sign

FORMAT = "spinebench-bundle-1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
MAX_MEMBERS = 16
MAX_BYTES = 512 * 1024 * 1024
"""More than the largest file that a site takes by default can come to."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_NAME = re.compile(r"[a-z_]{1,40}\.jsonl?")
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\5\6"


class DamagedArchive(ValueError):
    """It is no archive of ours, or no longer what the site made; says what and where."""


@dataclass(frozen=True)
class Archive:
    """The members of an archive by name; all of them are as the manifest says.

    `key` is the public key whose signature the manifest bears, None where it bears none.
    """

    manifest: Mapping[str, Any]
    members: Mapping[str, bytes]
    key: str | None


def write_json(value: object) -> bytes:
    """A value as canonical JSON: keys sorted, no spaces, characters as they are."""
    text = json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False
    )
    return text.encode()


def write_archive(
    manifest: Mapping[str, Any], members: Mapping[str, bytes], private_key: str | None
) -> bytes:
    """The archive of these members; signed where there is a key."""
    stream = io.BytesIO()
    save_archive(stream, manifest, members, private_key)
    return stream.getvalue()


def save_archive(
    stream: BinaryIO,
    manifest: Mapping[str, Any],
    members: Mapping[str, bytes],
    private_key: str | None,
) -> None:
    """Write the same into a file."""
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    head = write_json({**manifest, "format": FORMAT, "members": hashes})
    signature = None if private_key is None else write_json(sign(private_key, head))
    _write_zip(stream, head, signature, members)


def read_archive(raw: bytes) -> Archive:
    """The archive in `raw`. Raises DamagedArchive, naming what is not as the site made it."""
    found = _read_zip(raw)
    head, signature = found.pop(MANIFEST, None), found.pop(SIGNATURE, None)
    if head is None:
        raise DamagedArchive(f"It has no {MANIFEST}: it is not an archive of a score.")
    manifest = _read_object(head, MANIFEST)
    key = None
    if signature is not None:
        signed = _read_object(signature, SIGNATURE)
        if not is_signed(head, signed):
            raise DamagedArchive(
                f"{MANIFEST} does not bear the signature in {SIGNATURE}: one of them was changed."
            )
        key = str(signed["key"])
    if manifest.get("format") != FORMAT:
        raise DamagedArchive(
            f"Its format is {str(manifest.get('format'))[:40]!r}; this version reads {FORMAT!r}."
        )
    _check_members(manifest, found)
    again = io.BytesIO()
    _write_zip(again, head, signature, found)
    if write_json(manifest) != head or again.getvalue() != raw:
        raise DamagedArchive(
            "Its members are as the site made them, but bytes between or behind them were changed."
        )
    return Archive(manifest, found, key)


def _check_members(manifest: Mapping[str, Any], found: Mapping[str, bytes]) -> None:
    listed = manifest.get("members")
    if not isinstance(listed, dict):
        raise DamagedArchive(f"{MANIFEST} lists no members.")
    for name in sorted(listed.keys() | found.keys()):
        if name not in found:
            raise DamagedArchive(f"{name} is missing, which {MANIFEST} lists.")
        if name not in listed:
            raise DamagedArchive(f"{name} was added: {MANIFEST} does not list it.")
        if hashlib.sha256(found[name]).hexdigest() != listed[name]:
            raise DamagedArchive(f"{name} was changed: its hash is not the one in {MANIFEST}.")


def _write_zip(
    stream: BinaryIO, head: bytes, signature: bytes | None, members: Mapping[str, bytes]
) -> None:
    signed = {} if signature is None else {SIGNATURE: signature}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, content in {MANIFEST: head, **signed, **dict(sorted(members.items()))}.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = _UNIX
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)


def _read_zip(raw: bytes) -> dict[str, bytes]:
    """The members, none of which is looked at before the list of them was."""
    if len(raw) > MAX_BYTES:
        raise DamagedArchive(f"It has {len(raw):,} bytes; the limit is {MAX_BYTES:,}.")
    tail = raw[-_END.size :]
    if len(tail) < _END.size or not tail.startswith(_END_MARK):
        raise DamagedArchive("It is not a zip file, or it was cut off or added to.")
    n_members = _END.unpack(tail)[4]
    if n_members > MAX_MEMBERS:
        raise DamagedArchive(f"It lists {n_members:,} members; the limit is {MAX_MEMBERS}.")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
            _check_list(infos, len(raw))
            return {info.filename: _read_member(archive, info) for info in infos}
    except (zipfile.BadZipFile, struct.error, EOFError, ValueError, RuntimeError) as error:
        if isinstance(error, DamagedArchive):
            raise
        raise DamagedArchive(f"The zip file is damaged: {error}.") from error


def _check_list(infos: list[zipfile.ZipInfo], n_bytes: int) -> None:
    names = [info.filename for info in infos]
    for info in infos:
        name = ascii(info.filename[:60])
        if not _NAME.fullmatch(info.orig_filename) or names.count(info.filename) > 1:
            raise DamagedArchive(f"It has a member {name} that no archive of ours has.")
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits:
            raise DamagedArchive(f"Its member {name} is compressed or encrypted; ours are not.")
    if sum(info.file_size for info in infos) > n_bytes:
        raise DamagedArchive("Its members claim to be larger than the archive.")


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        return archive.read(info)
    except zipfile.BadZipFile as error:
        raise DamagedArchive(f"{info.filename} was changed: {error}.") from error


def _read_object(content: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DamagedArchive(f"{name} is not JSON.") from error
    if not isinstance(found, dict):
        raise DamagedArchive(f"{name} is not a JSON object.")
    return found
