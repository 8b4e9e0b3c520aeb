"""Hosts hear by mail of what needs them: once, soon if it is urgent, else once a day."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from leaderboard.db import Sessions, now
from leaderboard.evaluation.claim import TELL_HOST, requeue_submission
from leaderboard.hosting.concerns import Watch
from leaderboard.letters.concerns import PAUSE, URGENT_PAUSE, set_told, tell_concerns
from leaderboard.models.judging import JudgeRun, RunState
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.role import Role
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import User
from leaderboard.queue import Lane, QueueState, WorkerState
from leaderboard.submissions.events import add_event
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.letters.test_approvals import read_last, read_told, send_due
from tests.letters.test_letters import URL
from tests.notices.receivers import Received, open_mailbox
from tests.package_files import make_items

PATIENCE = timedelta(minutes=15)
LANES = [Lane.QUICK, Lane.FILES]


class Site:
    """A site at which things go wrong, and the mail that leaves it."""

    def __init__(self, sessions: Sessions, mailbox: Received) -> None:
        self.sessions = sessions
        self.mailbox = mailbox
        self.seconds, self.used, self.lanes = 0.0, 0.5, tuple(Lane)
        self.watch = Watch(PATIENCE, lambda: self.seconds)

    def look(self, minutes: float = 0) -> list[str]:
        """What a reconciler does after so many minutes, and a worker then; who got a mail."""
        self.seconds += minutes * 60
        n_before = len(self.mailbox.mails)
        workers = [WorkerState("w", "idle", self.lanes, now())]
        queue = QueueState(dict.fromkeys(Lane, 0), workers, True, dict.fromkeys(Lane, 0.0), 1.0)
        with self.sessions.write() as session:
            tell_concerns(session, self.watch.read(session, queue, LANES, self.used))
        send_due(self.sessions, self.mailbox)
        return [one.partition("@")[0] for one in read_told(self.mailbox)[n_before:]]

    def let_pass(self, pause: timedelta) -> None:
        """As if every letter had been due so much earlier."""
        with self.sessions.write() as session:
            for letter in session.scalars(select(Letter)):
                letter.at, letter.next_at = letter.at - pause, letter.next_at - pause

    def send(self, model: str) -> str:
        """A submission of one more model; its id."""
        with self.sessions.write() as session:
            team = make_team(session, "secretive", session.scalars(select(User)).all()[0])
            card = make_card(session, team, model)
            return make_submission(session, {"test-text-000": f"ANSWER: B {model}"}, card=card)

    def end(self, key: str, status: Status, remedy: str = "") -> None:
        """Have a submission failed or held, by our fault or not."""
        kind = EventKind.FAILED if status is Status.FAILED else EventKind.HELD
        with self.sessions.write() as session:
            session.get_one(Submission, key).status = status
            add_event(session, key, kind, "It came to this.", remedy)


@pytest.fixture
def site(sessions: Sessions) -> Iterator[Site]:
    """A benchmark with a host, hugo, and the site's administrator, anna."""
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        make_user(session, "sam")
        make_user(session, "hugo", role=Role.HOST)
        make_user(session, "elsewhere", role=Role.HOST, benchmark="other")
        make_user(session, "anna", role=Role.ADMIN)
        make_user(session, "una", role=Role.ADMIN, is_confirmed=False)
    with open_mailbox() as mailbox:
        yield Site(sessions, mailbox)


def test_a_missing_worker_and_a_full_disk_are_told_to_administrators_once_until_they_end(
    site: Site,
) -> None:
    assert site.look() == []
    site.lanes = (Lane.FILES,)
    assert site.look() == site.look(14) == []
    assert site.look(1) == ["anna"]
    assert "Subject: SpineBench: 1 thing needs your attention" in site.mailbox.mails[-1]
    text = read_last(site.mailbox)
    assert f"- No worker serves tests, notices and rankings.\n  {URL}/admin\n" in text.replace(
        "\r", ""
    )
    assert f"{URL}/account#attention" in text
    assert site.look(600) == []
    # What is urgent does not wait for a day, but no letter follows another at once.
    site.used = 0.96
    assert site.look() == []
    site.let_pass(URGENT_PAUSE)
    assert site.look() == ["anna"]
    text = read_last(site.mailbox)
    assert "is 96% full" in text
    assert "No worker" not in text
    # It ends, and comes back.
    site.lanes = tuple(Lane)
    site.let_pass(URGENT_PAUSE)
    assert site.look() == []
    site.lanes = (Lane.FILES,)
    assert site.look() == []
    assert site.look(15) == ["anna"]


