"""Real workers after an upgrade: the checklist judge's new version rates what the old one did."""

import os
import subprocess
import sys
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.hosting.campaigns import open_proposal
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.campaign import Campaign, CampaignState
from leaderboard.models.rating import Rater
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import make_queue
from leaderboard.rankings.releases import find_ranking
from tests.evaluation.scripted import ScriptedJudge
from tests.loaded import Load, Submit
from tests.waiting import wait_until

NOW = ChecklistJudge.identity


def read_versions(sessions: Sessions) -> set[str]:
    """The versions of the judge whose ratings are the report scores."""
    with sessions.read() as session:
        raters = select(Rater.version).join(ScoredReports, ScoredReports.rater_id == Rater.id)
        return set(session.scalars(raters))


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_after_an_upgrade_all_reports_are_rated_and_ranked_by_the_new_version(
    sessions: Sessions, load: Load, submit_texts: Submit, database_url: str, empty_redis_url: str
) -> None:
    load(0, 0, 3)
    before = ScriptedJudge(lambda item: 4.0)
    before.identity = JudgeIdentity(NOW.name, "0")
    texts = {f"test-report-{n:03}": "It has an excellent alignment." for n in range(3)}
    for model in ("model-a", "model-b"):
        submit_texts(texts, model, judges=[before])
    assert read_versions(sessions) == {"0"}

    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
    }
    with ExitStack() as stack:
        for name in ("worker", "reconciler"):
            command = [sys.executable, "-m", "workers", name]
            process = stack.enter_context(subprocess.Popen(command, env=environment))
            stack.callback(process.kill)
        wait_until(lambda: _find_state(sessions) is CampaignState.PROPOSED)
        assert read_versions(sessions) == {"0"}
        with sessions.write() as session:
            (nudge,) = open_proposal(session, 1, "host@example.org", "It reads levels.").waiting
        queue = make_queue(empty_redis_url, "submissions")
        queue.enqueue(nudge.job, nudge.key)
        wait_until(lambda: _find_state(sessions) is CampaignState.OPENED)
        assert read_versions(sessions) == {NOW.version}
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        ranking = find_ranking(session, split.id)
        assert ranking is not None
        assert ranking.release.number == 2
        assert ranking.release.note == (
            f"The judge checklist went from version 0 to version {NOW.version}. It reads levels."
        )


def _find_state(sessions: Sessions) -> CampaignState | None:
    with sessions.read() as session:
        return session.scalars(select(Campaign.state)).one_or_none()
