"""Which questions are in the feedback part of each version, on both databases."""

from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.models.benchmark import Item
from leaderboard.models.publication import FeedbackItem
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.feedback_part import describe_feedback_part
from tests.factories import load_items
from tests.package_files import make_case, make_items, make_manifest, make_mcq

N = 120


def publish(sessions: Sessions, version: str, items: list[dict[str, Any]]) -> tuple[set[str], str]:
    """Publish items as a version: the questions (their texts) of its part, and how it is told."""
    with sessions.write() as session:
        load_items(session, items, make_manifest(version=version, demonstration=False))
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny", version), "test")
        part = select(Item.question).join(FeedbackItem).where(Item.split_id == split.id)
        return set(session.scalars(part)), describe_feedback_part(session, split)


def make_questions(start: int, stop: int, **changes: Any) -> list[dict[str, Any]]:
    return [make_mcq(number, **changes) for number in range(start, stop)]


def test_the_same_questions_have_the_same_part_in_every_version_whatever_their_keys(
    sessions: Sessions,
) -> None:
    first, told = publish(sessions, "1.0.0", make_questions(0, N))
    assert (len(first), told) == (40, "feedback part: 40 of 120 questions")
    # A key corrected, ids and cases renamed, options shuffled, the order turned round.
    corrected = [
        item
        | {
            "id": f"new-{item['id']}",
            "case_id": f"new-{item['id']}",
            "answer": ["C"],
            "options": dict(zip("ABCD", reversed(item["options"].values()), strict=True)),
        }
        for item in reversed(make_questions(0, N))
    ]
    assert publish(sessions, "1.0.1", corrected) == (first, told)


def test_pictures_tell_questions_of_the_same_words_apart(sessions: Sessions) -> None:
    items = [
        item | {"question": "At which level?", "subcondition": "disc_herniation"}
        for item in make_items(0, N, 0)
    ]

    def read_pictures(version: str) -> set[str]:
        publish(sessions, version, items)
        with sessions.read() as session:
            split = get_split(get_benchmark(session, "tiny", version), "test")
            rows = session.scalars(
                select(Item).join(FeedbackItem).where(Item.split_id == split.id)
            ).all()
            return {image.sha256 for row in rows for image in row.images}

    first = read_pictures("1.0.0")
    assert len(first) == 40
    assert read_pictures("1.0.1") == first


def test_of_added_questions_a_third_is_drawn(sessions: Sessions) -> None:
    first, _ = publish(sessions, "1.0.0", make_questions(0, N))
    second, told = publish(sessions, "1.1.0", make_questions(0, N + 60))
    known = {f"Question {number}?" for number in range(N)}
    assert second & known == first
    assert (len(second - known), told) == (20, "feedback part: 60 of 180 questions")


def test_what_decided_in_a_version_without_a_part_goes_on_deciding(sessions: Sessions) -> None:
    first, told = publish(sessions, "1.0.0", make_questions(0, 60))
    assert (first, told) == (
        set(),
        "no feedback part: 60 of its questions share no case or image with a report, "
        "and 90 are needed",
    )
    assert publish(sessions, "1.1.0", make_questions(0, 100)) == (
        set(),
        "no feedback part: most of its questions decided ranks in other versions, "
        "and go on deciding them",
    )
    third, _ = publish(sessions, "1.2.0", make_questions(0, 180))
    assert not third & {f"Question {number}?" for number in range(100)}
    assert len(third) == 40, "of the new questions at most half"


@pytest.mark.parametrize("joined_with", ["feedback", "deciding", "both", "report"])
def test_a_case_with_a_question_that_ever_decided_decides_as_a_whole(
    sessions: Sessions, joined_with: str
) -> None:
    first, _ = publish(sessions, "1.0.0", make_questions(0, N))
    numbers: dict[str, list[int]] = {"feedback": [], "deciding": []}
    for number in range(N):
        name = "feedback" if f"Question {number}?" in first else "deciding"
        numbers[name].append(number)
    wanted = {
        "feedback": numbers["feedback"][:1],
        "deciding": numbers["deciding"][:1],
        "both": [numbers["feedback"][0], numbers["deciding"][0]],
        "report": numbers["feedback"][:1],
    }[joined_with]
    one_case = {*wanted, N}
    items = [
        item | ({"case_id": "joined"} if number in one_case else {})
        for number, item in enumerate(make_questions(0, N + 1))
    ]
    if joined_with == "report":
        items.append(make_case(0, case_id="joined"))
    second, _ = publish(sessions, "1.0.1", items)
    case = {f"Question {number}?" for number in one_case}
    assert second & case == (case if joined_with == "feedback" else set())
    assert second - case == first - case
