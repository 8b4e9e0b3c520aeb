"""What takes room in the spinal canal of an axial section: outlines, no painting."""

from __future__ import annotations

import numpy as np

from content.phantoms.axial_parts import Cut, canal_section
from content.phantoms.findings import (
    BodyFracture,
    CordCompression,
    Crowding,
    Discitis,
    Herniation,
    Metastasis,
    Ossification,
    Stenosis,
    Zone,
)
from content.phantoms.levels import vertebrae_between
from content.phantoms.shapes import Points, closed_spline, ellipse, points, rounded
from content.phantoms.spine import Spine


def crowding_at(spine: Spine, cut: Cut) -> Crowding:
    """The stenosis of the section's disc."""
    for narrow in spine.findings(Stenosis):
        if narrow.disc == cut.level:
            return narrow.crowding
    return Crowding.NONE


def hernia_outline(cut: Cut, slip: Herniation) -> Points:
    """The material beyond the disc's rim."""
    sign = slip.side.sign if slip.side is not None else 1
    size = slip.size
    if slip.zone in (Zone.CENTRAL, Zone.PARACENTRAL):
        x = 0.0 if slip.zone is Zone.CENTRAL else {"L": 6.4, "T": 4.4, "C": 5.4}[cut.region]
        wide = {"L": 4.6, "T": 3.6, "C": 3.4}[cut.region] + 0.42 * size
        knots = points(
            (-1.25, -2),
            (-0.95, 0.35),
            (-0.5, 0.86),
            (0.1, 1.0),
            (0.66, 0.74),
            (1.0, 0.25),
            (1.2, -2),
        ) * np.array([wide, size])
        knots[:, 1] = np.where(knots[:, 1] < 0, -3.0, knots[:, 1])
        return closed_spline(knots * np.array([sign, 1.0]) + np.array([sign * x, 0.0]), 4)
    places = {
        ("L", Zone.FORAMINAL): (15.6, 0.8, -0.35),
        ("L", Zone.EXTRAFORAMINAL): (24.5, -6.0, -0.9),
        ("C", Zone.FORAMINAL): (11.2, 1.0, -0.6),
    }
    x, y, lean = places.get((cut.region, slip.zone), (11.0, 0.5, -0.3))
    return ellipse((sign * x, y), 0.95 * size, 0.62 * size, sign * lean)


def pressers(spine: Spine, cut: Cut) -> list[tuple[Points, str]]:
    """Shapes that take the sac's room, each with the name of its tissue in the palette."""
    shapes: list[tuple[Points, str]] = []
    for slip in spine.findings(Herniation):
        if slip.disc == cut.level:
            shapes.append((hernia_outline(cut, slip), "hernia"))
    for press in spine.findings(CordCompression):
        if press.disc == cut.level:
            wide = 9.5
            bar = points(
                (-wide, -1),
                (-6, press.front * 0.85),
                (0, press.front),
                (6, press.front * 0.85),
                (wide, -1),
            )
            shapes.append((closed_spline(bar, 5), "annulus"))
    for bone in spine.findings(Ossification):
        if cut.vertebra in vertebrae_between(bone.upper, bone.lower):
            t = bone.thickness
            knots = points((-7, -0.6), (-5.6, 0.7 * t), (0, t), (5.6, 0.7 * t), (7, -0.6))
            shapes.append((closed_spline(knots, 5), "cortex"))
    for broken in spine.findings(BodyFracture):
        if broken.vertebra == cut.level and broken.retropulsion:
            shapes.append((_fragment(cut, broken.retropulsion), "fragment"))
    shapes += _collections(spine, cut)
    return shapes


def _collections(spine: Spine, cut: Cut) -> list[tuple[Points, str]]:
    """Pus and tumour about the sac."""
    shapes: list[tuple[Points, str]] = []
    canal = canal_section(cut)
    middle = canal.mean(axis=0)
    for infected in spine.findings(Discitis):
        if cut.level == infected.disc or cut.vertebra in infected.disc.split("/"):
            shapes += [(_part(canal, middle, infected.front, True), "oedema")] * (
                infected.front > 0
            )
            shapes += [(_part(canal, middle, infected.back, False), "oedema")] * (infected.back > 0)
    for lesion in spine.findings(Metastasis):
        if cut.level == lesion.vertebra and lesion.epidural:
            reach = (0.0, 3.2, 6.0, 7.4)[lesion.epidural]
            sign = lesion.pedicle.sign if lesion.pedicle else 1
            shapes.append((_part(canal, middle, reach, True), "tumour"))
            if lesion.epidural >= 2:
                lobe = ellipse((sign * 8.6, 6.0), 3.4 + 0.6 * lesion.epidural, 6.5)
                shapes.append((lobe, "tumour"))
            if lesion.epidural == 3:
                shapes.append((ellipse((-sign * 8.4, 6.6), 4.6, 6.0), "tumour"))
                shapes.append((_part(canal, middle, 3.2, False), "tumour"))
    return shapes


def _part(canal: Points, middle: Points, reach: float, front: bool) -> Points:
    """A lens of the canal `reach` mm deep at its front or its back."""
    top, low = float(canal[:, 1].min()), float(canal[:, 1].max())
    if front:
        knots = points(
            (-9, top - 1),
            (-6.5, top + 0.8 * reach),
            (0, top + reach),
            (6.5, top + 0.8 * reach),
            (9, top - 1),
        )
    else:
        knots = points(
            (-7.5, low - 5),
            (-4, low - reach - 0.5),
            (0, low - reach),
            (4, low - reach - 0.5),
            (7.5, low - 5),
            (0, low + 1),
        )
    return closed_spline(knots, 5)


def _fragment(cut: Cut, share: float) -> Points:
    deep = share * cut.canal
    knots = points(
        (-8.6, -4),
        (-7.4, 0.7 * deep),
        (-3.0, deep),
        (4.6, 0.9 * deep),
        (7.9, 0.56 * deep),
        (6.6, -3),
        (1.4, -5.4),
        (-3.4, -3.6),
    )
    return rounded(knots, 2, 0.18)
