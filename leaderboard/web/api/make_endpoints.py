"""Endpoints and their runs in, the API's records out."""

from __future__ import annotations

import msgspec

from leaderboard.endpoints.registry.connection_tests import EndpointTestState
from leaderboard.models.endpoint import Endpoint
from leaderboard.submissions.endpoint_runs import RunFigures
from leaderboard.web.api.endpoint_records import (
    EndpointRecord,
    EndpointRunRecord,
    EndpointSettings,
    EndpointTestRecord,
    TriedItemRecord,
)


def make_endpoint_record(
    row: Endpoint, test: EndpointTestState | None, base_url: str
) -> EndpointRecord:
    """An endpoint with its last test; of its key only that there is one."""
    return EndpointRecord(
        id=row.id,
        team=row.team.slug,
        name=row.name,
        base_url=row.base_url,
        model=row.model,
        has_key=row.key is not None,
        settings=msgspec.convert(row.settings, EndpointSettings),
        test=None if test is None else make_test(test),
        created_at=row.created_at,
        changed_at=row.changed_at,
        url=f"{base_url}/endpoints/{row.id}",
    )


def make_test(test: EndpointTestState) -> EndpointTestRecord:
    """The last test of a connection."""
    results = test.results
    state = "ended" if results else "lost" if test.is_lost else "waiting"
    return EndpointTestRecord(
        state=state,
        asked_at=test.row.asked_at,
        ended_at=test.row.ended_at,
        is_good=results.is_good if results else None,
        verdict=results.verdict if results else "",
        remedies=list(results.remedies) if results else [],
        model_reported=results.model_reported if results else None,
        accepts_images=results.accepts_images if results else None,
        items=msgspec.convert(
            msgspec.to_builtins(results.items if results else []), list[TriedItemRecord]
        ),
    )


def make_run(asked: RunFigures) -> EndpointRunRecord:
    """How a submission's endpoint is or was asked."""
    run = asked.run
    return EndpointRunRecord(
        endpoint=run.endpoint_id,
        name=run.endpoint_name,
        model=run.model,
        model_reported=run.model_reported,
        saw_hidden_items=run.saw_hidden,
        n_sent=asked.n_sent,
        n_failed=asked.n_failed,
        reasons=asked.reasons,
        n_requests=run.n_requests,
        n_tokens=run.n_tokens,
        per_second=run.per_second,
        seconds_left=run.seconds_left,
        end=run.end,
        key_wiped_at=run.key_wiped_at,
    )
