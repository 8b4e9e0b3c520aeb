"""The spinal canal in profile: its walls, the thecal sac, the cord and what presses on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from content.phantoms.anatomy import BUILDS, CORD_END
from content.phantoms.findings import (
    BodyFracture,
    CordCompression,
    Degeneration,
    Discitis,
    Herniation,
    Mechanism,
    Metastasis,
    Ossification,
    Slip,
    Stenosis,
    Zone,
)
from content.phantoms.levels import DISCS, VERTEBRAE, lower_of
from content.phantoms.profile import arch_shift, disc_middle, sacral_back
from content.phantoms.shapes import Points, open_spline
from content.phantoms.spine import Spine, along

Values = NDArray[np.float64]

STENOSIS_SHARE = (0.0, 0.22, 0.5, 0.78, 0.92)
"""The part of the sac's depth that a stenosis takes, by its crowding."""


SAC_ROOM = 14.0
"""The usual depth of the lumbar sac, mm."""


@dataclass(frozen=True)
class Canal:
    """Stations down the canal: `front` wall (n, 2), unit vectors `across` to the back (n, 2),
    `depth` mm, `along` mm from the top."""

    spine: Spine
    front: Points
    across: Points
    depth: Values
    along: Values

    def line(self, offset: Values | float) -> Points:
        """The line that runs `offset` mm behind the front wall."""
        behind: Points = self.across * np.broadcast_to(offset, self.depth.shape)[:, None]
        return self.front + behind

    def station(self, disc: str) -> float:
        """Where along the canal a disc lies, mm."""
        return self._nearest(disc_middle(self.spine, disc) + self._half(disc))

    def station_of(self, vertebra: str) -> float:
        """Where along the canal the middle of a body lies, mm."""
        v = self.spine.vertebrae[vertebra]
        return self._nearest((v.upper_back + v.lower_back) / 2)

    def _half(self, disc: str) -> Values:
        lower = self.spine.vertebrae[lower_of(disc)]
        return along(lower.upper_slope) * lower.depth / 2

    def _nearest(self, place: Values) -> float:
        return float(self.along[np.argmin(np.hypot(*(self.front - place).T))])

    def bump(self, at: float, height: float, width: float) -> Values:
        """A smooth swelling of `height` mm at a station, `width` mm to either side."""
        return height * np.exp(-(np.abs((self.along - at) / width) ** 2.6))

    def stretch(self, first: float, last: float) -> NDArray[np.bool_]:
        """The stations between two places along the canal."""
        return (self.along >= first) & (self.along <= last)


def make_canal(spine: Spine) -> Canal:
    """The canal of a spine from above C1 to S4, a station about every 2 mm."""
    knots, across, depth = [], [], []
    top = spine.vertebrae["C2"]
    for rise in (62.0, 46.0, 30.0, 14.0):
        up = np.array([-math.sin(top.slope), -math.cos(top.slope)])
        lift = along(top.slope) * (5.0 + 0.05 * rise)
        knots.append(top.upper_middle + up * rise + lift)
        across.append(along(top.slope))
        depth.append(19.0 + 0.22 * max(0.0, rise - 20))
    for name in VERTEBRAE[1:-1]:
        v = spine.vertebrae[name]
        height = np.hypot(*(v.upper_back - v.lower_back))
        middle = (v.upper_back + v.lower_back) / 2 - along(v.slope) * 0.035 * height
        knots += [v.upper_back, middle, v.lower_back]
        across += [along(v.upper_slope), along(v.slope), along(v.lower_slope)]
        depth += [BUILDS[name].canal + arch_shift(spine, name) * 0.8] * 3
    sacrum = sacral_back(spine)
    slope = spine.vertebrae["S1"].upper_slope
    for place, width in zip(sacrum, (16.0, 14.0, 11.0, 8.0, 6.0), strict=True):
        knots.append(place)
        across.append(along(slope))
        depth.append(width)
        slope -= math.radians(12)
    n_between = 6
    front = open_spline(np.asarray(knots), n_between)
    vectors = open_spline(np.asarray(across), n_between)
    vectors /= np.hypot(*vectors.T)[:, None]
    deep = open_spline(np.stack([np.asarray(depth)] * 2, axis=1), n_between)[:, 0]
    steps = np.hypot(*np.diff(front, axis=0).T)
    return Canal(spine, front, vectors, deep, np.concatenate([[0.0], np.cumsum(steps)]))


def disc_load(canal: Canal) -> Values:
    """How far (mm) bulging discs and spurs press into the canal, at each station."""
    spine = canal.spine
    load = np.zeros(canal.depth.shape)
    for disc in DISCS:
        load += canal.bump(canal.station(disc), 0.7, 4.0)
    for worn in spine.findings(Degeneration):
        load += canal.bump(canal.station(worn.disc), 1.3 * (1 - worn.signal), 4.0)
    for press in spine.findings(CordCompression):
        load += canal.bump(canal.station(press.disc), press.front, 4.2)
    for narrow in spine.findings(Stenosis):
        share = STENOSIS_SHARE[narrow.crowding]
        load += canal.bump(canal.station(narrow.disc), 0.36 * share * SAC_ROOM, 5.5)
    return load


