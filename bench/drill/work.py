"""The submissions of a drill, the same for a seed, and the site that they are sent to."""

from __future__ import annotations

import enum
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from leaderboard.accounts.tokens import make_token
from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.splits import allow_split
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.order_runs import add_order_run
from leaderboard.judges.roster import AnyJudge
from leaderboard.models.order import OrderState
from leaderboard.models.team import ModelCard, Scope
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.factories import load_items, make_card, make_team, make_user
from tests.judges.rubric import DIMENSIONS, MANIFEST, REFERENCE
from tests.package_files import make_case, make_items

N_TEXT, N_IMAGE, N_REPORT = 12, 4, 3
N_PEOPLE = 8
LONG_TEXT = 6_000
"""Characters of each prediction of a file too long to be kept in memory while it arrives."""


class Kind(enum.StrEnum):
    """What is sent."""

    FILE = "file"
    LONG_FILE = "long file"
    REPORTS = "reports"
    ENDPOINT = "endpoint"


SHARES = {Kind.FILE: 40, Kind.LONG_FILE: 15, Kind.REPORTS: 25, Kind.ENDPOINT: 20}


@dataclass(frozen=True)
class Piece:
    """One submission: whose, of which model, and what it holds (nothing, if it asks)."""

    kind: Kind
    person: str
    model: str
    texts: dict[str, str]

    @property
    def content(self) -> bytes:
        """The prediction file."""
        lines = [json.dumps({"id": k, "prediction": text}) for k, text in self.texts.items()]
        return "\n".join(lines).encode()


def plan_work(n: int, seed: int) -> list[Piece]:
    """`n` submissions in the order in which they are sent."""
    chance = random.Random(seed)
    kinds = [kind for kind, share in SHARES.items() for _ in range(round(n * share / 100))]
    kinds = (kinds + [Kind.FILE] * n)[:n]
    chance.shuffle(kinds)
    return [
        Piece(kind, f"person-{chance.randrange(N_PEOPLE)}", f"model-{number:03}", texts)
        for number, kind in enumerate(kinds)
        for texts in [_write(kind, number, chance)]
    ]


def _write(kind: Kind, number: int, chance: random.Random) -> dict[str, str]:
    if kind is Kind.ENDPOINT:
        return {}
    letters = {
        key: f"ANSWER: {chance.choice('ABBBCD')}"
        for key in [
            *(f"test-text-{n:03}" for n in range(N_TEXT)),
            *(f"test-image-{n:03}" for n in range(N_IMAGE)),
        ]
    }
    if kind is Kind.FILE:
        return letters
    if kind is Kind.LONG_FILE:
        return {
            key: f"{'The canal is narrow. ' * (LONG_TEXT // 21)}\n{t}" for key, t in letters.items()
        }
    return letters | {
        f"test-report-{n:03}": " ".join(
            [f"Report of model {number}."]
            + [f"Fact {fact}." for fact in range(1, 6) if chance.random() < 0.6]
        )
        for n in range(N_REPORT)
    }


def _make_benchmark() -> list[dict[str, Any]]:
    cases = []
    for number in range(N_REPORT):
        case = make_case(number)
        case["reference_report"] += f" {REFERENCE}"
        case["checklist"][0]["dimensions"] = DIMENSIONS
        cases.append(case)
    return [*make_items(N_TEXT, N_IMAGE, 0), *cases, *make_items(2, 0, 0, "dev")]


def fill(
    sessions: Sessions,
    work: Sequence[Piece],
    judges: Sequence[AnyJudge],
    vault: KeyVault,
    policy: AddressPolicy,
    endpoint_url: str,
) -> tuple[dict[str, str], dict[str, str]]:
    """Load the benchmark, and add people, teams, models and endpoints.

    Returns people's tokens, and the endpoints by the model that asks them. The judges count as
    having been run on the order suite in vain: that takes thousands of calls, and scores nothing.
    """
    tokens, endpoints = {}, {}
    with sessions.write() as session:
        load_items(session, _make_benchmark(), dict(MANIFEST))
        split = get_split(get_benchmark(session, "tiny"), "test")
        allow_split(session, split)
        for judge in judges:
            run = add_order_run(session, ensure_rater_id(session, judge.identity))
            run.state, run.finished_at = OrderState.FAILED, now()
            run.reason = "Left out of the drill."
        for name in sorted({piece.person for piece in work}):
            user = make_user(session, name)
            make_team(session, f"team-{name}", user)
            tokens[name] = make_token(session, user, name="drill", scopes=tuple(Scope)).text
        for piece in work:
            team = make_team(session, f"team-{piece.person}")
            make_card(session, team, piece.model)
            if piece.kind is Kind.ENDPOINT:
                values: dict[str, Any] = {
                    "name": piece.model,
                    "base_url": endpoint_url,
                    "model": piece.model,
                }
                values |= {"settings": {"accepts_images": True, "concurrency": 4}}
                made = make_endpoint(session, team, values, vault=vault, policy=policy)
                endpoints[piece.model] = made.id
    return tokens, endpoints


def find_card(session: Any, model: str) -> ModelCard:
    """The model card of a short name."""
    card: ModelCard = session.scalars(select(ModelCard).where(ModelCard.slug == model)).one()
    return card
