"""The proposal: what would change if a campaign was opened, model by model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.campaigns.content import unpack_result
from leaderboard.campaigns.plan import Plan, SplitPlan, find_diff, find_places, read_plan
from leaderboard.campaigns.rules import read_rule
from leaderboard.db import now
from leaderboard.evaluation.combined import combine_results
from leaderboard.evaluation.kept import find_results
from leaderboard.evaluation.places import (
    Place,
    RankedBy,
    place_all,
    without_decision,
    without_tracks,
)
from leaderboard.evaluation.results import Result, find_score
from leaderboard.evaluation.standing import (
    StandsBy,
    choose_standing,
    leave_out_runs,
    list_parts,
    make_ranked_by,
)
from leaderboard.items.values import read_items, read_packed_values, unpack_values
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.campaign import Campaign, CampaignPart, Cause, PartState
from leaderboard.models.ranking import Board, RankingEntry
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.packages.versions import SplitDiff
from leaderboard.rankings.apart import find_apart
from leaderboard.rankings.releases import find_ranking
from leaderboard.scoring.rank_range import RankRange

NAMED_ITEMS = 20
"""How many of a model's items that change a report names."""
SAME = 1e-6
"""Values of items are kept as float32: less than this between two is no change."""
NO_HOST = "nobody: it moves no score beyond its interval"
NO_CHANGE = "nobody: it changes nothing"
BY_RULE = "nobody: the host's rule lets it open"


class Mark(msgspec.Struct, frozen=True):
    """A model's score on a board with its interval (0..100), and its rank range; None is none."""

    value: float | None
    low: float | None
    high: float | None
    rank_low: int | None
    rank_high: int | None

    @property
    def rank(self) -> RankRange | None:
        """The rank range."""
        if self.rank_low is None or self.rank_high is None:
            return None
        return RankRange(self.rank_low, self.rank_high)


class BoardChange(msgspec.Struct, frozen=True):
    """A model on a board: as it stands, and as it would."""

    before: Mark
    after: Mark

    @property
    def is_moved(self) -> bool:
        """Whether the score or the rank range would be another."""
        return self.before != self.after

    @property
    def loses_rank(self) -> bool:
        """Whether it has a rank and would have none."""
        return self.before.rank_low is not None and self.after.rank_low is None

    @property
    def loses_interval(self) -> bool:
        """Whether its score has an interval and would have none."""
        return (
            self.before.low is not None and self.after.value is not None and self.after.low is None
        )

    @property
    def is_minor(self) -> bool:
        """Whether the score stays within its interval, and keeps one."""
        value = self.after.value
        if self.before.value is None or value is None:
            return self.before.value is None and value is None
        if self.before.low is None or self.before.high is None:
            return value == self.before.value
        return self.before.low <= value <= self.before.high and not self.loses_interval


class ModelChange(msgspec.Struct, frozen=True):
    """What would become of a model that stands in the ranking, by board.

    `items` are the keys of the first of the `n_items` whose value would be another.
    """

    slug: str
    name: str
    submission_id: str
    boards: dict[str, BoardChange]
    n_items: int
    items: list[str]

    @property
    def is_moved(self) -> bool:
        """Whether anything of it would be other than it is."""
        return any(change.is_moved for change in self.boards.values())


class SplitReport(msgspec.Struct, frozen=True):
    """What would change on a split: its models in the order of the new ranking.

    `n_submissions` were scored anew. `shares` says of each track how many items it would have, and
    for how many of them predictions carry over.
    """

    split_id: int
    name: str
    n_submissions: int
    shares: dict[str, tuple[int, int]]
    models: list[ModelChange]

    @property
    def moved(self) -> list[ModelChange]:
        """Those that would move."""
        return [model for model in self.models if model.is_moved]

    @property
    def boards(self) -> list[Board]:
        """Those that its models stand on, in their order."""
        found = {Board(key) for model in self.models for key in model.boards}
        return sorted(found, key=lambda board: board.order)

    def unranked(self, board: Board) -> list[ModelChange]:
        """Those that would lose their rank on a board."""
        return [model for model in self.models if model.boards[board].loses_rank]

    @property
    def without_interval(self) -> list[ModelChange]:
        """Those of whose scores one would lose its interval."""
        return [
            model
            for model in self.models
            if any(change.loses_interval for change in model.boards.values())
        ]


