"""Lateral radiographs: patient facing left, bone light."""

from __future__ import annotations

import numpy as np

from content.phantoms.anatomy import BUILDS, has_rib
from content.phantoms.canal import make_canal
from content.phantoms.canvas import Canvas
from content.phantoms.film import Film
from content.phantoms.findings import Metastasis
from content.phantoms.lateral_parts import arch_outlines, femoral_head, ilium_outline
from content.phantoms.lateral_xray_findings import add_findings
from content.phantoms.levels import VERTEBRAE
from content.phantoms.profile import (
    atlas_outlines,
    body_outline,
    sacral_crest,
    sacral_segments,
    spinous_outline,
)
from content.phantoms.shapes import Points, between, ellipse, open_spline, points, ribbon
from content.phantoms.spine import Spine, Vertebra, along, upwards
from content.phantoms.surroundings import front_line, skin_line


def draw_lateral(canvas: Canvas, spine: Spine) -> None:
    """Draw a lateral radiograph on a canvas."""
    film = Film(canvas)
    _add_flesh(film, spine)
    _add_pelvis(film, spine)
    _add_skull(film, spine)
    for name in VERTEBRAE[1:-1]:
        if has_rib(name):
            _add_rib(film, spine, name)
        _add_arch(film, spine, name)
        _add_body(film, spine, name)
    for n, segment in enumerate(sacral_segments(spine)):
        film.mass(segment, 0.4 - 0.05 * n, 9.0, 0.16 if n < 3 else 0.1)
    film.mass(sacral_crest(spine), 0.22, 5.0, 0.12)
    add_findings(film, spine)
    film.develop()


def _add_flesh(film: Film, spine: Spine) -> None:
    """The trunk's own shadow, the lungs, the bowel's gas."""
    canvas = film.canvas
    canal = make_canal(spine)
    skin = skin_line(canal, 0.0)
    middle = spine.vertebrae["L3"].centre
    trunk = between(skin - np.array([700.0, 0.0]), skin)
    film.veil(trunk, 0.3, 16.0)
    film.veil(between(skin - np.array([700.0, 0.0]), skin - np.array([34.0, 0.0])), 0.16, 46.0)
    film.veil(ellipse((middle[0] + 20, middle[1] + 190), 190, 150), 0.3, 110.0)
    lung = _lung(spine)
    film.veil(lung, -0.26, 10.0)
    _add_neck(film, spine)
    for _ in range(9):
        x, y = canvas.generator.uniform((-150, -80), (-50, 110))
        r = canvas.generator.uniform(7, 17)
        gas = ellipse((middle[0] + x, middle[1] + y), 1.5 * r, r, float(canvas.generator.normal()))
        film.veil(gas, -0.055, 10.0)
    film.add((slice(None), slice(None)), 0.018 * canvas.cloud)


def _lung(spine: Spine) -> Points:
    """The lungs, from above T2 to the diaphragm that falls towards the back."""
    low = spine.vertebrae["T12"].centre
    top = spine.vertebrae["T2"].centre
    knots = points((-130, -58), (-85, -72), (-45, -58), (-10, -20), (28, 22), (40, 10)) + low
    upper = points((46, 120), (34, 20), (0, -14), (-40, 16), (-80, 70)) + top
    return np.concatenate([knots, upper])


def _add_neck(film: Film, spine: Spine) -> None:
    """Air in front of the throat's wall, the windpipe, and open air before the neck."""
    neck = front_line(spine, "C4", "C7", 50.0)[::5]
    v = spine.vertebrae["C2"]
    chin = v.centre + points((-104, -130), (-100, -10), (-88, 30), (-66, 42))
    skin = open_spline(
        np.concatenate([chin, neck[1:], neck[-1:] + points((-50, 26), (-130, 60))]), 5
    )
    film.veil(between(skin - np.array([400.0, 0.0]), skin), -0.42, 10.0)
    throat, pipe = front_line(spine, "C3", "C5", 12.0), front_line(spine, "C6", "T3", 21.0)
    high = v.upper_middle + points((-25, -30), (-21, -6))
    airway = open_spline(np.concatenate([high, throat[::5], pipe[::5]]), 5)
    film.veil(ribbon(airway, 14.0), -0.11, 5.0)
    shoulder = spine.vertebrae["T2"].centre + np.array([-6.0, 34.0])
    film.veil(ellipse(tuple(shoulder), 70, 52), 0.34, 60.0)
    hyoid = spine.vertebrae["C3"].centre + points((-52, 12), (-40, 12), (-30, 7))
    film.line(open_spline(hyoid), 3.4, 0.16)


