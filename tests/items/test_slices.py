"""Which items a slice holds, and what their scores are."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.evaluation.estimates import Scored, make_scores
from leaderboard.items.slices import item_slices
from leaderboard.items.values import read_items
from leaderboard.items.weights import group_items
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Metric, Slice
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.scoring.levels import regions_of
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.totals import SPINEBENCH_RULE
from tests.package_files import make_mcq, write_package

RUBRIC = Rubric(sections=[])
NO_RATINGS = pd.DataFrame({"item_id": [], "value": []})


def make_table(n_text: int, n_image: int, **columns: Sequence[object]) -> pd.DataFrame:
    n = n_text + n_image
    table = {
        "item_id": list(range(n)),
        "key": [f"item-{number}" for number in range(n)],
        "track": ["text"] * n_text + ["image"] * n_image,
        "subcondition": ["a"] * n,
        "axis": ["b"] * n,
        "modality": [None] * n_text + ["mri"] * n_image,
        "multiple": [False] * n,
        "levels": [["L4/L5"]] * n,
        "attributes": [{}] * n,
        "n_images": [0] * n_text + [1] * n_image,
        "cluster": list(range(n)),
        "chance": [0.25] * n,
        "value": [100.0] * n,
        "precision": [float("nan")] * n,
        "recall": [float("nan")] * n,
    }
    return group_items(pd.DataFrame(table | columns), SPINEBENCH_RULE)


def score(items: pd.DataFrame) -> dict[tuple[Metric, Slice, str], Scored]:
    scores = make_scores(items, NO_RATINGS, RUBRIC, [Track.TEXT, Track.IMAGE], {})
    return {(one.metric, one.slice, one.name): one for one in scores}


def test_a_disc_belongs_to_the_region_of_the_vertebra_above_it() -> None:
    assert regions_of(["L5/S1", "T12/L1", "L2"]) == ["thoracic", "lumbar"]
    assert regions_of(["S1", "C7/T1"]) == ["cervical", "sacral"]
    assert regions_of([]) == []


def test_an_item_of_several_levels_counts_in_each_and_once_in_their_region() -> None:
    levels = [["L3/L4", "L4/L5"], ["L4/L5", "L4/L5"], ["T12", "L4/L5"], [], ["T12"]]
    table = make_table(25, 0, levels=levels * 5)
    found = {
        (one.slice, one.name): list(one.items["item_id"])[:4]
        for grouping in item_slices(table)
        for one in grouping
    }
    assert found[Slice.LEVEL, "L4/L5"] == [0, 1, 2, 5]
    assert found[Slice.LEVEL, "T12"] == [2, 4, 7, 9]
    assert found[Slice.LEVEL, "L3/L4"] == [0, 5, 10, 15]
    assert found[Slice.REGION, "lumbar"] == [0, 1, 2, 5]
    assert found[Slice.REGION, "thoracic"] == [2, 4, 7, 9]
    assert not [key for key in found if key[0] in (Slice.MODALITY, Slice.IMAGES)]


def test_a_level_of_a_few_items_is_not_shown_and_the_others_run_down_the_spine() -> None:
    names = ["L4/L5", "C5", "T12/L1", "T12", "T2"]
    levels: Sequence[object] = [[name] for name in names for _ in range(5)] + [["S1"]] * 4
    levels_found = next(
        [one.name for one in grouping]
        for grouping in item_slices(make_table(29, 0, levels=levels))
        if grouping and grouping[0].slice is Slice.LEVEL
    )
    assert levels_found == ["C5", "T2", "T12", "T12/L1", "L4/L5"]


def test_transitional_levels_stand_where_they_are_in_the_spine() -> None:
    names = ["L6/S1", "S1", "T13/L1", "L1", "S1/S2", "L5/L6", "T12/T13", "L6", "T13", "L5"]
    levels: Sequence[object] = [[name] for name in names for _ in range(5)]
    groupings = list(item_slices(make_table(50, 0, levels=levels)))
    found = {
        grouping[0].slice: [one.name for one in grouping] for grouping in groupings if grouping
    }
    assert found[Slice.LEVEL] == [
        *("T12/T13", "T13", "T13/L1", "L1", "L5", "L5/L6", "L6", "L6/S1", "S1", "S1/S2"),
    ]
    regions = {
        one.name: len(one.items) for g in groupings for one in g if one.slice is Slice.REGION
    }
    assert regions == {"thoracic": 15, "lumbar": 25, "sacral": 10}


def test_images_are_single_or_several_and_text_items_are_neither() -> None:
    found = score(make_table(5, 6, n_images=[0] * 5 + [1, 1, 1, 1, 2, 3]))
    counts = {key[2]: one.n for key, one in found.items() if key[1] is Slice.IMAGES}
    assert counts == {"single": 4, "several": 2}


def test_the_modality_gap_is_newcombes_interval_of_a_difference() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873, table II, method 10, contrast (a):
    # 56/70 less 48/80 is 0.2 with 0.0524 to 0.3339.
    values: Sequence[object] = [100.0] * 48 + [0.0] * 32 + [100.0] * 56 + [0.0] * 14
    gap = score(make_table(80, 70, value=values))[Metric.GAP, Slice.MODALITY_GAP, "image_less_text"]
    assert gap.estimate == pytest.approx((20.0, 5.24, 33.39), abs=0.005)
    assert gap.n == 150


def test_slices_of_few_items_are_shrunk_and_marked_and_keep_their_counts() -> None:
    names: Sequence[object] = ["a"] * 20 + ["b"] * 16 + ["c"] * 4
    values: Sequence[object] = [100.0] * 16 + [0.0] * 4 + [100.0] * 12 + [0.0] * 4 + [0.0] * 4
    found = score(make_table(20, 20, subcondition=names, value=values))
    a, b, c = (found[Metric.ACCURACY, Slice.SUBCONDITION, name] for name in "abc")
    assert (a.is_shrunk, b.is_shrunk, c.is_shrunk) == (False, False, True)
    assert (c.n, c.n_correct) == (4, 0)
    assert a.estimate is not None
    assert a.estimate.value == 80
    assert c.estimate is not None
    assert 5 < c.estimate.value < 60
    axis = found[Metric.ACCURACY, Slice.AXIS, "b"]
    assert not axis.is_shrunk, "one slice says nothing about how slices differ"


def test_items_that_share_a_case_or_an_image_are_one_cluster(
    sessions: Sessions, tmp_path: Path
) -> None:
    def picture(name: str) -> dict[str, str]:
        return {"path": f"images/{name}.png", "alt": "A phantom"}

    items = [
        make_mcq(0),
        make_mcq(1, case_id="case-test-text-000"),
        make_mcq(2, image=True),
        make_mcq(3, image=True, images=[picture("copy-of-2"), picture("other")]),
        make_mcq(4, image=True, images=[picture("copy-of-other")]),
        make_mcq(5, image=True),
    ]
    folder = write_package(tmp_path / "package", items)
    for first, copy in (("test-image-002", "copy-of-2"), ("other", "copy-of-other")):
        (folder / f"images/{copy}.png").write_bytes((folder / f"images/{first}.png").read_bytes())
    with sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    with sessions.read() as session:
        split_id = session.scalars(select(Split.id).where(Split.name == "test")).one()
        table = read_items(session, split_id)
    assert list(table["cluster"]) == [0, 0, 1, 1, 1, 2]
    assert list(table["n_images"]) == [0, 0, 1, 2, 1, 1]
