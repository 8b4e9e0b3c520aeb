"""What findings look like in an axial section."""

from __future__ import annotations

import numpy as np

from content.phantoms.axial_parts import (
    Cut,
    body_section,
    canal_section,
    root_place,
    sac_section,
)
from content.phantoms.axial_pressure import crowding_at, pressers
from content.phantoms.canvas import Canvas, Field, Tissue
from content.phantoms.findings import (
    BodyFracture,
    CordCompression,
    Crowding,
    Discitis,
    ForamenNarrowing,
    Metastasis,
)
from content.phantoms.shapes import Points, closed_spline, ellipse, open_spline, points
from content.phantoms.spine import Spine
from content.phantoms.tissues import Palette, Weighting


def lay_pressed_sac(
    canvas: Canvas, spine: Spine, cut: Cut, palette: Palette, weighting: Weighting
) -> None:
    """The sac and what is in it, pressed by whatever takes its room."""
    crowding = crowding_at(spine, cut)
    outline = sac_section(cut)
    middle = outline.mean(axis=0)
    squeeze = ((1.0, 1.0), (0.94, 0.84), (0.8, 0.66), (0.62, 0.48), (0.5, 0.36))[crowding]
    outline = middle + (outline - middle) * np.array(squeeze)
    window, cover = canvas.cover(outline, 0.8)
    taken = np.zeros(canvas.pixels.shape)
    for shape, _ in pressers(spine, cut):
        grown = shape + (shape - shape.mean(axis=0)) * 0.06
        part, hidden = canvas.cover(grown, 0.8)
        taken[part] = np.maximum(taken[part], hidden)
    canvas.lay(middle + (outline - middle) * 1.1, palette.ligament, 0.8, 0.7)
    left = cover * (1 - taken[window])
    if crowding >= Crowding.B:
        canal = canal_section(cut)
        kept = points((0, 8.6), (3.4, 12.5), (0, cut.canal), (-3.4, 12.5))
        back = canvas.pixels.copy()
        canvas.lay(canal, palette.ligament, 0.8, 0.9)
        if crowding is not Crowding.D:
            fat, held = canvas.cover(kept, 1.5)
            canvas.blend(fat, held, back[fat])
        canvas.lay(middle + (outline - middle) * 1.1, palette.ligament, 0.8, 0.7)
    tone = canvas.tone(palette.fluid, window)
    if crowding >= Crowding.C or _is_filled(spine, cut):
        tone = canvas.tone(Tissue(palette.cord.level, 0.015), window)
    canvas.blend(window, left, tone)
    if weighting is Weighting.CT:
        return
    room = np.zeros(canvas.pixels.shape)
    room[window] = left
    if cut.region == "L" and cut.vertebra != "L1":
        _lay_cauda(canvas, outline, room, palette, crowding)
    else:
        _lay_cord(canvas, spine, cut, room, palette, weighting)


def _is_filled(spine: Spine, cut: Cut) -> bool:
    """Whether tumour leaves no fluid about the cord."""
    return any(f.vertebra == cut.level and f.epidural == 3 for f in spine.findings(Metastasis))


def _lay_cauda(
    canvas: Canvas, outline: Points, room: Field, palette: Palette, crowding: Crowding
) -> None:
    """Roots as dots: few and at the back when free, all over when crowded."""
    if crowding >= Crowding.C:
        return
    low, high = outline.min(axis=0) + 1.0, outline.max(axis=0) - 1.0
    n = {Crowding.NONE: 22, Crowding.A: 30, Crowding.B: 70}[crowding]
    top = {Crowding.NONE: 0.5, Crowding.A: 0.35, Crowding.B: 0.0}[crowding]
    for place in canvas.generator.uniform((0.0, top), (1.0, 1.0), size=(n, 2)):
        x, y = low + (high - low) * place
        shape = ellipse((x, y), 0.85, 0.85)
        window, cover = canvas.cover(shape, 0.6)
        canvas.blend(window, cover * (room[window] > 0.85) * 0.85, palette.cord.level)


def _lay_cord(
    canvas: Canvas, spine: Spine, cut: Cut, room: Field, palette: Palette, weighting: Weighting
) -> None:
    """The cord, kept within what room the sac has."""
    x, y = canvas.grid()
    inside = room > 0.5
    rows = np.flatnonzero(inside[:, np.argmin(np.abs(x[0]))])
    if len(rows) < 3:
        return
    top, low = float(y[rows[0], 0]), float(y[rows[-1], 0])
    rx, ry = {"C": (6.6, 3.7), "T": (4.4, 3.5), "L": (4.6, 3.6)}[cut.region]
    tall = min(ry, max((low - top) / 2 - 0.3, 1.2))
    flat = rx * min(1.15, (ry / tall) ** 0.4)
    middle = float(np.clip((top + low) / 2, top + tall + 0.2, low - tall))
    half = points((0.5, -0.98), (0.9, -0.5), (1.0, 0.1), (0.75, 0.75), (0.2, 1.0))
    if ry - tall > 0.5:
        half = points((0.3, -0.4), (0.75, -0.8), (1.0, -0.1), (0.8, 0.7), (0.2, 0.95))
    shape = np.concatenate([half, (half * np.array([-1, 1]))[::-1]]) * np.array([flat, tall])
    window, cover = canvas.cover(closed_spline(shape, 4) + np.array([0.0, middle]), 0.8)
    full = np.clip(room[window] * 1.6, 0, 1)
    canvas.blend(window, cover * full, canvas.tone(palette.cord, window))
    bright = any(f.signal for f in spine.findings(CordCompression) if f.disc == cut.level)
    if bright and weighting is Weighting.T2:
        for sign in (-1, 1):
            spot = ellipse((sign * flat * 0.34, middle), flat * 0.2, tall * 0.42)
            canvas.lay(spot, palette.fluid, 1.0, 0.75)


