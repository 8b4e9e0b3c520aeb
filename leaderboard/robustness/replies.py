"""What the replies to an audit were like, counted apart from what they chose."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.endpoints.registry.endpoints import read_settings
from leaderboard.models.benchmark import Item
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.robustness import AuditAnswer, AuditReply, RobustnessAudit
from leaderboard.submissions.endpoint_replies import ReplyCounts, ReplyFacts, count_facts

UNSCORED = "unscored"
"""The outcome of a question for which the endpoint gave nothing for good."""


def count_audit_replies(session: Session, audit: RobustnessAudit) -> ReplyCounts:
    """The replies to an audit so far; of those before they were kept only how many there were."""
    n_replies = session.scalar(
        select(func.count()).where(
            AuditAnswer.audit_id == audit.id, AuditAnswer.outcome != UNSCORED
        )
    )
    rows = session.execute(
        select(
            Item.track,
            AuditReply.is_cut,
            AuditReply.is_only_reasoning,
            AuditReply.is_filtered,
            AuditReply.is_silent,
        )
        .join(Item, Item.id == AuditReply.item_id)
        .where(AuditReply.audit_id == audit.id)
    ).all()
    if not rows:
        return ReplyCounts(n_replies=n_replies or 0)
    tokens_of = read_settings(session.get_one(EndpointRun, audit.submission_id)).tokens_of
    counts = count_facts([ReplyFacts(*row[1:]) for row in rows], [tokens_of(r[0]) for r in rows])
    return counts._replace(n_replies=n_replies or 0)
