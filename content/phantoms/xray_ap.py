"""Anteroposterior radiographs: the patient's right on the left of the image, bone light."""

from __future__ import annotations

import numpy as np

from content.phantoms.anatomy import BUILDS, has_rib
from content.phantoms.ap_parts import (
    facets,
    front_body,
    half_size,
    hip_head,
    ilium_front,
    pedicle_ring,
    pelvic_rami,
    rib_lines,
    sacrum_front,
    spinous_drop,
    transverse,
)
from content.phantoms.canvas import Canvas
from content.phantoms.coronal import FrontPose, make_front_poses
from content.phantoms.film import Film
from content.phantoms.findings import Degeneration, Metastasis, Sacroiliitis, Syndesmophyte
from content.phantoms.levels import VERTEBRAE, Side, lower_of, upper_of
from content.phantoms.shapes import ellipse, mirrored, open_spline, points, ribbon, rounded
from content.phantoms.spine import Spine

Poses = dict[str, FrontPose]


def draw_front(canvas: Canvas, spine: Spine) -> None:
    """Draw an anteroposterior radiograph on a canvas."""
    film = Film(canvas)
    poses = make_front_poses(spine)
    _add_flesh(film, poses)
    _add_pelvis(film, spine)
    for name in VERTEBRAE[1:-1]:
        pose = poses[name]
        if has_rib(name):
            _add_ribs(film, pose)
        _add_vertebra(film, spine, pose)
    _add_findings(film, spine, poses)
    film.develop()


def _add_flesh(film: Film, poses: Poses) -> None:
    """The trunk, the lungs, the heart, the liver and the bowel's gas."""
    canvas = film.canvas
    waist, chest = poses["L3"].centre[1], poses["T6"].centre[1]
    neck, hips = poses["C7"].centre[1], 110.0
    knots = points(
        (52, neck - 130),
        (54, neck - 20),
        (120, neck + 14),
        (176, neck + 40),
        (160, chest),
        (146, poses["T11"].centre[1]),
        (138, waist),
        (160, 20),
        (184, hips),
        (190, 320),
    )
    edge = open_spline(knots, 6)
    trunk = np.concatenate([edge, mirrored(edge)[::-1]])
    film.veil(trunk, 0.26, 12.0)
    film.veil(trunk * np.array([0.8, 1.0]), 0.12, 70.0)
    top, base = poses["T2"].centre[1], poses["T10"].centre[1]
    for side in Side:
        low = base + (10 if side is Side.LEFT else -4)
        lung = points((20, top - 4), (44, top), (84, top + 46), (110, chest), (118, base + 24))
        dome = points((98, low + 16), (66, low - 2), (34, low + 4), (20, low + 12))
        shape = rounded(np.concatenate([lung, dome]) * np.array([side.sign, 1.0]), 3, 0.25)
        film.veil(shape, -0.15, 9.0)
    heart = ellipse((22, base - 46), 46, 60, -0.5)
    film.veil(heart, 0.14, 14.0)
    film.veil(ellipse((-66, base + 44), 66, 50), 0.08, 40.0)
    for _ in range(14):
        x, y = canvas.generator.uniform((-95, -90), (95, 90))
        r = canvas.generator.uniform(6, 13)
        gas = ellipse((x, waist + 30 + y), 1.5 * r, r, float(canvas.generator.normal()))
        film.veil(gas, -0.045, 9.0)
    for side in Side:
        psoas = points((16, waist - 60), (26, waist - 60), (62, 30), (70, 60), (40, 60))
        film.veil(psoas * np.array([side.sign, 1.0]), 0.05, 4.0)
    film.add((slice(None), slice(None)), 0.016 * canvas.cloud)


def _add_vertebra(film: Film, spine: Spine, pose: FrontPose) -> None:
    a, _ = half_size(pose)
    neck = pose.name.startswith("C")
    film.mass(front_body(pose), 0.24 if neck else 0.3, 0.5 * a, 0.12)
    _add_endplates(film, spine, pose)
    film.mass(spinous_drop(pose), 0.12, 2.5, 0.13)
    lost = {f.pedicle for f in spine.findings(Metastasis) if f.vertebra == pose.name}
    for side in Side:
        if not neck:
            film.mass(transverse(pose, side), 0.1, 3.0, 0.06)
        upper, lower = facets(pose, side)
        film.mass(upper, 0.08, 3.0, 0.05)
        film.mass(lower, 0.1, 4.0, 0.06)
        ring = pedicle_ring(pose, side)
        if side not in lost:
            film.mass(ring, 0.07, 3.0)
            film.outline(ring, 1.3, 0.17)
        else:
            hole = ring + (ring - ring.mean(axis=0)) * 0.5
            film.veil(hole, -0.17, 4.0)


