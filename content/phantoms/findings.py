"""Findings as data: what is wrong with a phantom, at which level, on which side, how much."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from content.phantoms.levels import Side


class Zone(Enum):
    """Where a herniation lies across the disc, from the midline outwards."""

    CENTRAL = "central"
    PARACENTRAL = "paracentral"
    FORAMINAL = "foraminal"
    EXTRAFORAMINAL = "extraforaminal"


class Crowding(IntEnum):
    """Lumbar central stenosis by the look of the thecal sac (Schizas): none, then A to D."""

    NONE = 0
    A = 1
    B = 2
    C = 3
    D = 4


class Mechanism(Enum):
    """Why a vertebra has slipped forwards."""

    DEGENERATIVE = "degenerative"
    ISTHMIC = "isthmic"
    ONE_FACET = "unilateral facet dislocation"
    BOTH_FACETS = "bilateral facet dislocation"


class Corner(Enum):
    """A corner of a vertebral body in profile."""

    UPPER_FRONT = "upper front"
    LOWER_FRONT = "lower front"
    UPPER_BACK = "upper back"
    LOWER_BACK = "lower back"


@dataclass(frozen=True)
class Degeneration:
    """A worn disc: `height_loss` 0..1 of its height, `signal` 1 (young) to 0 (black) on T2."""

    disc: str
    height_loss: float = 0.3
    signal: float = 0.15
    osteophytes: bool = False


@dataclass(frozen=True)
class Herniation:
    """Disc material beyond the rim: `size` mm into the canal, `migration` mm downwards."""

    disc: str
    size: float
    zone: Zone = Zone.CENTRAL
    side: Side | None = None
    migration: float = 0.0


@dataclass(frozen=True)
class Stenosis:
    """Narrowing of the lumbar thecal sac at a disc, by bulge, facets and ligamentum flavum."""

    disc: str
    crowding: Crowding


@dataclass(frozen=True)
class CordCompression:
    """The cord pressed from `front` and `back` (mm); `signal`: bright within the cord on T2."""

    disc: str
    front: float
    back: float = 0.0
    signal: bool = False


@dataclass(frozen=True)
class ForamenNarrowing:
    """A bony spur narrows the foramen of a disc on one side."""

    disc: str
    side: Side


@dataclass(frozen=True)
class FacetArthropathy:
    """Enlarged facet joints of a disc; with `fluid` the joint gapes and is bright on T2."""

    disc: str
    fluid: bool = False


@dataclass(frozen=True)
class Ossification:
    """Ossified posterior longitudinal ligament behind `upper` to `lower`, `thickness` mm."""

    upper: str
    lower: str
    thickness: float


@dataclass(frozen=True)
class Slip:
    """The vertebra above `disc` lies forward by `percent` of the endplate below."""

    disc: str
    percent: float
    mechanism: Mechanism = Mechanism.DEGENERATIVE


@dataclass(frozen=True)
class BodyFracture:
    """A broken body: losses 0..1 of its height in front, middle and back.

    `retropulsion` 0..1 of the canal's depth is filled by bone; `oedema`: the break is fresh;
    `split_arch`: the lamina is broken too; `gap` mm opens between its spinous process and that
    above.
    """

    vertebra: str
    front: float
    middle: float
    back: float = 0.0
    retropulsion: float = 0.0
    oedema: bool = True
    split_arch: bool = False
    gap: float = 0.0


@dataclass(frozen=True)
class DensFracture:
    """A fracture of the dens: 1 its tip, 2 its base, 3 into the body (Anderson, D'Alonzo)."""

    type: int
    shift: float = 0.0


@dataclass(frozen=True)
class Discitis:
    """Infected disc and endplates; an epidural abscess `front` or `back` mm deep may be there."""

    disc: str
    front: float = 0.0
    back: float = 0.0
    psoas: Side | None = None


@dataclass(frozen=True)
class Metastasis:
    """Replaced marrow of a body; `pedicle` gone on one side; `epidural` 0..3 (ESCC grade)."""

    vertebra: str
    extent: float = 1.0
    pedicle: Side | None = None
    epidural: int = 0
    collapse: float = 0.0


@dataclass(frozen=True)
class Syndesmophyte:
    """A thin vertical bridge of bone across a disc's rim."""

    disc: str


@dataclass(frozen=True)
class AnkylosisFracture:
    """A break through an ossified disc that opens by `gap` mm in front."""

    disc: str
    gap: float = 5.0


@dataclass(frozen=True)
class CornerLesion:
    """Bone marrow oedema at one corner of a body."""

    vertebra: str
    corner: Corner


@dataclass(frozen=True)
class Sacroiliitis:
    """Inflamed or ankylosed sacroiliac joints; `fused` when no joint line is left."""

    fused: bool = False


Finding = (
    Degeneration
    | Herniation
    | Stenosis
    | CordCompression
    | ForamenNarrowing
    | FacetArthropathy
    | Ossification
    | Slip
    | BodyFracture
    | DensFracture
    | Discitis
    | Metastasis
    | Syndesmophyte
    | AnkylosisFracture
    | CornerLesion
    | Sacroiliitis
)


@dataclass(frozen=True)
class Curve:
    """A scoliotic curve between its end vertebrae: Cobb angle in degrees, side of convexity."""

    upper: str
    lower: str
    cobb: float
    convex: Side


@dataclass(frozen=True)
class Posture:
    """Alignment in degrees. `curves` run from the top downwards and share end vertebrae."""

    sacral_slope: float = 38.0
    lumbar_lordosis: float = 52.0
    thoracic_kyphosis: float = 38.0
    cervical_lordosis: float = 16.0
    pelvic_incidence: float = 52.0
    curves: tuple[Curve, ...] = ()
    lean: float = 0.0
    """The trunk's lean in the coronal plane: C7 lies this many mm to the patient's left."""


@dataclass(frozen=True)
class Patient:
    """Everything that an image of one phantom is drawn from."""

    seed: int
    posture: Posture = Posture()
    findings: tuple[Finding, ...] = ()
