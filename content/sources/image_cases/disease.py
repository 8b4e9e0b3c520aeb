"""Infection, metastasis and axial spondyloarthritis."""

from __future__ import annotations

from content.phantoms.findings import (
    AnkylosisFracture,
    Corner,
    CornerLesion,
    Degeneration,
    Discitis,
    Metastasis,
    Posture,
    Sacroiliitis,
    Syndesmophyte,
)
from content.phantoms.levels import Side, disc_below, lower_of, upper_of, vertebrae_between
from content.phantoms.tissues import Weighting
from content.phantoms.truth import disc_window, fixed_span, vertebra_window
from content.sources.image_cases.item import (
    COUNT_FROM_S1,
    LYING,
    ImageItem,
    axial_section,
    cervical_section,
    lumbar_front,
    lumbar_section,
    patient,
    pelvis_front,
)

T1, T2, STIR, CT = Weighting.T1, Weighting.T2, Weighting.STIR, Weighting.CT


def test_items() -> list[ImageItem]:
    """Two questions for each of three subconditions."""
    return [
        _discitis_level(),
        _abscess_plan(),
        _replaced_marrow(),
        _lost_pedicle(),
        _bamboo(),
        _stiff_fracture(),
    ]


def dev_items() -> list[ImageItem]:
    """One question for each of three subconditions."""
    return [_discitis_kind(), _cord_grade(), _corners()]


def _discitis_level() -> ImageItem:
    infected = Discitis("L1/L2", front=2.5)
    who = patient(
        120,
        infected,
        Degeneration("L4/L5", 0.4, 0.05),
        Degeneration("L5/S1", 0.3, 0.15),
        posture=LYING,
    )
    return ImageItem(
        "spinal_infection",
        "level",
        "A 58-year-old on haemodialysis has fever and unremitting back pain; CRP 160 mg/l. "
        f"Sagittal T1-weighted (image 1), T2-weighted (image 2) and STIR (image 3) sections. "
        f"{COUNT_FROM_S1} Which disc is infected?",
        disc_window(infected.disc, 0),
        (infected.disc,),
        tuple(lumbar_section(who, weighting, "L2") for weighting in (T1, T2, STIR)),
        (infected.disc,),
        "mri",
        "At L1/L2 the disc is bright on T2 and STIR, the endplates are eroded and both bodies are "
        "dark on T1 and bright on STIR. The dark, low disc at L4/L5 is only worn.",
        ordered=True,
    )


def _abscess_plan() -> ImageItem:
    infected = Discitis("L3/L4", front=6.5, psoas=Side.LEFT)
    who = patient(121, infected, posture=LYING)
    side = infected.psoas.value if infected.psoas else "no"
    right = (
        f"Urgent decompression at {infected.disc}, drainage of the {side} psoas abscess, cultures, "
        "then antibiotics"
    )
    return ImageItem(
        "spinal_infection",
        "planning",
        "A 52-year-old with diabetes has sepsis and, since this morning, weak knee extension and "
        "retention. Image 1 is a sagittal T2-weighted section, image 2 an axial one through the "
        f"abnormal disc. {COUNT_FROM_S1} The unit decompresses at once when a collection presses "
        "on the sac and a deficit is new, and drains a psoas abscess on its side. Which plan "
        "follows?",
        (
            right,
            f"Urgent decompression at {infected.disc}, drainage of the right psoas abscess, "
            "cultures, then antibiotics",
            f"Urgent decompression at L2/L3, drainage of the {side} psoas abscess, cultures, "
            "then antibiotics",
            "Biopsy through the skin and antibiotics alone, as the sac is free",
        ),
        (right,),
        (lumbar_section(who, T2), axial_section(who, infected.disc, T2)),
        (infected.disc,),
        "mri",
        "L3/L4 is infected, with a collection in front of the sac at that level and an abscess in "
        "the left psoas, on the right of the axial image.",
    )


def _replaced_marrow() -> ImageItem:
    lesions = (Metastasis("T12"), Metastasis("L2", 0.7), Metastasis("L3", 0.85))
    who = patient(122, *lesions, posture=LYING)
    right = tuple(lesion.vertebra for lesion in lesions)
    return ImageItem(
        "spinal_metastasis",
        "level",
        "A 67-year-old with prostate cancer has pain at night. Sagittal T1-weighted image without "
        f"contrast. {COUNT_FROM_S1} Normal marrow is brighter than the discs. Select every body "
        "in which marrow is replaced.",
        vertebra_window("T12", 1, 6),
        right,
        (lumbar_section(who, T1, "L2"),),
        right,
        "mri",
        "T12, L2 and L3 are darker than the neighbouring discs, L2 in part; T11, L1 and L4 have "
        "normal marrow.",
        ordered=True,
        multiple=True,
    )


def _lost_pedicle() -> ImageItem:
    lesion = Metastasis("L2", 0.6, pedicle=Side.RIGHT)
    who = patient(123, lesion, Degeneration("L4/L5", 0.3, 0.1, osteophytes=True))
    right = f"The {Side.RIGHT.value} pedicle of {lesion.vertebra}"
    return ImageItem(
        "spinal_metastasis",
        "pathology",
        "A 60-year-old with breast cancer has back pain. Anteroposterior radiograph (patient's "
        "right on the left of the image); L5 is marked. Which pedicle is missing?",
        (
            right,
            "The left pedicle of L2",
            "The right pedicle of L3",
            "The right pedicle of L1",
        ),
        (right,),
        (lumbar_front(who),),
        (lesion.vertebra,),
        "xray",
        "The ring of the right pedicle of L2, three bodies above L5, cannot be seen: the winking "
        "owl sign of a pedicle destroyed by tumour.",
    )


