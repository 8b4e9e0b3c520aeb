"""What a phantom's images show, measured on its geometry as a reader would measure it."""

from __future__ import annotations

import math

import numpy as np

from content.phantoms.anatomy import BUILDS
from content.phantoms.canal import cord_edges, herniated, make_canal, ossified, sac_edges
from content.phantoms.coronal import FrontPose, make_front_poses
from content.phantoms.findings import BodyFracture, Herniation, Ossification, Zone
from content.phantoms.lateral_parts import hip_axis
from content.phantoms.levels import (
    VERTEBRAE,
    Side,
    disc_after,
    lower_of,
    upper_of,
    vertebra_after,
    vertebrae_between,
)
from content.phantoms.spine import Spine, along


def affected_root(slip: Herniation) -> str:
    """The root that a herniation presses, such as `left S1`.

    In the neck a root leaves above its vertebra, so the lower number suffers in every zone.
    In the loin the passing root suffers within the canal, the leaving one at the foramen.
    """
    side = slip.side.value if slip.side is not None else "both"
    outside = slip.zone in (Zone.FORAMINAL, Zone.EXTRAFORAMINAL)
    upper, lower = upper_of(slip.disc), lower_of(slip.disc)
    if upper == "C7":
        return f"{side} C8"
    name = upper if outside and not upper.startswith("C") else lower
    return f"{side} {name}"


def slip_length(spine: Spine, disc: str) -> float:
    """How far (mm) the vertebra above a disc lies forward of the one below."""
    upper, lower = spine.vertebrae[upper_of(disc)], spine.vertebrae[lower_of(disc)]
    step = upper.lower_back - lower.upper_back
    return float(-step @ along(lower.upper_slope))


def slip_percent(spine: Spine, disc: str) -> float:
    """The slip as a part of the lower endplate, percent."""
    return 100 * slip_length(spine, disc) / spine.vertebrae[lower_of(disc)].depth


