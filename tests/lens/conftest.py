"""Fixtures: sheets of many models on a split, of which one key is wrong."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.lens.read import Lens, read_lens
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.databases import Prepare
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.package_files import make_items, make_manifest

SHEETS = {
    "model-a": "BBBBBC",
    "model-b": "BBBBBC",
    "model-c": "BBBABC",
    "model-d": "BAABBB",
    "model-e": "BAAABB",
    "model-f": "BAAAB-",
}
"""Letters for six text questions, - for words that name none. The key of every question is B."""
Send = Callable[..., str]


@pytest.fixture
def published(sessions: Sessions, prepare: Prepare) -> Sessions:
    """A hidden split of six text questions, an image question and two reports."""

    def make() -> None:
        with sessions.write() as session:
            load_items(session, [*make_items(6, 1, 2), *make_items(1, 0, 0, "dev")])
            make_user(session, "a")

    prepare(("lens",), make)
    return sessions


@pytest.fixture
def demonstrated(sessions: Sessions) -> Sessions:
    """The same items as a demonstration, on which what was scored is ranked at once."""
    with sessions.write() as session:
        load_items(session, make_items(6, 1, 2), make_manifest(demonstration=True))
        make_user(session, "a")
    return sessions


@pytest.fixture
def send(published: Sessions) -> Send:
    """Score a sheet of letters of a model of team-a; the submission's id."""

    def send_sheet(model: str, letters: str, **facts: str) -> str:
        texts = {
            f"test-text-{number:03}": "Hard to say." if letter == "-" else f"ANSWER: {letter}"
            for number, letter in enumerate(letters)
        }
        with published.write() as session:
            user = session.scalars(select(User).where(User.name == "a")).one()
            card = make_card(session, make_team(session, "team-a", user), model, **facts)
            key = make_submission(session, texts, card=card, file_name=letters)
        score_submission(published, key)
        return key

    return send_sheet


@pytest.fixture
def sheets(published: Sessions, send: Send, prepare: Prepare) -> Sessions:
    """All of SHEETS, scored and ranked."""

    def make() -> None:
        for model, letters in SHEETS.items():
            send(model, letters)

    prepare(("sheets",), make)
    return published


def look(sessions: Sessions) -> Lens:
    """The items of the hidden split."""
    with sessions.read() as session:
        return read_lens(session, get_split(get_benchmark(session, "tiny"), "test"))
