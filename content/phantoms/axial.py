"""Axial sections through a disc or through the pedicles: MRI and CT share their outlines."""

from __future__ import annotations

import numpy as np

from content.phantoms.axial_findings import (
    add_bone_findings,
    add_canal_findings,
    lay_pressed_sac,
)
from content.phantoms.axial_parts import (
    Cut,
    arch_section,
    body_section,
    canal_section,
    joint_line,
    muscles,
    root_place,
)
from content.phantoms.axial_pressure import crowding_at
from content.phantoms.bone import lay_bone
from content.phantoms.canvas import Canvas, Tissue
from content.phantoms.findings import Degeneration, Discitis, FacetArthropathy
from content.phantoms.levels import Side
from content.phantoms.sagittal_findings import mixed
from content.phantoms.shapes import Points, ellipse, mirrored, open_spline, points, ribbon
from content.phantoms.spine import Spine
from content.phantoms.tissues import PALETTES, Palette, Weighting


def draw_axial(canvas: Canvas, spine: Spine, cut: Cut, weighting: Weighting) -> None:
    """Draw a section on a canvas."""
    palette = PALETTES[weighting]
    palette = palette._replace(
        muscle=palette.muscle._replace(streak=0.0, mottle=0.035, grain=0.03),
        fat=palette.fat._replace(level=palette.fat.level * 0.9, mottle=0.025),
    )
    _lay_flesh(canvas, cut, palette)
    canvas.lay(canal_section(cut), palette.fat, 0.8)
    if cut.is_disc:
        _lay_disc(canvas, spine, cut, palette, weighting)
    else:
        lay_bone(canvas, body_section(cut), palette, weighting, 1.1)
    _lay_arch(canvas, spine, cut, palette, weighting)
    add_bone_findings(canvas, spine, cut, palette, weighting)
    _lay_ligaments(canvas, spine, cut, palette)
    lay_pressed_sac(canvas, spine, cut, palette, weighting)
    _lay_roots(canvas, cut, palette, weighting)
    add_canal_findings(canvas, spine, cut, palette, weighting)


def _lay_flesh(canvas: Canvas, cut: Cut, palette: Palette) -> None:
    everything = (slice(None), slice(None))
    base = palette.fat if cut.region != "C" else mixed(palette.muscle, palette.fat, 0.4)
    canvas.blend(everything, np.ones(canvas.pixels.shape), canvas.tone(base, everything))
    if cut.region == "L":
        _lay_belly(canvas, cut, palette)
    elif cut.region == "T":
        _lay_chest(canvas, cut, palette)
    else:
        _lay_neck(canvas, cut, palette)
    if cut.region != "C":
        deep = ellipse((0, 36), 62 if cut.region == "L" else 52, 21)
        canvas.lay(deep, mixed(palette.muscle, palette.fat, 0.3), 4.0)
    for shape in muscles(cut):
        for muscle in (shape, mirrored(shape)):
            canvas.lay(muscle, palette.muscle, 2.0)
            canvas.rim(muscle, mixed(palette.muscle, palette.fat, 0.6), 0.9, 1.2, 0.4)
    skin = {
        "L": (0.0, -42.0, 170.0, 118.0),
        "T": (0.0, -40.0, 165.0, 108.0),
        "C": (0.0, -10.0, 70.0, 68.0),
    }[cut.region]
    x, y, rx, ry = skin
    gx, gy = canvas.grid()
    outside = np.clip((np.hypot((gx - x) / rx, (gy - y) / ry) - 1) * ry / 2 + 0.5, 0, 1)
    if cut.region == "C":
        under = np.clip((np.hypot((gx - x) / rx, (gy - y) / ry) - 0.9) * ry / 3 + 0.5, 0, 1)
        canvas.blend(everything, under, canvas.tone(palette.fat, everything))
    canvas.blend(everything, outside, palette.air.level)


