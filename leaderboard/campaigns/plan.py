"""What a campaign's new scores are made by, on each split that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.calibration.labels import Labels, read_labels_of
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.items.harm import GradedItem, list_graded_questions, read_graded
from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import Target
from leaderboard.items.values import read_items
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.calibration import Calibration
from leaderboard.models.campaign import Campaign, Cause
from leaderboard.models.rating import RaterKind
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Prediction
from leaderboard.packages.versions import Change, SplitDiff, compare_splits
from leaderboard.scoring.rubric import Rubric


class SplitPlan(msgspec.Struct, frozen=True):
    """What is new on one split.

    `split_id` is the split that is ranked now, `target_id` the one that would be. The parser's
    version and the judge (its row id; None without reports) stand before and after, so does whose
    labels calibrate; after, they are `n_labels` reports of `n_models` models. `is_fitted` says
    whether calibrations are fitted anew, `is_rated` whether the judge rates what it has not rated.
    `decides` says whether the judge's report scores may decide ranks, by its order of pairs.
    """

    split_id: int
    target_id: int
    parser_before: str | None
    parser_version: str
    rater_before: int | None
    rater_id: int | None
    kind_before: RaterKind | None
    kind: RaterKind | None
    n_labels: int
    n_models: int
    is_fitted: bool
    is_rated: bool
    decides_before: bool = True
    decides: bool = True

    @property
    def changes_order(self) -> bool:
        """Whether report scores would decide ranks that did not, or the other way round."""
        return self.decides != self.decides_before

    @property
    def is_reread(self) -> bool:
        """Whether answers may be read otherwise than before."""
        return self.parser_before != self.parser_version

    @property
    def changes_parser(self) -> bool:
        """Whether another version of the parser read answers before."""
        return self.is_reread and self.parser_before is not None

    @property
    def changes_judge(self) -> bool:
        """Whether another judge, or another version of it, rated reports before."""
        return self.rater_id != self.rater_before and self.rater_before is not None

    @property
    def changes_version(self) -> bool:
        """Whether another version of the benchmark would come to the front."""
        return self.target_id != self.split_id


class Plan(msgspec.Struct, frozen=True):
    """The splits of a campaign."""

    splits: tuple[SplitPlan, ...] = ()

    @property
    def is_fitted(self) -> bool:
        """Whether calibrations are fitted anew."""
        return any(split.is_fitted for split in self.splits)

    @property
    def is_prepared(self) -> bool:
        """Whether every submission is rated before that."""
        return any(
            split.is_fitted and (split.is_rated or split.changes_version) for split in self.splits
        )

    @property
    def changes_ruler(self) -> bool:
        """Whether anything but labels has changed: the parser, a judge, an item."""
        return any(
            split.changes_parser
            or split.changes_judge
            or split.changes_version
            or split.changes_order
            for split in self.splits
        )

    def of(self, split_id: int) -> SplitPlan:
        """The plan of one of the splits that are ranked now."""
        return next(split for split in self.splits if split.split_id == split_id)


def read_plan(campaign: Campaign) -> Plan:
    """The plan of a campaign; an empty one before it is made."""
    return msgspec.convert(campaign.plan, Plan)


class Key(msgspec.Struct, frozen=True):
    """The right letters of an item, and whether several may be right."""

    letters: frozenset[str]
    multiple: bool


@dataclass(frozen=True)
class View:
    """What all submissions of a split are scored by.

    `facts` are those of the target. `diff` is what a new version changes, None in the same one.
    `keys` are the corrected ones by the new item's id, and `regraded` the questions whose options
    have another harm. With `keeps_results` what is read and rated as before is scored as before: a
    correction of keys and harms or another parser changes nothing else.
    """

    plan: SplitPlan
    facts: SplitFacts
    diff: SplitDiff | None
    keys: Mapping[int, Key]
    regraded: frozenset[int]
    calibrations: Mapping[Target, Calibration]
    keeps_results: bool

    @property
    def keeps_readings(self) -> bool:
        """Whether that holds for all but the questions with a corrected key."""
        return self.keeps_results and not self.plan.is_reread

    @property
    def rerated(self) -> frozenset[int]:
        """The items, as they would be, whose reports are rated by another reference."""
        return frozenset() if self.diff is None else self.diff.rerated

    def carry(self, item_id: int) -> int | None:
        """The item as it would be; None where predictions for it do not carry over."""
        return item_id if self.diff is None else self.diff.carried.get(item_id)


def read_view(session: Session, campaign: Campaign, plan: SplitPlan) -> View:
    """Read it once for all submissions of a split."""
    diff = find_diff(session, plan.split_id, plan.target_id)
    rubric = read_rubric(session, plan.target_id)
    labels = read_plan_labels(session, plan, diff)
    graded = read_graded(session, plan.target_id)
    facts = SplitFacts(read_items(session, plan.target_id), rubric, labels, graded)
    calibrations: Mapping[Target, Calibration] = {}
    if plan.rater_id is not None and labels is not None:
        # A new version without new labels keeps the calibrations of the one before.
        split_id = plan.target_id if plan.is_fitted else plan.split_id
        calibrations = read_calibrations(session, split_id, plan.rater_id, campaign.id)
    is_rerated = diff is not None and bool(diff.rerated)
    is_changed = is_rerated or _are_reports_regraded(session, diff, rubric, graded)
    keeps = Cause.HOST.value not in campaign.causes and not plan.is_fitted and not is_changed
    return View(
        plan=plan,
        facts=facts,
        diff=diff,
        keys=_read_keys(session, diff),
        regraded=frozenset() if diff is None else frozenset(_list_regraded(diff)),
        calibrations=calibrations,
        keeps_results=keeps and _has_same_items(session, plan, diff, facts.items),
    )


def _are_reports_regraded(
    session: Session, diff: SplitDiff | None, rubric: Rubric, graded: Mapping[int, GradedItem]
) -> bool:
    """Whether mistakes in reports have another harm, or a version is the first or last with any."""
    if diff is None:
        return False
    before = read_rubric(session, diff.before_id)
    is_other = list_graded_questions(before) != list_graded_questions(rubric)
    had_any = bool(read_graded(session, diff.before_id))
    reports = (one for one in diff.find(Change.HARM) if one.track.is_report)
    return is_other or had_any != bool(graded) or any(reports)


def _list_regraded(diff: SplitDiff) -> Iterator[int]:
    for one in diff.find(Change.HARM):
        if one.after_id is not None and not one.track.is_report:
            yield one.after_id


def find_places(
    session: Session, plan: SplitPlan, diff: SplitDiff | None, items: pd.DataFrame
) -> NDArray[np.int64]:
    """(N,) where each of the target's `items` stands in the split as it is, -1 for none."""
    if diff is None:
        return np.arange(len(items))
    old = read_items(session, plan.split_id)["item_id"]
    place = {int(item_id): index for index, item_id in enumerate(old)}
    before = {after: place[item_id] for item_id, after in diff.carried.items()}
    return np.array([before.get(int(one), -1) for one in items["item_id"]], dtype=np.int64)


