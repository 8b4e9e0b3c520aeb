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
ORIENTATION = 0x0112
PLAIN_EXIF = frozenset((ORIENTATION, 0x011A, 0x011B, 0x0128, 0x0131, 0x0213))
"""EXIF fields that say nothing of anybody: orientation, resolution, program, places of colours."""
PROGRAM_TEXTS = frozenset(("Software",))
_SCANS = ("DICOM", "NIfTI")
_OTHER_FORMATS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "TIFF": ((0, b"II*\0"), (0, b"MM\0*"), (0, b"II+\0"), (0, b"MM\0+")),
    "GIF": ((0, b"GIF8"),),
    "BMP": ((0, b"BM"),),
    "JPEG 2000": ((0, b"\0\0\0\x0cjP  "), (0, b"\xff\x4f\xff\x51")),
    "DICOM": ((128, b"DICM"),),
    "NIfTI": ((344, b"n+1\0"), (4, b"n+2\0")),
}
"""By name, where the first bytes of such a file stand and what they are."""
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
                _refuse_ambiguous(picture)
                picture.load()
                width, height = picture.size
                return PackagePicture(content, MEDIA_TYPES[picture.format or ""], width, height)
    except (Picture.DecompressionBombError, Picture.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _UNREADABLE as error:
        raise InvalidRequest(*_name_format(content)) from error


def has_texts(content: bytes) -> bool:
    """Whether a readable picture carries texts beside its pixels: chunks, comments, EXIF, XMP.

    Its size, colours, resolution and the name of the program that saved it are none.
    """
    with Picture.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as picture:
        picture.load()
        texts = set(getattr(picture, "text", {})) - PROGRAM_TEXTS
        said = {"comment", "xmp", "photoshop", "XML:com.adobe.xmp"} & set(picture.info)
        return bool(texts or said or set(picture.getexif()) - PLAIN_EXIF)


def _refuse_ambiguous(picture: Picture.Image) -> None:
    """Refuse what programs show differently: several frames, ink colours, a turn in the EXIF."""
    if getattr(picture, "n_frames", 1) > 1:
        raise InvalidRequest(
            "It is animated.", "Save each of its pictures that is needed as a file of its own."
        )
    if picture.mode == "CMYK":
        raise InvalidRequest(
            "Its colours are those of a press (CMYK), which programs show differently.",
            "Convert it to RGB and save it as PNG.",
        )
    if picture.getexif().get(ORIENTATION, 1) != 1:
        raise InvalidRequest(
            "Its EXIF data turn or mirror it, which browsers obey and models do not, so left and "
            "right may be exchanged.",
            "Turn the pixels themselves and remove the EXIF data.",
        )


def _name_format(content: bytes) -> tuple[str, str]:
    """What unreadable bytes are, and the way to a picture."""
    for name, starts in _OTHER_FORMATS.items():
        if any(content[at : at + len(start)] == start for at, start in starts):
            return f"It is {name}, not PNG, JPEG or WebP.", (
                "Convert it with `flask benchmark pictures`."
                if name in _SCANS
                else "Save it as PNG with 8 bits per channel in an image program, and compare both."
            )
    return "It is not a readable PNG, JPEG or WebP image.", "Export the picture again."


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
        "Choose the window yourself and save it with 8 bits per channel, or convert it with "
        "`flask benchmark pictures`.",
    )


def _too_many_pixels() -> InvalidRequest:
    return InvalidRequest(
        f"It has more than {MAX_PIXELS:,} pixels.", "Export the picture at a smaller size."
    )
