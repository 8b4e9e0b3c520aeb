"""The addresses of model endpoints in the API."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

from leaderboard.accounts.teams import get_team
from leaderboard.endpoints.registry.connection_tests import find_test
from leaderboard.endpoints.registry.endpoints import (
    change_endpoint,
    delete_endpoint,
    get_own_endpoint,
    make_endpoint,
    read_endpoints,
    wipe_key,
)
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.team import Scope
from leaderboard.web.api.access import requires
from leaderboard.web.api.blueprint import answer, blueprint, read_body
from leaderboard.web.api.endpoint_records import (
    ChangedEndpoint,
    Deleted,
    EndpointList,
    NewEndpoint,
)
from leaderboard.web.api.make_endpoints import make_endpoint_record
from leaderboard.web.pages.endpoints import host_parts, request_test
from leaderboard.web.services import current_user, database, services


@blueprint.get("/endpoints")
@requires(Scope.READ)
def list_endpoints() -> Response:
    """The endpoints of your teams."""
    rows = read_endpoints(database(), current_user())
    made = [make_endpoint_record(r, find_test(database(), r), services().base_url) for r in rows]
    return answer(EndpointList(endpoints=made))


@blueprint.post("/endpoints")
@requires(Scope.SUBMIT)
def create_endpoint() -> Response:
    """Register an endpoint."""
    new = read_body(NewEndpoint, "endpoint")
    team = get_team(database(), current_user(), new.team)
    row = make_endpoint(database(), team, _values(new), **host_parts())
    database().commit()
    return _answer(row, 201)


@blueprint.get("/endpoints/<endpoint>")
@requires(Scope.READ)
def show_endpoint(endpoint: str) -> Response:
    """One endpoint with its last test."""
    return _answer(get_own_endpoint(database(), current_user(), endpoint))


@blueprint.patch("/endpoints/<endpoint>")
@requires(Scope.SUBMIT)
def patch_endpoint(endpoint: str) -> Response:
    """Change what the body holds; an empty key deletes the key."""
    row = get_own_endpoint(database(), current_user(), endpoint)
    values = _values(read_body(ChangedEndpoint, "change"))
    change_endpoint(database(), row, values, **host_parts())
    if values.get("key") == "":
        wipe_key(database(), row)
    database().commit()
    return _answer(row)


@blueprint.delete("/endpoints/<endpoint>")
@requires(Scope.SUBMIT)
def remove_endpoint(endpoint: str) -> Response:
    """Delete an endpoint and its key."""
    delete_endpoint(database(), get_own_endpoint(database(), current_user(), endpoint))
    database().commit()
    return answer(Deleted(deleted=endpoint))


@blueprint.post("/endpoints/<endpoint>/test")
@requires(Scope.SUBMIT)
def start_test(endpoint: str) -> Response:
    """Have a worker test the connection; look at the endpoint for what came."""
    row = get_own_endpoint(database(), current_user(), endpoint)
    request_test(row)
    return _answer(row, 202)


def _answer(row: Endpoint, status: int = 200) -> Response:
    test = find_test(database(), row)
    return answer(make_endpoint_record(row, test, services().base_url), status)


def _values(sent: NewEndpoint | ChangedEndpoint) -> dict[str, Any]:
    """What was sent, without what was left out."""
    values: dict[str, Any] = msgspec.to_builtins(sent)
    return values