class Report(msgspec.Struct, frozen=True):
    """A proposal."""

    splits: list[SplitReport]

    @property
    def changes_nothing(self) -> bool:
        """Whether every model would stand as it does."""
        return not any(split.moved for split in self.splits)

    @property
    def is_minor(self) -> bool:
        """Whether no score would leave its interval, and none its board."""
        return all(
            change.is_minor and not change.loses_rank
            for split in self.splits
            for model in split.models
            for change in model.boards.values()
        )


def read_report(campaign: Campaign) -> Report | None:
    """The report of a campaign, None before it is made."""
    return None if campaign.report is None else msgspec.convert(campaign.report, Report)


def propose(session: Session, campaign: Campaign) -> bool:
    """Write the report down; whether it is to be opened now, and then `ended_by` says why."""
    plan = read_plan(campaign)
    report = Report([_report(session, campaign, split) for split in plan.splits])
    campaign.report, campaign.proposed_at = msgspec.to_builtins(report), now()
    if campaign.ended_by is None:
        campaign.ended_by = _find_reason(session, campaign, plan, report)
    return campaign.ended_by is not None


def _find_reason(session: Session, campaign: Campaign, plan: Plan, report: Report) -> str | None:
    """Why a proposal opens without a host; None where one has to."""
    causes = {Cause(cause) for cause in campaign.causes}
    if causes & {Cause.VERSION, Cause.HOST}:
        return None
    if report.changes_nothing:
        return NO_CHANGE
    is_same_kind = all(split.kind is split.kind_before for split in plan.splits)
    if causes == {Cause.LABELS} and is_same_kind and report.is_minor and not plan.changes_ruler:
        return NO_HOST
    rule = read_rule(session, campaign.benchmark.slug)
    is_whole = not any(split.without_interval for split in report.splits)
    if causes == {Cause.LABELS} and rule.opens_itself and is_whole and not plan.changes_ruler:
        return BY_RULE
    return None


def _report(session: Session, campaign: Campaign, plan: SplitPlan) -> SplitReport:
    split = session.get_one(Split, plan.split_id)
    diff = find_diff(session, plan.split_id, plan.target_id)
    standing = choose_standing(session, plan.split_id)
    items = read_items(session, plan.target_id)
    results, ranked_by = _stand(session, campaign, plan, standing, items)
    apart = find_apart(session, plan.split_id, list(results))
    counted = {key: one for key, one in ranked_by.items() if key not in apart}
    places = place_all(counted, items, split.benchmark.boards)
    before = _read_marks(session, plan.split_id)
    changed = _find_changed(session, plan, diff, items, results)
    cards = _read_cards(session, list(results))
    models = [
        ModelChange(
            *cards[key],
            submission_id=key,
            boards=_compare(before.get(key, {}), make_marks(result, key, places)),
            n_items=len(changed[key]),
            items=changed[key][:NAMED_ITEMS],
        )
        for key, result in results.items()
    ]
    models.sort(key=_order)
    n_parts = session.scalar(
        select(func.count())
        .select_from(CampaignPart)
        .join(Submission, Submission.id == CampaignPart.submission_id)
        .where(CampaignPart.campaign_id == campaign.id, Submission.split_id == plan.split_id)
    )
    shares = (
        {}
        if diff is None
        else {track.value: (share.n_after, share.n_carried) for track, share in diff.shares.items()}
    )
    return SplitReport(plan.split_id, split.name, n_parts or 0, shares, models)


def read_results(session: Session, campaign: Campaign, keys: Sequence[str]) -> dict[str, Result]:
    """The new results of those of the submissions that are done, in the order of `keys`.

    That of a part without one is the result that its submission has.
    """
    rows = session.execute(
        select(CampaignPart.submission_id, CampaignPart.result).where(
            CampaignPart.campaign_id == campaign.id,
            CampaignPart.submission_id.in_(keys),
            CampaignPart.state == PartState.DONE,
        )
    ).all()
    found = find_results(session, [key for key, content in rows if content is None])
    found |= {key: unpack_result(content) for key, content in rows if content is not None}
    return {key: found[key] for key in keys if key in found}


