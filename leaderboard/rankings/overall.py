"""What the overall score of a benchmark is the mean of, in words and in numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leaderboard.models.benchmark import Track
from leaderboard.scoring.boards import tracks_of
from leaderboard.scoring.totals import OverallRule, rule_of

GROUPS = {"axis": "axes", "subcondition": "subconditions", "modality": "modalities"}
"""What the parts of the taxonomy are called of which the values are groups."""


class OverallPart(NamedTuple):
    """A group of items: its name, how many there are, and what part of the score it has."""

    name: str
    n: int
    share: float | None


def name_groups(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What the groups of the benchmark's rule are called, by their keys, in their order."""
    rule = rule_of(manifest)
    if rule.over == "track":
        named = {one["key"]: one["name"] for one in manifest["tracks"]}
        return {one.value: named.get(one.value, one.name) for one in tracks_of(manifest)}
    return {one["key"]: one["name"] for one in manifest["taxonomy"][GROUPS[rule.over]]}


def list_parts(manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> list[OverallPart]:
    """The groups of a split with so many items each, in the benchmark's order; no empty share."""
    used = {key: n for key, n in sizes.items() if n}
    shares = rule_of(manifest).share(used) if used else {}
    return [
        OverallPart(name, sizes.get(key, 0), shares.get(key))
        for key, name in name_groups(manifest).items()
    ]


def say_overall(manifest: Mapping[str, Any], tracks: Sequence[Track]) -> str:
    """What the overall score is, to follow "Overall:", of a split with items of `tracks`."""
    rule = rule_of(manifest)
    names = name_groups(manifest)
    if rule.over == "track":
        names = {key: name for key, name in names.items() if key in tracks}
    if len(names) < 2:
        return ""
    many = {2: "two", 3: "three"}.get(len(names), str(len(names)))
    what = "tracks" if rule.over == "track" else GROUPS[rule.over]
    listed = "" if rule.over == "track" else f" ({', '.join(names.values())})"
    return f"the {many} {what}{listed}, {_say_weights(rule, names)}"


def _say_weights(rule: OverallRule, names: Mapping[str, str]) -> str:
    if isinstance(rule.weights, dict):
        given = {key: rule.weights[key] for key in names if key in rule.weights}
        whole = sum(given.values())
        parts = (f"{names[key]} {weight / whole:.3f}" for key, weight in given.items())
        return f"weighted as the host has set: {', '.join(parts)}"
    return {
        "items": "weighted by their number of items",
        "equal": "each with the same weight",
    }[rule.weights]
