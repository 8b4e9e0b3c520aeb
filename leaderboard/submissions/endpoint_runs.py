"""Submissions that ask an endpoint: begin one, read its figures, wipe keys that are spent."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from leaderboard.agreements import require_agreed
from leaderboard.db import lock_row, now, read_moment
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import read_settings, wipe_key
from leaderboard.endpoints.registry.splits import (
    may_see,
    may_send,
    require_may_see,
    require_may_send,
    say_third_party,
)
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, PermanentError, QuotaUsed
from leaderboard.models.benchmark import Answers, Item, ItemImage, Split, Track
from leaderboard.models.endpoint import Endpoint, EndpointRun, FailedItem, SentItem
from leaderboard.models.submission import FINAL, EventKind, Submission
from leaderboard.models.team import ModelCard, User
from leaderboard.packages.opening import require_newest
from leaderboard.submissions.approvals import wait_for_approval
from leaderboard.submissions.daily import NO_CAP, DailyCap, require_daily
from leaderboard.submissions.endpoint_replies import (
    ReplyCounts,
    Said,
    count_replies,
    read_server_words,
)
from leaderboard.submissions.events import add_event
from leaderboard.submissions.phases import note_phase, require_phase
from leaderboard.submissions.quota import Quota, require_quota, use_unit
from leaderboard.submissions.runs import RunOf, add_run, require_run, require_same_endpoint
from leaderboard.submissions.submit import make_queued


class RunFigures(NamedTuple):
    """An endpoint run with what is counted of it; `reasons` counts items without a prediction.

    `said` is what the server said for those, in words for the endpoint's own team alone.
    """

    run: EndpointRun
    n_sent: int
    n_failed: int
    reasons: dict[str, int]
    said: list[Said]
    replies: ReplyCounts


def submit_endpoint(
    session: Session,
    *,
    user: User,
    model_card: ModelCard,
    split: Split,
    endpoint: Endpoint,
    tracks: Sequence[Track],
    wipes_key: bool,
    vault: KeyVault,
    policy: AddressPolicy,
    quota: Quota,
    asks_approval: bool = False,
    daily: DailyCap = NO_CAP,
    run_of: RunOf | None = None,
    n_runs: int = 1,
    max_runs: int = 1,
) -> list[Submission]:
    """Add queued submissions whose predictions workers will ask `endpoint` for, one after another.

    Each of `n_runs` uses a unit of quota as a file does; raises QuotaUsed if the team or the person
    may not send as many now. Where the host `asks_approval`, they are pending until their team is
    approved for the split. All but the first are further runs of it, or with `run_of` all of an
    earlier one (see `runs.require_run`).

    `tracks` empty means all that the endpoint can take part in, or those of the run it repeats.
    Raises Forbidden where endpoints, or this one, may not see the split, InvalidRequest for tracks
    that it cannot and for more than `max_runs`, Conflict while another such submission of the model
    runs on the split, or for a model card of another team, AgreementNeeded and PhaseClosed as
    for a file.
    """
    if not 1 <= n_runs <= max(1, max_runs):
        raise InvalidRequest(
            f"{n_runs} is not a number of runs.", f"Ask for 1 to {max(1, max_runs)}."
        ).at("runs")
    vault.require_open()
    require_newest(session, split)
    require_may_see(session, split)
    require_agreed(session, split.benchmark, model_card.team)
    if not may_send(session, split, endpoint.base_url, policy):
        raise Forbidden(*say_third_party(split))
    if model_card.team_id != endpoint.team_id:
        raise Conflict(
            "The model and the endpoint belong to different teams.",
            "Choose a model and an endpoint of the same team.",
        )
    if run_of is not None and not tracks:
        tracks = [Track(track) for track in run_of.first.tracks]
    chosen = _choose_tracks(session, endpoint, split, tracks)
    made: list[Submission] = []
    while len(made) < n_runs:
        repeated = RunOf(made[0], "", max_runs) if made and run_of is None else run_of
        if repeated is not None:
            lock_row(session, Submission.id, repeated.first.id)
            require_run(session, repeated, model_card, split, chosen)
            require_same_endpoint(session, repeated.first, endpoint)
        if not made:
            _refuse_second(session, model_card, split)
        try:
            phase = require_phase(session, split, model_card.team)
            require_quota(session, model_card.team, split, quota)
            require_daily(session, user, daily)
        except QuotaUsed as error:
            raise _name_left(error, len(made), n_runs) from None
        made.append(
            _add_run(session, user, model_card, split, endpoint, chosen, wipes_key=wipes_key)
        )
        note_phase(session, made[-1], phase)
        if repeated is not None:
            add_run(session, made[-1], repeated)
        if asks_approval:
            wait_for_approval(session, made[-1])
    return made


def _name_left(error: QuotaUsed, n: int, n_runs: int) -> QuotaUsed:
    """That quota is left for `n` of several runs alone; the error as it is where it is for none."""
    if not n:
        return error
    said = f"Quota is left for {n} of these {n_runs} runs."
    remedy = f"Ask for {n} now, and for others from {error.next_at:%Y-%m-%d %H:%M} UTC."
    return QuotaUsed(said, remedy, error.next_at)


def _add_run(
    session: Session,
    user: User,
    model_card: ModelCard,
    split: Split,
    endpoint: Endpoint,
    chosen: Sequence[Track],
    *,
    wipes_key: bool,
) -> Submission:
    """One queued submission, with its unit of quota."""
    moment = now()
    settings = {**endpoint.settings, "base_url": endpoint.base_url, "model": endpoint.model}
    begun = msgspec.json.encode([settings, endpoint.id, moment], order="deterministic")
    n_items = _count(session, split, chosen)
    submission = make_queued(
        user,
        model_card,
        split,
        file_name=f"endpoint {endpoint.name}",
        file_hash=hashlib.sha256(begun).hexdigest(),
        tracks=chosen,
        n_items=n_items,
        at=read_moment(session),
    )
    session.add(submission)
    session.flush()
    use_unit(session, model_card.team, split, submission.id)
    message = f"{n_items:,} items will be sent to the endpoint {endpoint.name}."
    add_event(session, submission.id, EventKind.SUBMITTED, message)
    session.add(
        EndpointRun(
            submission_id=submission.id,
            endpoint_id=endpoint.id,
            endpoint_name=endpoint.name,
            base_url=endpoint.base_url,
            model=endpoint.model,
            settings=endpoint.settings,
            wipes_key=wipes_key,
            saw_hidden=split.answers is Answers.HIDDEN,
        )
    )
    session.flush()
    return submission


def open_tracks(session: Session, endpoint: Endpoint, split: Split) -> list[Track]:
    """The tracks of `split` that `endpoint` can take part in.

    One that takes no images has those tracks alone in which no item has any.
    """
    known = set(session.scalars(select(Item.track).where(Item.split_id == split.id).distinct()))
    if not read_settings(endpoint).accepts_images:
        known -= set(
            session.scalars(
                select(Item.track)
                .join(ItemImage, ItemImage.item_id == Item.id)
                .where(Item.split_id == split.id)
                .distinct()
            )
        )
    return [track for track in split.benchmark.tracks if track in known]


def find_run(session: Session, submission_id: str) -> RunFigures | None:
    """The endpoint run of a submission; None where a file was sent."""
    run = session.get(EndpointRun, submission_id)
    if run is None:
        return None
    reasons = Counter(
        session.scalars(select(FailedItem.reason).where(FailedItem.submission_id == submission_id))
    )
    n_sent = session.scalar(
        select(func.count(SentItem.item_id.distinct())).where(
            SentItem.submission_id == submission_id
        )
    )
    return RunFigures(
        run,
        n_sent or 0,
        reasons.total(),
        dict(reasons.most_common()),
        read_server_words(session, submission_id) if reasons else [],
        count_replies(session, run),
    )


def get_askable(session: Session, run: EndpointRun, policy: AddressPolicy) -> Endpoint:
    """The endpoint of a run if it may be asked still, and is what was submitted.

    Raises PermanentError otherwise.
    """
    split = run.submission.split
    if not may_see(session, split):
        raise PermanentError(
            f"The host no longer lets endpoints see {split.name}.", "Send a prediction file."
        )
    require_may_send(session, split, run.base_url, policy)
    endpoint = session.get(Endpoint, run.endpoint_id) if run.endpoint_id else None
    if endpoint is None:
        raise PermanentError("The endpoint has been deleted.", "Register it again and resubmit.")
    if (endpoint.base_url, endpoint.model) != (run.base_url, run.model):
        raise PermanentError(
            "The endpoint's address or model has changed since it was submitted.", "Submit again."
        )
    return endpoint


def find_saw_hidden(session: Session, submission_ids: Sequence[str]) -> set[str]:
    """Those of the submissions for which hidden items were sent to an endpoint."""
    return set(
        session.scalars(
            select(EndpointRun.submission_id).where(
                EndpointRun.submission_id.in_(submission_ids), EndpointRun.saw_hidden
            )
        )
    )


def wipe_spent_keys(session: Session) -> None:
    """Wipe the key after each ended run whose team asked so, unless another run needs it yet."""
    runs = session.scalars(
        select(EndpointRun)
        .join(Submission, Submission.id == EndpointRun.submission_id)
        .where(
            EndpointRun.wipes_key,
            EndpointRun.key_wiped_at.is_(None),
            or_(EndpointRun.ended_at.is_not(None), Submission.status.in_(FINAL)),
        )
    ).all()
    for run in runs:
        if _is_needed(session, run):
            continue
        endpoint = session.get(Endpoint, run.endpoint_id) if run.endpoint_id else None
        if endpoint is not None:
            wipe_key(session, endpoint)
        run.key_wiped_at = now()
    session.flush()


def _is_needed(session: Session, run: EndpointRun) -> bool:
    others = (
        select(EndpointRun.submission_id)
        .join(Submission, Submission.id == EndpointRun.submission_id)
        .where(
            EndpointRun.endpoint_id == run.endpoint_id,
            EndpointRun.submission_id != run.submission_id,
            EndpointRun.ended_at.is_(None),
            Submission.status.not_in(FINAL),
        )
    )
    return run.endpoint_id is not None and session.scalar(others.limit(1)) is not None


def _choose_tracks(
    session: Session, endpoint: Endpoint, split: Split, asked: Sequence[Track]
) -> tuple[Track, ...]:
    possible = open_tracks(session, endpoint, split)
    closed = [track for track in asked if track not in possible]
    if closed or not possible:
        names = " and ".join(track.value for track in closed) or "every"
        raise InvalidRequest(
            f"The endpoint {endpoint.name} does not accept images, but items of {names} track "
            f"have images.",
            "Leave the track out, or say in the endpoint's settings that it accepts images.",
        )
    return tuple(track for track in possible if not asked or track in asked)


def _refuse_second(session: Session, model_card: ModelCard, split: Split) -> None:
    running = session.scalar(
        select(EndpointRun.submission_id)
        .join(Submission, Submission.id == EndpointRun.submission_id)
        .where(
            Submission.model_card_id == model_card.id,
            Submission.split_id == split.id,
            Submission.status.not_in(FINAL),
        )
    )
    if running is not None:
        raise Conflict(
            f"A submission by endpoint is already running for this model and split ({running}).",
            "Wait until it has ended, or cancel it.",
        )


def _count(session: Session, split: Split, tracks: Sequence[Track]) -> int:
    query = select(func.count()).where(Item.split_id == split.id, Item.track.in_(tracks))
    return session.scalar(query) or 0
