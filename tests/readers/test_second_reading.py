"""A language model fills in what the answer parser left unparsed, and nothing else."""

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from config import Config
from leaderboard.db import Sessions
from leaderboard.errors import READER_AWAITED, READER_HELD
from leaderboard.evaluation.claim import requeue_submission
from leaderboard.migrate import downgrade, upgrade
from leaderboard.models.ranking import Metric, Score, Slice
from leaderboard.models.reading import ReaderOutcome
from leaderboard.models.submission import EventKind, ParsedPrediction, Status, Submission
from leaderboard.scoring.answers import PARSER_VERSION
from tests.judges.judge_server import Answered, Asked, fail, serve_judge
from tests.package_files import make_mcq
from tests.readers.scripted import (
    QUOTE,
    TEXT,
    calls_of,
    read_second_option,
    reader_at,
    readings_of,
    reply,
    score,
    submit_answers,
)
from tests.waiting import wait_until
from workers.jobs import evaluate_next_file, sessions_of

UNREAD = ("unparsed", "", False, PARSER_VERSION)
READ = ("answered", "B", True, f"{PARSER_VERSION}+reader")


def submit_alike(sessions: Sessions, n: int) -> str:
    """Submit as many answers that the parser leaves unparsed, each in its own words."""
    items = [make_mcq(number) for number in range(n)]
    return submit_answers(
        sessions, items, {item["id"]: f"{TEXT} Case {number}." for number, item in enumerate(items)}
    )


def stands(sessions: Sessions, key: str) -> tuple[Status, int]:
    with sessions.read() as session:
        row = session.get_one(Submission, key)
        return row.status, row.n_attempts


def events_of(sessions: Sessions, key: str) -> list[tuple[EventKind, str]]:
    with sessions.read() as session:
        events = session.get_one(Submission, key).events
        return [(event.kind, event.message) for event in events]


def test_only_what_the_parser_left_unparsed_is_asked_about_and_filled_in(
    sessions: Sessions,
) -> None:
    texts = [TEXT, "ANSWER: C", "A or B", "I cannot answer this."]
    items = [make_mcq(number) for number in range(len(texts))]
    key = submit_answers(sessions, items, {i["id"]: t for i, t in zip(items, texts, strict=True)})
    with serve_judge(read_second_option) as server:
        reader = reader_at(server, api_key="sk-1")
        score(sessions, key, reader)
        assert [asked.report for asked in server.asked] == [TEXT]
        assert server.keys == {"Bearer sk-1"}
    assert readings_of(sessions) == [
        READ,
        ("answered", "C", False, PARSER_VERSION),
        ("ambiguous", "", False, PARSER_VERSION),
        ("refused", "", False, PARSER_VERSION),
    ]
    (call,) = calls_of(sessions)
    assert (call.submission_id, call.reader, call.version) == (key, "reader", reader.version)
    assert (call.outcome, call.letters, call.quote) == (ReaderOutcome.ANSWERED, "B", QUOTE)
    assert json.loads(call.reply) == {"letters": ["B"], "quote": QUOTE}
    assert (call.model, call.input_tokens, call.output_tokens) == ("m-served", 1_000, 100)
    with sessions.read() as session:
        found = session.scalars(
            select(Score).where(Score.metric == Metric.ACCURACY, Score.slice == Slice.TRACK)
        ).one()
        assert (found.n, found.n_correct) == (4, 1)


REPLIES = [
    ("an invented quote", reply(["B"], "the second option is right"), ReaderOutcome.INVALID),
    ("a foreign letter", reply(["E"]), ReaderOutcome.INVALID),
    ("two letters", reply(["B", "C"]), ReaderOutcome.INVALID),
    ("no quote", reply(["B"], " "), ReaderOutcome.INVALID),
    ("a quote of marks", reply(["B"], ";"), ReaderOutcome.INVALID),
    ("a quote in other letters", reply(["B"], QUOTE.upper()), ReaderOutcome.INVALID),
    ("no answer", reply([], ""), ReaderOutcome.NO_ANSWER),
    ("no letters", Answered(json.dumps({"quote": QUOTE})), ReaderOutcome.BAD_OUTPUT),
    ("letters twice", Answered('{"letters": ["B"], "letters": ["C"]}'), ReaderOutcome.BAD_OUTPUT),
    ("no JSON", Answered("It is B."), ReaderOutcome.BAD_OUTPUT),
    ("a refusal", Answered("I'm sorry, but I can't help with that."), ReaderOutcome.REFUSED),
    (
        "a rejection",
        fail(400, "too long", code="context_length_exceeded"),
        ReaderOutcome.REJECTED,
    ),
]


