"""Test an endpoint on a few items whose answers are public."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.agreements import find_agreement, has_accepted
from leaderboard.chat import Filtered, Reply
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.probe import Probe, ProbeResult, probe
from leaderboard.endpoints.engine.requests import ItemRequest
from leaderboard.endpoints.engine.settings import EndpointSettings
from leaderboard.endpoints.engine.settler import FILTERED
from leaderboard.endpoints.registry.connection_tests import (
    CONNECTION_TESTS,
    TrialResults,
    TriedItem,
    end_test,
)
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.endpoints.registry.splits import may_send
from leaderboard.errors import ClaimLost, PermanentError
from leaderboard.evaluation.ask import make_request, read_items_to_ask
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.leases import claim_row
from leaderboard.models.benchmark import Answers, Split, Track
from leaderboard.models.endpoint import Endpoint
from leaderboard.packages.catalogue import OpenItem, read_benchmarks, read_open_items
from leaderboard.packages.prompts import make_prompt
from leaderboard.scoring.answers import parse_answer
from leaderboard.scoring.mcq import score_mcq
from leaderboard.submissions.endpoint_replies import count_facts, describe_reply

log = logging.getLogger(__name__)
N_OF_TRACK = {Track.TEXT: 2, Track.IMAGE: 1}
"""Reports take long and are not read at once: a test asks for none."""
MAX_SECONDS = 60.0


class _Trial(NamedTuple):
    endpoint: EndpointSettings
    settings: TeamSettings
    items: Sequence[OpenItem]
    requests: Sequence[ItemRequest]


def try_endpoint(sessions: Sessions, endpoint_id: str, access: EndpointAccess) -> None:
    """Do the test that waits for an endpoint, asking the items at once; nothing if none waits."""
    with sessions.write() as session:
        claim = claim_row(session, CONNECTION_TESTS, endpoint_id)
    if claim is None:
        return
    results = _try(sessions, endpoint_id, access)
    try:
        with sessions.write() as session:
            end_test(session, claim, results)
    except ClaimLost:
        log.info("the test of endpoint %s is no longer wanted", endpoint_id)


def _try(sessions: Sessions, endpoint_id: str, access: EndpointAccess) -> TrialResults:
    try:
        with sessions.read() as session:
            trial = _make_trial(session, session.get_one(Endpoint, endpoint_id), access)
        shown = probe(
            trial.endpoint,
            trial.requests,
            policy=access.policy,
            max_seconds=MAX_SECONDS,
            limits=access.limits,
        )
        return _read(shown, trial)
    except PermanentError as error:
        return TrialResults(is_good=False, verdict=error.message, remedies=[error.remedy])


def _make_trial(session: Session, endpoint: Endpoint, access: EndpointAccess) -> _Trial:
    settings = read_settings(endpoint)
    items = _choose_items(session, settings, endpoint, access)
    if not items:
        raise PermanentError(
            "This server has no items with public answers to test with that may go to this "
            "endpoint.",
            "Ask the host to load a benchmark with such a split.",
        )
    manifest = session.get_one(Split, items[0].item.split_id).benchmark.manifest
    rows = {row.id: row for row in read_items_to_ask(session, [one.item.id for one in items])}
    requests = [
        make_request(make_prompt(manifest, one.item), rows[one.item.id], settings, one.item.key)
        for one in items
    ]
    return _Trial(open_endpoint(endpoint, settings, access.vault), settings, items, requests)


def _choose_items(
    session: Session, settings: TeamSettings, endpoint: Endpoint, access: EndpointAccess
) -> list[OpenItem]:
    """The first ones of each track, of the first split with public answers that may be sent."""
    for benchmark in read_benchmarks(session):
        agreement = find_agreement(session, benchmark.slug)
        if agreement is not None and not has_accepted(session, agreement, endpoint.team_id):
            continue
        for split in benchmark.splits:
            is_open = split.answers is Answers.PUBLIC
            if is_open and may_send(session, split, endpoint.base_url, access.policy):
                every = read_open_items(session, split)
                return [
                    one
                    for track, n in N_OF_TRACK.items()
                    if track == Track.TEXT or settings.accepts_images
                    for one in [each for each in every if each.item.track == track][:n]
                ]
    return []


def _read(shown: Probe, trial: _Trial) -> TrialResults:
    by_key = {one.item.key: one for one in trial.items}
    answered = [(one.reply, by_key[one.key].item) for one in shown.results if one.reply is not None]
    counts = count_facts(
        [describe_reply(reply, item.options, multiple=item.multiple) for reply, item in answered],
        [trial.settings.tokens_of(item.track) for _, item in answered],
    )
    verdict = shown.verdict
    if shown.is_good and counts.n_silent:
        verdict = f"{verdict} {counts.n_silent} of the replies had no answer in them."
    return TrialResults(
        is_good=shown.is_good and not counts.n_silent,
        verdict=verdict,
        remedies=list(shown.remedies),
        warnings=counts.notes,
        items=[_read_one(result, by_key[result.key]) for result in shown.results],
        model_reported=shown.model_reported,
        accepts_images=shown.accepts_images,
    )


def _read_one(result: ProbeResult, asked: OpenItem) -> TriedItem:
    item, failure, reply = asked.item, result.failure, result.reply
    if reply is None:
        return TriedItem(
            item=item.key,
            track=item.track.value,
            seconds=result.seconds,
            problem=failure.words.message if failure else "",
            excerpt=failure.excerpt if failure else "",
        )
    text = FILTERED if isinstance(reply, Filtered) else reply.text
    parsed = parse_answer(text, item.options, multiple=item.multiple)
    return TriedItem(
        item=item.key,
        track=item.track.value,
        seconds=result.seconds,
        text=text,
        outcome=parsed.outcome.value,
        letters=", ".join(parsed.letters),
        is_right=score_mcq(parsed, frozenset(asked.reference.answer)).is_correct,
        note=_note(reply),
    )


def _note(reply: Reply | Filtered) -> str:
    if isinstance(reply, Filtered):
        return "refused by the server's content filter"
    if reply.is_cut:
        return "cut by the token limit" + (", only reasoning" if reply.is_only_reasoning else "")
    return "only reasoning, no answer" if reply.is_only_reasoning else ""
