"""Of a text that is too long the end is kept, and a thought that was cut stays a thought."""

import time

import pytest

from leaderboard.scoring.answers import parse_answer
from leaderboard.scoring.replies import keep_end, read_said

LEVELS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"}
REASONS = "The disc is dark and the answer is A, or so it seems. " * 40


def test_of_a_text_of_megabytes_the_end_is_kept_in_little_time() -> None:
    start = time.process_time()
    kept = keep_end("<think>" + "The disc is dark. user\n" * 500_000 + "</think>ANSWER: B", 1_000)
    assert time.process_time() - start < 30
    assert read_said(kept).strip() == "ANSWER: B"


def test_a_text_that_is_short_enough_stays_as_it_is() -> None:
    assert keep_end("ANSWER: B", 9) == "ANSWER: B"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("", ""),
        ("<think>", "</think>"),
        ("[THINK]", "[/THINK]"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
        ("<seed:think>", "</seed:think>"),
    ],
)
def test_the_answer_behind_a_long_thought_is_kept_and_the_thought_hides_no_more(
    opening: str, closing: str
) -> None:
    kept = keep_end(f"{opening}{REASONS}{closing}\n\nANSWER: B", 1_000)
    assert len(kept) == 1_000
    assert parse_answer(kept, LEVELS, multiple=False).letters == ("B",)


@pytest.mark.parametrize("opening", ["<think>", "[THINK]", "<|channel>thought\n"])
def test_a_thought_that_never_ends_still_says_nothing_once_it_is_cut(opening: str) -> None:
    kept = keep_end(opening + REASONS, 1_000)
    assert len(kept) == 1_000
    assert read_said(kept) == ""
