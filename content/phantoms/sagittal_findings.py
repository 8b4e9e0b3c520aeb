"""What findings look like in a midline sagittal section."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from content.phantoms.anatomy import BUILDS
from content.phantoms.bone import lay_bone
from content.phantoms.canal import (
    Canal,
    abscess,
    back_load,
    cord_edges,
    disc_load,
    herniated,
    ossified,
    tumour,
)
from content.phantoms.canvas import Canvas, Tissue
from content.phantoms.findings import (
    AnkylosisFracture,
    BodyFracture,
    CordCompression,
    Corner,
    CornerLesion,
    Degeneration,
    DensFracture,
    Discitis,
    Metastasis,
    Ossification,
    Stenosis,
    Syndesmophyte,
)
from content.phantoms.levels import lower_of, upper_of
from content.phantoms.profile import body_outline, dens_line, disc_outline
from content.phantoms.shapes import Points, between, ellipse, open_spline, placed, ribbon
from content.phantoms.spine import Spine, along, upwards
from content.phantoms.tissues import Palette, Weighting


def mixed(first: Tissue, second: Tissue, share: float) -> Tissue:
    """A tissue between two: `share` 0 is the first, 1 the second."""
    return Tissue(*(a + (b - a) * share for a, b in zip(first, second, strict=True)))


def lay_disc(
    canvas: Canvas, spine: Spine, disc: str, palette: Palette, weighting: Weighting
) -> None:
    """A disc with its nucleus, worn or infected as the findings say."""
    outline = disc_outline(spine, disc)
    canvas.lay(outline, palette.annulus, 0.6)
    signal = 0.55 if disc.startswith("C") else 0.6 if disc.startswith("T") else 0.95
    for worn in spine.findings(Degeneration):
        if worn.disc == disc:
            signal = worn.signal
    for infected in spine.findings(Discitis):
        if infected.disc == disc:
            signal = 1.0
            palette = palette._replace(nucleus=mixed(palette.nucleus, palette.fluid, 0.75))
    middle = outline.mean(axis=0)
    nucleus = mixed(palette.annulus, palette.nucleus, signal)
    core = _squeezed(spine, disc, outline - middle) + middle
    canvas.lay(core, nucleus, 3.0 if disc[0] == "L" else 1.8)
    if weighting is Weighting.T2 and signal > 0.6 and disc[0] == "L":
        v = spine.vertebrae[upper_of(disc)]
        cleft = np.asarray([middle - along(v.lower_slope) * 8, middle + along(v.lower_slope) * 8])
        canvas.stroke(cleft, 1.2, palette.annulus, 1.2, 0.35)


def _squeezed(spine: Spine, disc: str, shape: Points) -> Points:
    """The shape made shorter along the disc (0.8) and lower across it (0.86)."""
    upper = spine.vertebrae[upper_of(disc)]
    lower = spine.vertebrae[lower_of(disc)]
    slope = (upper.lower_slope + lower.upper_slope) / 2
    flat = placed(shape, np.zeros(2), slope) * np.array([0.8, 0.86])
    return placed(flat, np.zeros(2), -slope)


def lay_bone_findings(canvas: Canvas, spine: Spine, palette: Palette, weighting: Weighting) -> None:
    """Fractures, tumour, infection, oedema and new bone of the bodies."""
    for broken in spine.findings(BodyFracture):
        _lay_fracture(canvas, spine, broken, palette, weighting)
    for lesion in spine.findings(Metastasis):
        _lay_tumour(canvas, spine, lesion, palette, weighting)
    for infected in spine.findings(Discitis):
        _lay_infection(canvas, spine, infected, palette, weighting)
    for spot in spine.findings(CornerLesion):
        _lay_corner(canvas, spine, spot, palette)
    for bridge in spine.findings(Syndesmophyte):
        _lay_bridge(canvas, spine, bridge.disc, palette, weighting)
    for gap in spine.findings(AnkylosisFracture):
        _lay_gap(canvas, spine, gap.disc, palette, weighting)
    for dens in spine.findings(DensFracture):
        tone = palette.blood if weighting is not Weighting.CT else palette.fluid
        canvas.stroke(dens_line(spine, dens), 1.3, tone, 0.5, 0.95)


def _lay_fracture(
    canvas: Canvas, spine: Spine, broken: BodyFracture, palette: Palette, weighting: Weighting
) -> None:
    v = spine.vertebrae[broken.vertebra]
    outline = body_outline(spine, broken.vertebra)
    down, back = -upwards(v.slope), along(v.slope)
    height = BUILDS[broken.vertebra].height
    sink = max(0.0, broken.middle - (broken.front + broken.back) / 2) * height
    top = v.upper_middle + down * (sink + 0.1 * height)
    knots = (-0.46, -0.3, -0.1, 0.1, 0.28, 0.44)
    drops = (1.2, 2.6, 1.0, 2.4, 0.8, 2.0)
    line = open_spline(
        np.asarray([top + back * v.depth * k + down * d for k, d in zip(knots, drops, strict=True)])
    )
    if weighting is Weighting.CT:
        dense = Tissue(0.66, 0.06, 0.03)
        _inside(canvas, outline, ribbon(line, 5.0), dense, 2.0, 0.7)
        canvas.stroke(line, 0.7, palette.fluid, 0.5, 0.8)
        if broken.retropulsion > 0:
            crack = open_spline(
                np.asarray([line[4], v.centre, v.centre + down * height * 0.4 + back * 3])
            )
            canvas.stroke(crack, 0.8, palette.fluid, 0.5, 0.85)
    elif broken.oedema:
        _inside(canvas, outline, ribbon(line, 0.85 * height), palette.oedema, 5.0, 0.85)
        canvas.stroke(line, 1.1, palette.ligament, 0.9, 0.7)
    if broken.gap and weighting is not Weighting.CT:
        torn = v.upper_back + back * (BUILDS[broken.vertebra].canal + 11) + down * 3
        canvas.lay(ellipse(tuple(torn), 13, 7, -v.slope), palette.fluid, 6.0, 0.75)


def _inside(
    canvas: Canvas, outline: Points, shape: Points, tissue: Tissue, soft: float, opacity: float
) -> None:
    """Lay a soft shape within an outline alone."""
    rows, columns = window = canvas.window(outline, 1.0)
    mask = np.zeros(canvas.pixels.shape)
    inner, cover = canvas.cover(shape, soft)
    mask[inner] = cover
    edge, room = canvas.cover(outline, 0.8)
    held = np.zeros(canvas.pixels.shape)
    held[edge] = room
    canvas.blend(window, (mask * held * opacity)[rows, columns], canvas.tone(tissue, window))


def _lay_tumour(
    canvas: Canvas, spine: Spine, lesion: Metastasis, palette: Palette, weighting: Weighting
) -> None:
    v = spine.vertebrae[lesion.vertebra]
    outline = body_outline(spine, lesion.vertebra)
    height = BUILDS[lesion.vertebra].height
    if lesion.extent >= 0.95:
        shape = outline
    else:
        reach = np.sqrt(lesion.extent)
        middle = v.centre + along(v.slope) * v.depth * 0.16 * (1 - lesion.extent)
        shape = ellipse(tuple(middle), v.depth * 0.62 * reach, height * 0.6 * reach, -v.slope)
    opacity = 0.92 if weighting is not Weighting.CT else 0.8
    _inside(canvas, outline, shape, palette.tumour, 2.5, opacity)
    if weighting is not Weighting.CT:
        canvas.rim(outline, palette.cortex, 0.8, 0.6, 0.6)


def _lay_infection(
    canvas: Canvas, spine: Spine, infected: Discitis, palette: Palette, weighting: Weighting
) -> None:
    upper = spine.vertebrae[upper_of(infected.disc)]
    lower = spine.vertebrae[lower_of(infected.disc)]
    edges = (
        (upper, upper.lower_front, upper.lower_back, upwards(upper.lower_slope)),
        (lower, lower.upper_front, lower.upper_back, -upwards(lower.upper_slope)),
    )
    for v, front, back, inward in edges:
        outline = body_outline(spine, v.name)
        reach = 0.6 * BUILDS[v.name].height
        band = np.asarray([front, back, back + inward * reach, front + inward * reach])
        if weighting is not Weighting.CT:
            _inside(canvas, outline, band, palette.oedema, 7.0, 0.9)
        pits = np.linspace(0.14, 0.86, 6)
        for n, share in enumerate(pits):
            place = front + (back - front) * share + inward * (0.6 + 0.5 * (n % 2))
            tone = mixed(palette.nucleus, palette.fluid, 0.6)
            canvas.lay(ellipse(tuple(place), 2.6, 1.5 + 0.7 * ((n * 7) % 3)), tone, 1.2, 0.9)


def _lay_corner(canvas: Canvas, spine: Spine, spot: CornerLesion, palette: Palette) -> None:
    v = spine.vertebrae[spot.vertebra]
    place = {
        Corner.UPPER_FRONT: v.upper_front,
        Corner.LOWER_FRONT: v.lower_front,
        Corner.UPPER_BACK: v.upper_back,
        Corner.LOWER_BACK: v.lower_back,
    }[spot.corner]
    outline = body_outline(spine, spot.vertebra)
    _inside(canvas, outline, ellipse(tuple(place), 11.0, 9.5), palette.oedema, 4.0, 0.95)


def bridge_outline(spine: Spine, disc: str, width: float) -> Points:
    """A vertical bridge of bone in front of a disc, `width` mm thick."""
    upper, lower = spine.vertebrae[upper_of(disc)], spine.vertebrae[lower_of(disc)]
    out = -along((upper.lower_slope + lower.upper_slope) / 2)
    knots = [
        upper.lower_front + upwards(upper.slope) * 4 + out * 0.2,
        upper.lower_front + out * 1.6,
        (upper.lower_front + lower.upper_front) / 2 + out * 2.6,
        lower.upper_front + out * 1.6,
        lower.upper_front - upwards(lower.slope) * 4 + out * 0.2,
    ]
    return ribbon(open_spline(np.asarray(knots), 4), width)


def _lay_bridge(
    canvas: Canvas, spine: Spine, disc: str, palette: Palette, weighting: Weighting
) -> None:
    outline = bridge_outline(spine, disc, 3.2)
    lay_bone(canvas, outline, palette, weighting, 0.9)


def _lay_gap(
    canvas: Canvas, spine: Spine, disc: str, palette: Palette, weighting: Weighting
) -> None:
    upper, lower = spine.vertebrae[upper_of(disc)], spine.vertebrae[lower_of(disc)]
    shape = between(
        np.asarray([upper.lower_front - along(upper.slope) * 4, upper.lower_back]),
        np.asarray([lower.upper_front - along(lower.slope) * 4, lower.upper_back]),
    )
    tone = palette.fluid if weighting is not Weighting.T1 else palette.oedema
    canvas.lay(shape, tone, 1.2, 0.9)


def lay_canal_findings(
    canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting
) -> None:
    """Discs, ligament, bone, tumour and pus within the canal, and the cord's own signal."""
    spine = canal.spine
    _lay_front(canvas, canal, disc_load(canal), palette.annulus, 0.9)
    reach = herniated(canal)
    _lay_front(canvas, canal, reach + 0.5, palette.ligament, 1.6)
    _lay_front(canvas, canal, reach, palette.hernia, 1.6)
    for bone in spine.findings(Ossification):
        tone = palette.cortex if weighting is Weighting.CT else Tissue(0.05, 0.01)
        _lay_front(canvas, canal, ossified(canal, bone), tone, 1.0)
    front, back = abscess(canal)
    _lay_front(canvas, canal, front, palette.oedema, 0.8)
    _lay_back(canvas, canal, back, palette.oedema, 0.8)
    _lay_front(canvas, canal, tumour(canal)[0], palette.tumour, 0.8)
    _lay_back(canvas, canal, tumour(canal)[1], palette.tumour, 0.8)
    n_narrow = len(spine.findings(Stenosis)) + len(spine.findings(CordCompression))
    if n_narrow:
        flavum = np.where(np.maximum(back, tumour(canal)[1]) > 0.3, 0.0, back_load(canal))
        _lay_back(canvas, canal, flavum, palette.ligament, 0.8)
    _lay_cord_signal(canvas, canal, palette, weighting)


