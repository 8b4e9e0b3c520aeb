"""Request a robustness audit: which items are asked again, and by which shifts."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, insert, select, true
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.splits import may_see
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict, InvalidRequest, NotFound, PermanentError
from leaderboard.items.feedback import select_feedback
from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.endpoint import Endpoint, EndpointRun
from leaderboard.models.robustness import AuditQuestion, AuditRow, AuditState, RobustnessAudit
from leaderboard.models.submission import ParsedPrediction, Prediction, Status, Submission
from leaderboard.scoring.statistics.consistency import allocate
from leaderboard.submissions.endpoint_runs import get_askable

UNDER_WAY = tuple(state for state in AuditState if not state.is_final)


class Choice(NamedTuple):
    """A single-answer item, and how many options it has."""

    item_id: int
    n_options: int


Strata = Mapping[str, Sequence[Choice]]
"""Items by track."""


class Question(NamedTuple):
    """An item to ask again, and by how many places its options are shifted."""

    item_id: int
    rotation: int


def request_audit(
    session: Session,
    submission_id: str,
    *,
    n_items: int,
    seed: int,
    every_rotation: bool,
    vault: KeyVault,
    policy: AddressPolicy,
) -> RobustnessAudit:
    """Add a waiting audit of up to `n_items` single-answer questions; the caller enqueues it.

    Raises NotFound, Conflict or PermanentError where the submission cannot be audited.
    """
    require_auditable(session, submission_id, RobustnessAudit, n_items, vault, policy)
    questions = _choose_questions(session, submission_id, n_items, seed, every_rotation)
    audit = RobustnessAudit(
        submission_id=submission_id,
        seed=seed,
        n_items=len({question.item_id for question in questions}),
        state=AuditState.WAITING,
        requested_at=now(),
        heartbeat_at=clock(),
    )
    session.add(audit)
    session.flush()
    rows = [question._asdict() | {"audit_id": audit.id} for question in questions]
    session.execute(insert(AuditQuestion), rows)
    return audit


def get_audited_endpoint(session: Session, run: EndpointRun, policy: AddressPolicy) -> Endpoint:
    """The endpoint of a run as it was submitted, with its key. Raises PermanentError."""
    endpoint = get_askable(session, run, policy)
    wiped = select(EndpointRun.submission_id).where(
        EndpointRun.endpoint_id == endpoint.id, EndpointRun.key_wiped_at.is_not(None)
    )
    if endpoint.key is None and session.scalar(wiped.limit(1)) is not None:
        raise PermanentError(
            "The endpoint's key was wiped after a run, at its team's request.",
            "The team has to enter it again in the endpoint's settings.",
        )
    return endpoint


def require_auditable(
    session: Session,
    submission_id: str,
    audits: type[AuditRow],
    n_items: int,
    vault: KeyVault,
    policy: AddressPolicy,
) -> None:
    """Raise unless the submission's endpoint may be asked `n_items` for a new one of `audits`."""
    vault.require_open()
    if n_items < 1:
        raise InvalidRequest("An audit needs at least one item.", "Give --items a larger number.")
    submission = session.get(Submission, submission_id, with_for_update={"key_share": True})
    if submission is None:
        raise NotFound(f"There is no submission {submission_id!r}.", "Check its id.")
    run = session.get(EndpointRun, submission_id)
    if run is None:
        raise Conflict(
            f"Submission {submission_id} was made from a file.",
            "Only an endpoint can be asked again.",
        )
    if submission.status is not Status.SCORED:
        raise Conflict(
            f"Submission {submission_id} is {submission.status}.", "Wait until it is scored."
        )
    if not may_see(session, submission.split):
        raise Conflict(
            f"Endpoints may no longer see {submission.split.name}.",
            "Allow it first with `flask endpoint allow`.",
        )
    get_audited_endpoint(session, run, policy)
    under_way = session.scalar(
        select(audits.id).where(audits.submission_id == submission_id, audits.state.in_(UNDER_WAY))
    )
    if under_way is not None:
        raise Conflict(
            f"Audit {under_way} of submission {submission_id} is in progress.",
            "Wait until it has ended.",
        )


def _choose_questions(
    session: Session, submission_id: str, n_items: int, seed: int, every_rotation: bool
) -> list[Question]:
    """A random subset stratified by track; the same seed chooses the same one."""
    chance = random.Random(seed)
    questions = []
    for item_id, n_options in draw_items(read_strata(session, submission_id), n_items, chance):
        drawn = chance.randrange(1, n_options)
        rotations = range(1, n_options) if every_rotation else [drawn]
        questions += [Question(item_id, rotation) for rotation in rotations]
    return questions


def draw_items(strata: Strata, n_items: int, chance: random.Random) -> Iterator[Choice]:
    """Up to `n_items` by chance, in proportion from each track; a track is drawn when it is due."""
    parts = allocate({track: len(items) for track, items in strata.items()}, n_items)
    for track, items in strata.items():
        yield from sorted(chance.sample(items, parts[track]))


def read_strata(session: Session, submission_id: str) -> Strata:
    """The single-answer items that an audit of the submission may ask. Raises Conflict if none.

    Of a split with a feedback part, its items alone: an endpoint sees which items are asked
    again, and the share that it had right is public.
    """
    split_id = session.get_one(Submission, submission_id).split_id
    feedback = select_feedback([split_id])
    has_part = session.scalar(feedback.limit(1)) is not None
    answered = (
        select(Prediction.item_id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.submission_id == submission_id)
    )
    asked = Item.id.in_(feedback) if has_part else true()
    strata = group_choices(session, and_(Item.id.in_(answered), asked))
    if not strata:
        raise Conflict(
            f"Submission {submission_id} answered no single-answer questions.",
            "Only multiple-choice questions with one right answer are asked again.",
        )
    return strata


def group_choices(session: Session, condition: ColumnElement[bool]) -> Strata:
    """The single-answer items that meet a condition on Item, in their order."""
    rows = session.execute(
        select(Item.track, Item.id, Item.options)
        .where(condition, Item.kind == ItemKind.MCQ, Item.multiple.is_(False))
        .order_by(Item.split_id, Item.position)
    )
    strata: dict[str, list[Choice]] = defaultdict(list)
    for track, item_id, options in rows:
        if len(options) > 1:
            strata[track.value].append(Choice(item_id, len(options)))
    return strata
