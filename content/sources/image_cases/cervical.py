"""Cervical myelopathy, radiculopathy and trauma."""

from __future__ import annotations

from content.phantoms.findings import (
    CordCompression,
    Degeneration,
    DensFracture,
    ForamenNarrowing,
    Herniation,
    Mechanism,
    Ossification,
    Posture,
    Slip,
    Zone,
)
from content.phantoms.levels import Side
from content.phantoms.spine import make_spine
from content.phantoms.tissues import Weighting
from content.phantoms.truth import (
    affected_root,
    cord_room,
    crosses_k_line,
    disc_window,
    slip_percent,
)
from content.sources.image_cases.item import (
    NECK,
    ImageItem,
    axial_section,
    cervical_lateral,
    cervical_section,
    patient,
)

T2, CT = Weighting.T2, Weighting.CT
COUNT_FROM_C2 = "The body marked C2 is the axis."


def test_items() -> list[ImageItem]:
    """Two questions for each of three subconditions."""
    return [
        _cord_signal(),
        _k_line(),
        _root_of_two_images(),
        _foraminotomy(),
        _dislocation_level(),
        _dens(),
    ]


def dev_items() -> list[ImageItem]:
    """One question for each of three subconditions."""
    return [_pressed_levels(), _narrow_foramen(), _one_facet()]


def _cord_signal() -> ImageItem:
    press = (
        CordCompression("C4/C5", 3.4, 2.2, signal=True),
        CordCompression("C5/C6", 3.4, 1.6),
        CordCompression("C6/C7", 1.6),
    )
    who = patient(108, *press, *(Degeneration(f.disc, 0.3, 0.1) for f in press), posture=NECK)
    right = next(f.disc for f in press if f.signal)
    return ImageItem(
        "cervical_myelopathy",
        "level",
        "A 64-year-old drops cups and walks unsteadily. Sagittal T2-weighted image. "
        f"{COUNT_FROM_C2} Several discs press on the cord. At which level is the cord itself "
        "abnormally bright?",
        disc_window(right, 1),
        (right,),
        (cervical_section(who, T2),),
        (right,),
        "mri",
        "A bright spot lies within the cord behind the C4/C5 disc; at C5/C6 the cord is flattened "
        "but keeps its grey signal.",
        ordered=True,
    )


def _k_line() -> ImageItem:
    posture = Posture(thoracic_kyphosis=26, cervical_lordosis=-9)
    who = patient(109, Ossification("C3", "C6", 6.5), posture=posture)
    negative = crosses_k_line(make_spine(who))
    sign, other = ("negative", "positive") if negative else ("positive", "negative")
    plans = {
        "positive": "laminoplasty alone is suitable",
        "negative": "laminoplasty alone is not advised; add fusion or decompress from the front",
    }
    right = f"C3 to C6, K-line {sign}: {plans[sign]}"
    return ImageItem(
        "cervical_myelopathy",
        "planning",
        "A 59-year-old has a progressive spastic gait. Sagittal CT. "
        f"{COUNT_FROM_C2} Ossified ligament lies behind the bodies. The K-line joins the middles "
        "of the canal at C2 and at C7; it is negative when the ossification reaches beyond it. "
        "The unit offers laminoplasty alone only for a positive K-line. Which reading and plan "
        "fit?",
        (
            right,
            f"C3 to C6, K-line {other}: {plans[other]}",
            f"C5 to T1, K-line {other}: {plans[other]}",
            f"C5 to T1, K-line {sign}: {plans[sign]}",
        ),
        (right,),
        (cervical_section(who, CT),),
        ("C3", "C4", "C5", "C6"),
        "ct",
        "The neck is kyphotic and a thick plate behind C3 to C6 crosses the line between the "
        "middles of the canal at C2 and C7, so the cord could not drift back from it.",
    )


def _root_of_two_images() -> ImageItem:
    slip = Herniation("C6/C7", 4.4, Zone.PARACENTRAL, Side.RIGHT)
    lateral = Herniation("C6/C7", 4.2, Zone.FORAMINAL, Side.RIGHT)
    who = patient(110, slip, lateral, Degeneration("C6/C7", 0.25, 0.1), posture=NECK)
    root = affected_root(lateral)
    return ImageItem(
        "cervical_radiculopathy",
        "pathology",
        "A 46-year-old has arm pain. Image 1 is a sagittal T2-weighted section, image 2 an axial "
        f"one through the abnormal disc (patient's right on the left of the image). "
        f"{COUNT_FROM_C2} Which nerve root is compressed?",
        (root, "right C6", "left C7", "right C8"),
        (root,),
        (cervical_section(who, T2), axial_section(who, slip.disc, T2)),
        (slip.disc,),
        "mri",
        "The herniation is at C6/C7 and reaches into the right foramen; in the neck the root with "
        "the number of the lower vertebra leaves there, the right C7.",
    )


def _foraminotomy() -> ImageItem:
    slip = Herniation("C5/C6", 4.6, Zone.FORAMINAL, Side.LEFT)
    who = patient(111, slip, posture=NECK)
    root = affected_root(slip)
    right = f"{root.split()[0].capitalize()} posterior foraminotomy, to free the C6 root"
    return ImageItem(
        "cervical_radiculopathy",
        "planning",
        "A 39-year-old violinist has had radicular arm pain for three months and wishes to keep "
        "motion. Axial T2-weighted image at C5/C6. The unit offers posterior foraminotomy when a "
        "soft herniation lies wholly lateral to the cord, and anterior discectomy when it reaches "
        "in front of the cord. Which plan follows?",
        (
            right,
            "Right posterior foraminotomy, to free the C6 root",
            "Anterior discectomy, as the herniation lies in front of the cord",
            "Left posterior foraminotomy, to free the C5 root",
        ),
        (right,),
        (axial_section(who, slip.disc, T2, "C5/C6"),),
        (slip.disc,),
        "mri",
        "The herniation fills the left foramen and leaves the fluid in front of the cord free; the "
        "root in the C5/C6 foramen is C6.",
    )


