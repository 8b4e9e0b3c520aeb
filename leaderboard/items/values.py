"""The value of every item of a split for one submission, as one table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import String, Text, cast, select, type_coerce
from sqlalchemy.orm import Session

from leaderboard.items.feedback import select_feedback
from leaderboard.items.targets import make_rating_table
from leaderboard.items.weights import group_items
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Benchmark, Item, ItemImage, ItemKind, Split
from leaderboard.models.calibration import ReportInfluences
from leaderboard.models.ranking import CombinedValues, ItemValues
from leaderboard.models.rating import Rating
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.scoring.chance import find_chances
from leaderboard.scoring.reliability import find_value
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.totals import OverallRule, rule_of


def read_items(session: Session, split_id: int) -> pd.DataFrame:
    """A row for each item of the split, in its order.

    Columns item_id, key, track, subcondition, axis, modality, multiple, levels (a list),
    attributes (a mapping), n_images, and cluster: a number that items have in common which share a
    case or an image, directly or through others. `decides` is false for the feedback part of a
    hidden split, on which no score or rank rests. `chance` is how often the best guess at a
    question is right, NaN of reports. `n_track`, `group` and `share` are as of
    `weights.group_items`.
    """
    rows = (
        session.connection()
        .execute(
            select(
                Item.id,
                Item.key,
                type_coerce(Item.track, String),
                Item.subcondition,
                Item.axis,
                Item.modality,
                Item.multiple,
                Item.case_key,
                cast(Item.levels, Text),
                cast(Item.attributes, Text),
            )
            .where(Item.split_id == split_id)
            .order_by(Item.position)
        )
        .all()
    )
    columns = ["item_id", "key", "track", "subcondition", "axis", "modality", "multiple", "case"]
    items = _make_table(rows, [*columns, "levels", "attributes"])
    for column in ("levels", "attributes"):
        decoded = {one: msgspec.json.decode(one) for one in items[column].unique()}
        items[column] = pd.Series([decoded[one] for one in items[column]], dtype=object)
    shown = session.execute(
        select(ItemImage.item_id, ItemImage.sha256)
        .join(Item, Item.id == ItemImage.item_id)
        .where(Item.split_id == split_id)
    ).all()
    counts = Counter(row[0] for row in shown)
    items["n_images"] = [counts[one] for one in items["item_id"].tolist()]
    items["n_images"] = items["n_images"].astype(int)
    items["cluster"] = _find_clusters(items["item_id"].tolist(), items.pop("case").tolist(), shown)
    feedback = session.scalars(select_feedback([split_id])).all()
    items["decides"] = ~items["item_id"].isin(feedback)
    items["chance"] = _find_chances(session, split_id, items["item_id"])
    return group_items(items, read_rule(session, split_id))


def read_rule(session: Session, split_id: int) -> OverallRule:
    """The rule of the overall score of the split's benchmark."""
    query = select(Benchmark.manifest["overall"]).join(Split).where(Split.id == split_id)
    return rule_of({"overall": session.scalar(query)})


def _find_chances(session: Session, split_id: int, item_ids: pd.Series[int]) -> NDArray[np.float64]:
    rows = session.execute(
        select(Item.id, cast(Item.options, Text), Item.multiple).where(
            Item.split_id == split_id, Item.kind == ItemKind.MCQ
        )
    ).all()
    n_options = {one: len(msgspec.json.decode(one)) for one in {row[1] for row in rows}}
    n_right: list[int] = []
    if any(row[2] for row in rows):
        answers = select(ItemReference.answer).join(Item, Item.id == ItemReference.item_id)
        of_split = answers.where(Item.split_id == split_id, Item.multiple)
        n_right = [len(answer) for answer in session.scalars(of_split)]
    chances = find_chances([(n_options[row[1]], row[2]) for row in rows], n_right)
    by_item = dict(zip((row[0] for row in rows), chances, strict=True))
    return np.array([by_item.get(one, np.nan) for one in item_ids], np.float64)


def _make_table(rows: Sequence[Sequence[Any]], columns: list[str]) -> pd.DataFrame:
    """Of many rows, in less time than pandas takes for them row by row."""
    by_column = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame(dict(zip(columns, by_column, strict=True)), columns=columns)


