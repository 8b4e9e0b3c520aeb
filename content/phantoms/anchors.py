"""Names of vertebrae written beside them, so that a reader can count from there."""

from __future__ import annotations

import math
from typing import NamedTuple

from PIL import Image as Picture

from content.phantoms.anatomy import BUILDS
from content.phantoms.canvas import Frame
from content.phantoms.coronal import make_front_poses
from content.phantoms.ink import point, write
from content.phantoms.shapes import points
from content.phantoms.spine import Spine, along


class Anchor(NamedTuple):
    """A name, the place in mm that it names, and the place in mm where it is written."""

    text: str
    target: tuple[float, float]
    place: tuple[float, float]


def anchors(
    spine: Spine, frame: Frame, labels: tuple[str, ...], *, from_front: bool
) -> list[Anchor]:
    """The names to write: in front of a body in profile, to the right of one from the front."""
    poses = make_front_poses(spine) if from_front and labels else {}
    out = []
    for label in labels:
        if from_front:
            width = BUILDS[label].width
            edge, far = poses[label].place(
                points((0.42 * width, 2), (0.5 * width + 68 * frame.pixel, 2))
            )
        else:
            v = spine.vertebrae[label]
            edge = v.centre - along(v.slope) * v.depth * 0.3
            far = v.centre - along(v.slope) * (v.depth / 2 + 36 * frame.pixel)
        out.append(Anchor(label, (edge[0], edge[1]), (far[0], far[1])))
    return out


def write_anchors(picture: Picture.Image, frame: Frame, names: list[Anchor]) -> None:
    """Write the names with a thin line to what they name."""
    for name in names:
        start, end = frame.to_pixels(*name.place), frame.to_pixels(*name.target)
        away = max(1.0, math.hypot(end[0] - start[0], end[1] - start[1]))
        clear = min(1.0, (8 + 5 * len(name.text)) / away)
        near = tuple(a + (b - a) * clear for a, b in zip(start, end, strict=True))
        point(picture, (near[0], near[1]), end)
        write(picture, name.text, start, 15)
