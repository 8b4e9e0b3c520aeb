"""Scores of several parts as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta

GroupKey = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Weight = Annotated[float, Meta(gt=0, le=1_000)]


class OverallRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the overall score is the weighted mean of: the scores of groups of items.

    Groups are `over` the tracks, or the values of a part of the taxonomy. Each weighs as many
    `items` as it has (over tracks SpineBench's own rule, arXiv 2510.03160), or all weigh `equal`,
    or as given by their keys.
    """

    over: Literal["track", "axis", "subcondition", "modality"] = "track"
    weights: Literal["items", "equal"] | dict[GroupKey, Weight] = "items"

    def share(self, sizes: Mapping[str, int]) -> dict[str, float]:
        """What part of the overall score each group has, of groups with so many items: sums to 1.

        Raises ValueError if there are no items, KeyError for a group without a given weight.
        """
        if not any(sizes.values()):
            raise ValueError("no items to combine")
        if isinstance(self.weights, dict):
            parts = {key: self.weights[key] for key in sizes}
        else:
            parts = {
                key: float(n if self.weights == "items" else n > 0) for key, n in sizes.items()
            }
        whole = sum(parts.values())
        return {key: part / whole for key, part in parts.items()}


SPINEBENCH_RULE = OverallRule()
"""The sum over tracks of N_track / N x score."""


def rule_of(manifest: Mapping[str, Any]) -> OverallRule:
    """The rule that a benchmark's manifest declares; SpineBench's where it declares none."""
    declared = manifest.get("overall")
    return SPINEBENCH_RULE if declared is None else msgspec.convert(declared, OverallRule)


class TrackScore(NamedTuple):
    """A track's number of items and its score (0..100)."""

    n: int
    value: float


def combine_tracks(tracks: Iterable[TrackScore]) -> float:
    """The sum over tracks of N_track / N x score: SpineBench's total (arXiv 2510.03160).

    Of the text and image tracks alone it is the closed accuracy. Raises ValueError if there are
    no items.
    """
    parts = {str(place): track for place, track in enumerate(tracks)}
    sizes = {key: part.n for key, part in parts.items()}
    return combine(SPINEBENCH_RULE, sizes, {key: part.value for key, part in parts.items()})


def combine(rule: OverallRule, sizes: Mapping[str, int], scores: Mapping[str, float]) -> float:
    """The overall score by `rule` of groups with so many items and such scores (0..100)."""
    return sum(share * scores[key] for key, share in rule.share(sizes).items())