def _add_endplates(film: Film, spine: Spine, pose: FrontPose) -> None:
    """The rims of both endplates: ellipses where the beam crosses them at a slant."""
    a, b = half_size(pose)
    v = spine.vertebrae[pose.name]
    for y, slope in ((-b, v.upper_slope), (b, v.lower_slope)):
        open_by = min(8.0, 0.42 * BUILDS[pose.name].depth * abs(np.sin(slope)))
        rim = ellipse((0, y), 0.93 * a, max(open_by, 0.6))
        film.outline(pose.place(rim), 1.0, 0.07)


def _add_ribs(film: Film, pose: FrontPose) -> None:
    for side in Side:
        near, far = rib_lines(pose, side)
        wide = np.linspace(6.5, 9.5, len(near))
        wide[:3] = (4.5, 5.5, 6.0)
        if far is None:
            wide[-4:] = (8.0, 6.5, 4.5, 2.0)
        film.mass(ribbon(near, wide), 0.1, 3.5, 0.075)
        if far is not None:
            film.mass(ribbon(far, np.linspace(9.0, 7.0, len(far))), 0.06, 3.5, 0.045)


def _add_pelvis(film: Film, spine: Spine) -> None:
    joints = spine.findings(Sacroiliitis)
    film.mass(sacrum_front(), 0.2, 16.0, 0.07)
    for side in Side:
        sign = np.array([side.sign, 1.0])
        for y in (22.0, 42.0, 60.0, 76.0):
            hole = ellipse((side.sign * (27 - y * 0.12), y), 6.0 - y * 0.02, 4.2, side.sign * 0.4)
            film.veil(hole, -0.1, 3.0)
            film.line(hole[18:], 1.2, 0.09)
        film.mass(ilium_front(side), 0.17, 10.0, 0.14)
        film.mass(ribbon(pelvic_rami(side), 15.0), 0.16, 5.0, 0.1)
        film.mass(hip_head(side), 0.24, 16.0, 0.12)
        neck = open_spline(points((118, 116), (136, 134), (150, 152), (150, 320)) * sign, 5)
        film.mass(ribbon(neck, 32.0), 0.22, 10.0, 0.12)
        joint = open_spline(points((47, 14), (53, 28), (51, 48), (43, 66)) * sign, 5)
        if joints:
            film.line(joint, 13.0, 0.2, 8.0)
        if not joints or not joints[0].fused:
            film.line(joint, 2.4, -0.16, 1.5)
            film.line(joint + np.array([side.sign * 2.2, 0]), 1.2, 0.13)


def _add_findings(film: Film, spine: Spine, poses: Poses) -> None:
    for bridge in spine.findings(Syndesmophyte):
        upper, lower = poses[upper_of(bridge.disc)], poses[lower_of(bridge.disc)]
        for side in Side:
            film.mass(_bridge(upper, lower, side), 0.16, 1.6, 0.2)
    for worn in spine.findings(Degeneration):
        upper, lower = poses[upper_of(worn.disc)], poses[lower_of(worn.disc)]
        a, b = half_size(upper)
        low = upper.place(points((-0.9 * a, b), (0.9 * a, b)))
        film.line(low, 2.6, 0.14 * worn.height_loss, 2.0)
        if worn.osteophytes:
            for side in Side:
                film.mass(_spur(upper, side, 1.0), 0.2, 2.5, 0.14)
                film.mass(_spur(lower, side, -1.0), 0.2, 2.5, 0.14)


def _bridge(upper: FrontPose, lower: FrontPose, side: Side) -> np.ndarray:
    a, b = half_size(upper)
    c, d = half_size(lower)
    top = upper.place(points((side.sign * a * 0.93, b - 4), (side.sign * (a + 1.2), b)))
    low = lower.place(points((side.sign * (c + 1.2), -d), (side.sign * c * 0.93, 4 - d)))
    middle = (top[-1:] + low[:1]) / 2 + np.array([[side.sign * 1.6, 0.0]])
    return ribbon(open_spline(np.concatenate([top, middle, low]), 4), 2.8)


def _spur(pose: FrontPose, side: Side, end: float) -> np.ndarray:
    a, b = half_size(pose)
    shape = points((a - 3, b - 1), (a - 0.5, b - 7), (a + 3, b - 2.5), (a + 6.5, b + 1.4))
    shape = np.concatenate([shape, points((a + 2, b + 0.8))])
    return pose.place(rounded(shape * np.array([side.sign, end])))
