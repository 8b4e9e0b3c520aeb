"""Which models and questions item response theory is fitted to, and what has right what."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.lens.sheets import Sheets
from leaderboard.models.benchmark import ItemKind
from leaderboard.models.irt import LeftOut
from leaderboard.scoring.statistics.item_response import LEAST_ITEMS, LEAST_MODELS, Values


@dataclass(frozen=True)
class IrtSheet:
    """Who has which question right, of models and questions that say something.

    right: a row for each of `models`, a column for each of `items` (their ids): 1 right, 0 wrong,
    NaN not asked. `n_silent` models of which no letter could be read on any question are left out.
    """

    models: Sequence[str]
    items: Sequence[int]
    right: Values
    left_out: Mapping[int, LeftOut]
    n_silent: int

    @property
    def why_not(self) -> str:
        """Why nothing can be fitted, as a sentence; "" where it can."""
        n = len(self.models)
        if n < LEAST_MODELS:
            have = f"{n:,} model{' counts' if n == 1 else 's count'}"
            return f"Item response theory needs at least {LEAST_MODELS} models, and {have}."
        if len(self.items) < LEAST_ITEMS:
            return (
                f"Item response theory needs at least {LEAST_ITEMS} questions that {LEAST_MODELS} "
                f"models were asked and some, not all, have right; {len(self.items)} can be used."
            )
        return ""

    @property
    def hash(self) -> str:
        """What changes with the models, the questions and what is right."""
        head = "\n".join([*self.models, "", *map(str, self.items)])
        cells = np.nan_to_num(self.right, nan=-1.0).astype(np.int8)
        return hashlib.sha256(head.encode() + b"\n\n" + cells.tobytes()).hexdigest()


def make_sheet(sheets: Sheets) -> IrtSheet:
    """The questions with a key, of all tracks together; reports have no right and wrong.

    A model counts on what it was asked: it may lack a track. Of a family of models one counts, as
    everywhere under the lens (`read_results`).
    """
    places = [at for at, item in enumerate(sheets.items) if item.kind is ItemKind.MCQ]
    values, answers = sheets.values[:, places], sheets.answers[:, places]
    asked = ~np.isnan(values)
    is_model = asked.any(axis=1)
    speaks = ((answers != "") & asked).any(axis=1)
    right = np.where(asked, values == 100, np.nan)[speaks]
    left_out, kept = {}, []
    for column, place in enumerate(places):
        reason = _find_reason(right[:, column])
        if reason is None:
            kept.append(column)
        else:
            left_out[sheets.items[place].id] = reason
    return IrtSheet(
        models=[key for key, one in zip(sheets.results.keys, speaks, strict=True) if one],
        items=[sheets.items[places[column]].id for column in kept],
        right=right[:, kept],
        left_out=left_out,
        n_silent=int((is_model & ~speaks).sum()),
    )


def _find_reason(column: Values) -> LeftOut | None:
    known = column[~np.isnan(column)]
    if len(known) < LEAST_MODELS:
        return LeftOut.FEW_MODELS
    if known.all():
        return LeftOut.ALL_RIGHT
    return None if known.any() else LeftOut.NONE_RIGHT
