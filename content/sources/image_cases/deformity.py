"""Adolescent scoliosis and adult deformity."""

from __future__ import annotations

from content.phantoms.coronal import cobb_angle, make_front_poses
from content.phantoms.findings import Curve, Degeneration, Posture
from content.phantoms.levels import Side, vertebra_after
from content.phantoms.spine import make_spine
from content.phantoms.truth import (
    coronal_offset,
    first_touched,
    lordosis,
    pelvic_incidence,
    vertical_axis,
)
from content.sources.image_cases.item import (
    ImageItem,
    Shot,
    patient,
    whole_front,
    whole_lateral,
)


def test_items() -> list[ImageItem]:
    """Two questions for each of two subconditions."""
    return [_main_curve(), _lowest_fused(), _mismatch(), _plumb_line()]


def dev_items() -> list[ImageItem]:
    """One question for each of two subconditions."""
    return [_brace(), _coronal_balance()]


def _main_curve() -> ImageItem:
    main = Curve("T5", "T12", 52.0, Side.RIGHT)
    posture = Posture(
        curves=(Curve("T1", "T5", 24.0, Side.LEFT), main, Curve("T12", "L4", 30.0, Side.LEFT))
    )
    who = patient(117, posture=posture)
    angle = cobb_angle(make_front_poses(make_spine(who)), main.upper, main.lower)
    right = f"Convex to the {main.convex.value}, about {round(angle / 10) * 10:.0f}°"
    return ImageItem(
        "adolescent_scoliosis",
        "pathology",
        "A 13-year-old girl has an uneven waist. Standing anteroposterior radiograph (patient's "
        "right on the left of the image). How is the main thoracic curve, from T5 to T12, best "
        "described by side and Cobb angle?",
        (
            right,
            "Convex to the left, about 50°",
            "Convex to the right, about 30°",
            "Convex to the right, about 75°",
        ),
        (right,),
        (whole_front(who),),
        ("T5", "T12"),
        "xray",
        f"The upper endplate of T5 and the lower one of T12 meet at {angle:.0f}°; the convexity is "
        "towards the R marker.",
    )


def _lowest_fused() -> ImageItem:
    main = Curve("T5", "T12", 53.0, Side.RIGHT)
    posture = Posture(curves=(main, Curve("T12", "L4", 6.0, Side.LEFT)))
    who = patient(118, posture=posture)
    level = first_touched(make_spine(who), "T12")
    options = tuple(vertebra_after(level, step) for step in (-3, -1, 0, 2))
    return ImageItem(
        "adolescent_scoliosis",
        "planning",
        "A 14-year-old boy is listed for posterior fusion of his single thoracic curve. Standing "
        "anteroposterior radiograph; T12 and L5 are marked. By the unit's rule the fusion ends at "
        "the first vertebra, counted downwards from T12, whose body is touched by the vertical "
        "line through the middle of the sacrum. Which is it?",
        options,
        (level,),
        (whole_front(who),),
        (level,),
        "xray",
        f"The central sacral vertical line passes beside T12, L1 and L2 and first cuts the body of "
        f"{level}.",
        ordered=True,
    )


BENT_STORY = (
    "A 69-year-old can stand upright for ten minutes only and bends the knees. Standing lateral "
    "radiograph with a scale; C7 and S1 are marked, and the femoral heads are seen. "
)


def _bent_shot() -> Shot:
    posture = Posture(
        sacral_slope=24,
        lumbar_lordosis=26,
        thoracic_kyphosis=30,
        cervical_lordosis=28,
        pelvic_incidence=60,
    )
    worn = tuple(
        Degeneration(disc, 0.4, 0.1, osteophytes=True) for disc in ("L2/L3", "L3/L4", "L4/L5")
    )
    return whole_lateral(patient(119, *worn, Degeneration("L5/S1", 0.3, 0.1), posture=posture))


