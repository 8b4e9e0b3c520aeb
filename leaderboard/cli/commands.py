"""Every command group of the host, in the order of its help."""

from leaderboard.cli.benchmarks import benchmark_group
from leaderboard.cli.database import db_group
from leaderboard.cli.endpoints import endpoint_group
from leaderboard.cli.experts import expert_group
from leaderboard.cli.judges import judge_group
from leaderboard.cli.moderation import announcement_group
from leaderboard.cli.people import model_group, team_group, token_group, user_group
from leaderboard.cli.releases import release_group
from leaderboard.cli.submissions import submission_group

commands = (
    db_group,
    benchmark_group,
    user_group,
    team_group,
    model_group,
    token_group,
    submission_group,
    release_group,
    expert_group,
    endpoint_group,
    judge_group,
    announcement_group,
)
