"""What the answer parser reads in texts as models write them."""

import json
import time
from pathlib import Path

import pytest

from leaderboard.scoring.answers import parse_answer

DATA = Path(__file__).parent.parent / "data"
LEVELS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"}


def read_cases(name: str) -> list[dict[str, object]]:
    with (DATA / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def find_misread(name: str) -> list[tuple[object, object, object]]:
    misread: list[tuple[object, object, object]] = []
    for case in read_cases(name):
        parsed = parse_answer(
            str(case["text"]),
            case["options"],  # type: ignore[arg-type]
            multiple=bool(case["multiple"]),
        )
        outcome = case.get("outcome", parsed.outcome)
        if list(parsed.letters) != case["expected"] or parsed.outcome != outcome:
            misread.append((case["text"], case["expected"], parsed))
    return misread


def test_the_published_answer_strings_are_read_as_decided() -> None:
    assert len(read_cases("answer-strings.jsonl")) == 58
    assert find_misread("answer-strings.jsonl") == []


def test_more_answer_strings_are_read_as_people_read_them() -> None:
    assert len(read_cases("answer-strings-more.jsonl")) > 800
    assert find_misread("answer-strings-more.jsonl") == []


@pytest.mark.parametrize(
    "piece",
    ["so ", "选", "B is correct. ", "- [ ] A\n", '{"answer": ', "L4-", "A, ", "\u0301", "A or "],
)
def test_the_time_to_read_a_text_grows_in_proportion_to_its_length(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        start = time.process_time()
        parse_answer(text, LEVELS, multiple=True)
        return time.process_time() - start

    short, long = (min(seconds(length) for _ in range(3)) for length in (1_500, 12_000))
    # Eight times the length: a quadratic reader would take 64 times as long.
    assert long < 40 * short + 0.5


@pytest.mark.parametrize(
    "piece",
    ["答案 B ", "正確 B ", "A is true. C is true. ", "\\boxed{", "A\n", "정답", "(", "so B "],
)
def test_a_hostile_text_of_any_length_is_read_in_little_time(piece: str) -> None:
    start = time.process_time()
    parse_answer((piece * 100_000)[:100_000], LEVELS, multiple=True)
    # It takes a second at most; read as a whole, the worst of them took half a minute.
    assert time.process_time() - start < 12


LONG = "The cord is of normal signal and the facet joints are unremarkable here.\n" * 400


@pytest.mark.parametrize(
    "text",
    [
        f"B. L4/L5\n{LONG}",
        f"{LONG}So the answer is B.",
        f"{LONG}Final answer: B\n{LONG}",
        f"{LONG}\\boxed{{B}}\n{LONG}",
    ],
    ids=["first", "last", "middle", "box"],
)
def test_a_long_text_loses_no_clear_answer(text: str) -> None:
    assert parse_answer(text, LEVELS, multiple=False).letters == ("B",)


def test_a_text_that_changes_its_answer_in_between_is_read_to_its_end() -> None:
    text = f"Answer: B\n{LONG}Wait, that is wrong. The correct answer is C.\n{LONG}"
    assert parse_answer(text, LEVELS, multiple=False).letters == ("C",)
