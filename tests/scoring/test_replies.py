"""What a model's raw output says, whatever marks its family sets and a server strips."""

# ruff: noqa: RUF001 -- the fullwidth bars of DeepSeek's tokens are meant.

import json
import time
from pathlib import Path

import pytest

from leaderboard.judges.reply import read_reply
from leaderboard.scoring.answers import parse_answer
from leaderboard.scoring.checklist import visible_text
from leaderboard.scoring.replies import read_said
from tests.scoring.families import ENDS, THOUGHTS

DATA = Path(__file__).parent.parent / "data"
LEVELS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"}


def read_cases(name: str) -> list[dict[str, object]]:
    with (DATA / "replies" / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("family", THOUGHTS)
def test_what_a_model_thinks_is_not_said(family: str) -> None:
    opens, closes = THOUGHTS[family]
    reply = f"{opens}The answer is A. {{hm}} Or C?{closes}ANSWER: B"
    assert read_said(reply).strip() == "ANSWER: B"
    assert parse_answer(reply, LEVELS, multiple=False).letters == ("B",)


# "analysis of the images shows ..." may as well begin a report.
NOT_TOLD_UNLESS_CLOSED = {
    "opened in the prompt",
    "gpt-oss, stripped, with a space",
    "Apriel",
    "Granite",
}


@pytest.mark.parametrize("family", sorted(THOUGHTS.keys() - NOT_TOLD_UNLESS_CLOSED))
def test_a_thought_that_is_never_closed_hides_what_follows(family: str) -> None:
    opens, _ = THOUGHTS[family]
    assert read_said(f"{opens}Maybe L3/L4. The answer is A. But I should").strip() == ""


@pytest.mark.parametrize("family", ENDS)
def test_only_the_first_turn_is_said(family: str) -> None:
    ends, opens = ENDS[family]
    assert read_said(f"B{ends}").strip() == "B"
    said = read_said(f"ANSWER: B{ends}{opens}And the next one?{ends}ANSWER: A")
    if family == "Idefics":  # its end token alone ends the turn
        assert opens not in said
    assert said.strip() == "ANSWER: B"


@pytest.mark.parametrize("family", THOUGHTS)
@pytest.mark.parametrize(
    "end", ["", "<|im_end|>", "<end_of_turn>", "</s>", "<｜end▁of▁sentence｜>"]
)
def test_a_report_inside_a_thought_earns_nothing(family: str, end: str) -> None:
    opens, closes = THOUGHTS[family]
    reply = f"{opens}L4/L5 disc herniation. Discectomy.{closes}I cannot tell.{end}"
    assert visible_text(reply).strip() == "I cannot tell."


@pytest.mark.parametrize(
    "case", read_cases("report-thoughts.jsonl"), ids=lambda c: str(c["family"])
)
def test_a_report_in_the_thoughts_of_each_known_case_is_hidden(case: dict[str, object]) -> None:
    shown = visible_text(str(case["prediction"]))
    assert shown.strip() == "I cannot tell from these images."


@pytest.mark.parametrize("family", THOUGHTS)
def test_a_judge_that_thinks_in_braces_is_read(family: str) -> None:
    opens, closes = THOUGHTS[family]
    verdicts = '{"q1": {"verdict": "no", "quote": ""}}'
    read = read_reply(f"{opens}{{maybe}} yes {{{closes}{verdicts}", {"q1": "disc"})
    assert read["disc"].verdict == "no"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("## Thinking\n\nA?\n\n## Final Response\n\nB", "## Final Response\n\nB"),
        ("**Thinking Process:**\nA?\n**Final Answer**\nB", "**Final Answer**\nB"),
        ("## Thinking\nA?\n### First\nA.\n## Findings\nB", "## Findings\nB"),
        ("# Thinking\nA?", ""),
        ("# Thought process\nL4/L5 is narrow.", "# Thought process\nL4/L5 is narrow."),
        ("Thoughts on L4/L5:\nA", "Thoughts on L4/L5:\nA"),
        ("## Thinking about L4/L5\nA", "## Thinking about L4/L5\nA"),
    ],
)
def test_a_thought_under_a_heading_ends_at_the_heading_of_what_is_said(
    reply: str, said: str
) -> None:
    assert read_said(reply) == said


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ("The correct answer is <|begin_of_box|>B<|end_of_box|>.", "The correct answer is B."),
        ("L4/L5, so A? No.\n<|begin_of_box|>B<|end_of_box|>", "B"),
        ("A<answer>B</answer>", "<answer>B</answer>"),
        ("<think>A, so <answer>B</answer>", "<answer>B</answer>"),
        ("<think>A, so <answer>A</answer></think>B", "B"),
        ("<|channel|>final <|constrain|>JSON<|message|>{}<|return|>", "{}"),
        ('analysisA?assistantfinal json{"a": 1}', '{"a": 1}'),
        ("<|channel|>musing<|message|>A<|end|>", ""),
        ("<|channel>thought\nA?<turn|>\n<|turn>user\nQ<turn|>\n<|turn>model\nA", ""),
        ("<|vision_start|>x<|vision_end|>B", "xB"),
        ("B<some_token>", "B"),
        ("<internal>A?</internal>B", "B"),
        ("<hidden>A?</hidden>\nB", "B"),
        ("<planning>A?</planning>\n\nB", "B"),
        ("<|sot|>A?<|eot|>B", "B"),
        ("<|sot|>B<|eot|>", "B"),
        ("<s>B</s>", "B"),
        ("model\nB", "B"),
        ("Bassistant\n\nA", "B"),
        ("[INST] <<SYS>>A<</SYS>> A? [/INST] B</s>", "B"),
        ("<start_of_turn>user\nA?<end_of_turn>\n<start_of_turn>model\nB<end_of_turn>", "B"),
        ("[gMASK]<sop><|assistant|>\nB<|observation|>\nA", "B"),
    ],
)
def test_marks_are_read_by_their_shape(reply: str, said: str) -> None:
    assert read_said(reply).strip() == said


