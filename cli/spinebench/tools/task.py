"""What a tool is to ask: the questions of a split, as they were downloaded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from spinebench.errors import SpinebenchError

MAX_TOKENS = {"text": 2_048, "image": 2_048, "report": 4_096}
"""The most tokens that the server lets an endpoint write for an item, unless a team sets others."""
URL = "http://127.0.0.1:8000/v1"
"""An OpenAI-compatible server as people start one: to be replaced by one's own."""


class TaskItem(NamedTuple):
    """An item: its id, its track, what the model is asked, and paths of pictures in the folder."""

    id: str
    track: str
    prompt: str
    images: tuple[str, ...]


class Task(NamedTuple):
    """The questions of a split of a benchmark in one version; `folder` is what it will be named."""

    benchmark: str
    version: str
    split: str
    folder: str
    items: tuple[TaskItem, ...]

    @property
    def name(self) -> str:
        """A name that Python and every tool take, such as spinebench_mini_test."""
        name = re.sub(r"[^a-z0-9]+", "_", f"{self.benchmark}_{self.split}".lower())
        return f"benchmark_{name}" if name[0].isdigit() else name

    @property
    def tracks(self) -> dict[str, list[TaskItem]]:
        """The items of each track that there is, in the order of MAX_TOKENS."""
        order = list(MAX_TOKENS)
        items = sorted(self.items, key=lambda item: order.index(item.track))
        return {track: list(group) for track, group in groupby(items, lambda item: item.track)}

    @property
    def n_images(self) -> int:
        """The most pictures of an item."""
        return max((len(item.images) for item in self.items), default=0)

    @property
    def title(self) -> str:
        """How a file that is written for a tool calls it."""
        return f"{self.benchmark} {self.version}, split {self.split}"


TaskWriter = Callable[[Task, Path], None]
"""Turns the unpacked questions in a folder into what a tool runs."""


def read_task(folder: Path, name: str, benchmark: str, version: str, split: str) -> Task:
    """The task of the questions unpacked in `folder`, which will be called `name`.

    Raises SpinebenchError where the server does not say what a model is asked.
    """
    lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
    items = tuple(_read_item(json.loads(line)) for line in lines)
    return Task(benchmark, version, split, name, items)


def write_items(task: Task, folder: Path) -> None:
    """items.jsonl with what is asked and nothing else: a tool copies it into its log."""
    lines = (json.dumps(item._asdict(), ensure_ascii=False) + "\n" for item in task.items)
    (folder / "items.jsonl").write_text("".join(lines), encoding="utf-8")


def write_text(folder: Path, name: str, text: str) -> None:
    """A file of the folder."""
    (folder / name).write_text(text, encoding="utf-8")


def _read_item(line: dict[str, Any]) -> TaskItem:
    if "prompt" not in line:
        raise SpinebenchError(
            "This server does not send the prompts that a tool needs.",
            remedy="Download without --for, or ask the host to upgrade the server.",
        )
    images = tuple(image["path"] for image in line["images"])
    return TaskItem(line["id"], line["track"], line["prompt"], images)
