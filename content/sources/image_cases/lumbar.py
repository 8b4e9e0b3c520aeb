"""Disc herniation and spondylolisthesis."""

from __future__ import annotations

from content.phantoms.findings import (
    Degeneration,
    Herniation,
    Mechanism,
    Patient,
    Posture,
    Slip,
    Zone,
)
from content.phantoms.levels import Side
from content.phantoms.spine import make_spine
from content.phantoms.tissues import Weighting
from content.phantoms.truth import (
    affected_root,
    disc_window,
    meyerding_grade,
    slip_length,
)
from content.sources.image_cases.item import (
    COUNT_FROM_S1,
    LYING,
    ImageItem,
    axial_section,
    lumbar_lateral,
    lumbar_section,
    patient,
)

T2 = Weighting.T2


def test_items() -> list[ImageItem]:
    """Two questions for each of two subconditions."""
    return [_herniation_level(), _herniation_root(), _slip_grade(), _slip_motion()]


def dev_items() -> list[ImageItem]:
    """One question for each of two subconditions."""
    return [_herniation_approach(), _slip_level()]


def _herniation_level() -> ImageItem:
    slip = Herniation("L3/L4", 8.5, Zone.CENTRAL, migration=5.0)
    who = patient(
        101,
        slip,
        Degeneration("L3/L4", 0.25, 0.2),
        Degeneration("L4/L5", 0.3, 0.1),
        Degeneration("L5/S1", 0.35, 0.1),
        posture=LYING,
    )
    return ImageItem(
        "disc_herniation",
        "level",
        "A 44-year-old has had severe thigh pain for three weeks. Several discs are dark on this "
        f"sagittal T2-weighted image. {COUNT_FROM_S1} At which disc does extruded material enter "
        "the spinal canal and indent the thecal sac?",
        disc_window(slip.disc, 1),
        (slip.disc,),
        (lumbar_section(who, T2),),
        (slip.disc,),
        "mri",
        f"The extrusion lies at {slip.disc}, counted upwards from S1; the dark discs below it only "
        "bulge. Loss of signal is common and is not the same as a herniation.",
        ordered=True,
    )


def _herniation_root() -> ImageItem:
    slip = Herniation("L4/L5", 8.0, Zone.PARACENTRAL, Side.RIGHT)
    who = patient(102, slip, Degeneration("L4/L5", 0.3, 0.15), posture=LYING)
    return ImageItem(
        "disc_herniation",
        "pathology",
        "A 38-year-old has had leg pain for six weeks. Image 1 is a sagittal T2-weighted section, "
        "image 2 an axial one through the abnormal disc (patient's right on the left of the "
        f"image). {COUNT_FROM_S1} Which nerve root is this herniation most likely to compress?",
        ("right L4", affected_root(slip), "left L5", "right S1"),
        (affected_root(slip),),
        (lumbar_section(who, T2), axial_section(who, slip.disc, T2)),
        (slip.disc,),
        "mri",
        "A right paracentral herniation at L4/L5 presses the traversing right L5 root in the "
        "lateral recess; the right L4 root has already left through the foramen above it.",
    )


def _slip_grade() -> ImageItem:
    slip = Slip("L5/S1", 36.0, Mechanism.ISTHMIC)
    who = patient(105, slip, Degeneration("L5/S1", 0.45, 0.1))
    grade = meyerding_grade(make_spine(who), slip.disc)
    right = f"Grade {grade}, with a defect of the pars interarticularis of L5"
    return ImageItem(
        "spondylolisthesis",
        "pathology",
        "A 27-year-old former gymnast has pain on extension. Standing lateral radiograph. "
        f"{COUNT_FROM_S1} How is the slip at L5/S1 best described (Meyerding)?",
        (
            right,
            "Grade I, with a defect of the pars interarticularis of L5",
            "Grade III, with a defect of the pars interarticularis of L5",
            "Grade II, with the pars interarticularis of L5 intact",
        ),
        (right,),
        (lumbar_lateral(who),),
        (slip.disc,),
        "xray",
        "L5 lies forward by about a third of the sacral endplate, which is grade II "
        "(25 to 50 %). A dark oblique gap crosses the pars of L5, whose spinous process stays "
        "behind: an isthmic slip.",
    )


