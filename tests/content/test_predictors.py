"""What the bundled predictions say beside their texts."""

import json
import math

import pytest

from content.predictors.questions import PREDICTIONS, Question, read_questions
from content.predictors.small_models import find_confidence

QUESTION = Question("q", "text", ("A", "B"), "", "", multiple=False)


def choose(token: str, share: float) -> dict[str, object]:
    return {"logprobs": {"content": [{"token": token, "logprob": math.log(share)}]}}


def test_a_confidence_is_the_probability_of_the_letter_that_a_text_begins_with() -> None:
    assert find_confidence(choose(" B", 0.4), QUESTION) == pytest.approx(0.4)
    assert find_confidence(choose(" The", 0.4), QUESTION) is None
    assert find_confidence(choose(" B", 0.4), QUESTION._replace(multiple=True)) is None
    assert find_confidence({}, QUESTION) is None


def test_bundled_confidences_are_of_answers_that_begin_with_a_letter_of_one_question() -> None:
    questions = {one.id: one for one in read_questions("test")}
    lines = (PREDICTIONS / "gemma-3-270m" / "predictions.jsonl").read_text().splitlines()
    known = [line for line in map(json.loads, lines) if "confidence" in line]
    assert len(known) > 50
    for line in known:
        question = questions[line["id"]]
        assert 0 < line["confidence"] < 1
        assert not question.multiple
        assert line["prediction"].split()[0].strip(".") in question.letters
