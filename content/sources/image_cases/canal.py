"""Lumbar stenosis and cauda equina syndrome."""

from __future__ import annotations

from content.phantoms.findings import (
    Crowding,
    Degeneration,
    FacetArthropathy,
    Herniation,
    Stenosis,
    Zone,
)
from content.phantoms.spine import make_spine
from content.phantoms.tissues import Weighting
from content.phantoms.truth import disc_window, hernia_share, sac_share
from content.sources.image_cases.item import (
    COUNT_FROM_S1,
    LYING,
    ImageItem,
    Shot,
    axial_section,
    lumbar_section,
    patient,
)

T2 = Weighting.T2


SCHIZAS = {
    Crowding.A: "Grade A: the roots take up only part of the sac, with clear fluid about them",
    Crowding.B: "Grade B: the roots fill the sac, but single roots and a little fluid can be seen",
    Crowding.C: "Grade C: no root and no fluid can be told apart; there is fat behind the sac",
    Crowding.D: "Grade D: no root and no fluid can be told apart; there is no fat behind the sac",
}


def test_items() -> list[ImageItem]:
    """Two questions for each of two subconditions."""
    return [_stenosis_levels(), _stenosis_grade(), _cauda_level(), _cauda_plan()]


def dev_items() -> list[ImageItem]:
    """One question for each of two subconditions."""
    return [_stenosis_plan(), _cauda_share()]


def _stenosis_levels() -> ImageItem:
    narrow = (
        Stenosis("L2/L3", Crowding.C),
        Stenosis("L3/L4", Crowding.A),
        Stenosis("L4/L5", Crowding.D),
    )
    worn = tuple(Degeneration(f.disc, 0.2, 0.15) for f in narrow)
    who = patient(103, *narrow, *worn, posture=LYING)
    spine = make_spine(who)
    discs = disc_window("L1/L2", 0, 5)
    right = tuple(disc for disc in discs if sac_share(spine, disc) < 0.5)
    return ImageItem(
        "lumbar_stenosis",
        "level",
        "A 71-year-old can walk 200 metres before both legs become heavy. Sagittal T2-weighted "
        f"image. {COUNT_FROM_S1} Select every disc level at which the thecal sac is narrowed to "
        "less than half of its usual depth.",
        discs,
        right,
        (lumbar_section(who, T2),),
        right,
        "mri",
        "The column of bright fluid is cut off at L2/L3 and L4/L5. At L3/L4 the sac is indented "
        "but keeps more than half of its depth.",
        ordered=True,
        multiple=True,
    )


def _stenosis_grade() -> ImageItem:
    narrow = Stenosis("L3/L4", Crowding.C)
    who = patient(
        104, narrow, FacetArthropathy("L3/L4"), Degeneration("L3/L4", 0.2, 0.25), posture=LYING
    )
    return ImageItem(
        "lumbar_stenosis",
        "pathology",
        "A 68-year-old with neurogenic claudication. Axial T2-weighted image at the narrowest "
        "level, L3/L4. Which grade of the Schizas classification does the thecal sac have?",
        tuple(SCHIZAS.values()),
        (SCHIZAS[narrow.crowding],),
        (axial_section(who, narrow.disc, T2, "L3/L4"),),
        (narrow.disc,),
        "mri",
        "The sac is small and evenly grey, so neither roots nor fluid can be told apart, yet a "
        "triangle of bright epidural fat remains behind it: grade C.",
        ordered=True,
    )


CAUDA_STORY = (
    "A 41-year-old has had saddle numbness, painless retention of 700 ml and weakness of both "
    "calves since yesterday. Image 1 is a sagittal T2-weighted section, image 2 an axial one "
    f"through the abnormal disc. {COUNT_FROM_S1} "
)
CAUDA_SLIP = Herniation("L5/S1", 12.5, Zone.CENTRAL)


