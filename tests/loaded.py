"""Fixtures: a loaded benchmark, a team, and a way to submit."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import select

from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.db import Sessions
from leaderboard.models.benchmark import Track
from leaderboard.models.team import ModelCard, Team, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions
from leaderboard.submissions.submit import read_known_items, submit
from tests.package_files import make_items, write_package

NO_LIMIT = Quota(0, 7)
Load = Callable[[int, int, int], None]
Submit = Callable[..., str]


@pytest.fixture
def load(sessions: Sessions, tmp_path: Path) -> Load:
    """Publish a benchmark of so many text, image and report items, and add a team."""

    def load_items(n_text: int, n_image: int, n_report: int) -> None:
        folder = write_package(tmp_path / "package", make_items(n_text, n_image, n_report))
        with sessions.write() as session:
            load_package(session, read_package(open_package(folder)))
            user = register(session, email="a@example.org", name="A", password="long enough pass")
            make_team(session, user, slug="team", name="Team")

    return load_items


@pytest.fixture
def submit_texts(sessions: Sessions) -> Submit:
    """Submit texts by item id for a model of a team (made if new); returns the submission's id."""

    def submit_file(
        texts: Mapping[str, str],
        model: str = "model-a",
        team_slug: str = "team",
        quota: Quota = NO_LIMIT,
    ) -> str:
        with sessions.write() as session:
            user = session.scalars(select(User).where(User.email == "a@example.org")).one()
            team = session.scalar(select(Team).where(Team.slug == team_slug))
            team = team or make_team(session, user, slug=team_slug, name=team_slug.title())
            card = session.scalar(select(ModelCard).where(ModelCard.slug == model))
            if card is None:
                facts = {"slug": model, "name": model, "organisation": "Org"}
                card = make_model_card(session, team, facts)
            split = get_split(get_benchmark(session, "tiny"), "test")
            known = read_known_items(session, split)
            tracks = {known[key].track for key in texts}
            predictions = Predictions(
                {known[key].item_id: text for key, text in texts.items()},
                tuple(track for track in Track if track in tracks),
                file_hash=f"{hash((model, tuple(texts.items()))) & (2**64 - 1):064x}",
            )
            return submit(
                session,
                user=user,
                model_card=card,
                split=split,
                predictions=predictions,
                file_name="predictions.jsonl",
                quota=quota,
            ).id

    return submit_file