def _has_same_items(
    session: Session, plan: SplitPlan, diff: SplitDiff | None, items: pd.DataFrame
) -> bool:
    """Whether scores are made over the same items, in the same order and slices, as before."""
    if diff is None:
        return True
    if len(diff.carried) != len(items):
        return False
    old = read_items(session, plan.split_id)
    return bool(old.drop(columns="item_id").equals(items.drop(columns="item_id")))


def find_diff(session: Session, split_id: int, target_id: int) -> SplitDiff | None:
    """What the target changes of the split; None where it is the same split."""
    if target_id == split_id:
        return None
    before, after = (session.get_one(Split, key) for key in (split_id, target_id))
    return compare_splits(session, before, after)


def read_plan_labels(session: Session, plan: SplitPlan, diff: SplitDiff | None) -> Labels | None:
    """The labels that would calibrate: those of reports that carry over."""
    if plan.kind is None:
        return None
    rubric = read_rubric(session, plan.target_id)
    labels = read_labels_of(session, plan.split_id, rubric, plan.kind)
    if labels is None or diff is None:
        return labels
    items = session.execute(
        select(Prediction.id, Prediction.item_id).where(Prediction.id.in_(list(labels.table.index)))
    )
    kept = {key for key, item_id in items if item_id in diff.carried}
    return Labels(
        labels.kind,
        labels.table[labels.table.index.isin(kept)],
        {key: table[table.index.isin(kept)] for key, table in labels.raters.items()},
        {key: model for key, model in labels.model_of.items() if key in kept},
        labels.chosen & kept,
    )


def _read_keys(session: Session, diff: SplitDiff | None) -> dict[int, Key]:
    if diff is None:
        return {}
    corrected = [one.after_id for one in diff.find(Change.CORRECTED)]
    rows = session.execute(
        select(Item.id, Item.multiple, ItemReference.answer)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Item.id.in_([key for key in corrected if key is not None]))
    )
    return {row[0]: Key(frozenset(row[2]), row[1]) for row in rows}
