"""Request an exposure audit: which items are asked with a part left out, and which as control."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.models.benchmark import Answers, Item, Split
from leaderboard.models.exposure import ExposureAudit, ExposureQuestion, Way
from leaderboard.models.robustness import AuditState
from leaderboard.models.submission import EventKind, Submission
from leaderboard.robustness.request import (
    Choice,
    Strata,
    draw_items,
    group_choices,
    read_strata,
    require_auditable,
)
from leaderboard.scoring.statistics.exposure import cut_canary, cut_question
from leaderboard.submissions.events import add_event

N_CANARY = 3
"""How often the canary is asked for."""
TOLD = (
    "At the host's request the endpoint is asked further questions, as an audit of this "
    "submission. That uses no quota and changes no score."
)


class Question(NamedTuple):
    """What is asked: in which way, and of which item; the canary is of none."""

    way: Way
    item_id: int | None


def request_exposure(
    session: Session,
    submission_id: str,
    *,
    n_items: int,
    seed: int,
    vault: KeyVault,
    policy: AddressPolicy,
) -> ExposureAudit:
    """Add a waiting audit of up to `n_items` single-answer questions; the caller enqueues it.

    As many public items of the same benchmark are asked as a control, as far as there are; a
    submission on a public split has none. Its team is told that there is an audit. Raises
    NotFound, Conflict or PermanentError where the submission cannot be audited.
    """
    require_auditable(session, submission_id, ExposureAudit, n_items, vault, policy)
    split = session.get_one(Submission, submission_id).split
    chance = random.Random(seed)
    drawn = list(draw_items(read_strata(session, submission_id), n_items, chance))
    control = list(draw_items(_read_control(session, split, drawn), len(drawn), chance))
    questions = _ask_items(session, [*drawn, *control]) + _ask_canary(split.benchmark.manifest)
    # So that whatever changes at the endpoint meanwhile meets items and control alike.
    chance.shuffle(questions)
    audit = ExposureAudit(
        submission_id=submission_id,
        seed=seed,
        n_items=len(drawn),
        state=AuditState.WAITING,
        requested_at=now(),
        heartbeat_at=clock(),
    )
    session.add(audit)
    session.flush()
    rows = [
        question._asdict() | {"audit_id": audit.id, "place": place}
        for place, question in enumerate(questions)
    ]
    session.execute(insert(ExposureQuestion), rows)
    add_event(session, submission_id, EventKind.AUDITED, TOLD)
    return audit


def _read_control(session: Session, split: Split, drawn: Sequence[Choice]) -> Strata:
    """The public items of the benchmark, of the tracks that are asked; of a public split none."""
    if split.answers is Answers.PUBLIC:
        return {}
    tracks = select(Item.track).where(Item.id.in_([one.item_id for one in drawn]))
    public = select(Split.id).where(
        Split.benchmark_id == split.benchmark_id, Split.answers == Answers.PUBLIC
    )
    return group_choices(session, Item.split_id.in_(public) & Item.track.in_(tracks))


def _ask_items(session: Session, items: Sequence[Choice]) -> list[Question]:
    """Each item's options alone, and the rest of its question where that cannot be guessed."""
    ids = [one.item_id for one in items]
    rows = session.execute(select(Item.id, Item.question).where(Item.id.in_(ids)))
    texts = dict(rows.all())
    whole = [Question(Way.OPTIONS, key) for key in ids]
    return whole + [Question(Way.QUESTION, key) for key in ids if cut_question(texts[key])]


def _ask_canary(manifest: dict[str, Any]) -> list[Question]:
    canary = manifest.get("canary")
    return [Question(Way.CANARY, None)] * N_CANARY if canary and cut_canary(canary) else []