def _find_clusters(
    item_ids: Iterable[int], cases: Iterable[str], images: Iterable[Sequence[Any]]
) -> NDArray[np.int64]:
    """(N,) numbers of the connected groups of items, in order of their first item.

    Items are connected with their case and with each of their `images`, (item id, hash). SciPy
    would do it too, and cost a web process 25 MB.
    """
    above: dict[Hashable, Hashable] = {}

    def find(one: Hashable) -> Hashable:
        while (next_one := above.setdefault(one, one)) != one:
            above[one] = one = above[next_one]
        return one

    items = list(item_ids)
    for item, case in zip(items, cases, strict=True):
        above[find(item)] = find(("case", case))
    for item, image in images:
        above[find(item)] = find(("image", image))
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(find(one), len(numbers)) for one in items], np.int64)


def read_readings(session: Session, submission_id: str) -> pd.DataFrame:
    """A row for each MCQ prediction that was read: item_id, value (as of `find_value`), outcome,
    precision, recall and letters."""
    rows = (
        session.connection()
        .execute(
            select(
                Prediction.item_id,
                ParsedPrediction.is_correct,
                ParsedPrediction.outcome,
                ParsedPrediction.precision,
                ParsedPrediction.recall,
                ParsedPrediction.letters,
            )
            .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
            .where(Prediction.submission_id == submission_id)
        )
        .all()
    )
    columns = ["item_id", "value", "outcome", "precision", "recall", "letters"]
    parsed = _make_table(rows, columns)
    for column in ("value", "precision", "recall"):
        parsed[column] = parsed[column].astype(float)
    parsed["value"] = value_readings(parsed["value"], parsed["letters"])
    return parsed


def value_readings(correct: pd.Series[Any], letters: pd.Series[Any]) -> pd.Series[float]:
    """The values of questions by whether they are right and the letters read: see `find_value`."""
    return pd.Series(
        [
            find_value(is_correct=bool(right), is_answered=bool(read))
            for right, read in zip(correct, letters, strict=True)
        ],
        index=correct.index,
        dtype=np.float64,
    )


def read_ratings(
    session: Session, submission_id: str, rater_id: int, rubric: Rubric
) -> pd.DataFrame:
    """A row for each rated report: item_id, and a column for each target's key (NaN unscored).

    The index is the prediction's id; see `targets.make_rating_table`.
    """
    rows = session.execute(
        select(Rating.prediction_id, Rating.dimension, Rating.value, Prediction.item_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .where(Prediction.submission_id == submission_id, Rating.rater_id == rater_id)
    ).all()
    columns = ["prediction_id", "dimension", "value", "item_id"]
    ratings = pd.DataFrame([tuple(row) for row in rows], columns=columns)
    return make_rating_table(ratings, rubric)


def read_packed_values(
    session: Session, keys: Collection[str], ranking_id: int | None
) -> dict[str, bytes]:
    """The packed values of the models that submissions `keys` stand for in a ranking.

    They are those of the submission, as it is scored now, unless its model stands by several.
    """
    found: dict[str, bytes] = {}
    for table, where in (
        (ItemValues, ItemValues.submission_id.in_(keys)),
        (
            CombinedValues,
            (CombinedValues.ranking_id == ranking_id) & CombinedValues.submission_id.in_(keys),
        ),
    ):
        found |= dict(
            session.execute(select(table.submission_id, table.content).where(where)).all()
        )
    return found


def read_influences(session: Session, keys: Collection[str]) -> dict[str, NDArray[np.float64]]:
    """How far each item moves the calibrated report score of each of the submissions `keys`.

    (N,) in the items' order. Those that have none, or were scored before it was kept, are missing.
    """
    rows = session.execute(
        select(ReportInfluences.submission_id, ReportInfluences.content).where(
            ReportInfluences.submission_id.in_(keys)
        )
    )
    return {key: unpack_values(content) for key, content in rows}


def pack_values(values: NDArray[np.float64]) -> bytes:
    """(N,) values of a split's items as little-endian float32."""
    return values.astype("<f4").tobytes()


def unpack_values(content: bytes) -> NDArray[np.float64]:
    """What `pack_values` packed."""
    return np.frombuffer(content, dtype="<f4").astype(np.float64)
