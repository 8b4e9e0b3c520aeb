"""People take turns, however much each of them sends."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from leaderboard.db import Sessions, now, read_clock
from leaderboard.evaluation.claim import requeue_submission
from leaderboard.evaluation.run import carry_out
from leaderboard.evaluation.turns import (
    Place,
    Waiting,
    claim_next,
    find_place,
    order_turns,
    read_order,
    read_places,
)
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.ranking import RankedSubmission
from leaderboard.models.submission import Status, Submission, SubmissionEvent
from leaderboard.queue import EVALUATE, RUN_ENDPOINT, Lane
from leaderboard.submissions.submit import cancel
from tests.factories import make_card, make_submission, make_team, send_files
from tests.loaded import Load

ADA, BOB, EVE = 1, 2, 3
MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
LATER = MORNING + timedelta(minutes=5)


def wait_for(*keys: str) -> list[Waiting]:
    """Submissions of those whose initial each key begins with, oldest first."""
    return [Waiting(key, {"a": ADA, "b": BOB, "e": EVE}[key[0]]) for key in keys]


@pytest.mark.parametrize(
    ("waiting", "n_running", "served_at", "order"),
    [
        ([], {}, {}, ""),
        (["a1", "a2", "a3"], {}, {}, "a1 a2 a3"),
        (["a1", "a2", "a3", "b1"], {}, {}, "a1 b1 a2 a3"),
        (["a1", "a2", "b1", "b2", "e1"], {}, {}, "a1 b1 e1 a2 b2"),
        # Whoever was served last goes behind whoever was served before, and behind newcomers.
        (["a1", "a2", "b1"], {}, {ADA: MORNING}, "b1 a1 a2"),
        (["a1", "b1", "b2"], {}, {ADA: LATER, BOB: MORNING}, "b1 a1 b2"),
        # Whoever has one at work waits until all others have one.
        (["a1", "b1", "b2", "e1"], {ADA: 1}, {BOB: LATER, EVE: LATER}, "b1 e1 a1 b2"),
        (["a1", "b1", "e1"], {ADA: 2, BOB: 1}, {ADA: MORNING}, "e1 b1 a1"),
    ],
)
def test_people_take_turns(
    waiting: list[str], n_running: dict[int, int], served_at: dict[int, datetime], order: str
) -> None:
    assert order_turns(wait_for(*waiting), n_running, served_at) == order.split()


def take(sessions: Sessions, lane: Lane = Lane.FILES) -> str | None:
    """What a worker of a lane takes up; another one's turn comes after it has ended."""
    with sessions.write() as session:
        claim = claim_next(session, lane)
        if claim is None:
            return None
        session.get_one(Submission, claim.key).status = Status.SCORED
        return claim.key


def test_a_newcomer_waits_for_one_submission_of_whoever_sent_sixty(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        # Many teams are no more turns.
        many = [key for n in range(6) for key in send_files(session, "ada", 10, f"team-{n}")]
        late = send_files(session, "bob", 2)
        own = (find_place(session, session.get_one(Submission, late[0])), len(read_places(session)))
    assert own == (Place(2, 62, 0), 62)
    taken = [take(sessions) for _ in range(4)]
    assert taken == [many[0], late[0], many[1], late[1]]
    with sessions.write() as session:
        new = send_files(session, "eve", 1)
    assert [take(sessions), take(sessions)] == [*new, many[2]]


def test_workers_that_look_at_once_take_different_submissions(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        keys = {*send_files(session, "ada", 6), *send_files(session, "bob", 1)}
    start, taken = threading.Barrier(8), list[str | None]()

    def work() -> None:
        start.wait()
        taken.append(take(sessions))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key for key in taken if key} == keys
    assert len(taken) == 8


def test_endpoint_runs_wait_in_a_lane_of_their_own(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        run, file = send_files(session, "ada", 2)
        session.add(
            EndpointRun(
                submission_id=run, endpoint_name="e", base_url="https://a.example/v1", model="m",
                settings={}, wipes_key=False, saw_hidden=False,
            )
        )  # fmt: skip
        session.flush()
        assert read_order(session, Lane.FILES) == [file]
        assert read_order(session, Lane.ENDPOINTS) == [run]
        assert read_places(session) == {file: Place(1, 1, 0), run: Place(1, 1, 0)}
    assert take(sessions, Lane.ENDPOINTS) == run
    assert take(sessions, Lane.ENDPOINTS) is None
    assert take(sessions) == file
    with sessions.write() as session:
        session.execute(update(Submission).values(status=Status.FAILED))
        assert requeue_submission(session, run) == (RUN_ENDPOINT, run)
        assert requeue_submission(session, file) == (EVALUATE, file)


def test_what_was_cancelled_is_at_work_or_is_postponed_has_no_place(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        cancelled, running, postponed, waiting = send_files(session, "ada", 4)
        cancel(session, session.get_one(Submission, cancelled))
        session.get_one(Submission, running).status = Status.RUNNING
        session.get_one(Submission, postponed).heartbeat_at = now() + timedelta(hours=1)
        session.flush()
        assert read_places(session) == {waiting: Place(1, 1, 1)}
        for key in (cancelled, running, postponed):
            assert find_place(session, session.get_one(Submission, key)) is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_order_is_that_in_which_files_came_whatever_the_clocks_of_the_machines_say(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    keys = []
    for minutes in (10, 0, -10):
        with time_machine.travel(now() + timedelta(minutes=minutes)), sessions.write() as session:
            card = make_card(session, make_team(session, "team"), "model-a")
            keys.append(make_submission(session, {"test-text-000": f"B {minutes}"}, card=card))
    for key, minutes in zip(keys, (-10, 10, 0), strict=True):
        with time_machine.travel(now() + timedelta(minutes=minutes)), sessions.write() as session:
            claim = claim_next(session, Lane.FILES)
            assert claim is not None
            assert claim.key == key
        carry_out(sessions, claim, [ChecklistJudge()], 1)
    with sessions.write() as session:
        standing = session.scalars(select(RankedSubmission.submission_id)).all()
        at = session.scalars(select(SubmissionEvent.at).order_by(SubmissionEvent.id)).all()
        assert max(at) < read_clock(session)
    assert standing == keys[-1:], "its team's latest stands for the model"
    assert at == sorted(at)