def _lay_front(canvas: Canvas, canal: Canal, reach: Points, tissue: Tissue, least: float) -> None:
    """Lay tissue from the front wall to `reach` mm behind it, where that is at least `least`."""
    for part in _runs(reach > least):
        shape = between(canal.line(-0.6)[part], canal.line(reach)[part])
        canvas.lay(shape, tissue, 0.6)


def _lay_back(canvas: Canvas, canal: Canal, reach: Points, tissue: Tissue, least: float) -> None:
    for part in _runs(reach > least):
        shape = between(canal.line(canal.depth - reach)[part], canal.line(canal.depth)[part])
        canvas.lay(shape, tissue, 0.6)


def _runs(held: NDArray[np.bool_]) -> list[slice]:
    """The stretches of at least three stations in a row where `held` is true."""
    places = np.flatnonzero(np.diff(np.concatenate([[0], held.astype(int), [0]])))
    pairs = zip(places[::2], places[1::2], strict=True)
    return [slice(int(first), int(last)) for first, last in pairs if last - first >= 3]


def _lay_cord_signal(canvas: Canvas, canal: Canal, palette: Palette, weighting: Weighting) -> None:
    if weighting not in (Weighting.T2, Weighting.STIR):
        return
    near, far = cord_edges(canal)
    for press in canal.spine.findings(CordCompression):
        if press.signal:
            at = canal.station(press.disc)
            held = canal.stretch(at - 8, at + 9)
            middle = canal.line((near + far) / 2)[held]
            width = np.maximum(0.55 * (far - near)[held], 1.3)
            width = width * np.sin(np.linspace(0.35, np.pi - 0.35, len(middle)))
            canvas.lay(ribbon(middle, width), palette.fluid, 1.4, 0.72)
