"""From a patient and a view to a finished picture, its file and its neutral name."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from content.phantoms.anchors import anchors, write_anchors
from content.phantoms.axial import draw_axial
from content.phantoms.axial_parts import Cut
from content.phantoms.canvas import Canvas, Frame
from content.phantoms.coronal import make_front_poses
from content.phantoms.findings import Patient
from content.phantoms.ink import scale_bar, write
from content.phantoms.noise import blurred, smooth_noise
from content.phantoms.sagittal import draw_sagittal
from content.phantoms.spine import Spine, make_spine
from content.phantoms.tissues import Weighting
from content.phantoms.xray_ap import draw_front
from content.phantoms.xray_lateral import draw_lateral

GREY_STEP = 6
"""Grey levels are multiples of this: files stay small and rounding cannot tell machines apart."""


class Plane(Enum):
    """The kind of picture."""

    SAGITTAL = "sagittal section"
    AXIAL = "axial section"
    LATERAL = "lateral radiograph"
    FRONT = "anteroposterior radiograph"


@dataclass(frozen=True)
class View:
    """How a patient is pictured.

    `centre` is a vertebra in the middle (planes along the spine) or the level of an axial
    section. `weighting` counts for sections alone. Each of `labels` names a vertebra to be
    marked. `shift` moves the frame, in mm (x, y).
    """

    plane: Plane
    centre: str
    weighting: Weighting = Weighting.T2
    labels: tuple[str, ...] = ()
    columns: int = 416
    rows: int = 416
    pixel: float = 0.66
    shift: tuple[float, float] = (0.0, 0.0)
    caption: str = ""
    ruler: bool = False


@dataclass(frozen=True)
class PicturePlan:
    """One picture: what it shows and how."""

    patient: Patient
    view: View

    @property
    def name(self) -> str:
        """A file name that says nothing of what the picture shows."""
        digest = hashlib.sha256(repr(self).encode()).hexdigest()
        return f"p-{digest[:8]}.png"


def draw_picture(plan: PicturePlan) -> NDArray[np.uint8]:
    """The picture as grey levels of shape (rows, columns)."""
    spine = make_spine(plan.patient)
    frame = frame_of(spine, plan.view)
    seed = [plan.patient.seed, *plan.view.plane.value.encode(), *plan.view.centre.encode()]
    generator = np.random.Generator(np.random.PCG64(seed))
    canvas = Canvas(frame, generator)
    _draw(canvas, spine, plan.view)
    picture = PillowImage.fromarray(_exposed(canvas, plan.view))
    _write(picture, spine, frame, plan.view)
    levels = np.asarray(picture, dtype=np.float64)
    return (np.round(levels / GREY_STEP) * GREY_STEP).clip(0, 255).astype(np.uint8)


def encode_png(levels: NDArray[np.uint8]) -> bytes:
    """The grey levels as a PNG file."""
    out = io.BytesIO()
    PillowImage.fromarray(levels).save(out, "PNG", optimize=True)
    return out.getvalue()


def frame_of(spine: Spine, view: View) -> Frame:
    """The part of the plane that a view shows."""
    if view.plane is Plane.AXIAL:
        x, y = 0.0, {"L": 6.0, "T": 4.0, "C": 3.0}[view.centre[0]]
    elif view.plane is Plane.FRONT:
        x, y = 0.0, float(make_front_poses(spine)[view.centre].centre[1])
    else:
        x, y = spine.vertebrae[view.centre].centre
    x, y = x + view.shift[0], y + view.shift[1]
    return Frame.about(float(x), float(y), view.columns, view.rows, view.pixel)


def _draw(canvas: Canvas, spine: Spine, view: View) -> None:
    if view.plane is Plane.SAGITTAL:
        draw_sagittal(canvas, spine, view.weighting)
    elif view.plane is Plane.AXIAL:
        draw_axial(canvas, spine, Cut(view.centre), view.weighting)
    elif view.plane is Plane.LATERAL:
        draw_lateral(canvas, spine)
    else:
        draw_front(canvas, spine)


def _exposed(canvas: Canvas, view: View) -> NDArray[np.uint8]:
    """The canvas blurred, unevenly lit and noisy as its machine would have it."""
    is_section = view.plane in (Plane.SAGITTAL, Plane.AXIAL)
    is_mri = is_section and view.weighting is not Weighting.CT
    pixels = blurred(canvas.pixels, 0.75 if is_section else 0.65)
    shape = pixels.shape
    grain = smooth_noise(canvas.generator, shape, 0.8)
    if is_mri:
        pixels = pixels * (1 + 0.05 * smooth_noise(canvas.generator, shape, 60.0))
        pixels = np.hypot(pixels, 0.018 + 0.01 * grain)
    elif is_section:
        pixels = pixels + 0.014 * grain * (pixels > 0.03)
    else:
        pixels = pixels + 0.011 * grain * np.sqrt(np.maximum(pixels, 0.0))
    return (pixels.clip(0.0, 1.0) * 250).astype(np.uint8)


def _write(picture: PillowImage.Image, spine: Spine, frame: Frame, view: View) -> None:
    width, height = picture.size
    left, right = ("R", "L") if view.plane in (Plane.AXIAL, Plane.FRONT) else ("A", "P")
    middle = height / 2 if view.plane is not Plane.FRONT else 40
    write(picture, left, (12, middle), 16)
    write(picture, right, (width - 12, middle), 16)
    write(picture, "PHANTOM", (width - 6, 4), 10, "ra")
    if view.caption:
        write(picture, view.caption, (6, 4), 13, "la")
    if view.ruler:
        scale_bar(picture, frame.pixel)
    from_front = view.plane is Plane.FRONT
    names = anchors(spine, frame, view.labels, from_front=from_front)
    write_anchors(picture, frame, names)
