"""The same submissions without a queue, a network or a fault: what their scores must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from bench.drill.work import Kind, Piece, fill, find_card
from leaderboard.db import Sessions, make_sessions
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.settings import Budget
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.roster import AnyJudge
from leaderboard.migrate import upgrade
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.ranking import RankingEntry, Score
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.submissions.endpoint_runs import submit_endpoint
from tests.factories import NO_LIMIT, make_submission

ATTEMPTS = 5
Values = tuple[Any, ...]


class Outcome(NamedTuple):
    """What came of the work: all scores by model, and every entry of the last ranking."""

    scores: Mapping[str, frozenset[Values]]
    entries: frozenset[Values]


def evaluate_all(
    folder: Path,
    work: Sequence[Piece],
    judges: Sequence[AnyJudge],
    endpoint_key: str,
    endpoint_url: str,
) -> Outcome:
    """Evaluate each submission by itself, one after the other, on an SQLite database."""
    url = f"sqlite:///{folder / 'undisturbed.sqlite3'}"
    upgrade(url)
    sessions = make_sessions(url)
    vault = KeyVault([endpoint_key])
    policy = read_policy([endpoint_url.split("/")[2]], allow_http=False)
    budget = Budget(max_requests=10_000, max_tokens=10**9, max_seconds=600)
    access = EndpointAccess(vault=vault, policy=policy, budget=budget)
    _, endpoints = fill(sessions, work, judges, vault, policy, endpoint_url)
    for piece in work:
        key = _submit(sessions, piece, endpoints, access)
        evaluate(sessions, key, judges, ATTEMPTS, access)
    found = read_outcome(sessions)
    sessions.engine.dispose()
    return found


def _submit(
    sessions: Sessions, piece: Piece, endpoints: Mapping[str, str], access: EndpointAccess
) -> str:
    with sessions.write() as session:
        card = find_card(session, piece.model)
        if piece.kind is not Kind.ENDPOINT:
            return make_submission(session, piece.texts, card=card)
        (made,) = submit_endpoint(
            session,
            user=card.team.memberships[0].user,
            model_card=card,
            split=get_split(get_benchmark(session, "tiny"), "test"),
            endpoint=session.get_one(Endpoint, endpoints[piece.model]),
            tracks=(),
            wipes_key=False,
            vault=access.vault,
            policy=access.policy,
            quota=NO_LIMIT,
        )
        return made.id


def read_outcome(sessions: Sessions) -> Outcome:
    """What came of the work on a site."""
    fields = (Score.metric, Score.slice, Score.name, Score.value, Score.low, Score.high)
    counts = (Score.n, Score.n_correct, Score.n_unscored)
    entry = RankingEntry
    with sessions.read() as session:
        scores: dict[str, set[Values]] = {}
        for slug, *values in session.execute(
            select(ModelCard.slug, *fields, *counts)
            .join(Submission, Submission.model_card_id == ModelCard.id)
            .join(Score, Score.submission_id == Submission.id)
        ):
            scores.setdefault(slug, set()).add(tuple(values))
        ranked = session.execute(
            select(
                *(ModelCard.slug, entry.board, entry.rank_low, entry.rank_high, entry.value),
                *(entry.low, entry.high, entry.n, entry.is_separable),
            )
            .join(Submission, Submission.id == entry.submission_id)
            .join(ModelCard, ModelCard.id == Submission.model_card_id)
        )
        return Outcome(
            {slug: frozenset(values) for slug, values in scores.items()},
            frozenset(tuple(row) for row in ranked),
        )
