"""Text on a picture: side markers, level anchors, the scale bar and the phantom mark."""

from __future__ import annotations

from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

INK = 235
SHADE = 0


def write(
    picture: Picture.Image, text: str, place: tuple[float, float], size: int, anchor: str = "mm"
) -> None:
    """Write light text with a dark outline; `place` in pixels, `anchor` as Pillow names it."""
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture)
    draw.text(place, text, INK, font=font, anchor=anchor, stroke_width=1, stroke_fill=SHADE)


def point(picture: Picture.Image, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A thin line from a label towards what it names."""
    ImageDraw.Draw(picture).line([start, end], fill=INK, width=1)


def scale_bar(picture: Picture.Image, pixel: float, length: float = 50.0) -> None:
    """A bar of `length` mm at the lower right, with its length."""
    width, height = picture.size
    n = length / pixel
    x, y = width - 14, height - 14
    draw = ImageDraw.Draw(picture)
    draw.line([(x - n, y), (x, y)], fill=INK, width=2)
    for end in (x - n, x):
        draw.line([(end, y - 4), (end, y + 4)], fill=INK, width=2)
    write(picture, f"{length:.0f} mm", (x - n / 2, y - 11), 12)
