"""The questions of SpineBench-Mini as the server asks them, with keys and what is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from content.predictors.questions import PACKAGE
from leaderboard.db import Base
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import get_benchmark, get_split, read_items
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.prompts import make_prompt
from leaderboard.packages.questions import write_questions
from leaderboard.packages.read import read_package

BENCHMARK, SPLIT = "spinebench-mini", "test"
WRONG_EVERY = 4
"""One question of so many is answered with another letter than the key's."""
WORDINGS = (
    "ANSWER: {letters}",
    "The findings point to one option.\n\nANSWER: {letters}",
    "<think>It might be another.\nANSWER: B</think>\nANSWER: {letters}",
    "**ANSWER: {letters}**",
)


class Question(NamedTuple):
    """An item with what a model is asked and shown, its key (none of a report), and the answer."""

    id: str
    track: str
    prompt: str
    pictures: tuple[bytes, ...]
    options: dict[str, str]
    multiple: bool
    key: tuple[str, ...]
    answer: str


class Questions(NamedTuple):
    """The version of the benchmark, its questions, and the zip that is downloaded."""

    version: str
    items: dict[str, Question]
    package: BinaryIO


@contextmanager
def read_questions() -> Iterator[Questions]:
    """The split, from a database in memory."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        load_package(session, read_package(open_package(PACKAGE)))
        session.flush()
        benchmark = get_benchmark(session, BENCHMARK)
        split = get_split(benchmark, SPLIT)
        items = {one.id: one for one in _make_questions(session, split)}
        with write_questions(session, split) as package:
            yield Questions(benchmark.version, items, package)
    engine.dispose()


def _make_questions(session: Session, split: Split) -> Iterator[Question]:
    for number, item in enumerate(read_items(session, split)):
        key = tuple(session.get_one(ItemReference, item.id).answer or ())
        yield Question(
            item.key,
            item.track.value,
            make_prompt(split.benchmark.manifest, item),
            tuple(shown.image.content for shown in item.images),
            dict(item.options or {}),
            item.multiple or False,
            key,
            _answer(number, item, key),
        )


def _answer(number: int, item: Item, key: tuple[str, ...]) -> str:
    """A report that says whose it is, or the key, or at times another letter."""
    if not item.options:
        return f"## Structured Imaging Report\nReport of {item.key}: L4/L5, 5 mm.\n\n| a | b |\n"
    others = [letter for letter in item.options if letter not in key]
    chosen = (others[0],) if number % WRONG_EVERY == 0 else key
    return WORDINGS[number % len(WORDINGS)].format(letters=", ".join(chosen))
