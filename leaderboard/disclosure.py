"""What of a split's results is shown, to whom and when: the one place that decides.

Never shown to anybody, whatever this says: hidden answers, which items a model got right, and
other teams' predictions. No page or API reads them from the database, with one exception: experts
see the reports assigned to them, without whose they are, and the reference reports of their cases.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from leaderboard.models.submission import Status


class Viewer(enum.StrEnum):
    """Who looks: anybody, or a member of the submission's team."""

    PUBLIC = "public"
    TEAM = "team"


class Disclosure(NamedTuple):
    """Which parts of one submission's results the viewer may see."""

    existence: bool
    scores: bool
    breakdown: bool


def disclosure(status: Status, viewer: Viewer) -> Disclosure:
    """The policy: everything of a scored submission, to all; others exist for their team alone."""
    if status is Status.SCORED:
        return Disclosure(existence=True, scores=True, breakdown=True)
    return Disclosure(existence=viewer is Viewer.TEAM, scores=False, breakdown=False)