@pytest.mark.parametrize(
    "text",
    [
        "Osteophytes <5 mm, canal <10 mm and > 6 mm; L4<L5, a > b, A <B and C> D.",
        "<findings>L4/L5</findings>\n<reasoning>Weak.</reasoning>\n<conclusion>L5</conclusion>",
        "<imaging_report>L4</imaging_report>\n<reasoning_and_disclaimer>y</reasoning_and_disclaimer>",
        "<h2>Analysis</h2><p>L4/L5 <b>disc</b>, <s>left</s> right.</p>",
        "Thoughts on the level: L4/L5.\nanalysis of the sagittal image shows a protrusion.",
        "analysis:\nthe disc is dark\n\nfinal:\nL4/L5",
        "[LEFT] [analysis] [B] Findings of the user interface | a | b |",
        "The patient is a user of opioids.\nThe model of the implant is unknown.",
        "| Level | Finding |\n|---|---|\n| L4/L5 | <3 mm |",
        "Final diagnosis: stenosis. The assistant finally agreed.",
        "analysis of the images by the assistant\nfinally shows a protrusion.",
        "Canal &lt;10 mm, &lt;b&gt;left&lt;/b&gt; and \\<right\\>.",
        "Instructions: rest.\nUsers: 2 readers.\nHuman anatomy: normal.",
        "[Begin] L4/L5 [End of report] [L45]",
        "Here is my reasoning: L4/L5 is narrow.\n\nHere is my impression: stenosis.",
        "```\nL4/L5: stenosis\n```\n<details><summary>Measurements</summary>8 mm</details>",
    ],
)
def test_medical_text_stays_as_it_is(text: str) -> None:
    assert read_said(text) == text


@pytest.mark.parametrize(
    "piece",
    ["<", "<|a|>", "<think>", "</think>", ".<eos>", "<x_y>", "[analysis]", "<SUMMARY>", "\n ",
     "<|channel|>", "```think\n", "<details type=reasoning>", "&lt;think&gt;",
     "<|begin_of_box|>", "analysis", "<answer>", "<|start|>assistant", "x.user\n", " ", "\t"],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["", "<|im_start|>", "<|channel|>", "x.user\n"])
def test_a_hostile_reply_is_read_in_little_time(opening: str, piece: str) -> None:
    start = time.process_time()
    read_said(opening + (piece * 200_000)[:200_000])
    # A second or less on an idle machine; what is quadratic takes minutes.
    assert time.process_time() - start < 30


def test_a_field_of_reasoning_that_a_gateway_made_a_tag_is_a_thought() -> None:
    said = read_said("<reasoning_content>Severe stenosis.</reasoning_content>I cannot tell.")
    assert said.strip() == "I cannot tell."
