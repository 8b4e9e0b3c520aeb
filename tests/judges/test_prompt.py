"""What a judge is asked, and how its reply is read."""

import json
import re

import jsonschema
import pytest

from leaderboard.judges.canaries import CASE
from leaderboard.judges.prompt import make_prompt, make_schema, make_seed
from leaderboard.judges.reply import BadReply, Refused, read_reply
from leaderboard.judges.untrusted import clean_report
from leaderboard.scoring.atomic import Verdict
from tests.judges.attacks import ATTACKS
from tests.judges.judge_server import MARKS
from tests.judges.rubric import RUBRIC

DIMENSION = RUBRIC.sections[0].dimensions[0]
KEYS = {"q1a": "finding", "q2b": "side"}
GOOD = {"q1a": {"verdict": "yes", "quote": "left"}, "q2b": {"verdict": "no", "quote": ""}}


@pytest.mark.parametrize("name", ATTACKS)
def test_a_report_stays_between_its_marks_and_before_the_instructions(name: str) -> None:
    report = clean_report(ATTACKS[name])
    prompt = make_prompt(DIMENSION, CASE, report, make_seed(name))
    text = prompt.messages[-1]["content"]
    (found,) = MARKS.finditer(text)
    assert json.loads(found[2]) == report.text
    assert found[1] not in report.text
    before, after = text[: found.start()], text[found.end() :]
    assert "Reply with one JSON object" in after
    assert "verdict" not in before
    assert all(question.text in after for question in DIMENSION.questions)


def test_the_same_seed_gives_the_same_prompt_and_another_seed_another_order() -> None:
    report = clean_report("A report.")
    prompts = [make_prompt(DIMENSION, CASE, report, make_seed("run", n)) for n in (1, 1, *range(9))]
    assert prompts[0] == prompts[1]
    assert len({tuple(prompt.keys.values()) for prompt in prompts}) > 5
    assert len({tuple(sorted(prompt.keys)) for prompt in prompts}) == 9
    marks = {re.search(r"<<<(\w+)", p.messages[1]["content"])[1] for p in prompts}  # type: ignore[index]
    assert len(marks) == 9


def test_the_schema_takes_a_full_answer_and_nothing_else() -> None:
    prompt = make_prompt(DIMENSION, CASE, clean_report("A report."), 1)
    schema = make_schema(prompt)
    full = {name: {"verdict": "yes", "quote": "a"} for name in prompt.keys}
    jsonschema.validate(full, schema)
    name = next(iter(full))
    for wrong in (
        {key: value for key, value in full.items() if key != name},
        full | {"q": full[name]},
        full | {name: {"verdict": "maybe", "quote": ""}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(GOOD),
        f"```json\n{json.dumps(GOOD)}\n```",
        f"<think>```json\n{{}}\n```</think>Here:\n```\n{json.dumps(GOOD, indent=2)}\n```\nDone.",
        f"The answers are {json.dumps(GOOD)}.",
        json.dumps([GOOD]),
    ],
)
def test_a_reply_is_read_bare_fenced_and_after_thoughts(content: str) -> None:
    answers = read_reply(content, KEYS)
    assert answers["finding"].verdict is Verdict.YES
    assert answers["finding"].quote == "left"
    assert answers["side"].verdict is Verdict.NO


@pytest.mark.parametrize(
    "content",
    [
        "",
        "yes to all",
        json.dumps(GOOD)[:-3],
        json.dumps({"q1a": GOOD["q1a"]}),
        json.dumps(GOOD | {"q3": GOOD["q1a"]}),
        json.dumps(GOOD | {"q1a": {"verdict": "YES!", "quote": ""}}),
        json.dumps(GOOD | {"q1a": {"verdict": "yes"}}),
        json.dumps(GOOD | {"q1a": "yes"}),
        '{"q1a": {"verdict": "no", "quote": ""}, ' + json.dumps(GOOD)[1:],
        "[" * 100_000,
    ],
)
def test_a_reply_that_does_not_answer_every_question_once_is_bad(content: str) -> None:
    with pytest.raises(BadReply):
        read_reply(content, KEYS)


def test_a_refusal_is_told_from_a_bad_reply() -> None:
    with pytest.raises(Refused):
        read_reply("I\u2019m sorry, but I cannot assist with medical reports.", KEYS)