@pytest.mark.one_database
def test_a_reply_that_is_no_reading_leaves_the_answer_unparsed_and_is_kept(
    sessions: Sessions,
) -> None:
    key = submit_alike(sessions, len(REPLIES))

    def script(asked: Asked) -> Answered:
        return REPLIES[int(asked.report.split("Case ")[1].rstrip("."))][1]

    with serve_judge(script) as server:
        score(sessions, key, reader_at(server))
    assert stands(sessions, key)[0] is Status.SCORED
    assert readings_of(sessions) == [UNREAD] * len(REPLIES)
    calls = calls_of(sessions)
    found = {name: call.outcome for (name, _, _), call in zip(REPLIES, calls, strict=True)}
    assert found == {name: outcome for name, _, outcome in REPLIES}
    replies = [call.reply for call in calls[:-1]]
    assert replies == [answered.content for _, answered, _ in REPLIES[:-1]]
    assert all(c.reason for c in calls if c.outcome is not ReaderOutcome.NO_ANSWER)


@pytest.mark.one_database
def test_an_item_with_several_answers_takes_several_letters_and_white_space_does_not_count(
    sessions: Sessions,
) -> None:
    items = [make_mcq(0, multiple=True, answer=["A", "C"])]
    said = "Leg pain; the first\n  two of the four fit."
    key = submit_answers(sessions, items, {items[0]["id"]: said})
    with serve_judge(lambda _: reply(["b", "A"], "the first two of\nthe four")) as server:
        score(sessions, key, reader_at(server))
    assert readings_of(sessions) == [("answered", "AB", False, f"{PARSER_VERSION}+reader")]
    with sessions.read() as session:
        row = session.scalars(select(ParsedPrediction)).one()
        # One of the two letters given is right, and one of the two right ones is given.
        assert (row.precision, row.recall) == (0.5, 0.5)


@pytest.mark.one_database
def test_thoughts_are_neither_shown_nor_quoted_and_a_text_of_thoughts_alone_is_not_sent(
    sessions: Sessions,
) -> None:
    items = [make_mcq(number) for number in range(2)]
    thought = "<think>Surely the third one.</think>"
    texts = {items[0]["id"]: f"{thought}{TEXT}", items[1]["id"]: thought}
    key = submit_answers(sessions, items, texts)
    with serve_judge(lambda _: reply(["C"], "Surely the third one")) as server:
        score(sessions, key, reader_at(server))
        assert [asked.report for asked in server.asked] == [TEXT]
    assert readings_of(sessions) == [UNREAD, UNREAD]


@pytest.mark.one_database
def test_a_reader_is_shown_nothing_that_follows_from_the_key(sessions: Sessions) -> None:
    items = [make_mcq(0), make_mcq(1, answer=["C"])]
    key = submit_answers(sessions, items, {item["id"]: TEXT for item in items})
    with serve_judge(read_second_option) as server:
        score(sessions, key, reader_at(server))
        bodies = {json.dumps(asked.body) for asked in server.asked}
    assert len(server.asked) == 2
    assert len(bodies) == 1
    assert "secret" not in bodies.pop()
    assert readings_of(sessions) == [READ, ("answered", "B", False, f"{PARSER_VERSION}+reader")]