def test_hosts_are_told_of_their_submissions_at_once_or_with_the_next_letter_of_the_day(
    site: Site,
) -> None:
    failed, wrong, held, later = (site.send(f"model-{n}") for n in range(4))
    site.end(wrong, Status.FAILED, "Send another file.")
    assert site.look() == []
    site.end(held, Status.HELD)
    assert site.look() == ["hugo"]
    assert f"- Submission {held} is held until you look at it." in read_last(site.mailbox)
    assert f"{URL}/admin/submissions/{held}" in read_last(site.mailbox)
    # The second held one waits for the day to pass, unless something urgent takes it along.
    site.end(later, Status.HELD)
    assert site.look() == []
    site.let_pass(PAUSE - URGENT_PAUSE * 2)
    assert site.look() == []
    site.end(failed, Status.FAILED, TELL_HOST)
    assert site.look() == ["hugo"]
    text = read_last(site.mailbox)
    assert f"Submission {failed} failed because of a problem on our side." in text
    assert f"Submission {later} is held" in text
    assert held not in text
    assert "secretive" not in text
    # It is tried again, and fails again.
    site.let_pass(PAUSE)
    with site.sessions.write() as session:
        requeue_submission(session, failed)
    assert site.look() == []
    site.end(failed, Status.FAILED, TELL_HOST)
    assert site.look() == ["hugo"]


def test_what_has_ended_when_a_letter_leaves_is_not_in_it(site: Site) -> None:
    one, other = site.send("model-1"), site.send("model-2")
    site.end(one, Status.HELD)
    assert site.look() == ["hugo"]
    site.end(other, Status.HELD)
    assert site.look() == []
    with site.sessions.write() as session:
        requeue_submission(session, other)
    assert site.look() == []
    site.let_pass(PAUSE)
    assert site.look() == []
    with site.sessions.read() as session:
        results = session.scalars(select(Letter.result).order_by(Letter.id)).all()
    assert results[-1] == "there was nobody to write to"


def test_a_queue_that_waits_and_a_judge_that_fails_are_told_when_they_last(site: Site) -> None:
    waiting = site.send("model-1")
    with site.sessions.write() as session:
        rater = Rater(kind=RaterKind.JUDGE, name="strict", version="1")
        session.add(rater)
        session.flush()
        session.add(
            JudgeRun(
                submission_id=waiting,
                rater_id=rater.id,
                started_at=now() - timedelta(minutes=20),
                state=RunState.CHECKING,
                reason="cannot be asked: HTTP 503",
                canaries=[],
            )
        )
    assert site.look() == ["anna"]
    assert "The judge strict cannot be asked: HTTP 503" in read_last(site.mailbox)
    site.let_pass(URGENT_PAUSE)
    with site.sessions.write() as session:
        session.execute(update(Submission).values(created_at=now() - timedelta(minutes=16)))
    assert site.look() == ["anna"]
    assert "The oldest of the prediction files has waited for 16 minutes." in read_last(
        site.mailbox
    )


def test_whoever_wants_no_such_letters_gets_none_and_administrators_stand_in(site: Site) -> None:
    with site.sessions.write() as session:
        hugo = session.scalars(select(User).where(User.name == "hugo")).one()
        set_told(session, hugo, wants=False)
    site.end(site.send("model-1"), Status.HELD)
    assert site.look() == ["anna"]
    with site.sessions.write() as session:
        set_told(session, session.get_one(User, hugo.id), wants=True)
    assert site.look() == ["hugo"]
    with site.sessions.read() as session:
        assert set(session.scalars(select(Letter.kind))) == {LetterKind.ATTENTION}