def add_canal_findings(
    canvas: Canvas, spine: Spine, cut: Cut, palette: Palette, weighting: Weighting
) -> None:
    """Lay what presses on the sac, and what fills the foramina."""
    for shape, kind in pressers(spine, cut):
        if kind == "fragment":
            canvas.lay(shape, palette.marrow, 0.7)
            canvas.rim(shape, palette.cortex, 1.1, 0.6, 0.45)
            back = shape[shape[:, 1] > 0.55 * shape[:, 1].max()]
            canvas.stroke(back[np.argsort(back[:, 0])], 1.7, palette.cortex, 0.6)
        elif kind == "hernia":
            canvas.lay(shape, palette.hernia, 0.8)
            canvas.rim(shape, palette.ligament, 0.7, 0.7, 0.75)
        else:
            tissues = palette._asdict()
            canvas.lay(shape, tissues[kind], 1.0)
    for spur in spine.findings(ForamenNarrowing):
        if spur.disc == cut.level:
            x, y = root_place(cut, spur.side)
            bone = ellipse((x - spur.side.sign * 3.0, y + 0.6), 4.6, 2.7, -spur.side.sign * 0.6)
            dark = weighting is not Weighting.CT
            canvas.lay(bone, palette.cortex if dark else palette.marrow, 0.8)
            canvas.rim(bone, palette.cortex, 1.0, 0.6)


def add_bone_findings(
    canvas: Canvas, spine: Spine, cut: Cut, palette: Palette, weighting: Weighting
) -> None:
    """Cracks, tumour and pus in and about the bones."""
    body = body_section(cut)
    for broken in spine.findings(BodyFracture):
        if broken.vertebra == cut.level:
            _lay_cracks(canvas, cut, broken, palette, weighting)
    for lesion in spine.findings(Metastasis):
        if lesion.vertebra == cut.level:
            sign = lesion.pedicle.sign if lesion.pedicle else 1
            size = np.sqrt(lesion.extent)
            middle = (sign * cut.width * 0.2 * (1 - lesion.extent * 0.6), -cut.depth * 0.42)
            shape = ellipse(middle, cut.width * 0.5 * size, cut.depth * 0.52 * size)
            lay_within(canvas, body, shape, palette.tumour, 3.0)
            if lesion.pedicle:
                root = ellipse((sign * cut.width * 0.37, 2.0), 5.5, 9.0, -sign * 0.2)
                canvas.lay(root, palette.tumour, 2.0, 0.95)
    for infected in spine.findings(Discitis):
        if cut.level == infected.disc or cut.vertebra in infected.disc.split("/"):
            halo = body * np.array([1.16, 1.1]) + np.array([0.0, -0.4])
            canvas.rim(halo, palette.oedema, 4.0, 3.0, 0.6)
            if infected.psoas:
                pus = ellipse((infected.psoas.sign * 37, -13), 10, 13, 0.3)
                canvas.lay(pus, palette.oedema, 2.5)
                canvas.lay(pus.mean(axis=0) + (pus - pus.mean(axis=0)) * 0.7, palette.fluid, 2.0)


def lay_within(canvas: Canvas, outline: Points, shape: Points, tissue: Tissue, soft: float) -> None:
    """Lay a soft shape within an outline alone."""
    held = np.zeros(canvas.pixels.shape)
    edge, room = canvas.cover(outline, 0.8)
    held[edge] = room
    window, cover = canvas.cover(shape, soft)
    canvas.blend(window, cover * held[window], canvas.tone(tissue, window))


def _lay_cracks(
    canvas: Canvas, cut: Cut, broken: BodyFracture, palette: Palette, weighting: Weighting
) -> None:
    w, d = cut.width, cut.depth
    cracks = [
        points((-0.46, -0.62), (-0.2, -0.5), (0.02, -0.58), (0.24, -0.44), (0.47, -0.56)),
        points((-0.06, -0.98), (0.02, -0.78), (-0.05, -0.55)),
        points((0.1, -0.52), (0.16, -0.3), (0.28, -0.08)),
        points((-0.14, -0.54), (-0.2, -0.28), (-0.3, -0.06)),
    ]
    if broken.retropulsion == 0:
        cracks = cracks[:2]
    for crack in cracks:
        line = open_spline(crack * np.array([w, d]), 4)
        canvas.stroke(line, 2.6, palette.cortex, 1.6, 0.3 if weighting is Weighting.CT else 0.0)
        canvas.stroke(line, 1.3, palette.blood, 0.6, 0.95)
    if broken.split_arch:
        line = points((-3.5, 16.5), (-4.5, 21), (-3.6, 27)) * (cut.canal / 17)
        canvas.stroke(line, 1.3, palette.blood, 0.6, 0.95)
