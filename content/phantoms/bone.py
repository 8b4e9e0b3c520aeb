"""Bone in a section: marrow in a cortical shell."""

from __future__ import annotations

from content.phantoms.canvas import Canvas
from content.phantoms.shapes import Points
from content.phantoms.tissues import Palette, Weighting


def lay_bone(
    canvas: Canvas, outline: Points, palette: Palette, weighting: Weighting, shell: float
) -> None:
    """Marrow in a cortical shell `shell` mm thick."""
    canvas.lay(outline, palette.marrow, 0.6)
    if weighting is Weighting.CT:
        canvas.rim(outline, palette.cortex, 4 * shell, 3.5, 0.22)
        canvas.rim(outline, palette.cortex, shell, 0.7, 0.95)
    else:
        canvas.rim(outline, palette.cortex, shell, 0.7, 0.8)
