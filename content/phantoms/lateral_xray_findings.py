"""What findings look like on a lateral radiograph, beyond the bodies' own shape."""

from __future__ import annotations

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.film import Film
from content.phantoms.findings import (
    BodyFracture,
    Degeneration,
    DensFracture,
    FacetArthropathy,
    Mechanism,
    Ossification,
    Slip,
    Syndesmophyte,
)
from content.phantoms.lateral_parts import arch_outlines, pars
from content.phantoms.levels import lower_of, upper_of
from content.phantoms.profile import body_outline, dens_line
from content.phantoms.sagittal_findings import bridge_outline
from content.phantoms.shapes import open_spline, ribbon, rounded
from content.phantoms.spine import Spine, along, upwards


def add_findings(film: Film, spine: Spine) -> None:
    """Add what the findings show."""
    for worn in spine.findings(Degeneration):
        _add_sclerosis(film, spine, worn)
    for bridge in spine.findings(Syndesmophyte):
        film.mass(bridge_outline(spine, bridge.disc, 3.0), 0.2, 1.5, 0.22)
    for broken in spine.findings(BodyFracture):
        _add_impaction(film, spine, broken)
    for slip in spine.findings(Slip):
        _add_arch_signs(film, spine, slip)
    for joint in spine.findings(FacetArthropathy):
        place = arch_outlines(spine, upper_of(joint.disc)).column[-20:].mean(axis=0)
        film.veil(place + np.array([[-7, -6], [7, -8], [9, 8], [-5, 9]]), 0.14, 5.0)
    for dens in spine.findings(DensFracture):
        film.line(dens_line(spine, dens), 1.3, -0.3, 0.8)
    for bone in spine.findings(Ossification):
        first, last = spine.vertebrae[bone.upper], spine.vertebrae[bone.lower]
        line = open_spline(
            np.asarray(
                [first.lower_back, first.lower_back * 0.5 + last.upper_back * 0.5, last.upper_back]
            )
        )
        shift = along(first.slope) * bone.thickness / 2
        film.mass(ribbon(line + shift, bone.thickness), 0.22, 2.0, 0.1)


def _add_sclerosis(film: Film, spine: Spine, worn: Degeneration) -> None:
    upper, lower = spine.vertebrae[upper_of(worn.disc)], spine.vertebrae[lower_of(worn.disc)]
    dense = 0.16 * worn.height_loss
    film.line(np.asarray([upper.lower_front, upper.lower_back]), 3.0, dense, 2.0)
    film.line(np.asarray([lower.upper_front, lower.upper_back]), 3.0, dense, 2.0)
    if not worn.osteophytes:
        return
    size = BUILDS[upper.name].depth / 34
    for v, corner, up in (
        (upper, upper.lower_front, upwards(upper.slope)),
        (lower, lower.upper_front, -upwards(lower.slope)),
    ):
        out = -along(v.slope)
        spur = [corner + up * 7, corner + out * 4 - up * 0.5, corner + out * 7.5 - up * 2.6]
        spur += [corner + out * 3.0 - up * 2.4, corner - out * 3 - up * 0.3]
        shape = corner + (np.asarray(spur) - corner) * size
        film.mass(rounded(shape), 0.26, 2.5, 0.16)


def _add_impaction(film: Film, spine: Spine, broken: BodyFracture) -> None:
    """A band of packed bone under the sunken endplate."""
    v = spine.vertebrae[broken.vertebra]
    outline = body_outline(spine, broken.vertebra)
    n = len(outline) // 3
    band = outline[2 : n - 1] - upwards(v.slope) * 2.2
    film.line(band, 3.4, 0.13, 2.4)


def _add_arch_signs(film: Film, spine: Spine, slip: Slip) -> None:
    """A gap in the pars, or the doubled columns of a rotated neck."""
    name = upper_of(slip.disc)
    v = spine.vertebrae[name]
    if slip.mechanism is Mechanism.ISTHMIC:
        middle = pars(spine, name)
        slant = along(v.slope) * 6 + upwards(v.slope) * 5
        film.line(np.asarray([middle - slant, middle + slant]), 2.6, -0.2, 1.2)
    if slip.mechanism is Mechanism.ONE_FACET:
        shift = slip.percent / 100 * spine.vertebrae[lower_of(slip.disc)].depth
        column = arch_outlines(spine, name).column
        film.mass(column + along(v.slope) * (shift + 3.5), 0.16, 4.0, 0.13)
