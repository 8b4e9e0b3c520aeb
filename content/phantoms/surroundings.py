"""What lies about the spine in a sagittal section: viscera, vessels, muscle, fat and skin."""

from __future__ import annotations

import numpy as np

from content.phantoms.canal import Canal
from content.phantoms.canvas import Canvas, Tissue
from content.phantoms.levels import vertebrae_between
from content.phantoms.shapes import Points, between, ellipse, open_spline, ribbon
from content.phantoms.spine import Spine, along
from content.phantoms.tissues import Palette, Weighting

BACK_LEVELS = ("C2", "C4", "C6", "T1", "T4", "T8", "T12", "L2", "L4", "S1")
SKIN_DEPTH = (56.0, 52, 54, 52, 48, 50, 56, 62, 68, 66)
FAT_DEPTH = (9.0, 9, 9, 9, 9, 10, 13, 18, 24, 27)


def lay_surroundings(canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting) -> None:
    """Cover the whole canvas with what lies about the spine."""
    everything = (slice(None), slice(None))
    canvas.blend(everything, np.ones(canvas.pixels.shape), canvas.tone(palette.deep, everything))
    _lay_viscera(canvas, canal, palette, weighting)
    skin, fascia = skin_line(canal, 0.0), skin_line(canal, 1.0)
    far = np.array([[600.0, 0.0]])
    wall = canal.line(2.0)
    canvas.lay(between(wall, skin), palette.fat, 1.0)
    canvas.lay(between(wall, fascia), palette.muscle, 1.5)
    mixed = Tissue((palette.muscle.level + palette.fat.level) / 2, 0.02, 0.1, 0.03)
    canvas.lay(between(wall, canal.line(canal.depth + 22)), mixed, 5.0)
    canvas.lay(between(skin, skin + far), palette.air, 1.0)
    canvas.stroke(fascia, 0.9, Tissue(palette.ligament.level + 0.06), 0.8, 0.8)
    _lay_front(canvas, canal.spine, palette)
    if weighting is not Weighting.CT:
        _fade(canvas, canal.spine)


def _fade(canvas: Canvas, spine: Spine) -> None:
    """Darken what lies far from the coil behind the back."""
    line = open_spline(np.asarray([v.upper_front for v in spine.vertebrae.values()]), 4)
    x, y = canvas.grid()
    edge = np.interp(y, line[:, 1], line[:, 0])
    near = np.clip(1 + (x - edge + 14) / 95, 0.1, 1.0)
    canvas.pixels *= np.where(x > edge, 1.0, near)


def skin_line(canal: Canal, share: float) -> Points:
    """The skin (share 0), or the deep edge of the fat under it (share 1), from head to thigh."""
    knots = []
    for name, skin, fat in zip(BACK_LEVELS, SKIN_DEPTH, FAT_DEPTH, strict=True):
        v = canal.spine.vertebrae[name]
        knots.append((v.upper_back + v.lower_back) / 2 + np.array([skin - share * fat + 6, 0.0]))
    top, low = knots[0], knots[-1]
    head = [top + np.array([14.0, -120.0]), top + np.array([16.0, -60.0])]
    seat = [low + np.array([30.0 - 10 * share, 60.0]), low + np.array([44.0 - 14 * share, 130.0])]
    return open_spline(np.asarray([*head, *knots, *seat, seat[-1] + np.array([0.0, 200.0])]), 8)


def _lay_viscera(canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting) -> None:
    """Loops of bowel in front of the lumbar spine, in a bed of fat; lung in front of the chest."""
    spine = canal.spine
    chest = front_line(spine, "T3", "T12", 24.0)
    belly = front_line(spine, "T12", "S1", 20.0)
    foot = belly[-1] + np.array([[-12.0, 60.0], [10.0, 190.0]])
    belly = np.concatenate([belly[:-4], foot])
    far = np.array([[500.0, 0.0]])
    bed = Tissue(palette.fat.level * 0.55, 0.02, 0.06)
    canvas.lay(between(belly - far, belly), bed, 14.0)
    lung = Tissue(palette.air.level + 0.03, 0.02, 0.02)
    canvas.lay(between(chest - far, chest + np.array([[0.0, 14.0]])), lung, 18.0)
    middle = spine.vertebrae["L3"].centre
    for _ in range(26):
        x, y = canvas.generator.uniform((-150, -95), (-52, 130))
        rx, ry = canvas.generator.uniform((9, 8), (21, 15))
        level = canvas.generator.uniform(0.6, 1.7) * palette.deep.level
        loop = ellipse(
            (middle[0] + x, middle[1] + y), rx, ry, float(canvas.generator.uniform(0, 3))
        )
        canvas.lay(loop, Tissue(level, 0.02, 0.04), 4.0, 0.75)
        canvas.rim(loop, Tissue(palette.muscle.level, 0.02), 1.6, 2.0, 0.3)


