"""How far a reader agrees with people, and what its calls came to, for the host."""

from pathlib import Path

import pytest

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.errors import InvalidReadings
from leaderboard.models.reading import ReaderOutcome
from leaderboard.readers.agreement import measure_agreement, read_human_readings
from tests.judges.judge_server import Answered, Asked, serve_judge
from tests.package_files import make_mcq
from tests.readers.scripted import TEXT, calls_of, reader_at, reply, score, submit_answers

PEOPLE = "BBBBBBBAAA"
"""Of ten texts; the reader says B of the first nine and finds no answer in the last."""


def read_all_but_the_last(asked: Asked) -> Answered:
    return reply([]) if "Case 9." in asked.report else reply(["B"])


def submit_ten(sessions: Sessions) -> str:
    items = [make_mcq(number) for number in range(len(PEOPLE) + 1)]
    texts = {item["id"]: f"{TEXT} Case {n}." for n, item in enumerate(items)}
    return submit_answers(sessions, items, texts | {items[-1]["id"]: "ANSWER: D"})


def write_file(key: str) -> str:
    lines = [f"{key},test-text-{n:03},{letter}" for n, letter in enumerate(PEOPLE)]
    return "\n".join(["submission,item,letters", *lines, f"{key},test-text-010,D", ""])


def test_agreement_is_that_of_a_worked_example(sessions: Sessions) -> None:
    key = submit_ten(sessions)
    with serve_judge(read_all_but_the_last) as server:
        score(sessions, key, reader_at(server))
    with sessions.read() as session:
        (found,) = measure_agreement(
            session, read_human_readings(session, write_file(key).encode())
        )
    # By hand: 7 of 10 alike, 2 other letters, 1 left unread; Wilson intervals as printed in tables.
    assert (found.n, found.n_equal, found.n_wrong, found.n_unasked) == (10, 7, 2, 1)
    assert found.equal == pytest.approx((0.7, 0.3968, 0.8922), abs=5e-5)
    assert found.wrong == pytest.approx((0.2, 0.0567, 0.5098), abs=5e-5)


@pytest.mark.one_database
def test_a_host_reads_by_command_what_a_reader_did_and_how_it_agrees_with_people(
    sessions: Sessions, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    key = submit_ten(sessions)
    with serve_judge(read_all_but_the_last) as server:
        reader = reader_at(server)
        score(sessions, key, reader)
    settings = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECRET_KEY": "s" * 40}
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    (tmp_path / "people.csv").write_text(write_file(key))
    done = run(args=("reader", "agreement", str(tmp_path / "people.csv")))
    assert done.output == (
        f"reader {reader.version}: 10 read by both, 7 (70.0 %, 39.7 to 89.2) alike, "
        "2 (20.0 %, 5.7 to 51.0) other letters; 1 more it was not asked about\n"
    )
    assert run(args=("reader", "calls")).output == (
        f"reader {reader.version}: 9 read, 1 without an answer, 0 not taken, 0 not readable, "
        "0 refused, 0 failed; 10,000 tokens in, 1,000 out\n"
    )


def test_a_file_of_readings_is_refused_with_every_problem_and_its_line(sessions: Sessions) -> None:
    key = submit_ten(sessions)
    lines = [
        "submission,item,letters",
        f"{key},test-text-000,B",
        f"{key},test-text-099,B",
        f"{key},test-text-001,E",
        f"{key},test-text-000,C",
        f"{key},test-text-002",
    ]
    with sessions.read() as session:
        with pytest.raises(InvalidReadings) as caught:
            read_human_readings(session, "\n".join(lines).encode())
        assert [problem.line for problem in caught.value.problems] == [3, 4, 5, 6]
        for raw in (b"", b"item,letters\n", b"submission,item,letters\n", b"\xff"):
            with pytest.raises(InvalidReadings) as caught:
                read_human_readings(session, raw)
            assert [problem.line for problem in caught.value.problems] == [1]


def test_where_nobody_was_asked_there_is_nothing_to_agree_with(sessions: Sessions) -> None:
    key = submit_ten(sessions)
    score(sessions, key, None)
    assert calls_of(sessions) == []
    with sessions.read() as session:
        people = read_human_readings(session, write_file(key).encode())
        assert measure_agreement(session, people) == []


def test_a_failed_request_is_no_reading(sessions: Sessions) -> None:
    key = submit_ten(sessions)
    with serve_judge(lambda _: Answered("down", status=503)) as server:
        score(sessions, key, reader_at(server))
    assert {call.outcome for call in calls_of(sessions)} == {ReaderOutcome.ERROR}
    with sessions.read() as session:
        people = read_human_readings(session, write_file(key).encode())
        assert measure_agreement(session, people) == []
