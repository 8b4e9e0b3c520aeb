"""A form with one file, sent piece by piece: memory stays small and progress can be shown.

`urllib3` writes the form's parts; it would hold the whole file in memory if it were given it.
"""

from __future__ import annotations

import os
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
        # Takes longer to import than `spinebench --version` may last.
        from urllib3.filepost import choose_boundary, encode_multipart_formdata

        self._on_sent = on_sent
        self._file = file.open("rb")
        self._left = os.fstat(self._file.fileno()).st_size
        # A name that is not text on this system cannot be sent as it is.
        name = file.name.encode("utf-8", "replace").decode()
        boundary = choose_boundary()
        form, self.content_type = encode_multipart_formdata(
            [*fields.items(), ("file", (name, b"", "application/octet-stream"))], boundary
        )
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._head = form.removesuffix(self._tail)
        self._length = len(form) + self._left

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