def _add_skull(film: Film, spine: Spine) -> None:
    v = spine.vertebrae["C2"]
    origin = v.upper_middle
    vault = ellipse((origin[0] + 2, origin[1] - 112), 98, 84, -0.15)
    film.veil(vault, 0.3, 10.0)
    film.outline(vault, 5.0, 0.3)
    petrous = ellipse((origin[0] - 2, origin[1] - 42), 26, 12, -0.3)
    film.mass(petrous, 0.5, 8.0)
    jaw = open_spline(origin + points((-22, -34), (-27, 2), (-36, 20), (-66, 34), (-140, 44)), 6)
    film.mass(ribbon(jaw, 22.0), 0.17, 7.0, 0.1)
    for outline in atlas_outlines(spine):
        film.mass(outline, 0.24, 3.0, 0.2)
    lateral_mass = ellipse((origin[0] + 3, origin[1] - 9), 9, 6.5)
    film.mass(lateral_mass, 0.16, 5.0, 0.08)


def _add_body(film: Film, spine: Spine, name: str) -> None:
    """A body: denser in its middle, its endplates seen a little from above or below."""
    v = spine.vertebrae[name]
    outline = body_outline(spine, name)
    neck = name.startswith("C")
    amount = 0.3 if neck else 0.36
    for lesion in spine.findings(Metastasis):
        if lesion.vertebra == name:
            amount *= 1 - 0.45 * lesion.extent
    film.mass(outline, amount, 0.3 * v.depth, 0.2 if neck else 0.17)
    if not neck:
        for line in _second_endplates(v):
            film.line(line, 1.0, 0.12)


def _second_endplates(v: Vertebra) -> list[Points]:
    """The far rims of both endplates, off the near ones as the diverging beam throws them."""
    share = np.linspace(0.04, 0.96, 9)[:, None]
    arch = np.sin(np.pi * share)
    tilt = 1.1 + 0.5 * np.sin(v.centre[1] / 37.0)
    top = v.upper_front + (v.upper_back - v.upper_front) * share
    low = v.lower_front + (v.lower_back - v.lower_front) * share
    return [top + upwards(v.slope) * tilt * arch * 0.6, low - upwards(v.slope) * tilt * arch * 0.6]


def _add_arch(film: Film, spine: Spine, name: str) -> None:
    faint = 0.55 if has_rib(name) and int(name[1:]) < 11 else 1.0
    arch = arch_outlines(spine, name) if name != "C2" else None
    if arch is not None:
        film.mass(arch.pedicle, 0.2 * faint, 4.0, 0.1 * faint)
        film.mass(arch.column, 0.19 * faint, 4.0, 0.13 * faint)
        film.mass(arch.lamina, 0.14 * faint, 4.0, 0.06 * faint)
    else:
        v = spine.vertebrae[name]
        pillar = ellipse(tuple(v.centre + along(v.slope) * 10), 8, 6.5, 0.5 - v.slope)
        film.mass(pillar, 0.2, 4.0, 0.12)
    film.mass(spinous_outline(spine, name), 0.17 * faint, 5.0, 0.12 * faint)


def _add_rib(film: Film, spine: Spine, name: str) -> None:
    """Both ribs of a level: they leave the arch backwards, then run forwards and down."""
    v = spine.vertebrae[name]
    number = int(name[1:])
    size = BUILDS[name].depth / 26
    start = (v.upper_back + v.upper_middle) / 2
    reach = {11: 0.55, 12: 0.4}.get(number, 1.0)
    knots = points((4, -2), (24, 8), (34, 26), (24, 52), (-6, 84), (-50, 112), (-96, 128)) * size
    for shift, amount in ((0.0, 0.06), (7.0, 0.05)):
        line = open_spline(start + knots + np.array([shift, shift * 0.8]), 5)
        line = line[: max(6, int(len(line) * reach))]
        wide = np.full(len(line), 7.5)
        wide[-4:] = (6.5, 5.0, 3.0, 0.8)
        film.mass(ribbon(line, wide), amount, 3.0, 0.045)


def _add_pelvis(film: Film, spine: Spine) -> None:
    for spread, amount in ((-4.0, 0.055), (5.0, 0.045)):
        film.mass(ilium_outline(spine, spread), amount, 14.0, 0.075)
        film.mass(femoral_head(spine, spread), 0.3, 22.0, 0.16)
        x, y = femoral_head(spine, spread).mean(axis=0)
        shaft = open_spline(points((x, y + 10), (x + 8, y + 50), (x + 6, y + 160)), 5)
        film.mass(ribbon(shaft, 34.0), 0.26, 12.0, 0.2)
        ischium = ellipse((x + 22, y + 36), 16, 30, -0.4)
        film.mass(ischium, 0.14, 8.0, 0.1)
        film.line(ellipse((x, y), 28, 28)[20:34], 2.0, 0.16)
