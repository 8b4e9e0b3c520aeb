"""Objections: who may send which, what an answer tells to whom, and how many are counted."""

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.hosting.objections import answer_objection
from leaderboard.models.objection import Effect, Objection
from leaderboard.models.submission import Submission
from leaderboard.models.team import User
from leaderboard.objections.read import (
    count_objections,
    count_open,
    get_objection,
    read_objections,
    read_own_objections,
)
from leaderboard.objections.send import MAX_TEXT, get_item, list_kinds, send_objection
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.people.deletion import delete_account
from leaderboard.people.export import export_account
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.package_files import make_items

HIDDEN, OPEN = "test-text-000", "dev-text-000"


@pytest.fixture
def published(sessions: Sessions) -> Sessions:
    """A benchmark with a hidden and an open split, ada with a team and a submission, and sam."""
    with sessions.write() as session:
        load_items(session, [*make_items(4, 0, 0), *make_items(3, 0, 0, "dev")])
        team = make_team(session, "team-a", make_user(session, "ada"))
        card = make_card(session, team, "model-a")
        make_submission(session, {HIDDEN: "C"}, card=card)
        make_user(session, "sam")
    return sessions


def find(session: Session, name: str) -> User:
    return session.query(User).filter_by(name=name).one()


def send(
    session: Session,
    key: str,
    kind: str = "item",
    text: str = "B is right too.",
    *,
    name: str = "sam",
    submission: Submission | None = None,
) -> Objection:
    item = get_item(session, get_benchmark(session, "tiny"), key)
    return send_objection(session, find(session, name), item, kind, text, submission)


def test_anybody_reports_an_item_and_a_host_answers_once(published: Sessions) -> None:
    with published.write() as session:
        key = send(session, OPEN, text="  Both A\r\nand B.  ").id
        assert get_objection(session, key).objection.text == "Both A\nand B."
        assert count_open(session, EVERYWHERE) == 1
        assert count_open(session, Reach(frozenset({"other"}))) == 0
        with pytest.raises(Conflict, match="objected to this already"):
            send(session, OPEN)
        done = answer_objection(session, key, "So it is.", "correction", "hugo@example.org")
        assert done.message == f"Objection {key} is answered."
        with pytest.raises(Conflict, match="answered already"):
            answer_objection(session, key, "No.", "none", "hugo@example.org")
        (told,) = read_own_objections(session, find(session, "sam"))
        assert (told.state, told.effect) == ("answered", Effect.CORRECTION)
        (entry,) = read_audit(session)
        assert (entry.action, entry.note) == ("answer objection", "effect: correction")
        second = send(session, OPEN)
        assert [one.objection.id for one in read_objections(session, EVERYWHERE)] == [
            second.id,
            key,
        ]


def test_on_hidden_answers_what_follows_is_told_to_hosts_alone(published: Sessions) -> None:
    with published.write() as session:
        for key, effect in ((OPEN, "correction"), (HIDDEN, "correction"), ("dev-text-001", "none")):
            made = send(session, key)
            answer_objection(session, made.id, "Thank you.", effect, "hugo@example.org")
        send(session, "test-text-001")
        assert tuple(count_objections(session, "tiny")) == (4, 3, 1, 0)
        assert tuple(count_objections(session, "other")) == (0, 0, 0, 0)
        own = {one.item.key: one for one in read_own_objections(session, find(session, "sam"))}
        assert own[HIDDEN].state == "answered"
        assert own[HIDDEN].effect is None
        taken = {
            one["item"]: one for one in export_account(session, find(session, "sam"))["objections"]
        }
        assert taken[HIDDEN]["effect"] is None
        assert taken[HIDDEN]["answer"] == "Thank you."
        assert taken[OPEN]["effect"] == Effect.CORRECTION


def test_a_team_contests_only_what_it_sees_of_its_own_result(published: Sessions) -> None:
    with published.write() as session:
        submission = session.query(Submission).one()
        assert list_kinds(None) == ["item"]
        assert list_kinds(submission) == ["item", "reading"]
        made = send(session, HIDDEN, "reading", name="ada", submission=submission)
        assert made.submission_id == submission.id
        assert (
            send(session, HIDDEN, "item", name="ada", submission=submission).submission_id is None
        )
        for kind, of in (("verdict", submission), ("reading", None), ("", None)):
            with pytest.raises(InvalidRequest, match="subject"):
                send(session, "test-text-000", kind, name="ada", submission=of)
        with pytest.raises(NotFound, match="no prediction"):
            send(session, OPEN, "reading", name="ada", submission=submission)


def test_what_cannot_be_used_is_refused_with_the_field(published: Sessions) -> None:
    with published.write() as session:
        for text in ("", "  ", "x" * (MAX_TEXT + 1), "turned \u202e round"):
            with pytest.raises(InvalidRequest) as refused:
                send(session, OPEN, text=text)
            assert [one.field for one in refused.value.fields] == ["text"]
        with pytest.raises(NotFound, match="has no item"):
            send(session, "nothing")
        key = send(session, OPEN).id
        with pytest.raises(InvalidRequest) as refused:
            answer_objection(session, key, "", "more", "hugo@example.org")
        assert [one.field for one in refused.value.fields] == ["text", "effect"]
        with pytest.raises(NotFound, match="no such objection"):
            answer_objection(session, key + 1, "No.", "none", "hugo@example.org")


def test_an_objection_stays_under_a_pseudonym(published: Sessions) -> None:
    with published.write() as session:
        key = send(session, OPEN).id
        pseudonym = delete_account(session, find(session, "sam"))
        kept = get_objection(session, key).objection
        assert (kept.user.name, kept.text) == (pseudonym, "B is right too.")