def _lay_belly(canvas: Canvas, cut: Cut, palette: Palette) -> None:
    d = cut.depth
    for _ in range(16):
        x, y = canvas.generator.uniform((-85, -d - 75), (85, -d - 30))
        rx, ry = canvas.generator.uniform((10, 8), (20, 14))
        level = canvas.generator.uniform(0.7, 1.6) * palette.deep.level
        loop = ellipse((x, y), rx, ry, float(canvas.generator.uniform(0, 3)))
        canvas.lay(loop, Tissue(level, 0.02, 0.03), 3.0, 0.8)
    low = cut.vertebra in ("L4", "L5")
    aorta = [ellipse((13, -d - 9), 6, 6.5), ellipse((-2, -d - 10), 6, 6)]
    cava = [ellipse((-16, -d - 7), 8.5, 6.5), ellipse((19, -d - 1), 7, 5.5)]
    if not low:
        aorta, cava = [ellipse((5, -d - 11), 9, 9)], [ellipse((-16, -d - 9), 10.5, 8)]
    for vessel in (*aorta, *cava):
        canvas.lay(vessel, mixed(palette.muscle, palette.fat, 0.2), 1.0)
        middle = vessel.mean(axis=0)
        canvas.lay(middle + (vessel - middle) * 0.86, palette.vessel, 1.0)
    for side in Side:
        kidney = ellipse((side.sign * 68, -26), 20, 27, side.sign * 0.35)
        if cut.vertebra in ("L1", "L2"):
            canvas.lay(kidney, mixed(palette.muscle, palette.fluid, 0.35), 1.5)


def _lay_chest(canvas: Canvas, cut: Cut, palette: Palette) -> None:
    d, w = cut.depth, cut.width
    for side in Side:
        sign = np.array([side.sign, 1.0])
        lung = points(
            (w * 0.62, -d * 1.15), (w * 0.62, -6), (26, 13), (52, 27), (88, 24), (120, -10)
        )
        lung = np.concatenate([lung, points((125, -90), (60, -110), (18, -d - 40))]) * sign
        canvas.lay(open_spline(lung, 4), palette.air, 1.5)
        rib = open_spline(points((w * 0.52, -5), (24, 8), (44, 25), (70, 33), (96, 26)) * sign, 5)
        canvas.lay(ribbon(rib, 7.0), palette.marrow, 0.8)
        canvas.rim(ribbon(rib, 7.0), palette.cortex, 1.0, 0.6)
    canvas.lay(ellipse((4, -d - 8), 0.85 * w, 26), mixed(palette.fat, palette.muscle, 0.5), 3.0)
    heart = ellipse((22, -d - 62), 62, 44, -0.2)
    canvas.lay(heart, mixed(palette.muscle, palette.fat, 0.25), 2.0)
    canvas.rim(heart, mixed(palette.fat, palette.muscle, 0.3), 3.0, 2.0, 0.6)
    aorta = ellipse((0.42 * w + 3, -d - 5), 10.5, 10.5)
    canvas.lay(aorta, mixed(palette.muscle, palette.fat, 0.2), 1.0)
    canvas.lay(aorta.mean(axis=0) + (aorta - aorta.mean(axis=0)) * 0.87, palette.vessel, 1.0)
    canvas.lay(ellipse((0, -d - 8), 6, 5), palette.muscle, 1.0)


def _lay_neck(canvas: Canvas, cut: Cut, palette: Palette) -> None:
    d = cut.depth
    for side in Side:
        for x, y, rx, ry in ((24, -24, 4.2, 4.2), (31, -21, 5.6, 4.6), (16.5, -6.5, 2.6, 2.6)):
            vessel = ellipse((side.sign * x, y), rx, ry)
            canvas.lay(vessel, mixed(palette.muscle, palette.fat, 0.4), 0.8)
            middle = vessel.mean(axis=0)
            canvas.lay(middle + (vessel - middle) * 0.8, palette.vessel, 0.8)
        gland = ellipse((side.sign * 15, -d - 21), 7, 9, side.sign * 0.3)
        canvas.lay(gland, mixed(palette.muscle, palette.fluid, 0.4), 1.0)
    canvas.lay(ellipse((0, -d - 13), 8, 4), palette.muscle, 1.2)
    canvas.lay(ellipse((0, -d - 25), 10.5, 10), mixed(palette.muscle, palette.fat, 0.4), 1.0)
    canvas.lay(ellipse((0, -d - 25), 8.4, 8), palette.air, 1.0)


