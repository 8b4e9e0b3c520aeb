"""Promises of the image questions: fair, decidable from the image, and silent about the answer."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from content.phantoms.levels import VERTEBRAE
from content.phantoms.picture import PicturePlan, Plane, frame_of
from content.phantoms.spine import make_spine
from content.sources.image_items import DrawnItems, make_image_items

SUBCONDITIONS = 14
LEVEL = re.compile(r"\b([CTL]\d{1,2}|S1)\b")


@pytest.fixture(scope="module", params=["dev", "test"])
def drawn(request: pytest.FixtureRequest) -> DrawnItems:
    """The image questions of one split."""
    return make_image_items(request.param)


def plans(item: dict[str, Any], drawn: DrawnItems) -> list[PicturePlan]:
    """The plans of an item's pictures."""
    return [drawn.pictures[image["path"]] for image in item["images"]]


def test_every_subcondition_has_two_test_questions_and_one_for_dev() -> None:
    for split, n in (("test", 2), ("dev", 1)):
        counts = Counter(item["subcondition"] for item in make_image_items(split).items)
        assert set(counts.values()) == {n}
        assert len(counts) == SUBCONDITIONS


def test_the_three_axes_and_several_images_are_well_represented() -> None:
    items = make_image_items("test").items
    assert min(Counter(item["axis"] for item in items).values()) >= 8
    assert sum(len(item["images"]) > 1 for item in items) >= 5
    assert sum(item["multiple"] for item in items) >= 3


def test_no_letter_is_right_much_more_often_than_another() -> None:
    items = make_image_items("test").items
    counts = Counter(item["answer"][0] for item in items if not item["multiple"])
    assert max(counts.values()) - min(counts[letter] for letter in "ABCD") <= 2


def test_every_answer_is_an_option_and_options_differ(drawn: DrawnItems) -> None:
    for item in drawn.items:
        assert set(item["answer"]) <= item["options"].keys()
        assert len(set(item["options"].values())) == len(item["options"])
        assert item["multiple"] or len(item["answer"]) == 1


def test_pictures_share_a_case_exactly_when_they_share_a_patient(drawn: DrawnItems) -> None:
    cases = {image["path"]: item["case_id"] for item in drawn.items for image in item["images"]}
    for item in drawn.items:
        assert {cases[image["path"]] for image in item["images"]} == {item["case_id"]}
        assert len({plan.patient.seed for plan in plans(item, drawn)}) == 1


def test_splits_share_no_picture_and_no_case() -> None:
    dev, test = make_image_items("dev"), make_image_items("test")
    assert not dev.pictures.keys() & test.pictures.keys()
    assert not {i["case_id"] for i in dev.items} & {i["case_id"] for i in test.items}


def test_names_and_alternative_texts_tell_no_level_side_or_finding(drawn: DrawnItems) -> None:
    told = re.compile(
        r"\b(left|right|herni|stenos|fractur|slip|tumou?r|infect|scolio|discit)", re.IGNORECASE
    )
    for item in drawn.items:
        for image in item["images"]:
            assert re.fullmatch(r"images/p-[0-9a-f]{8}\.png", image["path"])
            assert not told.search(image["alt"])
            assert not LEVEL.search(image["alt"].replace("T1-weighted", "").replace("T2-w", ""))


def test_every_level_that_an_option_names_lies_within_a_picture(drawn: DrawnItems) -> None:
    for item in drawn.items:
        along = [plan for plan in plans(item, drawn) if plan.view.plane is not Plane.AXIAL]
        if item["axis"] != "level" or not along:
            continue
        named = {name for text in item["options"].values() for name in LEVEL.findall(text)}
        for name in named & set(VERTEBRAE):
            assert any(is_within(plan, name) for plan in along), (item["id"], name)


def test_every_marked_vertebra_lies_within_its_picture(drawn: DrawnItems) -> None:
    for plan in drawn.pictures.values():
        for name in plan.view.labels:
            assert is_within(plan, name), (plan.name, name)


def is_within(plan: PicturePlan, vertebra: str) -> bool:
    """Whether the middle of a vertebra lies within a picture along the spine."""
    spine = make_spine(plan.patient)
    frame = frame_of(spine, plan.view)
    x, y = spine.vertebrae[vertebra].centre
    if plan.view.plane is Plane.FRONT:
        x = frame.left + 1
    column, row = frame.to_pixels(float(x), float(y))
    return 0 < column < frame.n_columns and 0 < row < frame.n_rows
