"""Grey levels of tissues by how an image is made: MRI weightings and CT's bone window."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from content.phantoms.canvas import Tissue


class Weighting(Enum):
    """How a cross-section's contrast is made."""

    T1 = "T1"
    T2 = "T2"
    STIR = "STIR"
    CT = "CT"


class Palette(NamedTuple):
    """The tissue levels of one weighting."""

    air: Tissue
    fat: Tissue
    muscle: Tissue
    deep: Tissue
    marrow: Tissue
    cortex: Tissue
    nucleus: Tissue
    annulus: Tissue
    fluid: Tissue
    cord: Tissue
    ligament: Tissue
    vessel: Tissue
    oedema: Tissue
    tumour: Tissue
    hernia: Tissue
    blood: Tissue


_T2 = Palette(
    air=Tissue(0.015, 0.004),
    fat=Tissue(0.66, 0.02, 0.05),
    muscle=Tissue(0.2, 0.02, 0.02, 0.05),
    deep=Tissue(0.2, 0.02, 0.08),
    marrow=Tissue(0.42, 0.025, 0.02),
    cortex=Tissue(0.05),
    nucleus=Tissue(0.68, 0.02, 0.03),
    annulus=Tissue(0.12, 0.01, 0.02),
    fluid=Tissue(0.9, 0.01, 0.02),
    cord=Tissue(0.42, 0.01, 0.01),
    ligament=Tissue(0.07, 0.01),
    vessel=Tissue(0.04, 0.01),
    oedema=Tissue(0.64, 0.02, 0.04),
    tumour=Tissue(0.33, 0.02, 0.05),
    hernia=Tissue(0.27, 0.015, 0.03),
    blood=Tissue(0.5, 0.02, 0.04),
)
_T1 = Palette(
    air=Tissue(0.015, 0.004),
    fat=Tissue(0.8, 0.02, 0.04),
    muscle=Tissue(0.27, 0.02, 0.02, 0.05),
    deep=Tissue(0.26, 0.02, 0.07),
    marrow=Tissue(0.5, 0.025, 0.025),
    cortex=Tissue(0.06),
    nucleus=Tissue(0.33, 0.015, 0.02),
    annulus=Tissue(0.24, 0.01, 0.02),
    fluid=Tissue(0.13, 0.01, 0.01),
    cord=Tissue(0.32, 0.01, 0.01),
    ligament=Tissue(0.09, 0.01),
    vessel=Tissue(0.05, 0.01),
    oedema=Tissue(0.21, 0.02, 0.03),
    tumour=Tissue(0.17, 0.02, 0.03),
    hernia=Tissue(0.29, 0.015, 0.02),
    blood=Tissue(0.3, 0.02, 0.03),
)
_STIR = Palette(
    air=Tissue(0.015, 0.004),
    fat=Tissue(0.09, 0.015, 0.02),
    muscle=Tissue(0.24, 0.02, 0.02, 0.04),
    deep=Tissue(0.18, 0.02, 0.07),
    marrow=Tissue(0.16, 0.02, 0.02),
    cortex=Tissue(0.04),
    nucleus=Tissue(0.5, 0.02, 0.03),
    annulus=Tissue(0.1, 0.01, 0.02),
    fluid=Tissue(0.93, 0.01, 0.01),
    cord=Tissue(0.42, 0.01, 0.01),
    ligament=Tissue(0.06, 0.01),
    vessel=Tissue(0.05, 0.01),
    oedema=Tissue(0.74, 0.02, 0.05),
    tumour=Tissue(0.62, 0.02, 0.07),
    hernia=Tissue(0.26, 0.015, 0.03),
    blood=Tissue(0.6, 0.02, 0.05),
)
_CT = Palette(
    air=Tissue(0.0),
    fat=Tissue(0.12, 0.012, 0.01),
    muscle=Tissue(0.24, 0.018, 0.012, 0.015),
    deep=Tissue(0.2, 0.02, 0.04),
    marrow=Tissue(0.46, 0.055, 0.02),
    cortex=Tissue(0.93, 0.02),
    nucleus=Tissue(0.3, 0.02, 0.01),
    annulus=Tissue(0.31, 0.02, 0.01),
    fluid=Tissue(0.19, 0.015),
    cord=Tissue(0.22, 0.015),
    ligament=Tissue(0.24, 0.015),
    vessel=Tissue(0.26, 0.015),
    oedema=Tissue(0.5, 0.05, 0.03),
    tumour=Tissue(0.3, 0.03, 0.03),
    hernia=Tissue(0.32, 0.02),
    blood=Tissue(0.28, 0.02),
)
PALETTES: dict[Weighting, Palette] = {
    Weighting.T1: _T1,
    Weighting.T2: _T2,
    Weighting.STIR: _STIR,
    Weighting.CT: _CT,
}