def meyerding_grade(spine: Spine, disc: str) -> str:
    """The grade of a slip by quarters of the lower endplate: I to IV, V beyond it."""
    quarter = int(max(0.0, slip_percent(spine, disc)) // 25)
    return ("I", "II", "III", "IV", "V")[min(quarter, 4)]


def lordosis(spine: Spine, upper: str, lower: str) -> float:
    """Angle (degrees) from the upper endplate of one body to the upper one of another."""
    first, last = spine.vertebrae[upper], spine.vertebrae[lower]
    return math.degrees(last.upper_slope - first.upper_slope)


def local_kyphosis(spine: Spine, vertebra: str) -> float:
    """Angle (degrees) between the endplates above and below a body's neighbours."""
    above = spine.vertebrae[vertebra_after(vertebra, -1)]
    below = spine.vertebrae[vertebra_after(vertebra, 1)]
    return math.degrees(above.upper_slope - below.lower_slope)


def pelvic_incidence(spine: Spine) -> float:
    """Angle (degrees) between the sacral endplate's normal and the line to the hips."""
    s1 = spine.vertebrae["S1"]
    hip = hip_axis(spine) - s1.upper_middle
    to_hip = math.degrees(math.atan2(-hip[0], hip[1]))
    return to_hip + math.degrees(s1.upper_slope)


def pelvic_tilt(spine: Spine) -> float:
    """Angle (degrees) between the vertical and the line from the hips to the sacrum."""
    hip = hip_axis(spine) - spine.vertebrae["S1"].upper_middle
    return math.degrees(math.atan2(-hip[0], hip[1]))


def vertical_axis(spine: Spine) -> float:
    """How far (mm) the plumb line of C7 falls in front of the sacrum's upper back corner."""
    return float(spine.vertebrae["S1"].upper_back[0] - spine.vertebrae["C7"].centre[0])


def height_loss(spine: Spine, vertebra: str) -> float:
    """The part (0..1) by which a body's lowest height falls short of its neighbours' backs."""
    v = spine.vertebrae[vertebra]
    sink = 0.0
    for broken in spine.findings(BodyFracture):
        if broken.vertebra == vertebra:
            lost = broken.middle - (broken.front + broken.back) / 2
            sink = max(0.0, lost) * BUILDS[vertebra].height
    middle = float(np.hypot(*(v.upper_middle - v.lower_middle))) - sink
    front = float(np.hypot(*(v.upper_front - v.lower_front)))
    whole = BUILDS[vertebra].height
    return 1 - min(front, middle) / whole


def genant_grade(spine: Spine, vertebra: str) -> str:
    """Genant's grade by loss of height: none, mild, moderate, severe."""
    loss = height_loss(spine, vertebra)
    bounds = ((0.4, "severe"), (0.25, "moderate"), (0.2, "mild"))
    return next((name for least, name in bounds if loss >= least), "none")


def sac_share(spine: Spine, disc: str) -> float:
    """The depth of the sac at a disc as a part of its usual depth there, 0..1."""
    canal = make_canal(spine)
    front, back = sac_edges(canal)
    at = canal.station(disc)
    near = canal.stretch(at - 4, at + 4)
    return float(min(1.0, (back - front)[near].min() / 11.5))


def hernia_share(spine: Spine, disc: str) -> float:
    """The part (0..1) of the canal's depth that a herniation takes."""
    canal = make_canal(spine)
    at = canal.station(disc)
    near = canal.stretch(at - 6, at + 6)
    return float((herniated(canal) / canal.depth)[near].max())


def cord_room(spine: Spine, disc: str) -> float:
    """The fluid (mm) left in front of and behind the cord at a disc, together."""
    canal = make_canal(spine)
    front, back = sac_edges(canal)
    near, far = cord_edges(canal)
    at = canal.station(disc)
    held = canal.stretch(at - 3, at + 3)
    return float(((back - front) - (far - near))[held].min())


def crosses_k_line(spine: Spine) -> bool:
    """Whether ossified ligament reaches the line between the canal's middles at C2 and C7."""
    canal = make_canal(spine)
    middle = canal.line(canal.depth / 2)
    ends = [int(np.argmin(np.abs(canal.along - canal.station_of(n)))) for n in ("C2", "C7")]
    a, b = middle[ends[0]], middle[ends[1]]
    normal = np.array([(b - a)[1], -(b - a)[0]])
    for bone in spine.findings(Ossification):
        deep = ossified(canal, bone)
        back = canal.line(deep)[deep > 0.1]
        if ((back - a) @ normal > 0).any():
            return True
    return False


def first_touched(spine: Spine, above: str) -> str:
    """The first vertebra under `above` whose body the sacrum's central vertical line cuts."""
    poses = make_front_poses(spine)
    for name in vertebrae_between(vertebra_after(above, 1), "L5"):
        if line_margin(poses[name]) > 0:
            return name
    raise ValueError(f"No vertebra under {above} meets the central sacral line.")


def line_margin(pose: FrontPose) -> float:
    """How far (mm) the central sacral line lies inside a body's edge; negative outside."""
    return BUILDS[pose.name].width / 2 - abs(float(pose.centre[0]))


def coronal_offset(spine: Spine) -> tuple[float, Side]:
    """How far (mm) and to which side C7 lies off the central sacral line."""
    x = float(make_front_poses(spine)["C7"].centre[0])
    return abs(x), Side.LEFT if x > 0 else Side.RIGHT


def fixed_span(disc: str, n_each: int) -> tuple[str, str]:
    """First and last vertebra of a fixation of `n_each` above and below a broken disc."""
    first = vertebra_after(upper_of(disc), 1 - n_each)
    return first, vertebra_after(lower_of(disc), n_each - 1)


def disc_window(disc: str, place: int, n: int = 4) -> tuple[str, ...]:
    """`n` neighbouring discs in order, of which `disc` is number `place` (from 0)."""
    return tuple(disc_after(disc, step - place) for step in range(n))


def vertebra_window(vertebra: str, place: int, n: int = 4) -> tuple[str, ...]:
    """`n` neighbouring vertebrae in order, of which `vertebra` is number `place` (from 0)."""
    start = VERTEBRAE.index(vertebra) - place
    return VERTEBRAE[start : start + n]
