"""When labels of a new kind are enough, and when a proposal opens by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.models.campaign import CampaignRule
from leaderboard.models.rating import RaterKind


class Rule(NamedTuple):
    """The least labels of experts that may take the place of others, over how many models.

    `opens_itself` says whether a proposal that labels alone made opens without a host.
    """

    min_labels: int = 30
    min_models: int = 5
    opens_itself: bool = False


def read_rule(session: Session, benchmark: str) -> Rule:
    """The rule that the host set for a benchmark, or the default one."""
    row = session.get(CampaignRule, benchmark)
    return Rule() if row is None else Rule(row.min_labels, row.min_models, row.opens_itself)


def choose_kind(
    counts: Mapping[RaterKind, tuple[int, int]], before: RaterKind | None, rule: Rule
) -> RaterKind | None:
    """Whose labels calibrate, of those there are: reports and models by kind.

    Experts' once there are enough, and from then on as long as there are any; constructed ones
    before that; None without either.
    """
    n_labels, n_models = counts.get(RaterKind.EXPERT, (0, 0))
    is_enough = n_labels >= rule.min_labels and n_models >= rule.min_models
    if n_labels and (before is RaterKind.EXPERT or is_enough):
        return RaterKind.EXPERT
    return RaterKind.CONSTRUCTED if RaterKind.CONSTRUCTED in counts else None
