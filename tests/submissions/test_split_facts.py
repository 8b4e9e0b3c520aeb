"""What reading a file may ask of its split, and a log of shuffled options against a real one."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.errors import InvalidPredictions
from leaderboard.models.benchmark import Answers, Item, ItemKind, Split, Track
from leaderboard.submissions.content import Content
from leaderboard.submissions.read import read_predictions
from leaderboard.submissions.submit import read_known_items, read_split_facts
from leaderboard.submissions.texts import UNREAD
from tests.loaded import Load


def write(*lines: tuple[str, str, dict[str, str]]) -> Content:
    """A file that says in which order the options were shown."""
    objects = [{"id": key, "prediction": text, "options": shown} for key, text, shown in lines]
    return Content("\n".join(map(json.dumps, objects)).encode(), "")


def test_letters_of_shuffled_options_and_ids_of_another_split_are_known_from_the_database(
    sessions: Sessions, load: Load
) -> None:
    load(3, 0, 0)
    with sessions.write() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        first = session.scalars(select(Item).where(Item.split_id == split.id)).first()
        assert first is not None
        own = dict(first.options or {})
        dev = Split(benchmark_id=split.benchmark_id, name="practice", answers=Answers.PUBLIC)
        session.add(dev)
        session.flush()
        facts = {
            "kind": ItemKind.MCQ,
            "track": Track.TEXT,
            "question": "Q",
            "multiple": False,
            "levels": [],
        }
        for n in range(2):
            session.add(
                Item(
                    split_id=dev.id,
                    position=n,
                    key=f"dev-{n}",
                    options=own,
                    case_key=f"c{n}",
                    **facts,
                )
            )
    letters = list(own)
    turned = dict(zip(letters, [own[one] for one in (*letters[1:], letters[0])], strict=True))
    last = letters[-1]
    with sessions.read() as session:
        split = session.get_one(Split, split.id)
        known, asked = read_known_items(session, split), read_split_facts(session, split)
        keys = list(known)
        file = write(
            (keys[0], f"ANSWER: {last}", turned),
            (keys[1], "I cannot tell.", turned),
            (keys[2], f"The answer is {last}.", own),
        )
        texts = list(read_predictions(file, known, asked).texts.values())
        assert texts[0].endswith(f"ANSWER: {letters[0]}")
        assert texts[1:] == ["I cannot tell.", f"The answer is {last}."]
        assert UNREAD not in texts
        with pytest.raises(InvalidPredictions) as caught:
            read_predictions(write(*((key, "A", own) for key in ("dev-0", "dev-1"))), known, asked)
        (problem,) = caught.value.problems
        assert problem.message.startswith("These are ids of the practice split (dev-0, dev-1)")
        strange = {letter: f"other {letter}" for letter in letters}
        with pytest.raises(InvalidPredictions) as caught:
            read_predictions(write(*((key, "A", strange) for key in keys)), known, asked)
        (problem,) = caught.value.problems
        assert problem.message.endswith(f"are not those of the item {keys[0]}.")
