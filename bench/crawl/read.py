"""An answer as text that can be compared line by line: packed formats are unpacked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, NamedTuple

import pyarrow.parquet as pq
from PIL import Image

HEADERS = ("Content-Type", "Location", "Cache-Control", "Content-Disposition", "Link")
PARQUET = "application/vnd.apache.parquet"


class Answer(NamedTuple):
    """What the site said at `address`, a path with its query."""

    address: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        """Its media type without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0]


def read_body(answer: Answer) -> str:
    """JSON one value a line, Parquet as its schema and rows, a zip as its members, a picture as
    its pixels; other bytes that are no text by their hash."""
    kind, body = answer.kind, answer.body
    if kind == PARQUET:
        return _read_parquet(body)
    if kind == "application/zip":
        return _read_zip(body)
    if kind.startswith("image/") and "svg" not in kind:
        return _read_picture(body)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return _digest(body)
    if kind.endswith("json"):
        return json.dumps(json.loads(text), indent=1, ensure_ascii=False)
    return text


def _read_parquet(body: bytes) -> str:
    table = pq.read_table(io.BytesIO(body))
    lines = [f"schema {_decode(table.schema.metadata)}"]
    lines += [f"{field.name} {field.type} {_decode(field.metadata)}" for field in table.schema]
    lines += [json.dumps(row, default=str, ensure_ascii=False) for row in table.to_pylist()]
    return "\n".join(lines)


def _decode(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in sorted((metadata or {}).items())}


def _read_zip(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(f"{name} {_digest(archive.read(name))}" for name in archive.namelist())


def _read_picture(body: bytes) -> str:
    with Image.open(io.BytesIO(body)) as picture:
        pixels: Any = picture.tobytes()
        return f"{picture.format} {picture.mode} {picture.size} {_digest(pixels)}"


def _digest(body: bytes) -> str:
    return f"{len(body)} bytes, sha256 {hashlib.sha256(body).hexdigest()}"