def _dislocation_level() -> ImageItem:
    slip = Slip("C5/C6", 52.0, Mechanism.BOTH_FACETS)
    who = patient(112, slip, posture=NECK)
    return ImageItem(
        "cervical_trauma",
        "level",
        "A 30-year-old was thrown from a motorcycle and cannot move the hands. Lateral radiograph. "
        f"{COUNT_FROM_C2} At which level is the spine dislocated?",
        disc_window(slip.disc, 2),
        (slip.disc,),
        (cervical_lateral(who),),
        (slip.disc,),
        "xray",
        "C5 lies forward by half of the endplate of C6, and its facets have jumped in front of "
        "those below.",
        ordered=True,
    )


def _dens() -> ImageItem:
    dens = DensFracture(2, 4.5)
    who = patient(113, dens, posture=NECK)
    names = {
        1: "Type I: a fracture of the tip",
        2: "Type II: a fracture of the base",
        3: "Type III: a fracture that runs into the body",
    }
    way = "backwards" if dens.shift > 0 else "forwards"
    right = f"{names[dens.type]}, displaced {way}"
    return ImageItem(
        "cervical_trauma",
        "pathology",
        "An 82-year-old fell on the forehead and holds the head still. Sagittal CT; front on the "
        "left. Which type of dens fracture (Anderson and D'Alonzo) and displacement is it?",
        (
            right,
            f"{names[2]}, displaced forwards",
            f"{names[3]}, not displaced",
            f"{names[1]}, displaced backwards",
        ),
        (right,),
        (cervical_section(who, CT),),
        ("C2",),
        "ct",
        "The line crosses the dens at its base, above the body of C2, and the dens has moved "
        "backwards together with the arch of C1.",
    )


def _pressed_levels() -> ImageItem:
    press = (
        CordCompression("C3/C4", 3.2, 2.0),
        CordCompression("C4/C5", 0.6),
        CordCompression("C5/C6", 3.4, 2.2),
    )
    worn = tuple(Degeneration(f.disc, 0.3, 0.1) for f in press)
    who = patient(205, *press, *worn, posture=NECK)
    spine = make_spine(who)
    discs = disc_window("C2/C3", 0, 5)
    right = tuple(disc for disc in discs if cord_room(spine, disc) < 1.0)
    return ImageItem(
        "cervical_myelopathy",
        "level",
        "A 70-year-old has numb hands and brisk reflexes. Sagittal T2-weighted image. "
        f"{COUNT_FROM_C2} Select every level at which the cord is compressed, with no fluid left "
        "in front of or behind it.",
        discs,
        right,
        (cervical_section(who, T2),),
        right,
        "mri",
        "At C3/C4 and C5/C6 the bright fluid is gone on both sides of a flattened cord; at C4/C5 "
        "a shallow bulge leaves fluid behind the cord.",
        ordered=True,
        multiple=True,
    )


def _narrow_foramen() -> ImageItem:
    spur = ForamenNarrowing("C6/C7", Side.LEFT)
    who = patient(206, spur, posture=NECK)
    right = f"{spur.side.value} C7"
    return ImageItem(
        "cervical_radiculopathy",
        "pathology",
        "A 61-year-old has weakness of elbow extension. Axial CT at C6/C7, bone window (patient's "
        "right on the left of the image). A spur narrows one foramen. Which root does it "
        "endanger?",
        (right, "right C7", "left C6", "left C8"),
        (right,),
        (axial_section(who, spur.disc, CT, "C6/C7"),),
        (spur.disc,),
        "ct",
        "The uncovertebral spur is on the patient's left, on the right of the image; the root that "
        "leaves through the C6/C7 foramen is C7.",
    )


def _one_facet() -> ImageItem:
    slip = Slip("C4/C5", 24.0, Mechanism.ONE_FACET)
    who = patient(207, slip, posture=NECK)
    percent = slip_percent(make_spine(who), slip.disc)
    sides = "one facet joint" if percent < 35 else "both facet joints"
    right = f"C4 on C5, by about {round(percent / 25) * 25:.0f} %, as when {sides} dislocates"
    return ImageItem(
        "cervical_trauma",
        "pathology",
        "A 24-year-old rugby player has a stiff, turned neck and arm pain after a scrum collapsed. "
        f"Lateral radiograph. {COUNT_FROM_C2} Which vertebra has slipped, by how much of the "
        "endplate below, and what does that suggest?",
        (
            right,
            "C4 on C5, by about 50 %, as when both facet joints dislocate",
            "C5 on C6, by about 25 %, as when one facet joint dislocates",
            "C5 on C6, by about 50 %, as when both facet joints dislocate",
        ),
        (right,),
        (cervical_lateral(who),),
        (slip.disc,),
        "xray",
        "C4 lies forward by about a quarter of the endplate of C5 and its articular columns are "
        "seen doubled: a unilateral facet dislocation with rotation.",
    )
