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
MAX_CHANNEL_BITS = 8
PNG_DEPTH_AT = 24
"""Signature, length and name of the first chunk, width and height come before."""
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
                if _has_deep_channels(content, picture):
                    raise _too_deep()
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


def _has_deep_channels(content: bytes, picture: Picture.Image) -> bool:
    """Whether a PNG has 16 bits a channel: the byte after the size of its header says so."""
    return picture.format == "PNG" and content[PNG_DEPTH_AT] > MAX_CHANNEL_BITS


def _too_deep() -> InvalidRequest:
    return InvalidRequest(
        f"It has more than {MAX_CHANNEL_BITS} bits per channel; programs show the same file as "
        "black, as white or as it was meant.",
        "Choose the window yourself and export the picture with 8 bits per channel.",
    )


def _too_many_pixels() -> InvalidRequest:
    return InvalidRequest(
        f"It has more than {MAX_PIXELS:,} pixels.", "Export the picture at a smaller size."
    )
