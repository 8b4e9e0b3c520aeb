"""Have models stand apart on a split whose teams say that they were trained on its questions."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Split
from leaderboard.models.release import ApartSplit


def set_apart(session: Session, split: Split, actor: str, reason: str) -> Act:
    """Give such models no rank from the next ranking on. Raises InvalidRequest or Conflict."""
    reason = read_reason(reason)
    if session.get(ApartSplit, split.id) is not None:
        raise Conflict("Such models stand apart already.", "There is nothing to do.")
    session.add(ApartSplit(split_id=split.id, since_at=now()))
    name = _note(session, split, actor, "set trained models apart", reason)
    return Act(f"Models that were trained on {name} stand apart.", rank=(split.id,))


def rank_together(session: Session, split: Split, actor: str, reason: str) -> Act:
    """Rank them with all others again. Raises InvalidRequest or Conflict."""
    reason = read_reason(reason)
    row = session.get(ApartSplit, split.id)
    if row is None:
        raise Conflict("Such models are ranked with all others.", "There is nothing to do.")
    session.delete(row)
    name = _note(session, split, actor, "rank trained models", reason)
    return Act(f"Models that were trained on {name} are ranked with all others.", rank=(split.id,))


def _note(session: Session, split: Split, actor: str, action: str, reason: str) -> str:
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    add_audit(session, actor, action, f"split {name}", reason, benchmark=split.benchmark.slug)
    session.flush()
    return name