def _stand(
    session: Session,
    campaign: Campaign,
    plan: SplitPlan,
    standing: Sequence[StandsBy],
    items: pd.DataFrame,
) -> tuple[dict[str, Result], dict[str, RankedBy]]:
    """The new result of each model that has one, by its key, and what it would be ranked by.

    Reports that another judge than the plan's rated make no rank.
    """
    known = read_results(session, campaign, list_parts(standing))
    results, ranked_by = {}, {}

    def is_left_out(track: Track, key: str) -> bool:
        by = known[key].reports if key in known else None
        other = by is not None and by.rater_id != plan.rater_id
        return key not in known or (track.is_report and other)

    for one in leave_out_runs(standing, is_left_out):
        if any(key not in known for key in list_parts([one])):
            continue
        judged = known[one.parts[Track.REPORT]].reports if Track.REPORT in one.parts else None
        foreign = [Track.REPORT] if judged and judged.rater_id != plan.rater_id else []
        result = combine_results(one, known, items, foreign) if one.is_combined else known[one.key]
        results[one.key] = result
        counted = without_tracks(make_ranked_by(result), items, foreign)
        ranked_by[one.key] = counted if plan.decides else without_decision(counted)
    return results, ranked_by


def make_marks(
    result: Result, key: str, places: Mapping[Board, Mapping[str, Place]]
) -> dict[Board, Mark]:
    """Where a submission would stand on each board."""
    marks = {}
    for board, of_board in places.items():
        score, place = find_score(result, board.place), of_board.get(key)
        value, low, high = (score and score.estimate) or (None, None, None)
        rank = place.rank if place else None
        marks[board] = Mark(
            value, low, high, rank.low if rank else None, rank.high if rank else None
        )
    return marks


def _read_marks(session: Session, split_id: int) -> dict[str, dict[Board, Mark]]:
    ranking = find_ranking(session, split_id)
    found: dict[str, dict[Board, Mark]] = {}
    if ranking is None:
        return found
    for row in session.scalars(select(RankingEntry).where(RankingEntry.ranking_id == ranking.id)):
        found.setdefault(row.submission_id, {})[row.board] = Mark(
            row.value, row.low, row.high, row.rank_low, row.rank_high
        )
    return found


def _compare(before: Mapping[Board, Mark], after: Mapping[Board, Mark]) -> dict[str, BoardChange]:
    nothing = Mark(None, None, None, None, None)
    return {
        board.value: BoardChange(before.get(board, nothing), mark) for board, mark in after.items()
    }


def _find_changed(
    session: Session,
    plan: SplitPlan,
    diff: SplitDiff | None,
    items: pd.DataFrame,
    results: Mapping[str, Result],
) -> dict[str, list[str]]:
    """The keys of the items whose value would be another, by submission, in the items' order."""
    ranking = find_ranking(session, plan.split_id)
    packed = read_packed_values(session, list(results), ranking.id if ranking else None)
    before = {key: unpack_values(content) for key, content in packed.items()}
    places = find_places(session, plan, diff, items)
    keys = items["key"].to_numpy()
    found = {}
    for key, result in results.items():
        old = np.where(places >= 0, before[key][places], np.nan)
        new = unpack_values(result.values)
        same = (np.isnan(old) & np.isnan(new)) | (np.abs(old - new) < SAME)
        found[key] = [str(one) for one in keys[~same]]
    return found


def _read_cards(session: Session, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
    rows = session.execute(
        select(Submission.id, ModelCard.slug, ModelCard.name)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(Submission.id.in_(keys))
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _order(model: ModelChange) -> tuple[float, float, str]:
    after = model.boards[Board.OVERALL].after
    rank = float("inf") if after.rank_low is None else after.rank_low
    return rank, 1.0 if after.value is None else -after.value, model.name
