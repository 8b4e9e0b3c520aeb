"""The phantoms behind the pictures of the report cases, by the path that each case names."""

from __future__ import annotations

from dataclasses import replace

from content.phantoms.findings import (
    AnkylosisFracture,
    BodyFracture,
    CordCompression,
    Crowding,
    Curve,
    Degeneration,
    Discitis,
    FacetArthropathy,
    ForamenNarrowing,
    Herniation,
    Mechanism,
    Metastasis,
    Ossification,
    Posture,
    Slip,
    Stenosis,
    Syndesmophyte,
    Zone,
)
from content.phantoms.levels import Side, disc_below, vertebrae_between
from content.phantoms.picture import PicturePlan, Plane, View
from content.phantoms.tissues import Weighting
from content.sources.image_cases.item import (
    LYING,
    NECK,
    Shot,
    axial_section,
    cervical_lateral,
    cervical_section,
    lumbar_lateral,
    lumbar_section,
    patient,
    whole_front,
    whole_lateral,
)

T1, T2, STIR, CT = Weighting.T1, Weighting.T2, Weighting.STIR, Weighting.CT


def make_report_pictures() -> dict[str, PicturePlan]:
    """The plan of each picture by its path."""
    cases = {**_dev_cases(), **_degenerative(), **_neck(), **_fractures(), **_other()}
    return {
        f"images/report-{case}-{number}.png": shot.plan
        for case, shots in cases.items()
        for number, shot in enumerate(shots, start=1)
    }


def thoracic_section(seed_of: Shot, level: str) -> Shot:
    """The same patient and weighting in a midline section about a thoracic level, T12 marked."""
    plan = seed_of.plan
    view = View(
        Plane.SAGITTAL,
        level,
        plan.view.weighting,
        ("T12",),
        columns=384,
        rows=448,
        pixel=0.66,
        shift=(14.0, 16.0),
    )
    return Shot(replace(plan, view=view), seed_of.kind)


def _dev_cases() -> dict[str, tuple[Shot, Shot]]:
    slip = Herniation("L4/L5", 7.0, Zone.FORAMINAL, Side.LEFT)
    root = patient(301, slip, Degeneration("L4/L5", 0.1, 0.45), posture=LYING)
    belt = patient(
        302, BodyFracture("T12", 0.25, 0.22, 0.0, split_arch=True, gap=12.0), posture=LYING
    )
    bone = patient(303, Ossification("C4", "C6", 6.4), posture=NECK)
    pus = patient(304, Discitis("T8/T9", back=7.0), posture=LYING)
    return {
        "dev-001": (lumbar_section(root, T2), axial_section(root, "L4/L5", T2)),
        "dev-002": (lumbar_section(belt, CT, "L2"), lumbar_section(belt, STIR, "L2")),
        "dev-003": (cervical_section(bone, CT), cervical_section(bone, T2)),
        "dev-004": (
            thoracic_section(lumbar_section(pus, T2), "T9"),
            axial_section(pus, "T8/T9", T2),
        ),
    }


def _degenerative() -> dict[str, tuple[Shot, Shot]]:
    slip = Herniation("L5/S1", 9.0, Zone.PARACENTRAL, Side.RIGHT)
    extruded = patient(311, slip, Degeneration("L5/S1", 0.2, 0.12), posture=LYING)
    narrow = patient(
        312,
        Stenosis("L3/L4", Crowding.B),
        Stenosis("L4/L5", Crowding.D),
        FacetArthropathy("L4/L5"),
        Degeneration("L3/L4", 0.2, 0.2),
        Degeneration("L4/L5", 0.3, 0.1),
        posture=LYING,
    )
    slipped = patient(313, Slip("L5/S1", 38.0, Mechanism.ISTHMIC), Degeneration("L5/S1", 0.45, 0.1))
    massive = Herniation("L4/L5", 13.0, Zone.CENTRAL)
    cauda = patient(314, massive, Degeneration("L4/L5", 0.2, 0.2), posture=LYING)
    return {
        "test-001": (lumbar_section(extruded, T2), axial_section(extruded, "L5/S1", T2)),
        "test-002": (lumbar_section(narrow, T2), axial_section(narrow, "L4/L5", T2)),
        "test-003": (lumbar_lateral(slipped), lumbar_section(slipped, T2)),
        "test-004": (lumbar_section(cauda, T2), axial_section(cauda, "L4/L5", T2)),
    }