def _bent(seed: int, lordosis: float, percent: float) -> Patient:
    posture = Posture(sacral_slope=32, lumbar_lordosis=lordosis, pelvic_incidence=50)
    return patient(
        seed,
        Slip("L3/L4", percent),
        Slip("L4/L5", 12.0),
        Degeneration("L3/L4", 0.3, 0.1),
        Degeneration("L4/L5", 0.4, 0.1, osteophytes=True),
        posture=posture,
    )


def _slip_motion() -> ImageItem:
    flexed, extended = _bent(106, 30.0, 26.0), _bent(106, 54.0, 5.0)
    bent, straight = make_spine(flexed), make_spine(extended)
    moved = {
        disc: slip_length(bent, disc) - slip_length(straight, disc) for disc in ("L3/L4", "L4/L5")
    }
    loose = max(moved, key=lambda disc: moved[disc])
    verdict = "unstable" if moved[loose] > 4.5 else "not unstable"
    right = f"{loose}: its slip changes most, and by this rule it is {verdict}"
    return ImageItem(
        "spondylolisthesis",
        "level",
        "A 63-year-old has back pain on bending and rising. Lateral radiographs in flexion "
        f"(image 1) and in extension (image 2). {COUNT_FROM_S1} The unit calls a segment unstable "
        "when its translation differs by more than 4.5 mm between the two. Which statement is "
        "right?",
        (
            right,
            "L4/L5: its slip changes most, and by this rule it is unstable",
            "L2/L3: its slip changes most, and by this rule it is unstable",
            "L3/L4 and L4/L5 are slipped, but by this rule neither is unstable",
        ),
        (right,),
        (lumbar_lateral(flexed, "Flexion"), lumbar_lateral(extended, "Extension")),
        ("L3/L4", "L4/L5"),
        "xray",
        f"The slip of L3 on L4 changes by about {moved['L3/L4']:.0f} mm between flexion and "
        "extension; the slip of L4 on L5 is the same in both.",
    )


def _herniation_approach() -> ImageItem:
    slip = Herniation("L4/L5", 8.0, Zone.EXTRAFORAMINAL, Side.LEFT)
    who = patient(201, slip, Degeneration("L4/L5", 0.2, 0.25), posture=LYING)
    root = affected_root(slip)
    right = "Left paraspinal muscle-splitting approach, to free the left L4 root"
    assert root == "left L4"
    return ImageItem(
        "disc_herniation",
        "planning",
        "A 57-year-old has had anterior thigh and shin pain for ten weeks, no better with "
        "injections. Axial T2-weighted image at L4/L5. The unit reaches a herniation that lies "
        "medial to the facet joint through the interlaminar window, and one lateral to the facet "
        "joint through a paraspinal muscle-splitting approach. Which plan follows?",
        (
            right,
            "Left interlaminar approach, to free the left L5 root",
            "Right paraspinal muscle-splitting approach, to free the right L4 root",
            "Left paraspinal muscle-splitting approach, to free the left S1 root",
        ),
        (right,),
        (axial_section(who, slip.disc, T2, "L4/L5"),),
        (slip.disc,),
        "mri",
        "The dark mass lies outside the left foramen, lateral to the facet joint, where it presses "
        "the exiting left L4 root; the canal itself is free.",
    )


def _slip_level() -> ImageItem:
    slip = Slip("L3/L4", 22.0)
    who = patient(203, slip, Degeneration("L3/L4", 0.35, 0.1), Degeneration("L5/S1", 0.5, 0.1))
    return ImageItem(
        "spondylolisthesis",
        "level",
        "A 66-year-old has back pain and claudication. Standing lateral radiograph. "
        f"{COUNT_FROM_S1} At which level has the upper vertebra slipped forwards?",
        disc_window(slip.disc, 2),
        (slip.disc,),
        (lumbar_lateral(who),),
        (slip.disc,),
        "xray",
        "The step of the posterior walls is between L3 and L4, the third disc above S1; the narrow "
        "disc at L5/S1 is not slipped.",
        ordered=True,
    )
