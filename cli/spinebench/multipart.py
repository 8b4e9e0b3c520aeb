"""A form with one file, sent piece by piece: memory stays small and progress can be shown."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType

PIECE = 64 * 1024


class MultipartForm:
    """Text fields and one file as multipart/form-data of known length.

    `on_sent` hears the number of the file's bytes each time some have been handed over.
    """

    def __init__(
        self, fields: Mapping[str, str], file: Path, on_sent: Callable[[int], None]
    ) -> None:
        self._boundary = secrets.token_hex(16)
        self._on_sent = on_sent
        self._file = file.open("rb")
        self._left = os.fstat(self._file.fileno()).st_size
        self._head = self._make_head(fields, file.name)
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()
        self._length = len(self._head) + self._left + len(self._tail)

    @property
    def content_type(self) -> str:
        """The Content-Type header that belongs to this form."""
        return f"multipart/form-data; boundary={self._boundary}"

    def _make_head(self, fields: Mapping[str, str], file_name: str) -> bytes:
        parts = [
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n'
            f"{value}\r\n"
            for name, value in fields.items()
        ]
        parts.append(
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{_quoted(file_name)}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        return "".join(parts).encode("utf-8", "replace")

    def __len__(self) -> int:
        """The whole form's size in bytes."""
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """The form, once, piece by piece. Raises OSError when the file shrinks meanwhile."""
        yield self._head
        while self._left:
            piece = self._file.read(min(PIECE, self._left))
            if not piece:
                raise OSError("the file became shorter while it was sent")
            self._left -= len(piece)
            yield piece
            self._on_sent(len(piece))
        yield self._tail

    def __enter__(self) -> MultipartForm:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def _quoted(name: str) -> str:
    """The file name as browsers write it into a form's header."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