def _neck() -> dict[str, tuple[Shot, Shot]]:
    pressed = patient(
        315,
        CordCompression("C5/C6", 3.6, 2.4, signal=True),
        Degeneration("C5/C6", 0.4, 0.1),
        Degeneration("C4/C5", 0.1, 0.35),
        Degeneration("C6/C7", 0.1, 0.35),
        posture=NECK,
    )
    spur = patient(
        316, ForamenNarrowing("C6/C7", Side.LEFT), Degeneration("C6/C7", 0.4, 0.1), posture=NECK
    )
    jumped = patient(317, Slip("C6/C7", 50.0, Mechanism.BOTH_FACETS), posture=NECK)
    return {
        "test-005": (cervical_section(pressed, T2), axial_section(pressed, "C5/C6", T2)),
        "test-006": (cervical_section(spur, T2), axial_section(spur, "C6/C7", T2)),
        "test-007": (cervical_lateral(jumped), cervical_section(jumped, T2)),
    }


def _fractures() -> dict[str, tuple[Shot, Shot]]:
    burst = patient(318, BodyFracture("L1", 0.4, 0.42, 0.14, retropulsion=0.35), posture=LYING)
    worn = patient(
        319,
        BodyFracture("T12", 0.4, 0.36, 0.03),
        BodyFracture("L2", 0.08, 0.26, 0.06, oedema=False),
        posture=LYING,
    )
    return {
        "test-008": (lumbar_section(burst, CT, "L2"), lumbar_section(burst, STIR, "L2")),
        "test-009": (lumbar_section(worn, T1, "L2"), lumbar_section(worn, STIR, "L2")),
    }


def _other() -> dict[str, tuple[Shot, Shot]]:
    curves = (Curve("T5", "T12", 54.0, Side.RIGHT), Curve("T12", "L4", 28.0, Side.LEFT))
    growing = patient(320, posture=Posture(thoracic_kyphosis=20, curves=curves))
    flat = Posture(
        sacral_slope=22,
        lumbar_lordosis=22,
        thoracic_kyphosis=40,
        cervical_lordosis=28,
        pelvic_incidence=58,
        curves=(Curve("T10", "L1", 12.0, Side.RIGHT), Curve("L1", "L4", 36.0, Side.LEFT)),
    )
    worn = tuple(
        Degeneration(disc, 0.35, 0.1, osteophytes=True) for disc in ("L1/L2", "L2/L3", "L3/L4")
    )
    bent = patient(321, *worn, posture=flat)
    pus = patient(322, Discitis("L3/L4", front=4.0, psoas=Side.LEFT), posture=LYING)
    tumour = patient(
        323, Metastasis("T10", 1.0, Side.RIGHT, epidural=3, collapse=0.2), posture=LYING
    )
    return {
        "test-010": (whole_front(growing), whole_lateral(growing)),
        "test-011": (whole_front(bent), whole_lateral(bent)),
        "test-012": (lumbar_section(pus, T2), axial_section(pus, "L3/L4", T2)),
        "test-013": (
            thoracic_section(lumbar_section(tumour, T2), "T9"),
            axial_section(tumour, "T10", T2),
        ),
        "test-014": _stiff_fracture(),
    }


def _stiff_fracture() -> tuple[Shot, Shot]:
    gap = AnkylosisFracture("T10/T11", 6.0)
    joined = [disc_below(name) for name in vertebrae_between("T3", "L4")]
    bridges = tuple(Syndesmophyte(disc) for disc in joined if disc != gap.disc)
    posture = Posture(
        sacral_slope=28, lumbar_lordosis=34, thoracic_kyphosis=50, pelvic_incidence=50
    )
    who = patient(324, *bridges, gap, posture=posture)
    film = lumbar_lateral(who, level="L2")
    view = replace(film.plan.view, centre="T12", labels=("T12",), pixel=0.72, shift=(0.0, 12.0))
    section = lumbar_section(who, STIR, "L2")
    mri = replace(section.plan.view, centre="T12", labels=("T12",), shift=(16.0, 12.0))
    return (
        Shot(PicturePlan(who, view), film.kind),
        Shot(PicturePlan(who, mri), section.kind),
    )
