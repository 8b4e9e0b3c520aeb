"""What a run has counted is what it has written."""

import pytest
from sqlalchemy.exc import IntegrityError

from leaderboard.chat import Reply
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.progress import ItemOutcome, Progress
from leaderboard.evaluation.ask import read_missing
from leaderboard.evaluation.claim import claim_submission
from leaderboard.evaluation.reply_sink import ReplySink
from leaderboard.evaluation.silence import count_silent
from leaderboard.models.benchmark import Track
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.submission import Submission
from tests.asked import add_endpoint, submit_to
from tests.endpoints.server import serve
from tests.loaded import Load

PROGRESS = Progress(10, 1, 0, 0, 0, 1, 0, 0.0, None)


def test_replies_without_an_answer_count_once_they_are_written(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve() as server:
        key = submit_to(sessions, add_endpoint(sessions, server), Track.TEXT)
    with sessions.write() as session:
        claim = claim_submission(session, key)
        assert claim is not None
        missing = read_missing(session, session.get_one(EndpointRun, key))
    sink = ReplySink(sessions, claim, [item.item_id for item in missing], 60.0)
    cut = Reply(text="", finish_reason="length", is_cut=True)
    outcomes = [ItemOutcome(item.key, "", None, "", 1, 0.0, cut) for item in missing[:3]]
    sink.take(outcomes[:2], PROGRESS)
    # The second is there already: nothing of this batch is written, and nothing counts.
    with pytest.raises(IntegrityError):
        sink.take(outcomes[1:], PROGRESS)
    assert not sink.is_of_no_use
    with sessions.read() as session:
        assert count_silent(session, key) == 2
        assert session.get_one(Submission, key).n_predictions == 2
    sink.take(outcomes[2:], PROGRESS)
    assert sink.is_of_no_use
