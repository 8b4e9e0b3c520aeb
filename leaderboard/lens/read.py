"""Every item of a split with what its models and raters say of it, most suspicious first."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import NotFound
from leaderboard.lens.raters import read_disagreement
from leaderboard.lens.results import Results
from leaderboard.lens.sheets import Sheets, read_sheets
from leaderboard.lens.sign import Sign, find_signs
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.rating import RaterKind
from leaderboard.models.reference import ItemReference
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.items import (
    ItemFigures,
    analyse_questions,
    analyse_reports,
)


@dataclass(frozen=True)
class LensItem:
    """An item with its key, and what is said of it.

    `key` are the right letters, "" for a report. `choices` counts the models by the letters that
    they chose, "" where none could be read. `judges` and `experts` are how far apart they rate its
    reports, in points of a report score.
    """

    item: Item
    key: str
    explanation: str
    figures: ItemFigures
    choices: dict[str, int]
    judges: Estimate | None
    experts: Estimate | None
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Lens:
    """The items of a split, most suspicious first, by the results that count."""

    sheets: Sheets
    items: list[LensItem]

    @property
    def split(self) -> Split:
        """Whose items they are."""
        return self.sheets.split

    @property
    def results(self) -> Results:
        """The results that count."""
        return self.sheets.results

    @property
    def n_models(self) -> int:
        """How many models count."""
        return len(self.results.keys)

    def choose(
        self, track: Track | None = None, subcondition: str = "", sign: Sign | None = None
    ) -> list[LensItem]:
        """Those of a track, a subcondition and with a sign, where these are given."""
        return [
            one
            for one in self.items
            if track in (None, one.item.track)
            and subcondition in ("", one.item.subcondition)
            and (sign is None or sign in one.signs)
        ]

    def get(self, key: str) -> LensItem:
        """The item of that id. Raises NotFound."""
        for one in self.items:
            if one.item.key == key:
                return one
        raise NotFound(
            f"The {self.split.name} split has no item {key[:120]!r}.",
            "Choose one from the list of items.",
        )

    def count_signs(self) -> dict[Sign, int]:
        """How many items have each sign, gravest first."""
        counts = Counter(sign for one in self.items for sign in one.signs)
        return {sign: counts[sign] for sign in Sign}


def read_lens(session: Session, split: Split) -> Lens:
    """Look at the items of a split. Nothing is kept: the same data give the same figures.

    The other items that an item is held against are those of its track, which a submission has
    whole or not at all.
    """
    sheets = read_sheets(session, split)
    items, values, answers = sheets.items, sheets.values, sheets.answers
    judges = read_disagreement(session, split, RaterKind.JUDGE, sheets.results.submissions)
    experts = read_disagreement(session, split, RaterKind.EXPERT)
    references = _read_references(session, split)
    found = []
    for track in split.benchmark.tracks:
        places = [place for place, item in enumerate(items) if item.track == track]
        for place, figures in zip(
            places, _analyse(values[:, places], answers[:, places], track), strict=True
        ):
            item = items[place]
            signs = find_signs(item.kind, figures, judges.get(item.id), experts.get(item.id))
            reference = references[item.id]
            asked = ~np.isnan(values[:, place])
            found.append(
                LensItem(
                    item,
                    "".join(reference.answer),
                    reference.explanation,
                    figures,
                    Counter(answers[asked, place].tolist()) if item.options else {},
                    judges.get(item.id),
                    experts.get(item.id),
                    tuple(signs),
                )
            )
    return Lens(sheets, sorted(found, key=_order))


def _order(one: LensItem) -> tuple[float, ...]:
    """Most suspicious first.

    By the gravest sign, in the order of `Sign`; where good models choose one wrong option, by the
    share that does; where raters disagree, by how far; then by discrimination, lowest first, by
    difficulty, hardest first, and as in the package. What is unknown comes last.
    """
    figures, same = one.figures, one.figures.same_wrong
    gravest = list(Sign).index(one.signs[0]) if one.signs else len(Sign)
    apart = max((found.value for found in (one.experts, one.judges) if found), default=0.0)
    return (
        gravest,
        -same.share.value if same is not None and Sign.SAME_WRONG in one.signs else 0.0,
        -apart,
        math.inf if figures.discrimination is None else figures.discrimination.value,
        math.inf if figures.difficulty is None else figures.difficulty.value,
        one.item.position,
    )


def _analyse(
    values: NDArray[np.float64], answers: NDArray[np.object_], track: Track
) -> list[ItemFigures]:
    if track.is_report:
        return analyse_reports(values / 100)
    return analyse_questions(values / 100, answers.tolist())


def _read_references(session: Session, split: Split) -> dict[int, ItemReference]:
    rows = session.scalars(select(ItemReference).join(Item).where(Item.split_id == split.id))
    return {one.item_id: one for one in rows}
