"""A radiograph under construction: shapes add to what the beam has to pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from content.phantoms.canvas import Canvas, Field, Window
from content.phantoms.noise import blurred
from content.phantoms.shapes import Points


class Film:
    """Adds attenuation to a canvas; 0 is unattenuated, about 1 is dense bone."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def mass(self, shape: Points, amount: float, swell: float, shell: float = 0.0) -> None:
        """A solid that grows to full thickness `swell` mm inside its edge.

        `shell` is added where the beam grazes its cortex.
        """
        window, depth = self.canvas.depth(shape, 1.5, max(swell, 3.0))
        inside = np.clip(depth / 0.8 + 0.5, 0.0, 1.0)
        part = 1 - np.clip(depth / swell, 0.0, 1.0)
        thick = np.sqrt(1 - part * part)
        texture = 1 + 0.05 * self.canvas.grain[window] + 0.05 * self.canvas.mottle[window]
        out = amount * thick * inside * texture
        if shell:
            out += shell * np.exp(-(((depth - 0.7) / 0.75) ** 2))
        self.add(window, out)

    def line(self, line: Points, width: float, amount: float, soft: float = 0.8) -> None:
        """A line that the beam grazes, `width` mm wide."""
        window, near = self.canvas.nearness(line, width, soft)
        self.add(window, near * amount)

    def outline(self, shape: Points, width: float, amount: float) -> None:
        """The edge of a closed shape."""
        self.line(np.concatenate([shape, shape[:1]]), width, amount)

    def veil(self, shape: Points, amount: float, soft: float) -> None:
        """A faint mass with an edge `soft` mm wide; a negative amount is gas."""
        window, cover = self.canvas.depth(shape, soft / 2, soft / 2)
        self.add(window, amount * np.clip(cover / soft + 0.5, 0.0, 1.0))

    def add(self, window: Window, amount: Field | NDArray[np.float64]) -> None:
        """Add attenuation in a window."""
        self.canvas.pixels[window] += amount

    def develop(self) -> None:
        """Turn attenuation into grey levels: bone light, air dark, broad shadows evened out."""
        mass = np.maximum(self.canvas.pixels, 0.0)
        broad = blurred(mass, 22.0 / self.canvas.frame.pixel)
        even = np.maximum(0.66 * broad + 1.45 * (mass - broad), 0.0)
        self.canvas.pixels[:] = 1 - np.exp(-(even**1.2) * 1.75)
