"""Which splits endpoints may see: hidden items leave the house only where the host says so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import Conflict, Forbidden
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.endpoint import EndpointSplit


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
