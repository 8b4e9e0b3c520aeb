"""What tests of endpoints share: a host's access, a team's endpoint, a submission of it."""

from typing import Any

from sqlalchemy import select

from leaderboard.accounts.teams import make_model_card
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import AddressPolicy, read_policy
from leaderboard.endpoints.engine.settings import Budget, Limits
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.splits import allow_split, may_see
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.models.benchmark import Track
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.team import ModelCard, Team
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.submissions.endpoint_runs import submit_endpoint
from tests.endpoints.server import Endpoint as Server
from tests.factories import NO_LIMIT
from tests.site import ENDPOINT_KEY

SECRET = "sk-a-secret-of-the-team-7f3a"
QUICK = Limits(first_backoff=0.01, max_backoff=0.02, max_attempts=2, beat=0.05)


def make_access(server: Server, **changes: Any) -> EndpointAccess:
    """What a worker of a host who allows `server` has."""
    values: dict[str, Any] = {
        "vault": KeyVault([ENDPOINT_KEY]),
        "policy": read_policy([server.place], allow_http=False),
        "budget": Budget(max_requests=10_000, max_tokens=10**9, max_seconds=600),
        "limits": QUICK,
    }
    return EndpointAccess(**(values | changes))


def add_endpoint(sessions: Sessions, server: Server, *, key: str = SECRET, **settings: Any) -> str:
    """Register `server` for the only team; the endpoint's number."""
    with sessions.write() as session:
        team = session.scalars(select(Team)).one()
        values = {
            "name": f"model at {server.place}",
            "base_url": server.base_url,
            "model": "m",
            "key": key,
            "settings": {"accepts_images": True, "concurrency": 4, **settings},
        }
        access = make_access(server)
        return make_endpoint(session, team, values, vault=access.vault, policy=access.policy).id


def submit_to(
    sessions: Sessions,
    endpoint_id: str,
    *tracks: Track,
    wipes_key: bool = False,
    split: str = "test",
    model: str = "model-a",
) -> str:
    """Submit the endpoint on a split that the host allows; the submission's number."""
    with sessions.write() as session:
        endpoint = session.get_one(Endpoint, endpoint_id)
        card = session.scalar(select(ModelCard).where(ModelCard.slug == model))
        if card is None:
            facts = {"slug": model, "name": model, "organisation": "Org"}
            card = make_model_card(session, endpoint.team, facts)
        row = get_split(get_benchmark(session, "tiny"), split)
        if not may_see(session, row):
            allow_split(session, row)
        (made,) = submit_endpoint(
            session,
            user=endpoint.team.memberships[0].user,
            model_card=card,
            split=row,
            endpoint=endpoint,
            tracks=tracks,
            wipes_key=wipes_key,
            vault=KeyVault([ENDPOINT_KEY]),
            policy=AddressPolicy(),
            quota=NO_LIMIT,
        )
        return made.id
