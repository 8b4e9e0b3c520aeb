"""A judge that says what it is told, in place of one that costs money."""

from collections.abc import Callable, Mapping, Sequence

from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase


class ScriptedJudge:
    """Rates every dimension of a report as `values` says for its item; counts its calls."""

    kind = "scripted"
    limits = "Knows nothing."
    at_once = 1

    def __init__(
        self,
        values: Mapping[str, float | None] | Callable[[str], float | None],
        version: str = "1",
    ) -> None:
        self.identity = JudgeIdentity("scripted", version)
        self._value = values if callable(values) else values.__getitem__
        self.calls: list[str] = []

    def rate(self, case: ReportCase, report: str) -> Sequence[DimensionRating]:
        self.calls.append(case.item_id)
        value = self._value(case.item_id)
        return [
            DimensionRating(dimension=key, value=value, reason="as told", evidence=())
            for key in case.dimensions
        ]