def _cauda_shots() -> tuple[Shot, ...]:
    who = patient(
        107,
        CAUDA_SLIP,
        Degeneration("L5/S1", 0.3, 0.15),
        Degeneration("L4/L5", 0.2, 0.3),
        posture=LYING,
    )
    return lumbar_section(who, T2), axial_section(who, CAUDA_SLIP.disc, T2)


def _cauda_level() -> ImageItem:
    return ImageItem(
        "cauda_equina",
        "level",
        CAUDA_STORY + "At which disc is the cauda equina compressed?",
        disc_window(CAUDA_SLIP.disc, 3),
        (CAUDA_SLIP.disc,),
        _cauda_shots(),
        (CAUDA_SLIP.disc,),
        "mri",
        "The massive central extrusion is at the disc directly above the body marked S1.",
        ordered=True,
    )


def _cauda_plan() -> ImageItem:
    shots, disc = _cauda_shots(), CAUDA_SLIP.disc
    share = hernia_share(make_spine(shots[0].plan.patient), disc)
    exposures = ("wide bilateral", "unilateral")
    fit, other = exposures if share > 0.5 else exposures[::-1]
    right = f"Emergency decompression today at {disc} through a {fit} exposure"
    return ImageItem(
        "cauda_equina",
        "planning",
        CAUDA_STORY + "The unit's rule: cauda equina syndrome with retention is decompressed as "
        "an emergency; if the extrusion takes more than half of the canal's depth, through a wide "
        "bilateral exposure, otherwise from one side. Which plan follows it?",
        (
            right,
            f"Emergency decompression today at {disc} through a {other} exposure",
            f"Emergency decompression today at L4/L5 through a {fit} exposure",
            f"Catheter, steroids and elective discectomy at {disc} within six weeks",
        ),
        (right,),
        shots,
        (disc,),
        "mri",
        f"The extrusion at {disc} takes about {round(100 * share, -1):.0f} % of the canal's "
        "depth, so the rule asks for emergency decompression through a wide bilateral exposure.",
    )


def _stenosis_plan() -> ImageItem:
    narrow = (
        Stenosis("L2/L3", Crowding.A),
        Stenosis("L3/L4", Crowding.C),
        Stenosis("L4/L5", Crowding.C),
    )
    who = patient(202, *narrow, *(Degeneration(f.disc, 0.25, 0.2) for f in narrow), posture=LYING)
    spine = make_spine(who)
    discs = disc_window("L1/L2", 0, 5)
    right = tuple(disc for disc in discs if sac_share(spine, disc) < 0.5)
    return ImageItem(
        "lumbar_stenosis",
        "planning",
        "A 74-year-old with claudication of both legs and no instability is listed for "
        f"decompression. Sagittal T2-weighted image. {COUNT_FROM_S1} The unit decompresses each "
        "level at which the sac has less than half of its usual depth, and no other. Select every "
        "level to decompress.",
        discs,
        right,
        (lumbar_section(who, T2),),
        right,
        "mri",
        "The sac is pinched at L3/L4 and L4/L5; at L2/L3 it is indented but keeps more than half "
        "of its depth.",
        ordered=True,
        multiple=True,
    )


def _cauda_share() -> ImageItem:
    slip = Herniation("L4/L5", 14.2, Zone.CENTRAL)
    who = patient(204, slip, Degeneration("L4/L5", 0.3, 0.15), posture=LYING)
    share = hernia_share(make_spine(who), slip.disc)
    bounds = ("less than 25 %", "25 to 50 %", "50 to 75 %", "more than 75 %")
    return ImageItem(
        "cauda_equina",
        "pathology",
        "A 35-year-old cannot pass urine and has numb buttocks. Axial T2-weighted image at L4/L5. "
        "How much of the depth of the spinal canal in the midline does the extrusion take?",
        bounds,
        (bounds[min(3, int(share * 4))],),
        (axial_section(who, slip.disc, T2, "L4/L5"),),
        (slip.disc,),
        "mri",
        "The central extrusion reaches almost to the ligamentum flavum and leaves only a thin rim "
        "of sac: more than three quarters of the canal's depth.",
        ordered=True,
    )
