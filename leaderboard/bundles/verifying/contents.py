"""The facts of a submission's archive, read from its members and tied together by item keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from leaderboard.bundles.archive import Archive
from leaderboard.bundles.facts import (
    CalibratedFact,
    CalibrationFact,
    HarmCodesFact,
    HarmFact,
    ItemFact,
    LabelFact,
    LeafFact,
    OutcomeFact,
    PredictionFact,
    RatingFact,
    ReadingFact,
    ScoreFact,
    ValueFact,
    read_facts,
)
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.totals import SPINEBENCH_RULE, OverallRule


class JudgeName(msgspec.Struct, frozen=True):
    """Whose ratings became the report score."""

    name: str
    version: str


class SplitFact(msgspec.Struct, frozen=True):
    """Which split of which package, and by which rule its overall score is made."""

    slug: str
    version: str
    content_hash: str
    split: str
    overall: OverallRule = SPINEBENCH_RULE


class SubmissionFact(msgspec.Struct, frozen=True):
    """The submission itself."""

    id: str
    model: str
    model_number: int
    is_of_endpoint: bool
    file_name: str
    file_hash: str
    n_predictions: int
    tracks: list[str]


class Commitment(msgspec.Struct, frozen=True):
    """The root of its item values in a release's ranking; for hosts what its salts come from."""

    root: str
    release: int
    seed: str | None = None


class Look(msgspec.Struct, frozen=True):
    """A first look that its team was told of."""

    track: str
    score: int
    n: int


class Told(msgspec.Struct, frozen=True):
    """What its team was told before a release."""

    first_looks: list[Look]
    better_by: int | None


class Manifest(msgspec.Struct, frozen=True):
    """What the manifest of a submission's archive says."""

    reader: str
    is_whole: bool
    benchmark: SplitFact
    submission: SubmissionFact
    judge: JudgeName | None = None
    commitment: Commitment | None = None
    told: Told | None = None


@dataclass(frozen=True)
class Contents:
    """All facts of an archive; a member that is not there is empty."""

    manifest: Manifest
    rubric: Rubric
    items: list[ItemFact]
    predictions: list[PredictionFact]
    readings: list[ReadingFact]
    ratings: list[RatingFact]
    labels: list[LabelFact]
    calibrations: list[CalibrationFact]
    calibrated: list[CalibratedFact]
    scores: list[ScoreFact]
    outcomes: list[OutcomeFact]
    values: list[ValueFact]
    leaves: list[LeafFact]
    harm: list[HarmFact]
    harm_codes: list[HarmCodesFact]

    @cached_property
    def item_of(self) -> Mapping[str, ItemFact]:
        """The items by their keys."""
        return {item.key: item for item in self.items}

    @cached_property
    def number_of(self) -> Mapping[str, int]:
        """The predictions' numbers by their items' keys."""
        return {one.key: one.number for one in self.predictions}


def read_contents(archive: Archive) -> Contents:
    """The facts of a submission's archive. Raises ValueError where they do not hang together."""
    members = archive.members
    manifest = convert(archive.manifest, Manifest, "manifest.json")
    rubric = convert(_decode(members.get("rubric.json", b"{}")), Rubric, "rubric.json")
    contents = Contents(
        manifest,
        rubric,
        items=read_facts(members, "items.jsonl", ItemFact),
        predictions=read_facts(members, "predictions.jsonl", PredictionFact),
        readings=read_facts(members, "readings.jsonl", ReadingFact),
        ratings=read_facts(members, "ratings.jsonl", RatingFact),
        labels=read_facts(members, "labels.jsonl", LabelFact),
        calibrations=read_facts(members, "calibrations.jsonl", CalibrationFact),
        calibrated=read_facts(members, "calibrated.jsonl", CalibratedFact),
        scores=read_facts(members, "scores.jsonl", ScoreFact),
        outcomes=read_facts(members, "outcomes.jsonl", OutcomeFact),
        values=read_facts(members, "values.jsonl", ValueFact),
        leaves=read_facts(members, "leaves.jsonl", LeafFact),
        harm=read_facts(members, "harm.jsonl", HarmFact),
        harm_codes=read_facts(members, "harm_codes.jsonl", HarmCodesFact),
    )
    _check_keys(contents)
    return contents


def _check_keys(contents: Contents) -> None:
    """Every fact is about an item and a prediction that the archive has, once each."""
    if len(contents.item_of) != len(contents.items):
        raise ValueError("items.jsonl: an item is there twice")
    predicted = [one.key for one in contents.predictions]
    keys = {
        "predictions.jsonl": (predicted, contents.item_of),
        "readings.jsonl": ([one.key for one in contents.readings], set(predicted)),
        "values.jsonl": ([one.key for one in contents.values], contents.item_of),
        "harm_codes.jsonl": ([one.key for one in contents.harm_codes], contents.item_of),
    }
    for name, (found, known) in keys.items():
        if len(set(found)) != len(found) or not set(found) <= set(known):
            raise ValueError(f"{name}: an item is there twice, or in no other member")
    rated = [(one.key, one.dimension) for one in contents.ratings]
    if len(set(rated)) != len(rated) or not {key for key, _ in rated} <= set(predicted):
        raise ValueError("ratings.jsonl: a rating is there twice, or of no prediction")


def _decode(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except msgspec.MsgspecError as error:
        raise ValueError(f"rubric.json: {error}") from error


def convert(plain: Any, kind: Any, name: str) -> Any:
    """A plain value as one of `kind`. Raises ValueError, naming where it stands."""
    try:
        return msgspec.convert(plain, kind)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{name}: {error}") from error