def _mismatch() -> ImageItem:
    shot = _bent_shot()
    spine = make_spine(shot.plan.patient)
    incidence, lordotic = pelvic_incidence(spine), lordosis(spine, "L1", "S1")
    bounds = ("Less than 0°", "0 to 10°", "10 to 20°", "More than 20°")
    gap = incidence - lordotic
    place = 0 if gap < 0 else min(3, 1 + int(gap // 10))
    return ImageItem(
        "adult_deformity",
        "pathology",
        BENT_STORY + "How large is the mismatch, pelvic incidence minus lumbar lordosis (upper "
        "endplate of L1 to that of S1)?",
        bounds,
        (bounds[place],),
        (shot,),
        ("L1", "S1"),
        "xray",
        f"Pelvic incidence is about {incidence:.0f}° and lumbar lordosis only about "
        f"{lordotic:.0f}°: a mismatch of more than 20°.",
        ordered=True,
    )


def _plumb_line() -> ImageItem:
    shot = _bent_shot()
    plumb = vertical_axis(make_spine(shot.plan.patient))
    plans = (
        "It falls behind that corner: decompression without correction",
        "Less than 40 mm in front: decompression without correction",
        "40 to 95 mm in front: posterior column osteotomies",
        "More than 95 mm in front: a three-column osteotomy is considered",
    )
    index = 0 if plumb < 0 else 1 if plumb < 40 else 2 if plumb <= 95 else 3
    return ImageItem(
        "adult_deformity",
        "planning",
        BENT_STORY + "The unit plans by the plumb line from the middle of C7: behind the upper "
        "back corner of S1 or less than 40 mm in front of it, no correction; 40 to 95 mm, "
        "posterior column osteotomies; more than 95 mm, a three-column osteotomy is considered. "
        "Which reading and plan fit?",
        plans,
        (plans[index],),
        (shot,),
        ("C7", "S1"),
        "xray",
        f"The plumb line of C7 falls about {round(plumb, -1):.0f} mm in front of the upper back "
        "corner of S1.",
        ordered=True,
    )


def _brace() -> ImageItem:
    main = Curve("T6", "T12", 34.0, Side.RIGHT)
    posture = Posture(curves=(main, Curve("T12", "L4", 20.0, Side.LEFT)))
    who = patient(210, posture=posture)
    angle = cobb_angle(make_front_poses(make_spine(who)), main.upper, main.lower)
    plans = (
        "Observation with a radiograph in six months (less than 25°)",
        "A brace (25 to 45°)",
        "Posterior fusion is discussed (more than 45°)",
    )
    right = plans[0] if angle < 25 else plans[1] if angle <= 45 else plans[2]
    return ImageItem(
        "adolescent_scoliosis",
        "planning",
        "A 12-year-old girl, before her menarche, Risser 0. Standing anteroposterior radiograph. "
        "Measure the main thoracic curve from T6 to T12. Which plan fits its Cobb angle by the "
        "unit's rule?",
        (*plans, "Discharge: the spine is straight (less than 10°)"),
        (right,),
        (whole_front(who),),
        ("T6", "T12"),
        "xray",
        f"The curve measures {angle:.0f}° in a girl with much growth left: the range for a brace.",
    )


def _coronal_balance() -> ImageItem:
    curves = (Curve("T10", "L2", 14.0, Side.RIGHT), Curve("L2", "L5", 26.0, Side.LEFT))
    worn = tuple(
        Degeneration(disc, 0.4, 0.1, osteophytes=True) for disc in ("L2/L3", "L3/L4", "L4/L5")
    )
    who = patient(211, *worn, posture=Posture(curves=curves, lean=46.0))
    offset, side = coronal_offset(make_spine(who))
    right = f"C7 lies about {round(offset, -1):.0f} mm to the patient's {side.value}"
    return ImageItem(
        "adult_deformity",
        "pathology",
        "A 66-year-old has degenerative lumbar scoliosis and leans to one side. Standing "
        "anteroposterior radiograph with a scale; C7 and L5 are marked (patient's right on the "
        "left of the image). How does C7 lie in relation to the vertical line through the "
        "middle of the sacrum?",
        (
            right,
            "C7 lies about 50 mm to the patient's right",
            "C7 lies within 20 mm of the line",
            "C7 lies about 100 mm to the patient's left",
        ),
        (right,),
        (whole_front(who, ("C7", "L5")),),
        ("C7", "S1"),
        "xray",
        f"C7 is about {offset:.0f} mm towards the L marker of the central sacral line, about as "
        "long as the scale bar: coronal imbalance to the left.",
    )