def _bamboo() -> ImageItem:
    discs = ("T11/T12", "T12/L1", "L1/L2", "L2/L3", "L3/L4", "L4/L5")
    who = patient(124, *(Syndesmophyte(disc) for disc in discs), Sacroiliitis(fused=True))
    right = (
        "Ankylosing spondylitis: thin bridges from rim to rim, discs of normal height, sacroiliac "
        "joints fused"
    )
    return ImageItem(
        "axial_spondyloarthritis",
        "pathology",
        "A 49-year-old has had a stiff back for twenty years. Anteroposterior radiograph of the "
        "lumbar spine and pelvis. Which diagnosis do the signs support?",
        (
            right,
            "Diffuse idiopathic skeletal hyperostosis: thick flowing bone on the right alone, "
            "sacroiliac joints open",
            "Degenerative spondylosis: horizontal osteophytes at low discs, sacroiliac joints open",
            "Early axial spondyloarthritis: no bridges yet, sacroiliac joints eroded but open",
        ),
        (right,),
        (pelvis_front(who),),
        ("T12", "L1", "L2", "L3", "L4", "L5"),
        "xray",
        "Thin vertical syndesmophytes bridge every disc on both sides, and no joint line is left "
        "between sacrum and ilium: a bamboo spine.",
    )


def _stiff_fracture() -> ImageItem:
    gap = AnkylosisFracture("C6/C7", 5.5)
    joined = [disc_below(name) for name in vertebrae_between("C3", "T3")]
    bridges = tuple(Syndesmophyte(disc) for disc in joined if disc != gap.disc)
    posture = Posture(thoracic_kyphosis=34, cervical_lordosis=2)
    who = patient(125, *bridges, gap, posture=posture)
    first, last = fixed_span(gap.disc, 3)
    options = (f"{first} to {last}", "C3 to T1", "C5 to T1", "C5 to T3")
    assert upper_of(gap.disc) == "C6"
    assert lower_of(gap.disc) == "C7"
    return ImageItem(
        "axial_spondyloarthritis",
        "planning",
        "A 63-year-old with ankylosing spondylitis has neck pain since slipping in the bath. "
        "Sagittal CT; the body marked C2 is the axis. The unit fixes such a fracture from the back "
        "over three vertebrae above and three below it. From where to where does the fixation "
        "reach?",
        options,
        options[:1],
        (cervical_section(who, CT),),
        (gap.disc,),
        "ct",
        f"The break opens the ossified disc between C6 and C7, so three vertebrae above and three "
        f"below are {first} to {last}.",
    )


def _discitis_kind() -> ImageItem:
    infected = Discitis("L4/L5", front=2.0)
    who = patient(212, infected, posture=LYING)
    right = f"Pyogenic spondylodiscitis at {infected.disc}"
    return ImageItem(
        "spinal_infection",
        "pathology",
        "A 65-year-old has had increasing back pain and night sweats since a urinary infection. "
        "Image 1 is a sagittal T1-weighted, image 2 a T2-weighted, image 3 a STIR section. "
        f"{COUNT_FROM_S1} What do they show?",
        (
            right,
            "Degenerative endplate change of type II (fat) at L4/L5",
            "Metastases of L4 and L5 that spare the disc",
            "Pyogenic spondylodiscitis at L3/L4",
        ),
        (right,),
        tuple(lumbar_section(who, weighting) for weighting in (T1, T2, STIR)),
        (infected.disc,),
        "mri",
        "The disc is bright on T2 and STIR, its endplates are eroded and both bodies show oedema; "
        "metastases spare the disc, and fat would be bright on T1.",
    )


ESCC = (
    "Grade 0: the tumour is confined to bone",
    "Grade 1: tumour in the epidural space, the cord is not displaced",
    "Grade 2: the cord is compressed, fluid can still be seen about it",
    "Grade 3: the cord is compressed, no fluid can be seen",
)


def _cord_grade() -> ImageItem:
    lesion = Metastasis("T8", 0.8, pedicle=Side.LEFT, epidural=2)
    who = patient(213, lesion)
    return ImageItem(
        "spinal_metastasis",
        "pathology",
        "A 55-year-old with renal cell carcinoma has a band of pain about the chest. Axial "
        "T2-weighted image at T8. Which grade of epidural spinal cord compression (Bilsky) is it?",
        ESCC,
        (ESCC[lesion.epidural],),
        (axial_section(who, "T8", T2, "T8"),),
        ("T8",),
        "mri",
        "Tumour from the body and the left pedicle displaces and flattens the cord, but a rim of "
        "bright fluid remains.",
        ordered=True,
    )


def _corners() -> ImageItem:
    spots = (
        CornerLesion("T12", Corner.LOWER_FRONT),
        CornerLesion("L2", Corner.UPPER_FRONT),
        CornerLesion("L2", Corner.LOWER_FRONT),
        CornerLesion("L4", Corner.UPPER_FRONT),
    )
    who = patient(214, *spots, posture=LYING)
    right = tuple(dict.fromkeys(spot.vertebra for spot in spots))
    return ImageItem(
        "axial_spondyloarthritis",
        "level",
        "A 28-year-old has had inflammatory back pain for a year; HLA-B27 is positive. Sagittal "
        f"STIR image. {COUNT_FROM_S1} Select every body with marrow oedema at a corner.",
        vertebra_window("T12", 0, 5),
        right,
        (lumbar_section(who, STIR, "L2"),),
        right,
        "mri",
        "Bright front corners are seen at T12, at L2 (both) and at L4: Romanus lesions.",
        ordered=True,
        multiple=True,
    )
