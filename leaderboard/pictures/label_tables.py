"""Which vertebra or disc each label number of a segmentation tool means: the tools' own tables.

The same number means different levels in different tasks of one tool, so a task is always named.
None stands for labels that are no level: the sacrum as a whole, the canal, ribs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from leaderboard.errors import InvalidRequest

Table = Mapping[int, str | None]

_CERVICAL = [f"C{n}" for n in range(1, 8)]
_THORACIC = [f"T{n}" for n in range(1, 13)]
_LUMBAR = [f"L{n}" for n in range(1, 6)]
_DOWN = [*_CERVICAL, *_THORACIC, *_LUMBAR]
_UP = _DOWN[::-1]
_BELOW_T12 = [f"L{n}" for n in range(1, 7)]
"""Of tools with a label for L6."""


@dataclass(frozen=True)
class Tool:
    """A task of a tool: where its table stands and what it says.

    `vertebrae` are the labels of vertebrae and what else the tool labels, `discs` those of discs.
    """

    source: str
    vertebrae: Table
    discs: Table = field(default_factory=dict)


def _run(first: int, names: list[str]) -> dict[int, str]:
    return dict(enumerate(names, start=first))


_TOTAL = {**_run(27, _UP), 26: "S1", 25: None}
_TPTBOX = {
    **_run(1, _DOWN[:19]),
    **_run(20, _BELOW_T12),
    28: "T13",
    26: "S1",
    29: "S2",
    **dict.fromkeys((27, 30, 31, 32, 33)),
}
"""Of SPINEPS, VerSe and others that follow them."""
_TPTBOX_ORDER = [*_DOWN[:19], *_BELOW_T12, "S1"]


def _tptbox_discs() -> dict[int, str]:
    """A disc has the label of the vertebra above it and 100."""
    below = dict(pairwise(_TPTBOX_ORDER))
    return {
        label + 100: f"{name}/{below[name]}"
        for label, name in _TPTBOX.items()
        if name in below and name not in ("C1", "L5", "L6", "T12")
    }


_TOTALSPINESEG = {
    **_run(11, _CERVICAL),
    **_run(21, _THORACIC),
    **_run(41, _BELOW_T12),
    **dict.fromkeys((1, 2, 50)),
}
_TOTALSPINESEG_DISCS = {
    **_run(63, [f"C{n}/C{n + 1}" for n in range(2, 7)]),
    71: "C7/T1",
    **_run(72, [f"T{n}/T{n + 1}" for n in range(1, 12)]),
    91: "T12/L1",
    **_run(92, [f"L{n}/L{n + 1}" for n in range(1, 6)]),
    100: None,
}
TOOLS: Mapping[str, Tool] = {
    "totalsegmentator:total": Tool("TotalSegmentator 2.18.0, class_map['total']", _TOTAL),
    "totalsegmentator:total_v3": Tool(
        "TotalSegmentator 2.18.0, class_map['total_v3']", _TOTAL | {26: "L6"}
    ),
    "totalsegmentator:vertebrae_mr": Tool(
        "TotalSegmentator 2.18.0, class_map['vertebrae_mr']", {**_run(2, _UP), 1: None}
    ),
    "totalsegmentator:vertebrae_pp": Tool(
        "TotalSegmentator 2.18.0, class_map['vertebrae_pp']", _run(1, _DOWN)
    ),
    "totalspineseg:step2": Tool(
        "TotalSpineSeg 20260807, labels of step 2", _TOTALSPINESEG, _TOTALSPINESEG_DISCS
    ),
    "spineps:vert": Tool(
        "SPINEPS 2.1.3 by TPTBox 1.1.0, v_idx2name; discs 100 above", _TPTBOX, _tptbox_discs()
    ),
    "verse:vert": Tool("VerSe, README of the data in the structure of BIDS", _TPTBOX),
}
SPACE_ABOVE_ENDPLATES = 200
"""SPINEPS labels the endplate of a vertebra with 200 above its own label."""


def get_tool(name: str) -> Tool:
    """The task of a tool by its name. Raises InvalidRequest where it is not known."""
    found = TOOLS.get(name)
    if found is None:
        raise InvalidRequest(
            f"There is no table for {name[:60]!r}.",
            f"Name the tool and the task that made the mask: {', '.join(TOOLS)}.",
        )
    return found
