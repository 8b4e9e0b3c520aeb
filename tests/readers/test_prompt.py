"""What a reader is asked: the text is data, and the reply's schema takes readings alone."""

import json

import jsonschema
import pytest

from leaderboard.readers.prompt import make_reader_prompt
from tests.judges.attacks import ATTACKS
from tests.judges.judge_server import MARKS

OPTIONS = {"A": 'L3/L4 "upper"', "B": "L4/L5"}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_text_stays_between_its_marks_and_before_the_instructions(name: str) -> None:
    prompt = make_reader_prompt(ATTACKS[name], OPTIONS, multiple=False)
    text = prompt.messages[-1]["content"]
    (found,) = MARKS.finditer(text)
    assert json.loads(found[2]) == ATTACKS[name]
    assert found[1] not in ATTACKS[name]
    assert "Reply with one JSON object" in text[found.end() :]
    assert 'A: "L3/L4 \\"upper\\""\nB: "L4/L5"' in text[: found.start()]


def test_the_prompt_says_how_many_letters_an_item_takes() -> None:
    one, several = (
        make_reader_prompt("Text.", OPTIONS, multiple=multiple) for multiple in (False, True)
    )
    assert "exactly one right answer" in one.messages[-1]["content"]
    assert "several right answers" in several.messages[-1]["content"]
    assert one.hash != several.hash


def test_the_schema_takes_letters_of_the_item_with_a_quote_and_nothing_else() -> None:
    schema = make_reader_prompt("Text.", OPTIONS, multiple=False).schema
    for right in ({"letters": ["B"], "quote": "q"}, {"letters": [], "quote": ""}):
        jsonschema.validate(right, schema)
    for wrong in (
        {"letters": ["C"], "quote": "q"},
        {"letters": ["B"]},
        {"letters": "B", "quote": "q"},
        {"letters": ["B"], "quote": "q", "verdict": "yes"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
