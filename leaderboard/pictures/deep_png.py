"""PNG files with 16 bits, which programs show as black, as white or as they were meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.grey import Grey
from leaderboard.pictures.slices import ScanFile, Slice
from leaderboard.pictures.source import Window

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTH_AT, KIND_AT = 24, 25
"""Signature, length and name of the first chunk, width and height come before."""
_GREY = 0
_PLAIN = Grey(1.0, 0.0, None, Window(rule="none"), None, False, None, False)


class DeepPngs:
    """The values of 16-bit PNG files."""

    def decode(self, slices: list[Slice]) -> Iterator[tuple[Slice, NDArray[Any]]]:
        """Each picture with its stored values."""
        for one in slices:
            with Picture.open(one.path, formats=["PNG"]) as picture:
                yield one, np.asarray(picture).astype(np.uint16)


def is_deep_png(path: Path) -> bool:
    """Whether a file is a PNG with 16 bits a channel."""
    with path.open("rb") as file:
        head = file.read(KIND_AT + 1)
    return head.startswith(SIGNATURE) and len(head) > KIND_AT and head[DEPTH_AT] == 16


def read_deep_png(path: Path) -> ScanFile:
    """The picture in a 16-bit grey PNG. Raises InvalidRequest."""
    with path.open("rb") as file:
        kind = file.read(KIND_AT + 1)[KIND_AT]
    if kind != _GREY:
        raise InvalidRequest(
            "It is a PNG in colour with 16 bits per channel.", "Save it with 8 bits per channel."
        )
    try:
        with Picture.open(path, formats=["PNG"]) as picture:
            picture.load()
            width, height = picture.size
            texts = sorted(str(name) for name in picture.info if name in _texts(picture))
            identifiers = dict.fromkeys(texts, "free text")
    except (OSError, SyntaxError, ValueError, Picture.DecompressionBombError) as error:
        raise InvalidRequest("It is not a readable PNG.", "Export it again.") from error
    one = Slice(
        *("png", path, 0, (str(path),), 0, (height, width), None, _PLAIN, False),
        *(None, None, False, "unknown", False),
    )
    return ScanFile(path, [one], identifiers)


def _texts(picture: Picture.Image) -> dict[str, str]:
    return dict(getattr(picture, "text", {}))
