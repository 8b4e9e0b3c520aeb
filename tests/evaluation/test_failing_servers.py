"""Servers that fail are not models that err: what a submission says of them, over real HTTP."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import select

from demo.scripted_endpoint import Respond
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.evaluation.claim import requeue_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Track
from leaderboard.models.endpoint import EndpointReply, EndpointRun
from leaderboard.models.ranking import Board, RankingEntry, Score, Slice
from leaderboard.models.submission import (
    Acceptance,
    Decision,
    ParsedPrediction,
    Status,
    Submission,
    SubmissionEvent,
)
from leaderboard.rankings.scores import (
    read_scores,
)
from leaderboard.submissions.endpoint_replies import count_replies
from leaderboard.submissions.endpoint_runs import RunFigures, find_run
from tests.asked import SECRET, add_endpoint, make_access, submit_to
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import failed, said, sent, serve
from tests.evaluation.test_feedback import read_parts
from tests.loaded import Load

RIGHT = said("ANSWER: B")
CUT = said("First, the level of the", "length")
CUT_ANSWERED = said("ANSWER: B. And then the", "length")
ONLY_REASONING = said("", "stop", reasoning_content="The level is L4/L5. ANSWER: B")
FILTERED = sent({"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]})


def ask(sessions: Sessions, server: Server, *tracks: Track, **settings: Any) -> Submission:
    endpoint = add_endpoint(sessions, server, concurrency=1, **settings)
    return evaluate_again(sessions, server, submit_to(sessions, endpoint, *tracks))


def evaluate_again(sessions: Sessions, server: Server, key: str) -> Submission:
    evaluate(sessions, key, [ChecklistJudge()], 5, make_access(server))
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        _ = submission.events, submission.split
        return submission


def figures_of(sessions: Sessions, submission: Submission) -> RunFigures:
    with sessions.read() as session:
        figures = find_run(session, submission.id)
        assert figures is not None
        return figures


@pytest.mark.one_database
def test_cut_and_silent_replies_are_counted_and_named(sessions: Sessions, load: Load) -> None:
    load(20, 0, 0)
    steps = [CUT, CUT_ANSWERED, CUT_ANSWERED, ONLY_REASONING, *[FILTERED] * 2]
    with serve(*steps, then=RIGHT) as server:
        submission = ask(sessions, server, max_tokens={"text": 2_048})
    assert submission.status is Status.SCORED
    notes = figures_of(sessions, submission).replies.notes
    assert notes == [
        "3 of 20 answers were cut at 2,048 tokens, 1 of them before an answer: raise max_tokens.",
        "1 of 20 replies had only reasoning and no answer: a reasoning parser on the server may "
        "have swallowed it.",
        "1 of 20 replies were refused by the server's content filter and count as refusals.",
    ]
    (event,) = [e for e in submission.events if "predictions" in e.message]
    assert all(note in event.message for note in notes)
    with sessions.read() as session:
        outcomes = session.scalars(select(ParsedPrediction.outcome)).all()
        assert outcomes.count("refused") == 1
        reasons = set(session.scalars(select(EndpointReply.finish_reason)))
        assert reasons == {"length", "stop", "content_filter"}


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("step", "words", "remedy"),
    [
        (CUT, "answers were cut at 64 tokens.", "Raise max_tokens"),
        (ONLY_REASONING, "had only reasoning", "reasoning parser"),
    ],
)
def test_too_many_replies_without_an_answer_fail_the_run_before_a_first_look(
    sessions: Sessions, load: Load, step: Respond, words: str, remedy: str
) -> None:
    load(40, 0, 0)
    is_mended = threading.Event()

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        return await (RIGHT if is_mended.is_set() else step)(request, body)

    with serve(*[RIGHT] * 3, then=respond) as server:
        submission = ask(sessions, server, max_tokens={"text": 64})
        n_asked = len(server.bodies)
        assert submission.status is Status.FAILED
        assert words in submission.events[-1].message
        assert remedy in submission.events[-1].remedy
        assert "raise max_tokens" not in submission.events[-1].message
        assert submission.acceptance is None
        with sessions.read() as session:
            assert session.scalars(select(Score)).all() == []
        # The host may have it go again: only what has an answer is not asked again.
        with sessions.write() as session:
            requeue_submission(session, submission.id)
        again = evaluate_again(sessions, server, submission.id)
        assert again.status is Status.FAILED
        assert words in again.events[-1].message
        assert len(server.bodies) > n_asked
        is_mended.set()
        n_asked = len(server.bodies)
        with sessions.write() as session:
            requeue_submission(session, submission.id)
        mended = evaluate_again(sessions, server, submission.id)
    assert mended.status is Status.SCORED
    assert (mended.n_predictions, mended.n_done) == (40, 40)
    assert len(server.bodies) - n_asked == 40 - 3
    assert figures_of(sessions, mended).replies.n_silent == 0


def test_a_few_replies_without_an_answer_stay_when_a_run_goes_again(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    with serve(CUT, *[failed(400, "too long")] * 3, then=RIGHT) as server:
        submission = ask(sessions, server)
        assert submission.status is Status.FAILED
        with sessions.write() as session:
            requeue_submission(session, submission.id)
        again = evaluate_again(sessions, server, submission.id)
    assert again.status is Status.SCORED
    assert len(server.bodies) == 10 + 3
    assert figures_of(sessions, again).replies.n_silent == 1


@pytest.mark.one_database
def test_a_cut_after_the_answer_does_no_harm(sessions: Sessions, load: Load) -> None:
    load(10, 0, 0)
    with serve(then=CUT_ANSWERED) as server:
        submission = ask(sessions, server)
    assert submission.status is Status.SCORED
    counts = figures_of(sessions, submission).replies
    assert (counts.n_cut, counts.n_silent) == (10, 0)
    assert counts.notes == ["10 of 10 answers were cut at 2,048 tokens: raise max_tokens."]


def test_a_withheld_item_leaves_no_mean_and_no_rank_on_its_track(
    sessions: Sessions, load: Load
) -> None:
    load(10, 5, 0)

    async def withhold(request: web.Request, body: Any) -> web.StreamResponse:
        hard = "Question 7?" in str(body) and "image_url" not in str(body)
        return await (failed(403, "not that one") if hard else RIGHT)(request, body)

    with serve(then=withhold) as server:
        submission = ask(sessions, server)
    with sessions.read() as session:
        scores = read_scores(session, submission, Viewer.TEAM)
        text, image = scores.find(Board.TEXT), scores.find(Board.IMAGE)
        assert text is not None
        assert image is not None
        assert (text.value, text.low, text.n_unscored) == (None, None, 1)
        assert image.value == 100.0
        closed = scores.find(Board.CLOSED)
        assert closed is not None
        assert closed.value is None
        entries = {e.board: e for e in session.scalars(select(RankingEntry))}
        assert entries[Board.TEXT].rank_low is None
        assert entries[Board.CLOSED].rank_low is None
        assert entries[Board.IMAGE].rank_low == 1
        # Of the slices only those without the item have a mean.
        slices = session.scalars(select(Score).where(Score.slice == Slice.SUBCONDITION)).all()
        assert all((one.value is None) == (one.n_unscored > 0) for one in slices)
        assert any(one.n_unscored for one in slices)


def test_withholding_what_is_hard_is_no_step_up_the_ladder(
    sessions: Sessions, load_protected: Load
) -> None:
    load_protected(120, 0, 0)
    heard, _ = read_parts(sessions)
    numbers = [int(key.rpartition("-")[2]) for key in heard]
    wrong, withheld = said("ANSWER: A"), failed(403, "not that one")

    def by_number(first: Respond, last: Respond) -> Respond:
        """`first` for eight questions that feedback is about, `last` for eight others."""

        async def respond(request: web.Request, body: Any) -> web.StreamResponse:
            number = int(str(body).partition("Question ")[2].partition("?")[0])
            step = first if number in numbers[:8] else last if number in numbers[-8:] else RIGHT
            return await step(request, body)

        return respond

    with serve(then=by_number(wrong, RIGHT)) as server:
        first = ask(sessions, server)
    with serve(then=by_number(RIGHT, withheld)) as server:
        second = ask(sessions, server)
    # As many right answers as before: what it does not answer is not better than wrong.
    assert (first.status, second.status) == (Status.SCORED, Status.SCORED)
    with sessions.read() as session:
        assert {row.submission_id: row.decision for row in session.scalars(select(Acceptance))} == {
            first.id: Decision.ACCEPTED,
            second.id: Decision.UNCHANGED,
        }


@pytest.mark.one_database
def test_pictures_refused_with_a_500_say_to_turn_off_images(sessions: Sessions, load: Load) -> None:
    load(10, 10, 0)

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        has_image = "image_url" in str(body)
        step = failed(500, "image input is not supported") if has_image else RIGHT
        return await step(request, body)

    with serve(then=respond) as server:
        submission = ask(sessions, server)
    assert submission.status is Status.FAILED
    assert "image input is not supported" in submission.events[-1].message
    assert submission.events[-1].remedy.startswith("Turn off images")


@pytest.mark.one_database
def test_the_servers_words_are_shown_to_its_team_without_the_key(
    sessions: Sessions, load: Load
) -> None:
    load(10, 0, 0)
    refused = failed(403, f"requires moderation; key {SECRET} flagged")
    with serve(RIGHT, refused, then=RIGHT) as server:
        submission = ask(sessions, server)
    (one,) = figures_of(sessions, submission).said
    assert one.reason == "rejected"
    assert one.message == "HTTP 403: requires moderation; key [key] flagged"
    assert (one.n_items, one.items) == (1, ("test-text-001",))


@pytest.mark.one_database
def test_no_name_that_a_server_gives_keeps_the_key(sessions: Sessions, load: Load) -> None:
    load(10, 0, 0)
    choice = {"message": {"content": "ANSWER: B"}, "finish_reason": f"stop_{SECRET}"}
    echo = sent({"model": SECRET, "choices": [choice]})
    error = {"message": f"bad key {SECRET}", "code": SECRET, "param": SECRET[:12]}
    with serve(echo, sent({"error": error}, status=401), then=echo) as server:
        submission = ask(sessions, server)
    (one,) = figures_of(sessions, submission).said
    assert one.message == "HTTP 401, [key], [key]: bad key [key]"
    with sessions.read() as session:
        run = session.get_one(EndpointRun, submission.id)
        reasons = set(session.scalars(select(EndpointReply.finish_reason)))
    assert (run.model_reported, reasons) == ("[key]", {"stop_[key]"})


def test_an_outage_is_told_and_the_run_goes_on_by_itself(sessions: Sessions, load: Load) -> None:
    load(12, 0, 0)

    def is_told() -> bool:
        with sessions.read() as session:
            messages = session.scalars(select(SubmissionEvent.message))
            return any("does not answer" in message for message in messages)

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        return await (RIGHT if is_told() else failed(503, "Loading model"))(request, body)

    with serve(*[RIGHT] * 4, then=respond) as server:
        submission = ask(sessions, server)
    assert submission.status is Status.SCORED
    assert submission.n_predictions == 12
    messages = [event.message for event in submission.events]
    (waiting,) = [one for one in messages if "does not answer" in one]
    assert "Loading model" in waiting
    assert "goes on automatically" in waiting
    assert any("answers again" in one for one in messages)


def test_runs_from_before_replies_were_kept_have_no_counts(sessions: Sessions, load: Load) -> None:
    load(3, 0, 0)
    with serve(then=RIGHT) as server:
        submission = ask(sessions, server)
    with sessions.write() as session:
        for row in session.scalars(select(EndpointReply)):
            session.delete(row)
        session.flush()
        figures = find_run(session, submission.id)
        assert figures is not None
        assert count_replies(session, figures.run).notes == []
