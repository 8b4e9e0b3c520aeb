"""Phases: what is refused outside of them, and the ranking that the end of a final one leaves."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions, read_clock
from leaderboard.errors import Conflict, InvalidFields, InvalidRequest, PhaseClosed, QuotaUsed
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.run import evaluate
from leaderboard.hosting.phases import freeze_due, plan_phase, take_phase_back
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Split
from leaderboard.models.phase import Phase
from leaderboard.models.ranking import RankedSubmission
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.phases import PhaseState, say_left, view_phases
from leaderboard.rankings.releases import find_release, get_ranking
from leaderboard.submissions.submit import cancel
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.package_files import make_items, make_manifest
from workers.calendar import follow_calendar

N = 4
LONG_AGO, FAR = "2001-01-01", "2101-01-01"


def begin(sessions: Sessions, *phases: Mapping[str, object], demonstration: bool = True) -> None:
    """A benchmark whose hidden split has these phases."""
    manifest = make_manifest(demonstration=demonstration)
    manifest["splits"][1]["phases"] = [
        {"opens_at": f"{LONG_AGO}T00:00:00Z", "closes_at": f"{FAR}T00:00:00Z"} | dict(one)
        for one in phases
    ]
    with sessions.write() as session:
        load_items(session, make_items(N, 0, 0), manifest)
        make_team(session, "team", make_user(session, "owner"))


def send(sessions: Sessions, model: str, n_right: int, *, scores: bool = True) -> str:
    texts = {f"test-text-{n:03}": "ANSWER: B" if n < n_right else "ANSWER: A" for n in range(N)}
    with sessions.write() as session:
        team = make_team(session, "team")
        key = make_submission(session, texts, card=make_card(session, team, model))
    if scores:
        evaluate(sessions, key, [ChecklistJudge()], 5)
    return key


def find_test(session: object) -> Split:
    return get_split(get_benchmark(session, "tiny"), "test")  # type: ignore[arg-type]


def end_phase(sessions: Sessions, name: str) -> None:
    """Move a phase so that it has just ended, and the one after it so that it follows at once."""
    with sessions.write() as session:
        moment = read_clock(session) - timedelta(milliseconds=1)
        phases = session.scalars(select(Phase).order_by(Phase.opens_at)).all()
        for place, one in enumerate(phases):
            if one.name == name:
                one.closes_at = moment
                if place + 1 < len(phases):
                    phases[place + 1].opens_at = moment


def rank(sessions: Sessions) -> None:
    """What the reconciler and a worker do."""
    with sessions.read() as session:
        split_ids = [split.id for split in get_benchmark(session, "tiny").splits]
    for nudge in follow_calendar(sessions):
        assert nudge.key in split_ids
        with sessions.write() as session:
            rank_split(session, int(nudge.key))


def models_of(sessions: Sessions, number: int) -> Sequence[str]:
    """The models in the ranking of a release."""
    with sessions.read() as session:
        ranking = get_ranking(session, find_test(session), number)
        return session.scalars(
            select(ModelCard.slug)
            .join(Submission, Submission.model_card_id == ModelCard.id)
            .join(RankedSubmission, RankedSubmission.submission_id == Submission.id)
            .where(RankedSubmission.ranking_id == ranking.id)
            .order_by(ModelCard.slug)
        ).all()


def test_outside_of_phases_submissions_are_refused_with_the_next_opening(
    sessions: Sessions,
) -> None:
    later = {"name": "Later", "opens_at": f"{FAR}T00:00:00Z", "closes_at": "2102-01-01T00:00:00Z"}
    begin(sessions, {"name": "First", "submissions": 2}, later)
    key = send(sessions, "model-a", 1, scores=False)
    send(sessions, "model-b", 1)
    with pytest.raises(QuotaUsed, match="the 2 submissions of the phase First") as used:
        send(sessions, "model-c", 1)
    assert "Later opens at 2101-01-01 00:00 UTC." in used.value.remedy
    with sessions.write() as session:
        cancel(session, session.get_one(Submission, key))
    send(sessions, "model-c", 1)
    with sessions.write() as session:
        split = find_test(session)
        first = session.scalars(select(Phase).where(Phase.name == "First")).one()
        first.closes_at = read_clock(session) - timedelta(milliseconds=1)
    with pytest.raises(PhaseClosed, match="First ended at") as closed:
        send(sessions, "model-a", 2)
    assert closed.value.remedy == "Later opens at 2101-01-01 00:00 UTC."
    assert closed.value.next_at is not None
    with sessions.write() as session:
        split = find_test(session)
        states = [one.state for one in view_phases(session, split.id)]
        assert states == [PhaseState.ENDED, PhaseState.UPCOMING]
        take_phase_back(session, split, "Later", "hanna")
    with pytest.raises(PhaseClosed) as closed:
        send(sessions, "model-a", 2)
    assert closed.value.remedy == "No further phase is planned."


def test_a_final_ranking_has_what_came_before_the_deadline_and_stays_as_it_was(
    sessions: Sessions,
) -> None:
    begin(
        sessions,
        {"name": "First", "final": True},
        {"name": "Second", "opens_at": f"{FAR}T00:00:00Z", "closes_at": "2102-01-01T00:00:00Z"},
    )
    send(sessions, "model-a", 1)
    waiting = send(sessions, "model-b", 2, scores=False)
    rank(sessions)
    assert models_of(sessions, 1) == ["model-a"]
    end_phase(sessions, "First")
    send(sessions, "model-c", 3)
    rank(sessions)
    with sessions.read() as session:
        split = find_test(session)
        # It waits for what it received.
        assert [one.state for one in view_phases(session, split.id)] == [
            PhaseState.ENDED,
            PhaseState.OPEN,
        ]
        release = find_release(session, split.id)
        assert release is not None
        assert release.number == 1
    evaluate(sessions, waiting, [ChecklistJudge()], 5)
    rank(sessions)
    assert models_of(sessions, 2) == ["model-a", "model-b"]
    with sessions.read() as session:
        first, _ = view_phases(session, find_test(session).id)
        assert (first.state, first.release) == (PhaseState.FINAL, 2)
    rank(sessions)
    assert models_of(sessions, 3) == ["model-a", "model-b", "model-c"]
    send(sessions, "model-a", 4)
    rank(sessions)
    assert models_of(sessions, 2) == ["model-a", "model-b"]
    with sessions.write() as session:
        newest = find_release(session, find_test(session).id)
        assert newest is not None
        assert newest.number == 3
        assert freeze_due(session).rank == ()


def test_on_hidden_answers_the_end_of_a_phase_publishes_as_a_release_does(
    sessions: Sessions,
) -> None:
    begin(sessions, {"name": "Only", "final": True}, demonstration=False)
    send(sessions, "model-a", N)
    end_phase(sessions, "Only")
    rank(sessions)
    rank(sessions)
    with sessions.read() as session:
        (only,) = view_phases(session, find_test(session).id)
        assert (only.state, only.release) == (PhaseState.FINAL, 1)
        newest = find_release(session, find_test(session).id)
        assert newest is not None
        assert newest.number == 2


def test_a_host_plans_phases_that_follow_each_other_and_changes_none_that_ended(
    sessions: Sessions,
) -> None:
    begin(sessions)
    with sessions.write() as session:
        split = find_test(session)

        def plan(name: str, opens: str, closes: str, units: str = "") -> str:
            return plan_phase(
                session, split, name, opens, closes, units, "hanna", is_final=False
            ).message

        assert plan("One", "2100-01-01", "2100-02-01 12:00") == (
            "One: 2100-01-01 00:00 UTC to 2100-02-01 12:00 UTC."
        )
        with pytest.raises(InvalidFields) as wrong:
            plan("", "soon", "2100-01-01", "many")
        assert [one.field for one in wrong.value.fields] == ["opens", "units"]
        with pytest.raises(InvalidRequest, match="closes before it opens"):
            plan("Two", "2100-03-02", "2100-03-01")
        with pytest.raises((Conflict, InvalidFields), match="One is open from"):
            plan("Two", "2100-02-01", "2100-03-01")
        plan("Two", "2100-02-01 12:00", "2100-03-01", "3")
        plan("One", LONG_AGO, "2001-02-01")
        with pytest.raises(Conflict, match="One ended at 2001-02-01"):
            plan("One", LONG_AGO, "2001-03-01")
        with pytest.raises(Conflict, match="ended"):
            take_phase_back(session, split, "One", "hanna")
        with pytest.raises(Conflict, match="no phase 'Three'"):
            take_phase_back(session, split, "Three", "hanna")
        two = view_phases(session, split.id)[1]
        assert (two.name, two.units, two.state) == ("Two", 3, PhaseState.UPCOMING)
    assert say_left(timedelta(days=2, hours=23)) == "2 days"
    assert say_left(timedelta(hours=1, minutes=59)) == "1 hour"
    assert say_left(timedelta(minutes=3)) == "3 minutes"
    assert say_left(timedelta(seconds=2)) == "less than a minute"
