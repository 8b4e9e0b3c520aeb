"""A picture in millimetres: shapes are laid on it with soft edges, in tissue's grain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from content.phantoms.noise import Image, smooth_noise
from content.phantoms.shapes import Points

Field = NDArray[np.float64]
Window = tuple[slice, slice]


class Tissue(NamedTuple):
    """A grey level 0..1 with fine `grain`, coarser `mottle` and long `streak`s about it."""

    level: float
    grain: float = 0.0
    mottle: float = 0.0
    streak: float = 0.0


@dataclass(frozen=True)
class Frame:
    """What part of the plane a picture shows: pixels, mm a pixel, mm at its upper left."""

    n_columns: int
    n_rows: int
    pixel: float
    left: float
    top: float

    @staticmethod
    def about(x: float, y: float, n_columns: int, n_rows: int, pixel: float) -> Frame:
        """The frame whose middle is (x, y) mm."""
        left, top = x - n_columns * pixel / 2, y - n_rows * pixel / 2
        return Frame(n_columns, n_rows, pixel, left, top)

    def to_pixels(self, x: float, y: float) -> tuple[float, float]:
        """Column and row of a place in mm."""
        return (x - self.left) / self.pixel, (y - self.top) / self.pixel


class Canvas:
    """An image under construction; its noise fields come from the generator given."""

    def __init__(self, frame: Frame, generator: np.random.Generator, level: float = 0.0) -> None:
        self.frame = frame
        self.generator = generator
        shape = (frame.n_rows, frame.n_columns)
        self.pixels: Image = np.full(shape, level, dtype=np.float64)
        self.grain = smooth_noise(generator, shape, 0.9)
        self.mottle = smooth_noise(generator, shape, 4.0)
        self.cloud = smooth_noise(generator, shape, 18.0)
        self.streak = smooth_noise(generator, shape, (7.0, 0.9))
        columns, rows = (
            np.arange(frame.n_columns, dtype=np.float64),
            np.arange(frame.n_rows, dtype=np.float64),
        )
        self._x: Field = frame.left + (columns + 0.5) * frame.pixel
        self._y: Field = frame.top + (rows + 0.5) * frame.pixel

    def grid(self, window: Window | None = None) -> tuple[Field, Field]:
        """Coordinates (mm) of the pixels' middles, as a row and as a column."""
        rows, columns = window or (slice(None), slice(None))
        return self._x[None, columns], self._y[rows, None]

    def window(self, shape: Points, margin: float) -> Window:
        """The pixels within `margin` mm of the shape's bounding box; may be empty."""
        frame = self.frame
        (x0, y0), (x1, y1) = shape.min(axis=0) - margin, shape.max(axis=0) + margin
        c0, r0 = frame.to_pixels(float(x0), float(y0))
        c1, r1 = frame.to_pixels(float(x1), float(y1))
        rows = slice(max(0, int(r0)), max(0, min(frame.n_rows, int(r1) + 1)))
        columns = slice(max(0, int(c0)), max(0, min(frame.n_columns, int(c1) + 1)))
        return rows, columns

    def depth(self, shape: Points, margin: float = 2.0, reach: float = 3.0) -> tuple[Window, Field]:
        """Distance (mm) of the pixels about a closed shape from its edge, positive inside.

        Distances are cut off at `reach` mm on either side.
        """
        window = self.window(shape, margin)
        loop = np.concatenate([shape, shape[:1]])
        near = self._squared_distance(loop, window, reach)
        inside = np.zeros(near.shape, dtype=bool)
        if not near.size:
            return window, near
        x, y = self.grid(window)
        first, last = self._spans(y[:, 0], loop[:-1, 1], loop[1:, 1])
        for (ax, ay), (bx, by), r0, r1 in zip(
            loop[:-1].tolist(), loop[1:].tolist(), first, last, strict=True
        ):
            if r0 < r1:
                inside[r0:r1] ^= x < ax + (y[r0:r1] - ay) * ((bx - ax) / (by - ay))
        distance = np.sqrt(near)
        return window, np.where(inside, distance, -distance)

    @staticmethod
    def _spans(
        places: Field, first: Field, last: Field, reach: float = 0.0
    ) -> tuple[list[int], list[int]]:
        """For pairs of coordinates: from where to where `places` lie between them."""
        low = np.searchsorted(places, np.minimum(first, last) - reach)
        high = np.searchsorted(places, np.maximum(first, last) + reach)
        return low.tolist(), high.tolist()

    def _squared_distance(self, line: Points, window: Window, reach: float) -> Field:
        """Squared distance (mm2) of a window's pixels from a line, at most `reach` squared."""
        x, y = self.grid(window)
        nearest = np.full((y.shape[0], x.shape[1]), reach * reach)
        if not nearest.size:
            return nearest
        a, b = line[:-1], line[1:]
        top, low = self._spans(y[:, 0], a[:, 1], b[:, 1], reach)
        left, right = self._spans(x[0], a[:, 0], b[:, 0], reach)
        steps = b - a
        lengths = np.maximum((steps * steps).sum(axis=1), 1e-12)
        edges = zip(a.tolist(), steps.tolist(), lengths.tolist(), strict=True)
        for n, ((ax, ay), (dx, dy), length) in enumerate(edges):
            if top[n] >= low[n] or left[n] >= right[n]:
                continue
            px, py = x[:, left[n] : right[n]] - ax, y[top[n] : low[n]] - ay
            t = px * (dx / length) + py * (dy / length)
            np.maximum(t, 0.0, out=t)
            np.minimum(t, 1.0, out=t)
            across = t * -dx
            across += px
            across *= across
            t *= -dy
            t += py
            t *= t
            t += across
            part = nearest[top[n] : low[n], left[n] : right[n]]
            np.minimum(part, t, out=part)
        return nearest

    def cover(self, shape: Points, soft: float = 0.5) -> tuple[Window, Field]:
        """How much (0..1) of the pixels a closed shape covers, its edge `soft` mm wide."""
        width = max(soft, self.frame.pixel * 0.7)
        window, depth = self.depth(shape, margin=width, reach=width)
        return window, np.clip(depth / width + 0.5, 0.0, 1.0)

    def tone(self, tissue: Tissue, window: Window) -> Field:
        """The tissue's grey levels in a window."""
        out = np.full(self.pixels[window].shape, tissue.level)
        if tissue.grain:
            out += tissue.grain * self.grain[window]
        if tissue.mottle:
            out += tissue.mottle * self.mottle[window]
        if tissue.streak:
            out += tissue.streak * self.streak[window]
        return out

    def lay(self, shape: Points, tissue: Tissue, soft: float = 0.5, opacity: float = 1.0) -> None:
        """Cover a closed shape with tissue."""
        window, cover = self.cover(shape, soft)
        self.blend(window, cover * opacity, self.tone(tissue, window))

    def rim(
        self, shape: Points, tissue: Tissue, width: float, soft: float = 0.4, opacity: float = 1.0
    ) -> None:
        """Lay tissue along the inside of a closed shape's edge, `width` mm wide."""
        edge = max(soft, self.frame.pixel * 0.7)
        window, depth = self.depth(shape, margin=edge, reach=width + edge)
        outer = np.clip(depth / edge + 0.5, 0.0, 1.0)
        inner = np.clip((depth - width) / edge + 0.5, 0.0, 1.0)
        self.blend(window, (outer - inner) * opacity, self.tone(tissue, window))

    def stroke(
        self, line: Points, width: float, tissue: Tissue, soft: float = 0.4, opacity: float = 1.0
    ) -> None:
        """Lay tissue along an open line, `width` mm wide."""
        window, near = self.nearness(line, width, soft)
        self.blend(window, near * opacity, self.tone(tissue, window))

    def nearness(self, line: Points, width: float, soft: float) -> tuple[Window, Field]:
        """How much (0..1) of the pixels a line `width` mm wide covers."""
        edge = max(soft, self.frame.pixel * 0.7)
        reach = width / 2 + edge
        window = self.window(line, reach)
        distance = np.sqrt(self._squared_distance(line, window, reach))
        return window, np.clip((width / 2 - distance) / edge + 0.5, 0.0, 1.0)

    def blend(self, window: Window, cover: Field, tone: Field | float) -> None:
        """Mix grey levels into a window by their cover (0..1)."""
        part = self.pixels[window]
        part += (tone - part) * cover
