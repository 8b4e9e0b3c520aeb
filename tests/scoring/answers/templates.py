"""Replies written by hand and labelled as a careful person reads them, with every letter as answer.

Each line of `templates.jsonl` is a reply with places for the letter that it means (`<<R>>`), its
option's words (`<<r>>`), other letters and their words; `means` says whether it names that one
letter, two, or none. Some are beyond the parser and stay in the file: the rates are of all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parents[2] / "data" / "replies" / "templates.jsonl"
ITEMS: tuple[Mapping[str, str], ...] = (
    {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"},
    {
        "A": "Disc herniation",
        "B": "Start antibiotics and obtain cultures",
        "C": "Epidural abscess",
        "D": "Bracing",
    },
)
PLACE = re.compile(r"<<(LIST|lr|fw|[A-Za-z])>>")
ROWS = (
    "{L}. {t}: {v}", "{L}) {t} - {v}", "- **{L}. {t}**: {v}", "({L}) {v}", "Option {L}: {v}",
    "* {L}: {t} -> {v}", "| {L} | {t} | {v} |", "{L}: {v}", "**Option {L} ({t})** - {v}",
    "Option {L} ({t}) {v}", "{L}. {t} {v}", "- {L}: {v}", "<li>{L}. {t}: {v}</li>",
)  # fmt: skip
VERDICTS = (
    ("Correct.", "Incorrect."), ("✓", "✗"), ("✅ Correct", "❌ Incorrect"), ("True", "False"),
    ("Yes", "No"), ("This is the correct answer.", "This is wrong."), ("right", "wrong"),
    ("This is correct because the root is weak.", "This is incorrect because the disc is bright."),
    ("is the best match", "does not match"), ("Correct answer", "Not correct"),
    ("Yes, this fits the picture.", "No, this does not fit."), ("fits best", "does not fit"),
    ("This matches the findings best.", "Not supported."), ("Most likely", "Unlikely"),
    ("Likely", "Unlikely"), ("This is the most appropriate option.", "Not appropriate here."),
    ("Supported by the image.", "Not seen."),
    ("consistent with the findings.", "inconsistent with the findings."),
)  # fmt: skip
INLINE = (
    "A: {A}, B: {B}, C: {C}, D: {D}", "A - {A}; B - {B}; C - {C}; D - {D}",
    "(A) {A} (B) {B} (C) {C} (D) {D}", "A = {A}\nB = {B}\nC = {C}\nD = {D}",
    "Option A: {A}. Option B: {B}. Option C: {C}. Option D: {D}.", "A) {A}\nB) {B}\nC) {C}\nD) {D}",
)  # fmt: skip
BRIEF = (
    ("yes", "no"), ("correct", "incorrect"), ("true", "false"), ("✓", "✗"), ("right", "wrong"),
    ("likely", "unlikely"), ("supported", "not supported"), ("fits", "does not fit"),
)  # fmt: skip
CLOSINGS = (
    "",
    "\n\nTherefore, {}.",
    "\n\nThe answer is {}.",
    "\n\nSo the correct option is **{}**.",
)


class Case(NamedTuple):
    """A filled reply, its item, and the letters that it means."""

    text: str
    options: Mapping[str, str]
    multiple: bool
    letters: tuple[str, ...]
    right: str


def read_templates(group: str) -> Iterator[dict[str, object]]:
    with FILE.open(encoding="utf-8") as lines:
        yield from (case for case in map(json.loads, lines) if case["group"] == group)


def fill(group: str) -> Iterator[Case]:
    for template, options, right in product(read_templates(group), ITEMS, "ABCD"):
        wrong, other, last = (letter for letter in "ABCD" if letter != right)
        held = {
            "R": right,
            "W": wrong,
            "V": other,
            "U": last,
            **dict(zip("abcd", "ABCD", strict=True)),
        }
        words = {name.lower(): options[letter] for name, letter in held.items()}
        words |= {"R": right, "W": wrong, "V": other, "U": last, "lr": right.lower()}
        words["fw"] = chr(ord(right) + 0xFEE0)
        words["LIST"] = "\n".join(f"{letter}. {text}" for letter, text in options.items())
        text = filled(str(template["text"]), words)
        means = {"one": {right}, "two": {right, other}, "none": set[str]()}[str(template["means"])]
        yield Case(text, options, bool(template["multiple"]), tuple(sorted(means)), right)


def filled(text: str, words: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: words[place[1]], text)


def verdict_lists() -> Iterator[Case]:
    for row, (yes, no), closing, right in product(ROWS, VERDICTS, CLOSINGS, "ABCD"):
        rows = [
            row.format(L=letter, t=words, v=yes if letter == right else no)
            for letter, words in ITEMS[0].items()
        ]
        yield Case("\n".join(rows) + closing.format(right), ITEMS[0], False, (right,), right)
    for form, (yes, no), right in product(INLINE, BRIEF, "ABCD"):
        verdicts = {letter: yes if letter == right else no for letter in "ABCD"}
        yield Case(form.format(**verdicts), ITEMS[0], False, (right,), right)
