"""What tests need to be there: people, teams, model cards, a benchmark, submissions.

Each function takes a session and says with its arguments alone what bears on the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts import passwords, teams
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.users import find_user
from leaderboard.accounts.variants import answer_request, read_origin, set_origin
from leaderboard.db import Sessions, now
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.roster import AnyJudge
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.identity import Means
from leaderboard.models.role import SITE, Role
from leaderboard.models.team import Consent, ModelCard, Team, User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.opening import open_version
from leaderboard.packages.read import read_package
from leaderboard.scoring.boards import order_tracks
from leaderboard.submissions.daily import NO_CAP, DailyCap
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import Predictions
from leaderboard.submissions.runs import RunOf
from leaderboard.submissions.submit import read_known_items, submit
from tests.package_files import write_package

BENCHMARK = "tiny"
PASSWORD = "correct horse battery"
NO_LIMIT = Quota(0, 7)
ATTEMPTS = 5


@cache
def hash_password() -> str:
    """PASSWORD as the database keeps it, once for all users."""
    return passwords.hash_password(PASSWORD)


def make_user(
    session: Session,
    name: str,
    *,
    role: Role | None = None,
    benchmark: str = BENCHMARK,
    is_confirmed: bool = True,
) -> User:
    """NAME@example.org, who signs in with PASSWORD; by default a host has confirmed the address.

    A host or an expert is so of `benchmark`.
    """
    user = User(
        email=f"{name}@example.org",
        name=name,
        password_hash=hash_password(),
        created_at=now(),
    )
    session.add(user)
    session.flush()
    if is_confirmed:
        confirm(session, user, Means.HOST)
    if role is not None:
        grant_role(session, user, role, SITE if role is Role.ADMIN else benchmark)
    return user


def make_team(session: Session, slug: str, *members: User) -> Team:
    """The team of this name with these members, the first of whom owns it if it is new."""
    team = session.scalar(select(Team).where(Team.slug == slug))
    if team is None:
        team = teams.make_team(session, members[0], slug=slug, name=slug.title())
    for member in members:
        teams.add_member(session, team, member)
    return team


def make_card(session: Session, team: Team, slug: str, **facts: Any) -> ModelCard:
    """The model card of this name, of a team if it is new."""
    card = session.scalar(select(ModelCard).where(ModelCard.slug == slug))
    if card is None:
        named = {"slug": slug, "name": slug.title(), "organisation": "Org"}
        card = teams.make_model_card(session, team, named | facts)
    return card


def name_base(session: Session, card: ModelCard, base: str, label: str) -> None:
    """Say that `card` was made from the model `base`, and by `label` in which way; it is agreed."""
    set_origin(card, read_origin(session, card.team, base, label, card))
    session.flush()
    if card.variant is not None and not card.variant.is_own:
        answer_request(session, card.variant.base.team, card.slug, Consent.ACCEPTED)


def load_items(
    session: Session, items: Iterable[dict[str, Any]], manifest: dict[str, Any] | None = None
) -> None:
    """Publish a benchmark of these items, by way of a package: opened, whichever version it is."""
    loaded = prepare_items(session, items, manifest)
    if loaded.opening is None:
        open_version(session, loaded)


def prepare_items(
    session: Session, items: Iterable[dict[str, Any]], manifest: dict[str, Any] | None = None
) -> Benchmark:
    """Load a benchmark of these items: a later version is prepared by it, not opened."""
    with TemporaryDirectory() as folder:
        package = write_package(Path(folder), list(items), manifest)
        return load_package(session, read_package(open_package(package))).benchmark


def make_submission(
    session: Session,
    texts: Mapping[str, str],
    *,
    card: ModelCard,
    quota: Quota = NO_LIMIT,
    asks_approval: bool = False,
    daily: DailyCap = NO_CAP,
    file_name: str = "predictions.jsonl",
    run_of: RunOf | None = None,
) -> str:
    """Queue texts by item id for the hidden split of `tiny`; the submission's id."""
    split = get_split(get_benchmark(session, "tiny"), "test")
    known = read_known_items(session, split)
    tracks = {known[key].track for key in texts}
    predictions = Predictions(
        {known[key].item_id: text for key, text in texts.items()},
        tuple(order_tracks(sorted(tracks))),
        file_hash=f"{hash((card.slug, tuple(texts.items()))) & (2**64 - 1):064x}",
    )
    return submit(
        session,
        user=card.team.memberships[0].user,
        model_card=card,
        split=split,
        predictions=predictions,
        file_name=file_name,
        run_of=run_of,
        quota=quota,
        asks_approval=asks_approval,
        daily=daily,
    ).id


def score_submission(
    sessions: Sessions, key: str, judges: Sequence[AnyJudge] = (ChecklistJudge(),)
) -> None:
    """Do a worker's work on a queued submission."""
    evaluate(sessions, key, judges, ATTEMPTS)


def send_files(session: Session, person: str, n: int, team: str = "") -> list[str]:
    """Queue `n` files of a person (made if new) for a model of a team of theirs; their ids."""
    user = find_user(session, f"{person}@example.org") or make_user(session, person)
    slug = team or f"team-{person}"
    card = make_card(session, make_team(session, slug, user), f"model-of-{slug}")
    return [
        make_submission(session, {"test-text-000": f"ANSWER: B {slug} {number}"}, card=card)
        for number in range(n)
    ]
