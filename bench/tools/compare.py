"""What the tools asked and what is read from their logs, beside what is true."""

from __future__ import annotations

import io
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image as Picture
from PIL import ImageChops

from bench.tools.endpoint import Request, serve
from bench.tools.questions import Question, Questions, read_questions
from bench.tools.runs import read_logs, run_tool, write_folder
from leaderboard.scoring.answers import parse_answer
from spinebench.tools import MAX_TOKENS, WRITERS

EXACT = {"lm_eval": "pixels", "inspect": "bytes", "vlmevalkit": "number"}
"""What of the pictures has to be as in the benchmark."""


class Scores(NamedTuple):
    """How many multiple-choice questions of how many are right, by track."""

    right: Counter[str]
    asked: Counter[str]

    def write(self) -> str:
        """As `text 41/56, image 21/28`."""
        return ", ".join(f"{track} {self.right[track]}/{n}" for track, n in self.asked.items())


def measure() -> None:
    """A line for each tool. Raises AssertionError where anything differs from the truth."""
    with read_questions() as questions, tempfile.TemporaryDirectory() as where:
        truth = score(questions.items, {one.id: one.answer for one in questions.items.values()})
        print(f"true: {truth.write()}; {len(questions.items)} questions")
        for tool in WRITERS:
            folder = Path(where) / tool
            folder.mkdir()
            texts, note = run(questions, tool, folder)
            found = score(questions.items, texts)
            print(f"{tool:12}read: {found.write()}; {len(texts)} texts; {note}")
            assert found == truth, f"{tool}: the score is not the true one"


def run(questions: Questions, tool: str, where: Path) -> tuple[dict[str, str], str]:
    """What is read from the logs of a tool, by item id, and a note on the pictures it sent."""
    folder = write_folder(questions, tool, where)
    with serve(questions.items) as (url, requests):
        logs = run_tool(tool, folder, url)
    note = check_requests(questions.items, requests, tool)
    lines = read_logs(logs, where).read_text(encoding="utf-8").splitlines()
    texts = {line["id"]: line["prediction"] for line in map(json.loads, lines)}
    for key, question in questions.items.items():
        assert drop_thoughts(texts.get(key, "")) == drop_thoughts(question.answer), (tool, key)
    return texts, note


def drop_thoughts(text: str) -> str:
    """A reply without what stands in <think>, which inspect_ai keeps apart, and blanks around."""
    return text.rpartition("</think>")[2].strip()


def check_requests(
    questions: Mapping[str, Question], requests: Sequence[Request], tool: str
) -> str:
    """How far pictures are off. Raises AssertionError unless each item was asked once, rightly."""
    asked = Counter(request.item for request in requests)
    once: Counter[str | None] = Counter(list(questions))
    assert asked == once, f"{tool} asked {asked - once} too often and left out {once - asked}"
    furthest = 0
    for request in requests:
        question = questions[str(request.item)]
        assert request.roles == ("user",), f"{tool} sent messages of {request.roles}"
        assert request.temperature == 0, f"{tool} sent temperature {request.temperature}"
        assert request.limit >= MAX_TOKENS[question.track], f"{tool} allowed {request.limit}"
        assert len(request.pictures) == len(question.pictures), f"{tool}: {question.id}"
        if EXACT[tool] == "bytes":
            assert request.pictures == question.pictures, f"{tool}: {question.id}"
        pairs = zip(request.pictures, question.pictures, strict=True)
        furthest = max([furthest, *(compare(sent, own) for sent, own in pairs)])
    assert furthest == 0 or EXACT[tool] == "number", f"{tool} changed pixels"
    return f"pixels off by at most {furthest} of 255"


def compare(sent: bytes, own: bytes) -> int:
    """The largest difference of a colour between two pictures of one size."""
    first, second = (Picture.open(io.BytesIO(one)).convert("RGB") for one in (sent, own))
    assert first.size == second.size, f"{first.size} is not {second.size}"
    differences = ImageChops.difference(first, second).tobytes()
    return max(differences)


def score(questions: Mapping[str, Question], texts: Mapping[str, str]) -> Scores:
    """How many are right, as the server reads letters: exactly the key's."""
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for question in questions.values():
        if question.key:
            text = texts.get(question.id, "")
            read = parse_answer(text, question.options, multiple=question.multiple)
            asked[question.track] += 1
            right[question.track] += read.letters == question.key
    return Scores(right, asked)
