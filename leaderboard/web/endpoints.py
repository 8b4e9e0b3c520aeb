"""What registering and testing an endpoint needs of this site: for pages and API alike."""

from __future__ import annotations

from typing import Any

from leaderboard.endpoints.registry.connection_tests import ask_test
from leaderboard.models.endpoint import Endpoint
from leaderboard.queue import TEST_ENDPOINT
from leaderboard.web.services import database, services


def host_parts() -> dict[str, Any]:
    """What the host gives to making or changing an endpoint."""
    return {"vault": services().vault, "policy": services().address_policy}


def request_test(endpoint: Endpoint) -> None:
    """Ask for a test of `endpoint`, unless one is under way: commit, then enqueue."""
    services().vault.require_open()
    is_new = ask_test(database(), endpoint)
    database().commit()
    if is_new:
        services().queue.enqueue(TEST_ENDPOINT, endpoint.id)
