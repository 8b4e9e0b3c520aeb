"""What hosts do to submissions, people and models, and that every act leaves a line."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from leaderboard.accounts.teams import change_model_card
from leaderboard.accounts.tokens import get_token, make_token
from leaderboard.accounts.users import authenticate
from leaderboard.audit import read_audit, read_audit_state
from leaderboard.db import Sessions, now
from leaderboard.disclosure import Viewer, disclosure, is_public
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, NotSignedIn
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.announcements import announce, end_announcement, read_announcements
from leaderboard.hosting.overview import (
    read_all_models,
    read_all_teams,
    read_overview,
    read_submissions,
)
from leaderboard.hosting.people import (
    ban_team,
    ban_user,
    get_model_card,
    unban_team,
    unban_user,
    unverify_model,
    verify_model,
)
from leaderboard.hosting.submissions import hide, requeue, show
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import Scope
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import EVALUATE, Nudge
from leaderboard.rankings.read import read_ranking
from leaderboard.submissions.events import add_event
from tests.factories import PASSWORD
from tests.loaded import Load, Submit

pytestmark = pytest.mark.one_database

HOST = "host@example.org"
MEMBER = "a@example.org"


@pytest.fixture
def key(sessions: Sessions, load: Load, submit_texts: Submit) -> str:
    """The number of a scored submission of model-a by a@example.org of the team."""
    load(2, 0, 0)
    number = submit_texts({"test-text-000": "B", "test-text-001": "B"})
    evaluate(sessions, number, [ChecklistJudge()], 5)
    return number


def read_shown(sessions: Sessions) -> list[str]:
    """The models in the ranking, ranked again."""
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        before = [row.model.slug for row in read_ranking(session, split).rows]
        rank_split(session, split.id)
        session.expire_all()
        split = get_split(get_benchmark(session, "tiny"), "test")
        after = [row.model.slug for row in read_ranking(session, split).rows]
    # What is withheld is gone before any worker ranks.
    assert set(before) >= set(after)
    return before if not before else after


def read_last_acts(sessions: Sessions) -> list[tuple[str, str, str, str]]:
    with sessions.read() as session:
        return [(row.actor, row.action, row.subject, row.note) for row in read_audit(session)]


def test_a_hidden_submission_is_seen_by_its_team_alone_until_it_is_shown_again(
    sessions: Sessions, key: str
) -> None:
    assert read_shown(sessions) == ["model-a"]
    with sessions.write() as session:
        split_id = session.get_one(Submission, key).split_id
        assert hide(session, key, HOST, " copied  answers ").rank == (split_id,)
    assert read_shown(sessions) == []
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        assert not any(disclosure(submission, Viewer.PUBLIC))
        # Item by item nobody is told what is right: its package calls the answers hidden.
        assert disclosure(submission, Viewer.TEAM) == (True, True, True, True, False)
        assert session.scalars(select(Submission.id).where(is_public())).all() == []
    with sessions.write() as session:
        with pytest.raises(Conflict):
            hide(session, key, HOST, "again")
        show(session, key, HOST, "")
    with sessions.read() as session:
        assert session.scalars(select(Submission.id).where(is_public())).all() == [key]
    assert read_last_acts(sessions) == [
        (HOST, "show", f"submission {key}", ""),
        (HOST, "hide", f"submission {key}", "copied answers"),
    ]


def test_who_is_banned_neither_signs_in_nor_uses_tokens_and_is_not_ranked(
    sessions: Sessions, key: str
) -> None:
    with sessions.write() as session:
        user = authenticate(session, email=MEMBER, password=PASSWORD)
        token = make_token(session, user, name="t", scopes=[Scope.READ]).text
        ban_user(session, MEMBER, HOST, "fraud")
    with sessions.write() as session:
        with pytest.raises(NotSignedIn, match="closed"):
            authenticate(session, email=MEMBER, password=PASSWORD)
        with pytest.raises(NotSignedIn, match="wrong"):
            authenticate(session, email=MEMBER, password="another password")
        with pytest.raises(NotSignedIn, match="closed"):
            get_token(session, token)
    assert read_shown(sessions) == []
    with sessions.write() as session:
        unban_user(session, MEMBER, HOST, "")
    with sessions.write() as session:
        authenticate(session, email=MEMBER, password=PASSWORD)
        get_token(session, token)
        assert session.get_one(Submission, key).is_withheld is False


def test_a_banned_team_is_not_ranked_and_cannot_submit(
    sessions: Sessions, key: str, submit_texts: Submit
) -> None:
    with sessions.write() as session:
        assert len(ban_team(session, "team", HOST, "fraud").rank) == 1
    assert read_shown(sessions) == []
    with pytest.raises(Forbidden):
        submit_texts({"test-text-000": "A", "test-text-001": "B"})
    with sessions.write() as session:
        unban_team(session, "team", HOST, "")
    submit_texts({"test-text-000": "A", "test-text-001": "B"})


def test_a_verified_card_keeps_its_mark_until_its_team_changes_it(
    sessions: Sessions, key: str
) -> None:
    with sessions.write() as session:
        verify_model(session, "model-a", HOST, "model card of the publisher")
        assert get_model_card(session, "model-a").is_verified
    with sessions.write() as session:
        card = get_model_card(session, "model-a")
        change_model_card(session, card, {"name": "Model A", "organisation": "Other"})
    with sessions.write() as session:
        assert not get_model_card(session, "model-a").is_verified
        assert read_all_models(session)[0].mark is not None
        verify_model(session, "model-a", HOST, "checked again")
        assert get_model_card(session, "model-a").is_verified
        unverify_model(session, "model-a", HOST, "")
        assert not get_model_card(session, "model-a").is_verified
    acts = [(act, subject) for _, act, subject, _ in read_last_acts(sessions)]
    assert acts == [(a, "model model-a") for a in ("unverify", "verify", "verify")]


def test_an_announcement_stands_until_its_day_is_over_or_it_is_ended(sessions: Sessions) -> None:
    today = f"{now():%Y-%m-%d}"
    with sessions.write() as session:
        announce(session, "Maintenance  tonight.", today, HOST)
        announce(session, "Another.", f"{now() + timedelta(days=9):%Y-%m-%d}", HOST)
        shown = read_announcements(session)
        assert [one.text for one in shown] == ["Maintenance tonight.", "Another."]
        assert f"{shown[0].until_at - timedelta(seconds=1):%Y-%m-%d}" == today
        end_announcement(session, shown[0].id, HOST)
        assert [one.text for one in read_announcements(session)] == ["Another."]
        for until in ("2001-01-01", "9999-12-31", "soon", ""):
            with pytest.raises(InvalidRequest):
                announce(session, "Text", until, HOST)
        with pytest.raises(InvalidRequest):
            announce(session, "x" * 301, today, HOST)
        assert read_audit_state(session) == read_audit(session)[0].id


def test_what_failed_or_is_held_needs_a_hand_and_goes_again(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        submission = session.get_one(Submission, key)
        submission.status = Status.FAILED
        add_event(session, key, EventKind.FAILED, "The judge is away.", "Wait.")
        session.flush()
        found = read_overview(session)
        assert [(one.submission.id, one.message) for one in found.failed] == [
            (key, "The judge is away.")
        ]
        assert found.held == []
        assert requeue(session, key, HOST, "judge is back").nudges == [Nudge(EVALUATE, key)]
        session.expire_all()
        found = read_overview(session)
        assert (found.failed, found.n_waiting) == ([], 1)
        assert [one.id for one in read_submissions(session, Status.QUEUED)] == [key]
        assert read_submissions(session, Status.HELD) == []
        assert [one.n_submissions for one in read_all_teams(session)] == [1]
        with pytest.raises(Conflict):
            requeue(session, key, HOST, "")


def test_an_act_without_a_reason_or_on_nothing_is_refused(sessions: Sessions, key: str) -> None:
    with sessions.write() as session:
        for act, name in (
            (hide, key),
            (ban_user, MEMBER),
            (ban_team, "team"),
            (verify_model, "model-a"),
        ):
            with pytest.raises(InvalidRequest):
                act(session, name, HOST, "  ")
            with pytest.raises(NotFound):
                act(session, "nobody", HOST, "why")
        assert read_audit(session) == []
