"""Model endpoints of the token's teams."""

from __future__ import annotations

from typing import Any

import msgspec

from leaderboard.accounts.teams import find_team
from leaderboard.endpoints.registry.connection_tests import EndpointTestState, find_test
from leaderboard.endpoints.registry.endpoints import (
    change_endpoint,
    delete_endpoint,
    get_own_endpoint,
    make_endpoint,
    wipe_key,
)
from leaderboard.endpoints.registry.endpoints import read_endpoints as read_own_endpoints
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.team import Scope
from leaderboard.web.api.operation import delete, get, patch, post
from leaderboard.web.endpoints import host_parts, request_test
from leaderboard.web.services import current_user, database, services
from spinebench.shapes.endpoints import (
    ChangedEndpoint,
    Deleted,
    EndpointList,
    EndpointRecord,
    EndpointSettings,
    EndpointTestRecord,
    NewEndpoint,
    TriedItemRecord,
)


@get("/endpoints", scope=Scope.READ)
def list_endpoints() -> EndpointList:
    """The model endpoints of your teams."""
    rows = read_own_endpoints(database(), current_user())
    return EndpointList(endpoints=[_show(row) for row in rows])


@post("/endpoints", scope=Scope.SUBMIT, status=201, errors=(404, 409))
def create_endpoint(json: NewEndpoint) -> EndpointRecord:
    """Register a model endpoint."""
    team = find_team(database(), current_user(), json.team)
    row = make_endpoint(
        database(), team, msgspec.to_builtins(json), maker=current_user(), **host_parts()
    )
    database().commit()
    return _show(row)


@get("/endpoints/<endpoint>", scope=Scope.READ)
def show_endpoint(endpoint: str) -> EndpointRecord:
    """One endpoint with its last test."""
    return _show(get_own_endpoint(database(), current_user(), endpoint))


@patch("/endpoints/<endpoint>", scope=Scope.SUBMIT, errors=(409,))
def patch_endpoint(endpoint: str, json: ChangedEndpoint) -> EndpointRecord:
    """Change an endpoint; fields left out stay as they are, and an empty key deletes the key."""
    row = get_own_endpoint(database(), current_user(), endpoint)
    values: dict[str, Any] = msgspec.to_builtins(json)
    change_endpoint(database(), row, values, **host_parts())
    if values.get("key") == "":
        wipe_key(database(), row)
    database().commit()
    return _show(row)


@delete("/endpoints/<endpoint>", scope=Scope.SUBMIT, errors=(409,))
def remove_endpoint(endpoint: str) -> Deleted:
    """Delete an endpoint and its key."""
    delete_endpoint(database(), get_own_endpoint(database(), current_user(), endpoint))
    database().commit()
    return Deleted(deleted=endpoint)


@post("/endpoints/<endpoint>/test", scope=Scope.SUBMIT, status=202, errors=(409,))
def start_test(endpoint: str) -> EndpointRecord:
    """Have a worker test the connection on public items; look at the endpoint for what came."""
    row = get_own_endpoint(database(), current_user(), endpoint)
    request_test(row)
    return _show(row)


def _show(row: Endpoint) -> EndpointRecord:
    """An endpoint with its last test; of its key only that there is one."""
    test = find_test(database(), row)
    return EndpointRecord.of(
        row,
        team=row.team.slug,
        has_key=row.key is not None,
        settings=msgspec.convert(row.settings, EndpointSettings),
        test=None if test is None else _show_test(test),
        url=f"{services().base_url}/endpoints/{row.id}",
    )


def _show_test(test: EndpointTestState) -> EndpointTestRecord:
    results = test.results
    state = "ended" if results else "lost" if test.is_lost else "waiting"
    return EndpointTestRecord(
        state=state,
        asked_at=test.row.asked_at,
        ended_at=test.row.ended_at,
        is_good=results.is_good if results else None,
        verdict=results.verdict if results else "",
        remedies=list(results.remedies) if results else [],
        warnings=list(results.warnings) if results else [],
        model_reported=results.model_reported if results else None,
        accepts_images=results.accepts_images if results else None,
        items=[TriedItemRecord.of(item) for item in results.items] if results else [],
    )
