"""All signs of a split, for its hosts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.errors import NotFound
from leaderboard.evidence.alike import find_alike
from leaderboard.evidence.jumps import find_jumps
from leaderboard.evidence.people import find_shared, group_by_people, read_people
from leaderboard.evidence.sheets import MOST_SHEETS, read_sheets
from leaderboard.evidence.sign import Sign
from leaderboard.models.benchmark import Answers, Benchmark, Split
from leaderboard.packages.catalogue import get_split


@dataclass(frozen=True)
class Evidence:
    """The signs of a split, newest first, among the `n_sheets` newest scored submissions."""

    split: Split
    signs: list[Sign]
    n_sheets: int

    @property
    def is_cut(self) -> bool:
        """Whether older submissions were left out."""
        return self.n_sheets == MOST_SHEETS


def read_evidence(session: Session, split: Split) -> Evidence:
    """Look at the sheets of a split. Nothing is kept: the same data give the same signs."""
    sheets = read_sheets(session, split)
    people = read_people(session, sheets.submissions)
    groups = group_by_people(sheets, people)
    feedback = ~sheets.items["decides"].to_numpy(np.bool_)
    signs = [
        *find_alike(sheets, groups),
        *find_jumps(sheets, groups, feedback),
        *find_shared(sheets, people),
    ]
    signs.sort(key=lambda one: one.at, reverse=True)
    return Evidence(split, signs, len(sheets.submissions))


def read_hidden_splits(session: Session, reach: Reach = EVERYWHERE) -> list[Split]:
    """The splits within `reach` whose answers are hidden, those of newer versions first."""
    return list(
        session.scalars(
            select(Split)
            .join(Split.benchmark)
            .where(
                Split.answers == Answers.HIDDEN,
                Benchmark.opening.has(),
                reach.names(Benchmark.slug),
            )
            .options(joinedload(Split.benchmark))
            .order_by(Benchmark.published_at.desc(), Split.id)
        )
    )


def get_hidden_split(benchmark: Benchmark, name: str) -> Split:
    """The split of this name, whose answers are hidden. Raises NotFound."""
    split = get_split(benchmark, name)
    if split.answers is not Answers.HIDDEN:
        raise NotFound(
            f"The answers of the {name} split are public: there is nothing to read out.",
            "Choose a split with hidden answers.",
        )
    return split
