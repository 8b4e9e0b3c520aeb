"""What pages say of reported results."""

from __future__ import annotations

from leaderboard.models.reported import Difference, ReportedSource

NOT_TESTED = (
    "No test is made between a reported and a measured figure: it would need the answers behind "
    "both, item by item, and of reported ones nobody here has them."
)


def say_differs(source: ReportedSource) -> str:
    """A sentence on how the source's way of measuring differs from this site's."""
    known = [one.label for one in Difference if one.value in source.differs]
    on = f"on {source.measured_on}, " if source.measured_on else ""
    if not known:
        return f"Measured {on}and nothing is stated on what differs."
    listed = ", ".join(known[:-1]) + " and " + known[-1] if len(known) > 1 else known[0]
    return f"Measured {on}with {listed}."