def _lay_disc(
    canvas: Canvas, spine: Spine, cut: Cut, palette: Palette, weighting: Weighting
) -> None:
    outline = body_section(cut)
    canvas.lay(outline, palette.annulus, 0.8)
    signal = 0.75 if cut.region == "L" else 0.35
    for worn in spine.findings(Degeneration):
        if worn.disc == cut.level:
            signal = worn.signal
    for infected in spine.findings(Discitis):
        if infected.disc == cut.level:
            signal = 1.4
    middle = outline.mean(axis=0)
    core = middle + (outline - middle) * 0.72
    canvas.lay(core, mixed(palette.annulus, palette.nucleus, signal), 5.0)
    if cut.region == "C" or weighting is Weighting.CT:
        canvas.rim(outline, palette.cortex, 0.8, 0.8, 0.35)


def _lay_arch(
    canvas: Canvas, spine: Spine, cut: Cut, palette: Palette, weighting: Weighting
) -> None:
    *halves, middle = arch_section(cut)
    worn = any(f.disc == cut.level for f in spine.findings(FacetArthropathy))
    worn = worn or crowding_at(spine, cut) >= 2
    shapes: list[Points] = [middle]
    for n, half in enumerate(halves):
        if cut.is_disc and worn and n < 2:
            centre = half.mean(axis=0)
            half = centre + (half - centre) * (1.2 if n == 0 else 1.12)
        shapes += [half, mirrored(half)]
    lay_fused(canvas, shapes, palette, weighting)
    if cut.is_disc:
        _lay_joints(canvas, spine, cut, palette)
    elif cut.region == "C":
        for side in Side:
            hole = ellipse((side.sign * 16.5, -4.0), 2.9, 2.9)
            canvas.lay(hole, palette.vessel, 0.6)


def lay_fused(canvas: Canvas, shapes: list[Points], palette: Palette, weighting: Weighting) -> None:
    """Bones that run into each other: one cortex about them all."""
    shell = 1.3
    for shape in shapes:
        canvas.lay(shape, palette.cortex, 0.7, 0.97 if weighting is Weighting.CT else 0.85)
    for shape in shapes:
        window, depth = canvas.depth(shape, 0.5, 4.0)
        inner = np.clip((depth - shell) / 0.8 + 0.5, 0, 1)
        canvas.blend(window, inner, canvas.tone(palette.marrow, window))


def _lay_joints(canvas: Canvas, spine: Spine, cut: Cut, palette: Palette) -> None:
    fluid = any(f.fluid for f in spine.findings(FacetArthropathy) if f.disc == cut.level)
    line = open_spline(joint_line(cut), 4)
    tone = palette.fluid if fluid else mixed(palette.muscle, palette.fluid, 0.45)
    for joint in (line, mirrored(line)):
        canvas.stroke(joint, 3.2, palette.cortex, 0.7, 0.9)
        canvas.stroke(joint, 2.0 if fluid else 1.0, tone, 0.7, 0.95)


def _lay_ligaments(canvas: Canvas, spine: Spine, cut: Cut, palette: Palette) -> None:
    """Ligamentum flavum: two bands from the joints to the midline."""
    if not cut.is_disc:
        return
    grown = (1.0, 1.2, 1.7, 2.3, 2.7)[crowding_at(spine, cut)]
    c = cut.canal
    side = {"L": (12.6, 9.0), "T": (8.0, 9.6), "C": (10.6, 7.4)}[cut.region]
    band = points(side, (side[0] * 0.62, side[1] + 0.45 * (c - side[1])), (0.6, c + 1.2))
    for line in (open_spline(band, 5), mirrored(open_spline(band, 5))):
        canvas.stroke(line, 2.0 * grown, palette.ligament, 0.8, 0.95)


def _lay_roots(canvas: Canvas, cut: Cut, palette: Palette, weighting: Weighting) -> None:
    if weighting is Weighting.CT:
        return
    for side in Side:
        x, y = root_place(cut, side)
        if cut.region == "C":
            if not cut.is_disc:
                continue
            root = open_spline(points((7.6, 4.4), (11.4, 2.2), (16.5, -1.6)), 4)
            root = root * np.array([side.sign, 1.0])
            canvas.stroke(root, 5.4, mixed(palette.fat, palette.fluid, 0.5), 1.0, 0.95)
            canvas.stroke(root, 2.6, palette.cord, 0.8, 0.95)
        else:
            tone = mixed(palette.cord, palette.muscle, 0.4)
            canvas.lay(ellipse((x, y), 2.7, 3.4, side.sign * 0.5), tone, 1.0)
