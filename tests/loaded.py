"""Fixtures: a loaded benchmark, a team, and a way to submit."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.judges.roster import AnyJudge
from leaderboard.models.submission import Submission
from leaderboard.models.team import User
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.runs import RunOf
from tests.databases import Prepare
from tests.factories import (
    NO_LIMIT,
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.package_files import make_items, make_manifest

MAX_RUNS = 4
Load = Callable[[int, int, int], None]
Submit = Callable[..., str]


@pytest.fixture
def load(sessions: Sessions, prepare: Prepare) -> Load:
    """Publish a benchmark of so many text, image and report items, and add a team."""

    def load_benchmark(n_text: int, n_image: int, n_report: int) -> None:
        def make() -> None:
            with sessions.write() as session:
                load_items(session, make_items(n_text, n_image, n_report))
                make_team(session, "team", make_user(session, "a"))

        prepare(("loaded", n_text, n_image, n_report), make)

    return load_benchmark


@pytest.fixture
def load_protected(sessions: Sessions, prepare: Prepare) -> Load:
    """The same of a benchmark whose answers nobody knows."""

    def load_benchmark(n_text: int, n_image: int, n_report: int) -> None:
        def make() -> None:
            with sessions.write() as session:
                manifest = make_manifest(demonstration=False)
                load_items(session, make_items(n_text, n_image, n_report), manifest)
                make_team(session, "team", make_user(session, "a"))

        prepare(("protected", n_text, n_image, n_report), make)

    return load_benchmark


@pytest.fixture
def submit_texts(sessions: Sessions) -> Submit:
    """Submit texts by item id for a model of a team (made if new); returns the submission's id.

    With judges the submission is scored at once.
    """

    def submit_file(
        texts: Mapping[str, str],
        model: str = "model-a",
        team_slug: str = "team",
        quota: Quota = NO_LIMIT,
        judges: Sequence[AnyJudge] | None = None,
        run_of: str | None = None,
    ) -> str:
        with sessions.write() as session:
            user = session.scalars(select(User).where(User.email == "a@example.org")).one()
            card = make_card(session, make_team(session, team_slug, user), model, name=model)
            first = session.get_one(Submission, run_of) if run_of else None
            of = RunOf(first, "", MAX_RUNS) if first else None
            key = make_submission(session, texts, card=card, quota=quota, run_of=of)
        if judges is not None:
            score_submission(sessions, key, judges)
        return key

    return submit_file
