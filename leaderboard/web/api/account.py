"""Who a token speaks for."""

from __future__ import annotations

from leaderboard.accounts.teams import read_teams
from leaderboard.models.team import Scope
from leaderboard.submissions.quota import TeamQuota
from leaderboard.web.api.access import current_token
from leaderboard.web.api.operation import get
from leaderboard.web.sending import find_own_day, read_own_quotas
from leaderboard.web.services import current_user, database
from spinebench.shapes.account import (
    DayRecord,
    Me,
    QuotaRecord,
    TeamRecord,
    TokenRecord,
    UserRecord,
)


@get("/me", scope=Scope.READ)
def me() -> Me:
    """Who the token belongs to, and what their teams may still send."""
    user = current_user()
    return Me(
        user=UserRecord.of(user),
        teams=[TeamRecord.of(team) for team in read_teams(database(), user)],
        quotas=[_show_quota(row) for row in read_own_quotas()],
        day=DayRecord.of(day) if (day := find_own_day()) else None,
        token=TokenRecord.of(current_token()),
    )


def _show_quota(row: TeamQuota) -> QuotaRecord:
    split = row.split
    return QuotaRecord.of(
        row.state,
        team=row.team.slug,
        benchmark=split.benchmark.slug,
        split=split.name,
        stopped_by=list(row.state.stopped_by),
        n_used_by_you=row.own.n_used,
    )
