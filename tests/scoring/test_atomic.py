"""Verdicts become a rating by fixed weights, never in a report's favour by default."""

import pytest

from leaderboard.scoring.atomic import Answer, Verdict, rate_answers
from leaderboard.scoring.rubric import Question

QUESTIONS = [
    Question(key="finding", text="Finding?", weight=3),
    Question(key="level", text="Level?", weight=2),
    Question(key="side", text="Side?", weight=1, conditional=True),
    Question(key="invented", text="Invented?", weight=2, good="no"),
]
WORDS = {
    "y": Answer(Verdict.YES, True),
    "u": Answer(Verdict.YES, False),
    "n": Answer(Verdict.NO, False),
    "-": Answer(Verdict.NOT_APPLICABLE, False),
}


# By hand: 1 + 4 x earned weight / applicable weight; y yes with its quote, u yes without.
@pytest.mark.parametrize(
    ("verdicts", "value", "n_unsupported"),
    [
        ("yyyn", 5.0, 0),  # 8 of 8
        ("yy-n", 5.0, 0),  # 7 of 7: the side does not apply
        ("yynn", 4.5, 0),  # 7 of 8
        ("ynnn", 3.5, 0),  # 3 + 2 of 8
        ("yyyy", 4.0, 0),  # 6 of 8: something is invented
        ("yyyu", 4.0, 0),  # a bad verdict needs no quote
        ("nnnn", 1.0, 0),  # nothing is said: nothing invented is no merit
        ("uuun", 1.0, 3),  # quotes that are not in the report earn nothing, and no merit either
        ("yuyn", 4.0, 1),  # 3 + 1 + 2 of 8
        ("y---", 1 + 4 * 3 / 7, 0),  # only the conditional question may leave the sum
        ("---n", 1.0, 0),
    ],
)
def test_a_rating_is_the_weight_earned_of_the_weight_that_applies(
    verdicts: str, value: float, n_unsupported: int
) -> None:
    answers = {q.key: WORDS[word] for q, word in zip(QUESTIONS, verdicts, strict=True)}
    rating = rate_answers(QUESTIONS, answers)
    assert rating.value == pytest.approx(value)
    assert rating.n_unsupported == n_unsupported


def test_a_dimension_where_nothing_applies_is_unscored_with_its_reason() -> None:
    rating = rate_answers(QUESTIONS, dict.fromkeys([q.key for q in QUESTIONS], WORDS["-"]))
    assert rating.value is None
    assert "applicable" in rating.reason


def test_an_answer_that_is_missing_is_never_guessed() -> None:
    with pytest.raises(KeyError):
        rate_answers(QUESTIONS, {"finding": WORDS["y"]})
