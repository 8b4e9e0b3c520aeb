"""Which splits endpoints may see: hidden items leave the house only where the host says so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.endpoints.engine.address import AddressPolicy, is_listed
from leaderboard.errors import Conflict, Forbidden, PermanentError
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.endpoint import EndpointSplit
from leaderboard.third_parties import read_third_parties


def may_see(session: Session, split: Split) -> bool:
    """Whether the items of `split` may be sent to endpoints: public answers, or allowed."""
    return split.answers is Answers.PUBLIC or session.get(EndpointSplit, split.id) is not None


def require_may_see(session: Session, split: Split) -> None:
    """Raise Forbidden unless the items of `split` may be sent to endpoints."""
    if not may_see(session, split):
        raise Forbidden(
            f"The items of {split.benchmark.name} {split.name} may not be sent to endpoints.",
            "Send a prediction file, or ask the host of this server to allow it.",
        )


def may_send(session: Session, split: Split, base_url: str, policy: AddressPolicy) -> bool:
    """Whether items of `split` may go to that address: to one that the host of this server lists,
    or where the benchmark's host lets endpoints of third parties have them."""
    is_own = is_listed(base_url, policy)
    return is_own or read_third_parties(session, split.benchmark.slug).endpoints


def say_third_party(split: Split) -> tuple[str, str]:
    """What is said where items may not go to an endpoint, and what to do."""
    return (
        f"The host of {split.benchmark.name} does not let its items go to endpoints of third "
        "parties.",
        "Send a prediction file, or ask the maintainer of this server to list your endpoint's "
        "address as one inside its network.",
    )


def require_may_send(session: Session, split: Split, base_url: str, policy: AddressPolicy) -> None:
    """Raise PermanentError unless items of `split` may go to that address."""
    if not may_send(session, split, base_url, policy):
        raise PermanentError(*say_third_party(split))


def allow_split(session: Session, split: Split) -> None:
    """Let endpoints see the hidden split from now on; twice changes nothing. Raises Conflict."""
    if split.answers is Answers.PUBLIC:
        raise Conflict(f"The answers of {split.name} are public.", "Endpoints may see it anyway.")
    if session.get(EndpointSplit, split.id) is None:
        session.add(EndpointSplit(split_id=split.id, allowed_at=now()))
        session.flush()


def forbid_split(session: Session, split: Split) -> None:
    """Let endpoints see the split no more. Raises Conflict where they do not."""
    row = session.get(EndpointSplit, split.id)
    if row is None:
        raise Conflict(
            f"{split.name} is not on the list of hidden splits that endpoints may see.",
            "There is nothing to do: without being on the list, only splits with public answers "
            "can be seen.",
        )
    session.delete(row)
    session.flush()


def read_allowed(session: Session) -> list[EndpointSplit]:
    """The hidden splits that endpoints may see, in the order they were allowed."""
    return list(session.scalars(select(EndpointSplit).order_by(EndpointSplit.allowed_at)))