def front_line(spine: Spine, first: str, last: str, gap: float) -> Points:
    """A line `gap` mm in front of the bodies from `first` to `last`."""
    knots = []
    for name in vertebrae_between(first, last):
        v = spine.vertebrae[name]
        knots.append((v.upper_front + v.lower_front) / 2 - along(v.slope) * gap)
    return open_spline(np.asarray(knots), 5)


def _lay_front(canvas: Canvas, spine: Spine, palette: Palette) -> None:
    canvas.lay(ribbon(front_line(spine, "T2", "S1", 3.5), 9.0), palette.fat, 4.0, 0.65)
    aorta = front_line(spine, "T4", "L4", 14.0)
    vessel = open_spline(np.concatenate([aorta[::4], aorta[-1:] + np.array([[-3.0, 16.0]])]), 5)
    slim = np.clip(np.linspace(len(vessel) / 9, 0.0, len(vessel)), 0.15, 1.0)
    wall = Tissue(palette.muscle.level + 0.08, 0.02)
    canvas.lay(ribbon(vessel, 18.5 * slim), wall, 2.0)
    canvas.lay(ribbon(vessel, 16.0 * slim), palette.vessel, 2.0)
    canvas.lay(ribbon(front_line(spine, "C2", "T2", 5.0), 8.0), palette.muscle, 2.0)
    gullet = front_line(spine, "C5", "T3", 10.0)
    canvas.lay(ribbon(gullet, 6.0), Tissue(palette.muscle.level + 0.14, 0.02, 0.05), 1.2)
    _lay_throat(canvas, spine, palette)


def _lay_throat(canvas: Canvas, spine: Spine, palette: Palette) -> None:
    """Tongue, pharynx, larynx and windpipe."""
    v = spine.vertebrae["C2"]
    neck = front_line(spine, "C4", "T3", 46.0)[::5]
    chin = v.centre + np.array([[-92.0, -90.0], [-96.0, -4.0], [-86.0, 26.0], [-66.0, 36.0]])
    skin = open_spline(np.concatenate([chin, neck[1:], neck[-1:] + np.array([[-40.0, 60.0]])]), 5)
    flesh = Tissue(palette.muscle.level + 0.06, 0.02, 0.03)
    back = front_line(spine, "C2", "T3", 3.0)
    above = back[:1] + np.array([[0.0, -90.0]])
    canvas.lay(between(skin, np.concatenate([above, back])), flesh, 2.0)
    canvas.stroke(skin + np.array([3.0, 0.0]), 7.0, palette.fat, 2.5, 0.8)
    canvas.lay(between(skin - np.array([300.0, 0.0]), skin), palette.air, 1.0)
    mouth = ellipse(tuple(v.centre + np.array([-54.0, 4.0])), 32, 25, 0.3)
    canvas.lay(mouth, Tissue(palette.muscle.level + 0.12, 0.02, 0.04), 3.0)
    jaw = ellipse(tuple(v.centre + np.array([-84.0, 22.0])), 5.5, 9, 0.5)
    canvas.lay(jaw, palette.marrow, 1.0)
    canvas.rim(jaw, palette.cortex, 1.6, 0.7)
    throat = front_line(spine, "C3", "C5", 13.0)
    pipe = front_line(spine, "C6", "T4", 22.0)
    high = v.upper_middle + np.array(
        [[-58.0, -46.0], [-38.0, -42.0], [-25.0, -26.0], [-21.0, -8.0]]
    )
    airway = open_spline(np.concatenate([high, throat[::5], pipe[::5]]), 5)
    wide = np.interp(
        np.linspace(0, 1, len(airway)), [0, 0.1, 0.35, 0.45, 0.6, 1], [8, 15, 9, 10, 14, 16]
    )
    canvas.lay(ribbon(airway, wide + 3.5), Tissue(palette.muscle.level + 0.12, 0.02), 1.5)
    canvas.lay(ribbon(airway, wide), palette.air, 1.5)
