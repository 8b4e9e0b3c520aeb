"""A panel: the median of several judges, without those of the model's own family."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.protocol import DimensionRating, JudgeIdentity

NO_MEMBER = "every judge is of the model's own family, by its card"


class Panel:
    """A rater of its own whose ratings follow from its members'."""

    kind = "panel"

    def __init__(self, members: Sequence[LlmJudge]) -> None:
        self.members = tuple(members)
        versions = " ".join("/".join(member.identity) for member in members)
        self.identity = JudgeIdentity("panel", hashlib.sha256(versions.encode()).hexdigest()[:16])

    @property
    def limits(self) -> str:
        """What a panel cannot see, in one paragraph for the page."""
        names = ", ".join(member.settings.model for member in self.members)
        return (
            f"The median of the language models {names}, without those of the rated model's own "
            "family. They tend to make the same mistakes on similar text: errors that they share "
            "remain."
        )

    def combine(
        self, dimensions: Iterable[str], ratings: Mapping[str, Mapping[str, float | None]]
    ) -> list[DimensionRating]:
        """The median of the `ratings` by member and dimension that are not None, each dimension."""
        combined = []
        for dimension in dimensions:
            values = {name: given.get(dimension) for name, given in ratings.items()}
            known = [value for value in values.values() if value is not None]
            reason = f"median of {len(known)} of {len(values)} judges" if values else NO_MEMBER
            evidence = tuple({"judge": name, "value": value} for name, value in values.items())
            value = median(known) if known else None
            combined.append(DimensionRating(dimension, value, reason, evidence))
        return combined


def is_of_family(judge: LlmJudge, facts: Iterable[str | None]) -> bool:
    """Whether a word of the judge's family stands in the facts of a model card."""
    text = "\n".join(fact.casefold() for fact in facts if fact)
    return any(word.casefold() in text for word in judge.family)
