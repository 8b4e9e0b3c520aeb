"""A judge's reply, in all the ways that models write it: read, or unreadable for a named reason."""

import json
import time
from typing import Any

import pytest

from leaderboard.judges.reply import BadReply, read_reply
from leaderboard.scoring.atomic import Verdict

KEYS = {"q1a": "finding", "q2b": "side"}
YES, NO = {"verdict": "yes", "quote": "left"}, {"verdict": "no", "quote": ""}
GOOD: dict[str, Any] = {"q1a": YES, "q2b": NO}
TEXT = json.dumps(GOOD)
OTHER = json.dumps({"q1a": NO, "q2b": NO})


def is_read(content: str) -> bool:
    answers = read_reply(content, KEYS)
    return answers == {"finding": (Verdict.YES, "left"), "side": (Verdict.NO, "")}


@pytest.mark.parametrize("verdict", ["Yes", "YES", " yes ", "yes\n", "\tyEs"])
def test_a_verdict_is_read_whatever_its_case_and_the_space_around_it(verdict: str) -> None:
    assert is_read(json.dumps(GOOD | {"q1a": {"verdict": verdict, "quote": "left"}}))


@pytest.mark.parametrize("verdict", ["Not applicable", "NOT_APPLICABLE", "not-applicable "])
def test_not_applicable_is_one_word_however_it_is_joined(verdict: str) -> None:
    answers = read_reply(json.dumps(GOOD | {"q2b": {"verdict": verdict, "quote": ""}}), KEYS)
    assert answers["side"].verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"q1a": {"Verdict": "Yes", "Quote": "left"}, "q2b": {"VERDICT": "NO"}}),
        json.dumps(GOOD | {"q2b": NO | {"reason": "It is not said.", "confidence": 0.9}}),
        json.dumps({"reasoning": "I looked.", "overall": 5, "notes": [1], **GOOD}),
        json.dumps({"answers": GOOD}),
        json.dumps({"answers": {"report": GOOD}}),
        json.dumps([GOOD]),
    ],
)
def test_what_else_a_reply_holds_is_passed_over(content: str) -> None:
    assert is_read(content)


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{TEXT}\n```",
        f"``` JSON\n{TEXT}\n```",
        f"~~~\n{TEXT}\n~~~",
        f"```json\n{TEXT}",
        f"{TEXT}\n\nThe set {{left, right}} was searched, as {{asked}}.",
        f"{TEXT} I hope that this helps!",
        f'{TEXT}\n{{"done": true}}',
        f"Let me see: {{maybe}} yes {{ no.\n{TEXT}",
        f'The form is {{"q1a": {{"verdict": "...", "quote": "..."}}}}.\n{TEXT}',
        f"First I thought {OTHER}, but then:\n{TEXT}",
        f"```json\n{OTHER}\n```\nCorrected:\n```json\n{TEXT}\n```",
    ],
)
def test_the_last_object_that_answers_is_the_reply(content: str) -> None:
    assert is_read(content)


@pytest.mark.parametrize(
    "thought",
    [
        "<think>\n{maybe} yes</think>",
        f"<think>{OTHER}</think>",
        f"{OTHER}</think>",
        "<|channel>thought\n{maybe} yes<channel|>",
        f"<|channel>thought\n{OTHER}<channel|>",
        "<|channel|>analysis<|message|>{hm}<|end|><|start|>assistant<|channel|>final<|message|>",
        f"<|channel|>analysis<|message|>{OTHER}<|end|><|start|>assistant<|channel|>final "
        "<|constrain|>json<|message|>",
        f"analysis{OTHER}assistantfinal",
        f"[THINK]{OTHER}[/THINK]",
        f"<seed:think>{OTHER}</seed:think>",
        f"<|START_THINKING|>{OTHER}<|END_THINKING|><|START_RESPONSE|>",
    ],
)
@pytest.mark.parametrize("end", ["", "<|im_end|>", "<|return|>", "<end_of_turn>\n"])
def test_what_a_judge_thinks_before_its_verdicts_is_not_its_reply(thought: str, end: str) -> None:
    assert is_read(f"{thought}{TEXT}{end}")


@pytest.mark.parametrize(
    "content",
    [
        f"<think>{TEXT}",
        f"<think>{TEXT}</think>",
        f"<|channel|>analysis<|message|>{TEXT}<|end|>",
        f"<|channel>thought\n{TEXT}<channel|>",
    ],
)
def test_verdicts_inside_a_thought_alone_are_none(content: str) -> None:
    with pytest.raises(BadReply, match="nothing"):
        read_reply(content, KEYS)


