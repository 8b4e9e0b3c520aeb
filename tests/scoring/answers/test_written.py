"""The answers of texts composed at random are read, each letter as often as the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

import pytest

from leaderboard.scoring.answers import AnswerOutcome, parse_answer
from tests.scoring.answers.written import (
    HEADINGS,
    OFFICIAL,
    Written,
    write_free,
    write_lists,
    write_official,
)

CASES = Path(__file__).parents[2] / "data" / "replies" / "answers.jsonl"
LEVELS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"}
N_OFFICIAL = 24_000
"""More than 20,000 of them are distinct; they are read in about ten seconds."""
N_OTHER = 2_000


def read_cases() -> list[dict[str, object]]:
    with CASES.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def count(texts: Iterable[Written]) -> tuple[Counter[str], Counter[str], list[Written]]:
    """How many distinct texts mean each letter, how many are read so, and those read otherwise."""
    every, read, misread = Counter[str](), Counter[str](), list[Written]()
    for one in {text.text: text for text in texts}.values():
        letters = parse_answer(one.text, one.options, multiple=False).letters
        every[one.letter] += 1
        read[one.letter] += letters == (one.letter,)
        if letters and letters != (one.letter,):
            misread.append(one)
    return every, read, misread


def test_a_last_line_in_the_prompts_own_form_decides_whatever_stands_before() -> None:
    every, read, misread = count(islice(write_official(seed=29), N_OFFICIAL))
    assert every.total() > 20_000
    assert misread == []
    assert read.total() >= 0.995 * every.total()
    shares = [read[letter] / every[letter] for letter in "ABCD"]
    assert max(shares) - min(shares) < 0.005


def test_a_sentence_that_chooses_is_never_read_as_another_letter() -> None:
    every, read, misread = count(islice(write_free(seed=29), N_OTHER))
    assert len(misread) < 0.005 * every.total()
    assert read.total() > 0.98 * every.total()
    shares = [read[letter] / every[letter] for letter in "ABCD"]
    assert max(shares) - min(shares) < 0.02


def test_a_list_of_verdicts_that_was_cut_off_seldom_yields_a_letter() -> None:
    every, _, misread = count(islice(write_lists(seed=29), N_OTHER))
    assert len(misread) < 0.01 * every.total()


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("letter", "ABCD")
def test_a_heading_before_a_list_claims_nothing(heading: str, letter: str) -> None:
    rows = "\n".join(f"{own}. {words}: seen here" for own, words in LEVELS.items())
    text = f"{heading}\n{rows}\n\nANSWER: {letter}"
    assert parse_answer(text, LEVELS, multiple=False).letters == (letter,)
    assert parse_answer(f"{heading}\n{rows}", LEVELS, multiple=False).letters == ()


@pytest.mark.parametrize("form", OFFICIAL)
def test_each_form_names_several_letters_for_an_item_that_has_them(form: str) -> None:
    text = f"A is not alone.\n{form.format('B, D')}"
    assert parse_answer(text, LEVELS, multiple=True).letters == ("B", "D")
    outcome = parse_answer(text, LEVELS, multiple=False).outcome
    assert outcome is not AnswerOutcome.ANSWERED


@pytest.mark.parametrize("case", read_cases(), ids=lambda case: f"{case['kind']}")
def test_texts_as_models_and_servers_really_give_them_are_read(case: Mapping[str, object]) -> None:
    parsed = parse_answer(
        str(case["text"]),
        case["options"],  # type: ignore[arg-type]
        multiple=bool(case["multiple"]),
    )
    assert list(parsed.letters) == case["expected"]


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("ANSWER: B\nWait, that is wrong.", ()),
        ("ANSWER: B\nNo, the answer is C.", ("C",)),
        ("Answer: A\nThe root is L5, so I look again.\nAnswer: C", ("C",)),
        ("Answer: A\nAnswer: C", ()),
        ("I do not think the answer is B.", ()),
        ("ANSWER: B or C", ()),
        ("ANSWER: E", ()),
        ("Is the answer B?", ()),
        ("If the disc were at L4/L5, the answer is B.", ()),
        ("The correct answer is:\nA. L3/L4\nB. L4/L5\nC. L5/S1\nD. L2/L3", ()),
        ("Options: A, B, C, D.\nANSWER: C, because the reflex is absent.", ("C",)),
        ("D\nA. L3/L4\nB. L4/L5\nC.", ("D",)),
        ("B\nA. L3/L4\nB. L4/L5\nC. L5/S1\nD. L2/L3\nAnswer: B\nA. L3/L4\nB", ("B",)),
        ("Options:\nA. L3/L4\nB. L4/L5\nC. L5/S1\nD. L2/L3\n\nB", ("B",)),
        ("ANSWER: B. Would you like me to explain why A is wrong?", ("B",)),
        ("Answer: D\n\nWhy is A wrong? Because L3/L4 is bright.", ("D",)),
        ("ANSWER: B (L5/S1)", ()),
        ("- A: ✗\n- B: ✗\n- C: ✓\n- D: ✗", ("C",)),
        ("The answer choices are:\nA. L3/L4\nB. L4", ()),
        ("The angle is \\boxed{\\Delta D > 10^\\circ}.", ()),
        ("A: no\nB: Correct. The disc protrudes.\nC: no\nD: no", ("B",)),
    ],
)
def test_a_last_line_decides_only_where_it_stands(text: str, letters: tuple[str, ...]) -> None:
    assert parse_answer(text, LEVELS, multiple=False).letters == letters
