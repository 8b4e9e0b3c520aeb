"""Texts of answers as models compose them, each with the letter that it means: seeded, without end.

A text is a reason, a heading, a list of the options with verdicts, a closing, and what follows.
"""

# ruff: noqa: E501, RUF001 -- other scripts' characters are meant, and lines of texts stay whole.

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

ITEMS: tuple[Mapping[str, str], ...] = (
    {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"},
    {"A": "Laminectomy", "B": "Posterior fusion", "C": "Vertebroplasty", "D": "Bracing"},
    {"A": "Type A3", "B": "Type B2", "C": "Type C", "D": "Type A1", "E": "Type A4"},
    {
        "A": "Left L4 root",
        "B": "Right L5 root",
        "C": "Left S1 root",
        "D": "Right L4 root",
    },
    {"A": "Epidural abscess", "B": "Metastasis of the body", "C": "Haemangioma", "D": "Myeloma"},
)

HEADINGS = (
    "Let's look at the options:", "Let me go through the choices:", "Here are the options:",
    "I will consider each option:", "Options:", "Choices:", "The options are:",
    "Looking at each option:", "Evaluating the choices:", "Let us analyse the answer choices:",
    "Analysis of the options:", "Answer choices:", "Possible answers:", "The possible answers are:",
    "Considering the alternatives:", "Step 1: Review the options.", "Reviewing the answer options:",
    "## Options", "**Options:**", "### Analysis of each option", "The choices given are:",
    "We have the following options:", "Now, the options:", "Let me evaluate each answer option:",
    "Let me compare the options one by one:", "Of the options:", "Here is my analysis:",
    "Now consider the answers:", "Option analysis:", "First, the options are:", "",
    "The question asks for the best option. The options:", "Consider the choices below:",
)  # fmt: skip
FORMS = ("{}. ", "{}) ", "({}) ", "- {}: ", "* **{}.** ", "**{})** ", "- **{}**: ", "Option {}: ",
         "{}: ", "- ({}) ", "1. {}: ", "{} - ")  # fmt: skip
WRONG = (
    "no", "this is wrong", "incorrect", "unlikely", "not supported by the findings", "does not fit",
    "ruled out", "not consistent with the picture", "normal here, no", "Unlikely, no", "Incorrect",
    "would cause other signs", "is a possibility, but less likely", "excluded by the image",
    "possible but not the best", "wrong", "false", "not involved, no", "No", "cannot explain it",
)  # fmt: skip
RIGHT = (
    "yes", "this fits", "correct", "matches the findings", "fits best", "a clear match",
    "this explains the weakness", "most consistent", "possible", "likely", "Yes", "Correct",
    "compresses the root, yes", "the best fit", "true", "consistent with the history",
)  # fmt: skip
OFFICIAL = (
    "ANSWER: {}", "Answer: {}", "**ANSWER: {}**", "Answer: **{}**", "**Answer:** {}", "answer: {}",
    "Final answer: {}", "**Final Answer: {}**", "The answer is {}.", "The correct answer is {}.",
    "My final option: [{}]", "$\\boxed{{{}}}$", "\\boxed{{{}}}", "The final answer is \\boxed{{{}}}.",
    "The correct answer is **({})**.", "Answer: ({})", "ANSWER: {}.", "Answer: {} ", "# Answer: {}",
    "Therefore, the correct answer is: {}", "So the answer is {}.", "ANSWER: [{}]", "Answer: `{}`",
    "Final answer: \\boxed{{\\text{{{}}}}}", "<answer>{}</answer>", "Correct option: {}",
    "Antwort: {}", "Respuesta: {}", "Réponse : {}", "Resposta: {}", "Risposta: {}", "Ответ: {}",
    "答案：{}", "正确答案是{}。", "정답: {}", "答え：{}", "Cevap: {}", "La respuesta correcta es {}.",
    "Die richtige Antwort ist {}.", "La réponse correcte est {}.", "Jawaban: {}", "Antwoord: {}",
    "Svar: {}", "Odpowiedź: {}", "Đáp án: {}", "最终答案：**{}**", "A resposta correta é {}.",
    "Answer = {}", "Answer - {}", "La risposta corretta è {}.", "Best answer: {}",
)  # fmt: skip
FOLLOWS = (
    "", "", "", "\n\nWould you like me to explain the other levels?",
    "\n\nDo you want a differential diagnosis as well?",
    "\n\nLet me know if you have any questions.", "\n\nIs there anything else I can help you with?",
    "\n\nI hope this helps!", "\nConfidence: 90%", "\n\nFeel free to ask for more detail.",
    "\n\nIf you would like more detail, I can go through the images.",
    "\n\nShall I write a report on this case?", "<|im_end|>", "</s>",
    "<|eot_id|>", "<end_of_turn>\n<start_of_turn>user\nAnd the next one?<end_of_turn>",
    "\n\nWhat other findings would you like to discuss?", "\n\nHappy to discuss this further.",
    "\n\nNote: this is not medical advice; a clinician must review it.",
    "\n\nMöchten Sie eine Erklärung?", "\n\n¿Quieres que explique las otras opciones?",
    "\n\nSouhaitez-vous plus de détails ?", "\n\n需要我解释其他选项吗？",
)  # fmt: skip
REASONS = (
    "", "", "The great toe extensor is weak.", "The patient has a foot drop on the left.",
    "The findings point to one level. A clear pattern emerges.",
    "<think>It could be {other}. The answer is {other}?</think>",
    "A 45-year-old patient presents with leg pain.", "Vitamin B is normal. Grade C disc.",
)  # fmt: skip


class Written(NamedTuple):
    """A text and the one letter it means; "" for none."""

    text: str
    options: Mapping[str, str]
    letter: str


def write_official(seed: int) -> Iterator[Written]:
    """Texts that end in an official line, each letter as often as the others."""
    chance = random.Random(seed)
    while True:
        options = chance.choice(ITEMS)
        for letter in "ABCD":
            parts = [*_opening(chance, options, letter), chance.choice(OFFICIAL).format(letter)]
            text = "\n".join(parts) if chance.random() < 0.5 else "\n\n".join(parts)
            yield Written(text + chance.choice(FOLLOWS), options, letter)


def write_lists(seed: int) -> Iterator[Written]:
    """Texts that end in their list of verdicts, or are cut off there."""
    chance = random.Random(seed)
    while True:
        options = chance.choice(ITEMS)
        for letter in "ABCD":
            text = "\n".join(_opening(chance, options, letter))
            if chance.random() < 0.5:
                text = text[: chance.randint(len(text) // 3, len(text))]
            yield Written(text, options, letter)


CLAIMS = (
    "So I would go with {}.", "I choose {}.", "{} is correct.", "Option {} is the best choice.",
    "That leaves {}.", "Therefore {}.", "{} fits best, as the reflex is absent.", "It must be {}.",
    "My choice is {} because the disc is narrow.", "The best option here is {}, since it fits.",
    "I am confident that {} is the right answer.", "Thus, option {} is the most likely diagnosis.",
)  # fmt: skip


def write_free(seed: int) -> Iterator[Written]:
    """Texts that say their answer in a sentence of their own."""
    chance = random.Random(seed)
    while True:
        options = chance.choice(ITEMS)
        for letter in "ABCD":
            parts = [*_opening(chance, options, letter), chance.choice(CLAIMS).format(letter)]
            yield Written("\n".join(parts) + chance.choice(FOLLOWS), options, letter)


def _opening(chance: random.Random, options: Mapping[str, str], letter: str) -> list[str]:
    other = chance.choice([other for other in options if other != letter])
    parts = [chance.choice(REASONS).format(other=other), chance.choice(HEADINGS)]
    if chance.random() < 0.85:
        form, gap = chance.choice(FORMS), chance.choice((": ", " - ", ", ", "; ", ". ", " "))
        shows_text, stop = chance.random() < 0.7, chance.choice((".", "", "."))
        for own, words in options.items():
            verdict = chance.choice(RIGHT if own == letter else WRONG)
            shown = f"{words}{gap}" if shows_text else ""
            parts.append(f"{form.format(own)}{shown}{verdict}{stop}")
    return [part for part in parts if part]