@pytest.mark.parametrize("status", [503, 429])
def test_an_outage_of_the_reader_uses_up_no_attempt_and_ends_by_itself(
    sessions: Sessions, status: int
) -> None:
    key = submit_alike(sessions, 3)
    with serve_judge(lambda _: fail(status)) as server:
        for _ in range(4):
            score(sessions, key, reader_at(server))
            assert stands(sessions, key) == (Status.QUEUED, 0)
        server.script = read_second_option
        score(sessions, key, reader_at(server))
    assert stands(sessions, key)[0] is Status.SCORED
    assert readings_of(sessions) == [READ] * 3
    # Its team is told once that it waits.
    kinds = [kind for kind, _ in events_of(sessions, key)]
    assert kinds == [
        EventKind.SUBMITTED,
        EventKind.STARTED,
        EventKind.REQUEUED,
        EventKind.SCORED,
    ]
    assert events_of(sessions, key)[2][1] == READER_AWAITED


def test_a_resumed_run_fills_in_what_was_read_before_and_asks_for_nothing_twice(
    sessions: Sessions,
) -> None:
    key = submit_alike(sessions, 4)
    answered: list[str] = []

    def script(asked: Asked) -> Answered:
        if len(answered) < 2:
            answered.append(asked.report)
            return read_second_option(asked)
        # An answer that is under way when the server goes away would be lost.
        wait_until(lambda: len(calls_of(sessions)) >= 2)
        return fail(502)

    with serve_judge(script) as server:
        score(sessions, key, reader_at(server, concurrency=1))
        assert stands(sessions, key)[0] is Status.QUEUED
        server.script = read_second_option
        server.asked.clear()
        score(sessions, key, reader_at(server, concurrency=1))
        times = Counter(asked.report for asked in server.asked)
    assert len(answered) == len(times) == 2
    assert set(times.values()) == {1}
    assert not set(answered) & set(times)
    assert readings_of(sessions) == [READ] * 4


@pytest.mark.one_database
def test_a_key_that_is_rejected_leaves_the_submission_to_the_host(sessions: Sessions) -> None:
    key = submit_alike(sessions, 1)
    with serve_judge(lambda _: fail(401)) as server:
        score(sessions, key, reader_at(server))
        assert stands(sessions, key)[0] is Status.HELD
        assert events_of(sessions, key)[-1] == (EventKind.HELD, READER_HELD)
        server.script = read_second_option
        with sessions.write() as session:
            requeue_submission(session, key)
        score(sessions, key, reader_at(server))
    assert readings_of(sessions) == [READ]


@pytest.mark.one_database
@pytest.mark.parametrize("is_set", [False, True])
def test_a_worker_asks_the_reader_of_its_settings_and_none_by_default(
    sessions: Sessions,
    database_url: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_set: bool,
) -> None:
    place = tmp_path / "reader.toml"
    for name, value in {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": "s" * 40,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("READER_FILE", str(place) if is_set else "")
    key = submit_alike(sessions, 1)
    with serve_judge(read_second_option) as server:
        place.write_text(f'[reader]\nname = "r"\nbase_url = "{server.url}"\nmodel = "m"\n')
        evaluate_next_file(key)
        assert len(server.asked) == len(calls_of(sessions)) == int(is_set)
    sessions_of(Config.from_env()).engine.dispose()
    assert readings_of(sessions) == [READ if is_set else UNREAD]


@pytest.mark.own_database
def test_going_back_before_the_reader_leaves_its_answers_unparsed(
    sessions: Sessions, database_url: str
) -> None:
    items = [make_mcq(0), make_mcq(1, multiple=True, answer=["A", "B"]), make_mcq(2)]
    texts = [TEXT, TEXT, "ANSWER: B"]
    key = submit_answers(sessions, items, {i["id"]: t for i, t in zip(items, texts, strict=True)})
    with serve_judge(read_second_option) as server:
        score(sessions, key, reader_at(server))
    read = ("answered", "B", True, PARSER_VERSION)
    several = ("answered", "B", False, f"{PARSER_VERSION}+reader")
    assert readings_of(sessions) == [READ, several, read]
    downgrade(database_url, "0016")
    assert readings_of(sessions) == [UNREAD, UNREAD, read]
    with sessions.read() as session:
        rows = session.execute(select(ParsedPrediction.precision, ParsedPrediction.recall))
        assert sorted(map(str, rows)) == ["(None, 0.0)", "(None, None)", "(None, None)"]
    upgrade(database_url)
    assert calls_of(sessions) == []