def test_marks_inside_a_quote_are_the_reports_words() -> None:
    quote = "Stenosis </think> at L4/L5 <answer> [INST] <|im_end|> left."
    content = json.dumps({"q1a": {"verdict": "yes", "quote": quote}, "q2b": NO})
    assert read_reply(content, KEYS)["finding"].quote == quote


def test_a_quote_is_kept_as_far_as_a_database_can_and_only_so_long() -> None:
    content = '{"q1a": {"verdict": "yes", "quote": "a\\u0000\\ud800 b\nc"}, "q2b": ' + json.dumps(
        {"verdict": "no", "quote": "x" * 5_000}
    )
    answers = read_reply(content + "}", KEYS)
    assert answers["finding"].quote == "a\ufffd\ufffd b\nc"
    assert answers["side"].quote == "x" * 1_000


@pytest.mark.parametrize("answer", [{"verdict": "no"}, {"verdict": "No", "quote": None}])
def test_a_no_needs_no_quote(answer: dict[str, Any]) -> None:
    assert is_read(json.dumps(GOOD | {"q2b": answer}))


# A schema is asked for, but llama.cpp, among others, drops constraints without a word.
@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"q2b": {"verdict": "maybe", "quote": ""}}, "side has the verdict 'maybe'"),
        ({"q2b": {"verdict": "", "quote": ""}}, "side has the verdict ''"),
        ({"q2b": {"verdict": "yes and no", "quote": ""}}, "side has the verdict 'yes and no'"),
        ({"q2b": {"verdict": "5" * 900, "quote": ""}}, "'" + "5" * 40 + "'"),
        ({"q2b": {"verdict": False, "quote": ""}}, "side has true or false for a verdict"),
        ({"q2b": {"verdict": None, "quote": ""}}, "side has nothing for a verdict"),
        ({"q2b": {"verdict": 1, "quote": ""}}, "side has a number for a verdict"),
        ({"q2b": {"verdict": ["no"], "quote": ""}}, "side has a list for a verdict"),
        ({"q2b": {"verdict": {"value": "no"}, "quote": ""}}, "side has an object for a verdict"),
        ({"q2b": {"quote": ""}}, "side has nothing for a verdict"),
        ({"q2b": {"verdict": "no", "quote": 5}}, "side has a number for a quote"),
        ({"q2b": {"verdict": "no", "quote": ["a"]}}, "side has a list for a quote"),
        ({"q1a": {"verdict": "yes"}}, "finding has nothing for a quote"),
        ({"q1a": {"verdict": "yes", "quote": None}}, "finding has nothing for a quote"),
        ({"q1a": "yes"}, "finding is answered by a text in place of a verdict with a quote"),
        ({"q1a": None, "q2b": 5}, "finding is answered by nothing .* side is answered by a number"),
        ({"q3": YES}, "1 answers to questions that were never asked"),
    ],
)
def test_an_answer_of_another_form_is_unreadable_and_named(
    changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(BadReply, match=named):
        read_reply(json.dumps(GOOD | changes), KEYS)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("", "^nothing$"),
        ("yes to all", "^no JSON object$"),
        (TEXT[:-3], "finding is not answered; side is not answered"),
        ("{}", "finding is not answered; side is not answered"),
        (json.dumps({"q1a": YES}), "^side is not answered$"),
        (f'{{"q1a": {json.dumps(NO)}, {TEXT[1:]}', "^finding is answered twice$"),
        (TEXT.replace('"verdict": "no"', '"verdict": "yes", "verdict": "no"'), "side has two"),
    ],
)
def test_a_question_without_its_one_answer_is_named(content: str, named: str) -> None:
    with pytest.raises(BadReply, match=named):
        read_reply(content, KEYS)


def test_of_many_problems_the_first_are_named_and_the_others_counted() -> None:
    with pytest.raises(BadReply, match=r"^k0 is not answered; k1 .*; k2 is not answered; 7 more$"):
        read_reply("{}", {f"q{n}": f"k{n}" for n in range(10)})


@pytest.mark.parametrize(
    "content", ["{" * 100_000, '{"a":' * 50_000, '{"q1a":{"a":' * 30_000, "[{" * 90_000]
)
def test_a_reply_of_braces_alone_is_read_in_little_time(content: str) -> None:
    start = time.process_time()
    with pytest.raises(BadReply):
        read_reply(content, KEYS)
    assert time.process_time() - start < 5.0