def front_load(canal: Canal) -> Values:
    """How far (mm) anything presses into the canal from the front, at each station."""
    spine = canal.spine
    load = disc_load(canal)
    for slip in spine.findings(Slip):
        if slip.mechanism is not Mechanism.ISTHMIC:
            shift = slip.percent / 100 * spine.vertebrae[lower_of(slip.disc)].depth
            load += canal.bump(canal.station(slip.disc) + 5, 0.3 * shift, 9.0)
    for broken in spine.findings(BodyFracture):
        if broken.retropulsion > 0:
            place = canal.station_of(broken.vertebra) - 0.22 * BUILDS[broken.vertebra].height
            deep = broken.retropulsion * BUILDS[broken.vertebra].canal
            load += canal.bump(place, deep, 9.0)
    for bone in spine.findings(Ossification):
        load = np.maximum(load, ossified(canal, bone))
    load = np.maximum(load, herniated(canal))
    return np.maximum(load, np.maximum(abscess(canal)[0], tumour(canal)[0]))


def ossified(canal: Canal, bone: Ossification) -> Values:
    """Depth (mm) of ossified ligament at each station, blunt at both ends."""
    first, last = canal.station_of(bone.upper), canal.station_of(bone.lower)
    rise = np.clip((canal.along - first) / 5, 0, 1) * np.clip((last - canal.along) / 5, 0, 1)
    return np.asarray(bone.thickness * np.sqrt(rise), dtype=np.float64)


def herniated(canal: Canal) -> Values:
    """How far herniations reach into the canal in the plane of the image, at each station."""
    reach = np.zeros(canal.depth.shape)
    for slip in canal.spine.findings(Herniation):
        if slip.zone not in (Zone.CENTRAL, Zone.PARACENTRAL):
            continue
        wide = 4.2 + 0.25 * slip.size
        at = canal.station(slip.disc)
        reach = np.maximum(reach, canal.bump(at, slip.size * (0.8 if slip.migration else 1), wide))
        if slip.migration:
            stretch = canal.bump(at + slip.migration / 2, slip.size, wide + abs(slip.migration) / 2)
            reach = np.maximum(reach, stretch)
    return reach


def abscess(canal: Canal) -> tuple[Values, Values]:
    """Depth (mm) of epidural collections in front and at the back, at each station."""
    front, back = np.zeros(canal.depth.shape), np.zeros(canal.depth.shape)
    for infected in canal.spine.findings(Discitis):
        at = canal.station(infected.disc)
        front = np.maximum(front, canal.bump(at, infected.front, 17.0))
        back = np.maximum(back, canal.bump(at, infected.back, 24.0))
    return front, back


def tumour(canal: Canal) -> tuple[Values, Values]:
    """Depth (mm) of epidural tumour in front and at the back, at each station."""
    front, back = np.zeros(canal.depth.shape), np.zeros(canal.depth.shape)
    for lesion in canal.spine.findings(Metastasis):
        at = canal.station_of(lesion.vertebra)
        height = BUILDS[lesion.vertebra].height
        reach = (0.0, 2.6, 4.6, 6.6)[lesion.epidural]
        front = np.maximum(front, canal.bump(at, reach, 0.62 * height))
        if lesion.epidural == 3:
            back = np.maximum(back, canal.bump(at, 2.6, 0.5 * height))
    return front, back


def back_load(canal: Canal) -> Values:
    """How far (mm) things press into the canal from the back, at each station."""
    spine = canal.spine
    load = np.full(canal.depth.shape, 0.0)
    for press in spine.findings(CordCompression):
        load += canal.bump(canal.station(press.disc) + 1.5, press.back, 4.5)
    for narrow in spine.findings(Stenosis):
        share = STENOSIS_SHARE[narrow.crowding]
        load += canal.bump(canal.station(narrow.disc) + 1, 0.64 * share * SAC_ROOM, 7.0)
    for slip in spine.findings(Slip):
        if slip.mechanism is not Mechanism.ISTHMIC:
            shift = slip.percent / 100 * spine.vertebrae[lower_of(slip.disc)].depth
            load += canal.bump(canal.station(slip.disc) - 3, 0.4 * shift, 8.0)
    out: Values = np.maximum(load, np.maximum(abscess(canal)[1], tumour(canal)[1]))
    return out


def sac_edges(canal: Canal) -> tuple[Values, Values]:
    """Offsets (mm) of the sac's front and back from the front wall; at least 0.8 apart."""
    fat = np.full(canal.depth.shape, 1.5)
    for disc in DISCS[5:]:
        at = canal.station(disc)
        fat += canal.bump(at - 3, 1.6 if disc.startswith("L") else 0.8, 7.0)
    low = canal.station("L5/S1")
    gap = 0.8 + np.clip((canal.along - low) / 40, 0, 1) * 2.5
    front = gap + front_load(canal)
    back = canal.depth - fat - back_load(canal)
    middle = (front + back) / 2
    return np.minimum(front, middle - 0.4), np.maximum(back, middle + 0.4)


def cord_edges(canal: Canal) -> tuple[Values, Values]:
    """Offsets (mm) of the cord's front and back; equal below the conus."""
    front, back = sac_edges(canal)
    neck = canal.station("C5/C6")
    end = canal.station_of(CORD_END) + BUILDS[CORD_END].height / 2
    swell = 1.3 * np.exp(-(((canal.along - neck) / 45) ** 2))
    swell += 1.6 * np.exp(-(((canal.along - (end - 45)) / 28) ** 2))
    skull = np.clip((canal.station_of("C2") - 22 - canal.along) / 30, 0, 1) * 7
    thick = (6.2 + swell + skull) * np.clip((end - canal.along) / 26, 0, 1) ** 0.6
    thick = np.minimum(thick, np.maximum((back - front) - 0.5, 0.3))
    thick = np.where(canal.along > end, 0.0, thick)
    kyphotic = np.clip((canal.along - neck) / 60, 0, 1) * 0.12
    middle = front + (back - front) * (0.5 - kyphotic)
    middle = np.clip(middle, front + thick / 2 + 0.2, back - thick / 2 - 0.2)
    return middle - thick / 2, middle + thick / 2
