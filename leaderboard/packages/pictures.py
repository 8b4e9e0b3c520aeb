"""Pictures from anybody: their type and size, found within limits."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import NamedTuple

from PIL import Image as Picture

from leaderboard.errors import InvalidRequest

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MAX_PIXELS = 40_000_000
_UNREADABLE = (OSError, SyntaxError, ValueError, KeyError, EOFError, struct.error, zlib.error)


class PackagePicture(NamedTuple):
    """An image file that was looked at: its type and its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


def read_picture(content: bytes) -> PackagePicture:
    """The picture in `content`, decoded once to see that it is whole. Raises InvalidRequest.

    The size that it declares is looked at before memory is given to it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Picture.DecompressionBombWarning)
            with _open(content) as picture:
                picture.verify()
            with _open(content) as picture:
                picture.load()
                width, height = picture.size
                return PackagePicture(content, MEDIA_TYPES[picture.format or ""], width, height)
    except (Picture.DecompressionBombError, Picture.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _UNREADABLE as error:
        raise InvalidRequest(
            "It is not a readable PNG, JPEG or WebP image.", "Export the picture again."
        ) from error


def _open(content: bytes) -> Picture.Image:
    picture = Picture.open(io.BytesIO(content), formats=list(MEDIA_TYPES))
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    return picture


def _too_many_pixels() -> InvalidRequest:
    return InvalidRequest(
        f"It has more than {MAX_PIXELS:,} pixels.", "Export the picture at a smaller size."
    )
