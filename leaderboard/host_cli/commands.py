"""Every command group of the host, in the order of its help."""

from leaderboard.host_cli.approvals import approval_group
from leaderboard.host_cli.benchmarks import benchmark_group
from leaderboard.host_cli.bundles import bundle_group
from leaderboard.host_cli.campaigns import campaign_group
from leaderboard.host_cli.checks import check_group
from leaderboard.host_cli.database import db_group
from leaderboard.host_cli.endpoints import endpoint_group
from leaderboard.host_cli.evidence import evidence_group
from leaderboard.host_cli.experts import expert_group
from leaderboard.host_cli.items import item_group
from leaderboard.host_cli.judges import judge_group
from leaderboard.host_cli.keys import key_group
from leaderboard.host_cli.moderation import announcement_group
from leaderboard.host_cli.objections import objection_group
from leaderboard.host_cli.people import model_group, team_group, token_group, user_group
from leaderboard.host_cli.readers import reader_group
from leaderboard.host_cli.releases import release_group
from leaderboard.host_cli.submissions import submission_group

commands = (
    db_group,
    benchmark_group,
    user_group,
    team_group,
    model_group,
    token_group,
    submission_group,
    release_group,
    bundle_group,
    campaign_group,
    approval_group,
    evidence_group,
    item_group,
    key_group,
    check_group,
    objection_group,
    expert_group,
    endpoint_group,
    judge_group,
    reader_group,
    announcement_group,
)
