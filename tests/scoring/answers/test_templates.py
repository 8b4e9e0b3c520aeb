"""Replies written and labelled by hand are read as a careful person reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from leaderboard.scoring.answers import parse_answer
from tests.scoring.answers.templates import Case, fill, verdict_lists


def rates(cases: Iterator[Case]) -> tuple[float, float, float]:
    """The shares read right and read wrong, and between letters the widest gap of the first."""
    every, read, n_wrong = Counter[str](), Counter[str](), 0
    for case in cases:
        letters = parse_answer(case.text, case.options, multiple=case.multiple).letters
        every[case.right] += 1
        read[case.right] += letters == case.letters
        n_wrong += bool(letters) and letters != case.letters
    shares = [read[letter] / every[letter] for letter in "ABCD"]
    return read.total() / every.total(), n_wrong / every.total(), max(shares) - min(shares)


@pytest.mark.parametrize(
    ("group", "least_right"),
    [("marks", 0.99), ("marked", 0.97), ("free", 0.97), ("fresh", 0.96), ("none", 1.0)],
)
def test_replies_are_read_as_a_careful_person_reads_them(group: str, least_right: float) -> None:
    right, wrong, gap = rates(fill(group))
    assert wrong == 0
    assert right >= least_right
    assert gap < 0.005


def test_a_verdict_on_each_option_names_the_one_that_is_called_right() -> None:
    right, wrong, gap = rates(verdict_lists())
    assert (right, wrong, gap) == (1.0, 0.0, 0.0)
