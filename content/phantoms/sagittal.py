"""Midline sagittal sections: MRI and CT share their outlines and differ in their tissues."""

from __future__ import annotations

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.bone import lay_bone
from content.phantoms.canal import Canal, cord_edges, make_canal, sac_edges
from content.phantoms.canvas import Canvas, Tissue
from content.phantoms.levels import DISCS, VERTEBRAE
from content.phantoms.profile import (
    atlas_outlines,
    body_outline,
    sacral_crest,
    sacral_segments,
    spinous_outline,
)
from content.phantoms.sagittal_findings import (
    lay_bone_findings,
    lay_canal_findings,
    lay_disc,
)
from content.phantoms.shapes import Points, between, open_spline, ribbon
from content.phantoms.spine import Spine, along
from content.phantoms.surroundings import front_line, lay_surroundings
from content.phantoms.tissues import PALETTES, Palette, Weighting


def draw_sagittal(canvas: Canvas, spine: Spine, weighting: Weighting) -> None:
    """Draw a midline section on a canvas."""
    palette = PALETTES[weighting]
    canal = make_canal(spine)
    lay_surroundings(canvas, canal, palette, weighting)
    _lay_skull(canvas, spine, palette)
    _lay_canal(canvas, canal, palette, weighting)
    for name in VERTEBRAE[1:-1]:
        _lay_spinous(canvas, spine, name, palette, weighting)
    for disc in DISCS:
        lay_disc(canvas, spine, disc, palette, weighting)
    _lay_bones(canvas, spine, palette, weighting)
    lay_bone_findings(canvas, spine, palette, weighting)
    _lay_ligaments(canvas, canal, palette, weighting)
    lay_canal_findings(canvas, canal, palette, weighting)


def _lay_skull(canvas: Canvas, spine: Spine, palette: Palette) -> None:
    """Clivus, occiput, brain stem and cerebellum: simple, and only where the neck is shown."""
    v = spine.vertebrae["C2"]
    origin = v.upper_middle

    def at(*pairs: tuple[float, float]) -> Points:
        return open_spline(origin + np.asarray(pairs), 6)

    clivus = at((-4, -27), (-14, -44), (-26, -62))
    occiput = at((33, -24), (47, -24), (62, -36), (68, -60))
    brain = at((8, -24), (4, -40), (-8, -66), (20, -90), (62, -66), (56, -40), (36, -30), (22, -24))
    canvas.lay(brain, palette.fluid, 1.0)
    stem = at((10, -20), (6, -42), (-2, -66), (12, -80), (18, -60), (17, -40), (17, -20))
    canvas.lay(stem, palette.cord, 1.0)
    lobe = at((24, -36), (24, -60), (40, -72), (58, -58), (52, -40), (36, -33))
    folded = Tissue(palette.cord.level + 0.05, 0.02, 0.02, 0.06)
    canvas.lay(lobe, folded, 1.2)
    for line, width in ((clivus, 9.0), (occiput, 7.0)):
        canvas.lay(ribbon(line, width), palette.cortex, 0.8)
        canvas.lay(ribbon(line, width - 2.6), palette.marrow, 0.8)


def _lay_canal(canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting) -> None:
    front, back = sac_edges(canal)
    canvas.lay(between(canal.line(0.0), canal.line(canal.depth)), palette.fat, 0.6)
    neck = canal.along < canal.station("T2/T3")
    flat = canal.line(canal.depth)
    tight = Tissue(palette.ligament.level + 0.1, 0.02)
    canvas.lay(between(canal.line(0.0)[neck], flat[neck]), tight, 0.6)
    end = canal.along <= canal.station("L5/S1") + 44
    dura = between(canal.line(front - 0.6)[end], canal.line(back + 0.6)[end])
    canvas.lay(dura, palette.ligament, 0.6, 0.8)
    canvas.lay(between(canal.line(front)[end], canal.line(back)[end]), palette.fluid, 0.6)
    near, far = cord_edges(canal)
    held = far - near > 0.05
    canvas.lay(between(canal.line(near)[held], canal.line(far)[held]), palette.cord, 0.7)
    if weighting is not Weighting.CT:
        _lay_roots(canvas, canal, palette)


def _lay_roots(canvas: Canvas, canal: Canal, palette: Palette) -> None:
    """The cauda equina: strands that hang from the conus along the back of the sac."""
    front, back = sac_edges(canal)
    conus = canal.station("L1/L2") - 22
    foot = canal.station("L5/S1") + 30
    for n, place in enumerate((0.94, 0.88, 0.8, 0.7, 0.58, 0.44)):
        last = foot - n * 16
        held = (canal.along >= conus) & (canal.along <= last)
        share = np.interp(canal.along, [conus, conus + 45, last], [0.6, place, place - 0.12])
        wave = 0.025 * np.sin(canal.along / 9.0 + n * 2.1)
        line = canal.line(front + (back - front) * np.clip(share + wave, 0.06, 0.95))
        strand = Tissue(palette.cord.level - 0.02)
        canvas.stroke(line[held], 1.3, strand, 0.7, 0.78 - 0.06 * n)


def _lay_ligaments(canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting) -> None:
    if weighting is Weighting.CT:
        return
    low = canal.along <= canal.station("L5/S1") + 12
    high = canal.along >= canal.station("C2/C3") - 8
    canvas.stroke(canal.line(0.2)[low & high], 1.0, palette.ligament, 0.6, 0.75)
    front = front_line(canal.spine, "C3", "S1", 0.6)
    canvas.stroke(front, 1.1, palette.ligament, 0.6, 0.7)


def _lay_spinous(
    canvas: Canvas, spine: Spine, name: str, palette: Palette, weighting: Weighting
) -> None:
    outline = spinous_outline(spine, name)
    lay_bone(canvas, outline, palette, weighting, 1.0)


def _lay_bones(canvas: Canvas, spine: Spine, palette: Palette, weighting: Weighting) -> None:
    for name in VERTEBRAE[1:-1]:
        outline = body_outline(spine, name)
        lay_bone(canvas, outline, palette, weighting, 1.1 if name[0] != "C" else 0.8)
        _lay_vein(canvas, spine, name, palette, weighting)
    for n, outline in enumerate(sacral_segments(spine)):
        lay_bone(canvas, outline, palette, weighting, 1.1 if n < 3 else 0.8)
    for outline in (*atlas_outlines(spine), sacral_crest(spine)):
        lay_bone(canvas, outline, palette, weighting, 0.9)


def _lay_vein(
    canvas: Canvas, spine: Spine, name: str, palette: Palette, weighting: Weighting
) -> None:
    """The basivertebral vein's notch at the middle of the posterior wall."""
    if weighting is Weighting.CT or name.startswith("C"):
        return
    v = spine.vertebrae[name]
    wall = (v.upper_back + v.lower_back) / 2 - along(v.slope) * 0.6
    deep = BUILDS[name].depth * 0.3
    line = np.asarray([wall, wall - along(v.slope) * deep])
    tone = palette.fluid if weighting is not Weighting.T1 else palette.muscle
    canvas.stroke(line, 1.6, tone, 1.4, 0.4)
