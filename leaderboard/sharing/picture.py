"""The picture that a link to this site shows elsewhere: a title, a line and a few bars."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from leaderboard.site import NAME

WIDTH, HEIGHT = 1200, 630
MARGIN = 72
MAX_BARS = 5
PAPER, INK, MUTED, RULE, ACCENT = "#ffffff", "#16191c", "#5a6168", "#d8dcdf", "#005f7a"
NAME_WIDTH = 420
AXIS = (MARGIN + NAME_WIDTH, WIDTH - MARGIN - 190)


class Bar(NamedTuple):
    """A name with its score and interval on 0..100, and what is written behind it."""

    name: str
    value: float
    low: float | None
    high: float | None
    words: str


def draw_picture(title: str, line: str, bars: Sequence[Bar], site: str = NAME) -> bytes:
    """A PNG of 1200 by 630; the first MAX_BARS of `bars` are drawn as dots with intervals."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 14), fill=ACCENT)
    draw.text((MARGIN, 58), _fit(draw, site, 30, WIDTH - 2 * MARGIN), font=_font(30), fill=ACCENT)
    draw.text((MARGIN, 108), _fit(draw, title, 62, WIDTH - 2 * MARGIN), font=_font(62), fill=INK)
    draw.text((MARGIN, 196), _fit(draw, line, 30, WIDTH - 2 * MARGIN), font=_font(30), fill=MUTED)
    draw.line((MARGIN, 256, WIDTH - MARGIN, 256), fill=RULE, width=2)
    for place, bar in enumerate(bars[:MAX_BARS]):
        _draw_bar(draw, 300 + 62 * place, bar)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _draw_bar(draw: ImageDraw.ImageDraw, middle: int, bar: Bar) -> None:
    name = _fit(draw, bar.name, 30, NAME_WIDTH - 30)
    draw.text((MARGIN, middle), name, font=_font(30), fill=INK, anchor="lm")
    draw.line((AXIS[0], middle, AXIS[1], middle), fill=RULE, width=2)
    if bar.low is not None and bar.high is not None:
        draw.line((_place(bar.low), middle, _place(bar.high), middle), fill=ACCENT, width=6)
    at = _place(bar.value)
    draw.ellipse((at - 11, middle - 11, at + 11, middle + 11), fill=ACCENT)
    draw.text((WIDTH - MARGIN, middle), bar.words, font=_font(30), fill=INK, anchor="rm")


def _place(value: float) -> float:
    return AXIS[0] + (AXIS[1] - AXIS[0]) * min(100.0, max(0.0, value)) / 100


def _fit(draw: ImageDraw.ImageDraw, text: str, size: int, width: int) -> str:
    """`text` in one line, cut with an ellipsis to `width` pixels."""
    text = " ".join(text.split())
    font = _font(size)
    if draw.textlength(text, font=font) <= width:
        return text
    while text and draw.textlength(text + "…", font=font) > width:
        text = text[:-1]
    return text + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow ships."""
    return ImageFont.load_default(size)
