"""An image question before its options have letters, and the usual views."""

from __future__ import annotations

from dataclasses import dataclass

from content.phantoms.findings import Finding, Patient, Posture
from content.phantoms.picture import PicturePlan, Plane, View
from content.phantoms.tissues import Weighting

COUNT_FROM_S1 = "The body marked S1 is the first sacral segment; there are five lumbar vertebrae."


@dataclass(frozen=True)
class Shot:
    """A planned picture and what kind of picture it is (never what it shows)."""

    plan: PicturePlan
    kind: str


@dataclass(frozen=True)
class ImageItem:
    """A question with its pictures.

    `options` hold every `right` one. With `ordered` they keep their order (levels, grades);
    otherwise they are shuffled. Items of one patient share a case, named by the seed.
    """

    subcondition: str
    axis: str
    question: str
    options: tuple[str, ...]
    right: tuple[str, ...]
    shots: tuple[Shot, ...]
    levels: tuple[str, ...]
    modality: str
    explanation: str
    ordered: bool = False
    multiple: bool = False

    @property
    def seed(self) -> int:
        """The seed of the phantom."""
        return self.shots[0].plan.patient.seed


def patient(seed: int, *findings: Finding, posture: Posture | None = None) -> Patient:
    """A patient with findings, in a usual posture unless another is given."""
    return Patient(seed, posture or Posture(), findings)


LYING = Posture(sacral_slope=36, lumbar_lordosis=46, thoracic_kyphosis=32, pelvic_incidence=50)
"""Alignment of somebody lying in a scanner."""

NECK = Posture(thoracic_kyphosis=28, cervical_lordosis=14)
"""Alignment that shows the neck upright."""


def lumbar_section(who: Patient, weighting: Weighting, level: str = "L3") -> Shot:
    """A midline section of the lumbar spine, S1 marked."""
    high = level != "L3"
    view = View(
        Plane.SAGITTAL,
        level,
        weighting,
        ("S1",),
        columns=384,
        rows=448,
        pixel=0.68 if high else 0.64,
        shift=(14.0, 26.0) if high else (14.0, 6.0),
    )
    return Shot(PicturePlan(who, view), f"{_sagittal(weighting)} phantom of the lumbar spine")


def cervical_section(who: Patient, weighting: Weighting) -> Shot:
    """A midline section of the neck, C2 marked."""
    view = View(
        Plane.SAGITTAL,
        "C5",
        weighting,
        ("C2",),
        columns=384,
        rows=392,
        pixel=0.53,
        shift=(2.0, -8.0),
    )
    return Shot(PicturePlan(who, view), f"{_sagittal(weighting)} phantom of the cervical spine")


def axial_section(who: Patient, level: str, weighting: Weighting, caption: str = "") -> Shot:
    """A section through a disc or the pedicles of a vertebra."""
    region = level[0]
    pixel = {"L": 0.42, "T": 0.36, "C": 0.31}[region]
    view = View(Plane.AXIAL, level, weighting, columns=384, rows=384, pixel=pixel, caption=caption)
    name = {"L": "lumbar", "T": "thoracic", "C": "cervical"}[region]
    kind = "CT-like" if weighting is Weighting.CT else f"{weighting.value}-weighted MRI-like"
    return Shot(PicturePlan(who, view), f"Axial {kind} phantom of the {name} spine")


def lumbar_lateral(who: Patient, caption: str = "", level: str = "L3") -> Shot:
    """A lateral radiograph of the lumbar spine, S1 marked, with a scale."""
    high = level != "L3"
    view = View(
        Plane.LATERAL,
        level,
        labels=("S1",),
        columns=384,
        rows=440,
        pixel=0.7 if high else 0.66,
        shift=(6.0, 30.0) if high else (6.0, 8.0),
        caption=caption,
        ruler=True,
    )
    return Shot(PicturePlan(who, view), "Lateral X-ray-like phantom of the lumbar spine")


def cervical_lateral(who: Patient) -> Shot:
    """A lateral radiograph of the neck, C2 marked."""
    view = View(
        Plane.LATERAL, "C5", labels=("C2",), columns=384, rows=400, pixel=0.52, shift=(2.0, -4.0)
    )
    return Shot(PicturePlan(who, view), "Lateral X-ray-like phantom of the cervical spine")


def lumbar_front(who: Patient) -> Shot:
    """An anteroposterior radiograph of the lumbar spine, L5 marked."""
    view = View(Plane.FRONT, "L3", labels=("L5",), columns=384, rows=440, pixel=0.64)
    return Shot(PicturePlan(who, view), "Anteroposterior X-ray-like phantom of the lumbar spine")


def pelvis_front(who: Patient) -> Shot:
    """An anteroposterior radiograph of the lumbar spine with the pelvis, L5 marked."""
    view = View(
        Plane.FRONT, "L4", labels=("L5",), columns=400, rows=440, pixel=0.74, shift=(0.0, 12.0)
    )
    kind = "Anteroposterior X-ray-like phantom of the lumbar spine and pelvis"
    return Shot(PicturePlan(who, view), kind)


def whole_lateral(who: Patient) -> Shot:
    """A standing lateral radiograph from the neck to the hips, C7 and S1 marked."""
    view = View(
        Plane.LATERAL,
        "T9",
        labels=("C7", "S1"),
        columns=360,
        rows=620,
        pixel=1.08,
        shift=(-10.0, 72.0),
        ruler=True,
    )
    return Shot(PicturePlan(who, view), "Standing lateral X-ray-like phantom of the whole spine")


def whole_front(who: Patient, labels: tuple[str, ...] = ("T12", "L5")) -> Shot:
    """A standing anteroposterior radiograph of the whole spine with vertebrae marked."""
    view = View(Plane.FRONT, "T11", labels=labels, columns=384, rows=600, pixel=1.02, ruler=True)
    kind = "Standing anteroposterior X-ray-like phantom of the whole spine"
    return Shot(PicturePlan(who, view), kind)


def _sagittal(weighting: Weighting) -> str:
    if weighting is Weighting.CT:
        return "Sagittal CT-like"
    if weighting is Weighting.STIR:
        return "Sagittal STIR MRI-like"
    return f"Sagittal {weighting.value}-weighted MRI-like"
