"""Thoracolumbar and osteoporotic fractures."""

from __future__ import annotations

from content.phantoms.findings import BodyFracture, Degeneration, Posture
from content.phantoms.spine import make_spine
from content.phantoms.tissues import Weighting
from content.phantoms.truth import genant_grade, height_loss, vertebra_window
from content.sources.image_cases.item import (
    COUNT_FROM_S1,
    LYING,
    ImageItem,
    Shot,
    axial_section,
    lumbar_lateral,
    lumbar_section,
    patient,
)

CT = Weighting.CT
BENT = Posture(sacral_slope=32, lumbar_lordosis=48, thoracic_kyphosis=46, pelvic_incidence=50)


def test_items() -> list[ImageItem]:
    """Two questions for each of two subconditions."""
    return [_burst_kind(), _burst_plan(), _genant(), _fresh()]


def dev_items() -> list[ImageItem]:
    """One question for each of two subconditions."""
    return [_wedge_level(), _cement()]


BURST = BodyFracture("L1", 0.42, 0.45, 0.14, retropulsion=0.5, split_arch=True)
BURST_STORY = (
    "A 35-year-old roofer fell four metres. Image 1 is a sagittal CT section, image 2 an axial "
    f"one through the broken body. {COUNT_FROM_S1} "
)


def _burst_shots() -> tuple[Shot, ...]:
    who = patient(114, BURST, posture=LYING)
    return lumbar_section(who, CT, "L2"), axial_section(who, BURST.vertebra, CT)


def _burst_kind() -> ImageItem:
    share = round(100 * BURST.retropulsion)
    kind = (
        f"burst fracture: bone from the posterior wall takes about {share} % of the canal's depth"
    )
    right = f"{BURST.vertebra} {kind}"
    return ImageItem(
        "thoracolumbar_fracture",
        "pathology",
        BURST_STORY + "Which description is right?",
        (
            right,
            "L1 wedge compression fracture: the posterior wall is intact and the canal is free",
            f"L2 {kind}",
            f"T12 {kind}",
        ),
        (right,),
        _burst_shots(),
        (BURST.vertebra,),
        "ct",
        "The fifth body above S1, L1, is broken; its posterior wall is pushed back and a fragment "
        "fills about half of the canal on the axial section.",
    )


def _burst_plan() -> ImageItem:
    points = (2 if BURST.retropulsion > 0 else 1) + 3 + 0
    verdict = "operate" if points > 4 else "treat without operation"
    scores = (
        f"{points}: {verdict}",
        "1: treat without operation",
        "4: either treatment is reasonable",
        "8: operate",
    )
    return ImageItem(
        "thoracolumbar_fracture",
        "planning",
        BURST_STORY + "The injury of the conus is incomplete; MRI shows an intact posterior "
        "ligament complex. TLICS gives compression 1, burst 2, translation or rotation 3, "
        "distraction 4; intact nerves 0, root or complete cord injury 2, incomplete cord or cauda "
        "equina injury 3; ligaments intact 0, indeterminate 2, torn 3. Up to 3 points speak "
        "against an operation, 5 or more for one. Which score and consequence are right?",
        scores,
        scores[:1],
        _burst_shots(),
        (BURST.vertebra,),
        "ct",
        "A burst fracture (2) with an incomplete neurological injury (3) and intact ligaments (0) "
        "makes 5 points, for an operation.",
    )


def _genant() -> ImageItem:
    broken = BodyFracture("T12", 0.34, 0.3, 0.04)
    who = patient(115, broken, Degeneration("L4/L5", 0.3, 0.1, osteophytes=True), posture=BENT)
    grade = genant_grade(make_spine(who), "T12")
    right = f"T12, {grade}"
    loss = round(100 * height_loss(make_spine(who), "T12"))
    return ImageItem(
        "osteoporotic_fracture",
        "pathology",
        "A 76-year-old has had back pain since lifting a grandchild. Lateral radiograph. "
        f"{COUNT_FROM_S1} Which body is wedged, and what is Genant's grade (mild 20 to 25 %, "
        "moderate 25 to 40 %, severe more than 40 % of its height lost)?",
        (right, "L1, moderate", "T12, severe", "L1, severe"),
        (right,),
        (lumbar_lateral(who, level="L2"),),
        ("T12",),
        "xray",
        f"The sixth body above S1, T12, has lost about {loss} % of its height in front: {grade}.",
    )


def _fresh() -> ImageItem:
    breaks = (
        BodyFracture("T12", 0.3, 0.32, 0.05),
        BodyFracture("L2", 0.3, 0.42, 0.1, oedema=False),
        BodyFracture("L3", 0.12, 0.34, 0.05),
    )
    who = patient(116, *breaks, posture=LYING)
    right = tuple(f.vertebra for f in breaks if f.oedema)
    return ImageItem(
        "osteoporotic_fracture",
        "level",
        "An 81-year-old has had new back pain for two weeks. Image 1 is a sagittal T1-weighted, "
        f"image 2 a STIR section. {COUNT_FROM_S1} Several bodies have lost height. Select every "
        "body with a fresh fracture.",
        vertebra_window("T12", 1, 5),
        right,
        (
            lumbar_section(who, Weighting.T1, "L2"),
            lumbar_section(who, Weighting.STIR, "L2"),
        ),
        ("T12", "L2", "L3"),
        "mri",
        "T12 and L3 are dark on T1 and bright on STIR, which means oedema; L2 is low but has the "
        "marrow signal of its neighbours, so its fracture is old.",
        ordered=True,
        multiple=True,
    )


def _wedge_level() -> ImageItem:
    broken = BodyFracture("L1", 0.4, 0.3, 0.03)
    who = patient(208, broken)
    return ImageItem(
        "thoracolumbar_fracture",
        "level",
        "A 42-year-old skier fell on the buttocks. Lateral radiograph. "
        f"{COUNT_FROM_S1} Which body is wedged?",
        vertebra_window("L1", 2),
        ("L1",),
        (lumbar_lateral(who, level="L2"),),
        ("L1",),
        "xray",
        "Counted upwards from S1, the fifth body, L1, is lower in front than at the back.",
        ordered=True,
    )


def _cement() -> ImageItem:
    breaks = (
        BodyFracture("L1", 0.26, 0.34, 0.04),
        BodyFracture("L3", 0.28, 0.36, 0.06, oedema=False),
    )
    who = patient(209, *breaks, posture=LYING)
    return ImageItem(
        "osteoporotic_fracture",
        "planning",
        "A 79-year-old is still confined to bed after six weeks of analgesics and a brace. Image 1 "
        f"is a sagittal T1-weighted, image 2 a STIR section. {COUNT_FROM_S1} The unit augments "
        "with cement only bodies whose fracture is fresh on STIR. Which body or bodies?",
        ("L1 alone", "L3 alone", "L1 and L3", "None: no fracture is fresh"),
        ("L1 alone",),
        (
            lumbar_section(who, Weighting.T1, "L2"),
            lumbar_section(who, Weighting.STIR, "L2"),
        ),
        ("L1", "L3"),
        "mri",
        "L1 is bright on STIR and dark on T1. L3 is low too, but without oedema: an old fracture, "
        "which is left alone.",
    )
