"""The posed spine in the sagittal plane, chained upwards from the sacral endplate.

Coordinates in mm: x towards the patient's back, y towards the feet, origin at the middle of
the upper endplate of S1. A slope is the angle (radians) by which an endplate rises towards
the back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from content.phantoms.anatomy import (
    BUILDS,
    cervical_wedge_sum,
    lumbar_wedge_sum,
    thoracic_wedge_sum,
)
from content.phantoms.findings import (
    AnkylosisFracture,
    BodyFracture,
    Degeneration,
    Discitis,
    Mechanism,
    Metastasis,
    Patient,
    Slip,
)
from content.phantoms.levels import VERTEBRAE, disc_below
from content.phantoms.shapes import Point

F = TypeVar("F")

FLEXED = math.radians(9)
"""How far a segment bends forwards when both its facet joints dislocate."""


@dataclass(frozen=True)
class Vertebra:
    """A body in profile: endplate middles and slopes, depth in mm."""

    name: str
    depth: float
    upper_middle: Point
    upper_slope: float
    lower_middle: Point
    lower_slope: float

    @property
    def centre(self) -> Point:
        """The middle of the body."""
        return (self.upper_middle + self.lower_middle) / 2

    @property
    def slope(self) -> float:
        """The mean slope of both endplates, radians."""
        return (self.upper_slope + self.lower_slope) / 2

    @property
    def upper_front(self) -> Point:
        """The corner of the upper endplate in front."""
        return self.upper_middle - along(self.upper_slope) * self.depth / 2

    @property
    def upper_back(self) -> Point:
        """The corner of the upper endplate at the canal."""
        return self.upper_middle + along(self.upper_slope) * self.depth / 2

    @property
    def lower_front(self) -> Point:
        """The corner of the lower endplate in front."""
        return self.lower_middle - along(self.lower_slope) * self.depth / 2

    @property
    def lower_back(self) -> Point:
        """The corner of the lower endplate at the canal."""
        return self.lower_middle + along(self.lower_slope) * self.depth / 2


@dataclass(frozen=True)
class Spine:
    """A patient's bodies from C2 to S1 (S1's lower endplate is its foot)."""

    patient: Patient
    vertebrae: dict[str, Vertebra]

    def findings(self, kind: type[F]) -> tuple[F, ...]:
        """The patient's findings of one kind, in their order."""
        return tuple(f for f in self.patient.findings if isinstance(f, kind))


def along(slope: float) -> Point:
    """The unit vector along an endplate, towards the back."""
    return np.array([math.cos(slope), -math.sin(slope)])


def upwards(slope: float) -> Point:
    """The unit vector square to an endplate, towards the head."""
    return np.array([-math.sin(slope), -math.cos(slope)])


def disc_height(patient: Patient, disc: str) -> float:
    """The height of a disc in its middle, mm, with its findings."""
    height = BUILDS[disc.split("/")[0]].disc
    for finding in patient.findings:
        if isinstance(finding, Degeneration) and finding.disc == disc:
            height *= 1 - finding.height_loss
        elif isinstance(finding, Discitis) and finding.disc == disc:
            height *= 0.72
        elif isinstance(finding, AnkylosisFracture) and finding.disc == disc:
            height += finding.gap * 0.4
    return height


def body_heights(patient: Patient, vertebra: str) -> tuple[float, float]:
    """Height in front and at the back, mm, with its findings."""
    build = BUILDS[vertebra]
    scale = _wedge_scale(patient, vertebra)
    lean = build.depth * math.tan(math.radians(build.body_wedge * scale)) / 2
    front, back = build.height + lean, build.height - lean
    for finding in patient.findings:
        if isinstance(finding, BodyFracture) and finding.vertebra == vertebra:
            front, back = front * (1 - finding.front), back * (1 - finding.back)
        elif isinstance(finding, Metastasis) and finding.vertebra == vertebra:
            front, back = front * (1 - finding.collapse), back * (1 - finding.collapse * 0.6)
    return front, back


def make_spine(patient: Patient) -> Spine:
    """Pose the whole spine of a patient."""
    slope = math.radians(patient.posture.sacral_slope)
    sacrum = BUILDS["S1"]
    posed = {
        "S1": Vertebra(
            "S1",
            sacrum.depth,
            np.zeros(2),
            slope,
            -upwards(slope - math.radians(3)) * sacrum.height,
            slope - math.radians(6),
        )
    }
    below = posed["S1"]
    for name in reversed(VERTEBRAE[1:-1]):
        below = _stacked(patient, name, below)
        posed[name] = below
    return Spine(patient, {name: posed[name] for name in VERTEBRAE[1:]})


def _stacked(patient: Patient, name: str, below: Vertebra) -> Vertebra:
    disc = disc_below(name)
    wedge = math.radians(BUILDS[name].disc_wedge * _wedge_scale(patient, name))
    shift = 0.0
    for finding in patient.findings:
        if isinstance(finding, Slip) and finding.disc == disc:
            shift += finding.percent / 100 * below.depth
            if finding.mechanism is Mechanism.BOTH_FACETS:
                wedge -= FLEXED
        elif isinstance(finding, AnkylosisFracture) and finding.disc == disc:
            wedge += math.atan(finding.gap / below.depth)
    lower_slope = below.upper_slope - wedge
    step = upwards(below.upper_slope - wedge / 2) * disc_height(patient, disc)
    lower_middle = below.upper_middle + step - along(below.upper_slope) * shift
    front, back = body_heights(patient, name)
    depth = BUILDS[name].depth
    lean = math.atan((front - back) / depth)
    upper_middle = lower_middle + upwards(lower_slope - lean / 2) * (front + back) / 2
    return Vertebra(name, depth, upper_middle, lower_slope - lean, lower_middle, lower_slope)


def _wedge_scale(patient: Patient, vertebra: str) -> float:
    posture = patient.posture
    if vertebra.startswith("L"):
        return posture.lumbar_lordosis / lumbar_wedge_sum()
    if vertebra.startswith("T"):
        return -posture.thoracic_kyphosis / thoracic_wedge_sum()
    return posture.cervical_lordosis / cervical_wedge_sum()
