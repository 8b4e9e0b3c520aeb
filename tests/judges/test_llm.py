"""The LLM judge over real HTTP: what servers do, and what becomes of a rating."""

import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from leaderboard.errors import InvalidRequest, JudgeUnavailable
from leaderboard.judges.canaries import FLOOR
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.protocol import DimensionRating
from leaderboard.judges.settings import JudgeSettings
from leaderboard.scoring.rubric import Rubric
from tests.judges.attacks import ATTACKS
from tests.judges.judge_server import (
    Answered,
    Asked,
    JudgeServer,
    judge_honestly,
    obey_orders,
    serve_judge,
)
from tests.judges.rubric import CASE, GOOD, HALF, RUBRIC
from tests.package_files import make_manifest
from tests.waiting import wait_until


def make_judge(server: JudgeServer, **changes: Any) -> LlmJudge:
    settings = {"name": "judge", "base_url": server.url, "model": "m"} | changes
    return LlmJudge(JudgeSettings(**settings), RUBRIC)


def rate(server: JudgeServer, report: str, **changes: Any) -> dict[str, DimensionRating]:
    ratings = make_judge(server, **changes).rate(CASE, report)
    return {rating.dimension: rating for rating in ratings}


def values(ratings: dict[str, DimensionRating]) -> list[float | None]:
    return [rating.value for rating in ratings.values()]


def in_turn(*scripts: Callable[[Asked], Answered]) -> Callable[[Asked], Answered]:
    """A script that goes on with each call about the same dimension; the last one stays."""
    seen: Counter[str] = Counter()

    def script(asked: Asked) -> Answered:
        dimension = asked.body["messages"][-1]["content"].split("\nDimension: ")[1][:6]
        seen[dimension] += 1
        return scripts[min(seen[dimension], len(scripts)) - 1](asked)

    return script


def test_a_report_is_rated_by_the_weight_of_its_shown_answers() -> None:
    with serve_judge() as server:
        assert values(rate(server, GOOD)) == [5.0, 5.0]
        ratings = rate(server, HALF)
    assert values(ratings) == [3.0, 3.0]
    evidence = {row["question"]: row for row in ratings["plan"].evidence}
    assert evidence["says_1"]["verdict"] == "yes"
    assert evidence["says_1"]["supported"]
    assert evidence["says_3"] == {
        "question": "says_3",
        "verdict": "no",
        "quote": "",
        "supported": False,
        "repeat": 0,
    }
    assert ratings["plan"].reason == "3 of 6 questions earned"
    formats = {call.body["response_format"]["type"] for call in server.asked}
    assert formats == {"json_schema"}


def test_a_quote_that_does_not_stand_in_the_report_earns_nothing() -> None:
    def invent(asked: Asked) -> Answered:
        honest = json.loads(judge_honestly(asked).content)
        for one in honest.values():
            one["quote"] = "a passage that nobody wrote"
        return Answered(json.dumps(honest))

    with serve_judge(invent) as server:
        ratings = rate(server, GOOD)
    assert values(ratings) == [1.0, 1.0]
    assert ratings["plan"].reason == ("0 of 6 questions earned, 5 discarded without a valid quote")


def test_bad_output_is_asked_for_again_twice_and_is_unscored_then() -> None:
    with serve_judge(in_turn(lambda _: Answered("so so"), lambda _: Answered("{}"))) as server:
        ratings = rate(server, GOOD)
        assert len(server.asked) == 6
        assert len({call.hash for call in server.asked}) == 6
    assert values(ratings) == [None, None]
    assert "could not be read" in ratings["plan"].reason
    with serve_judge(in_turn(lambda _: Answered("so so"), judge_honestly)) as server:
        assert values(rate(server, GOOD)) == [5.0, 5.0]
        assert len(server.asked) == 4


@pytest.mark.parametrize(
    "refusal",
    [
        Answered("", refusal="I cannot rate this."),
        Answered("I'm sorry, I can't help with that."),
        Answered("", finish_reason="content_filter"),
    ],
)
def test_a_refusal_is_told_apart_and_unscored(refusal: Answered) -> None:
    with serve_judge(lambda _: refusal) as server:
        ratings = rate(server, GOOD)
    assert values(ratings) == [None, None]
    assert "declined" in ratings["plan"].reason


@pytest.mark.parametrize(("known", "form"), [("json_object", "json_object"), ("", None)])
def test_a_server_without_structured_output_is_asked_in_the_form_that_it_knows(
    known: str, form: str | None
) -> None:
    def script(asked: Asked) -> Answered:
        asked_for = asked.body.get("response_format", {}).get("type")
        if asked_for not in (None, known):
            return Answered("unknown response_format", status=400)
        answered = judge_honestly(asked)
        return answered if asked_for else Answered(f"Well:\n```json\n{answered.content}\n```")

    with serve_judge(script) as server:
        judge = make_judge(server, concurrency=1)
        assert [rating.value for rating in judge.rate(CASE, GOOD)] == [5.0, 5.0]
        forms = [call.body.get("response_format", {}).get("type") for call in server.asked]
    assert forms[-2:] == [form, form]
    assert len(forms) == (3 if form else 4)


def test_a_request_that_is_rejected_in_every_form_is_unscored_and_not_repeated() -> None:
    with serve_judge(lambda _: Answered("context too long", status=400)) as server:
        ratings = rate(server, GOOD, structured="off")
        assert len(server.asked) == 2
    assert values(ratings) == [None, None]
    assert "HTTP 400" in ratings["plan"].reason


def test_a_server_that_asks_to_wait_is_waited_for() -> None:
    slow_down = Answered("slow down", status=429, headers={"Retry-After": "1"})
    broken = Answered("oops", status=503)
    with serve_judge(in_turn(lambda _: slow_down, lambda _: broken, judge_honestly)) as server:
        start = time.monotonic()
        assert values(rate(server, GOOD)) == [5.0, 5.0]
        assert time.monotonic() - start >= 1.0
        assert len(server.asked) == 6


def test_a_key_that_is_refused_is_told_at_once_and_never_repeated() -> None:
    def script(asked: Asked) -> Answered:
        return Answered("bad key sk-secret-1", status=401)

    with serve_judge(script) as server, pytest.raises(JudgeUnavailable) as caught:
        rate(server, GOOD, api_key="sk-secret-1", concurrency=1)
    assert server.keys == {"Bearer sk-secret-1"}
    assert caught.value.is_final
    assert (caught.value.name, caught.value.what) == ("judge", "HTTP 401")
    settings = make_judge(server, api_key="sk-secret-1").settings
    assert "sk-secret" not in f"{caught.value!r} {caught.value.__cause__!r} {settings!r}"


def test_a_key_is_sent_as_azure_expects_it_where_the_settings_say_so() -> None:
    with serve_judge(judge_honestly) as server:
        rate(server, GOOD, api_key="sk-secret-1", key_header="api-key")
    assert server.keys == {"sk-secret-1"}


def test_calls_in_flight_are_bounded() -> None:
    def script(asked: Asked) -> Answered:
        wait_until(lambda: server.most_in_flight >= 3)
        return judge_honestly(asked)

    with serve_judge(script) as server:
        rate(server, GOOD, concurrency=3, repeats=6)
        assert len(server.asked) == 12
        assert server.most_in_flight == 3


def test_repeats_are_other_prompts_and_their_median_counts() -> None:
    with serve_judge(in_turn(judge_honestly, obey_nothing, judge_honestly)) as server:
        ratings = rate(server, GOOD, repeats=3, concurrency=1)
        assert len({call.hash for call in server.asked}) == 6
    assert values(ratings) == [5.0, 5.0]
    assert ratings["plan"].reason.startswith("median of 3 of 3 repeats")


def obey_nothing(asked: Asked) -> Answered:
    return Answered(json.dumps({n: {"verdict": "no", "quote": ""} for n in asked.questions}))


def test_a_rubric_without_questions_is_refused_with_what_to_do() -> None:
    bare = msgspec.convert(make_manifest()["rubric"], Rubric)
    with pytest.raises(InvalidRequest, match="no questions"):
        LlmJudge(JudgeSettings(name="j", base_url="http://x", model="m"), bare)


def test_the_version_changes_with_what_bears_on_ratings_alone() -> None:
    plain: dict[str, Any] = {"name": "j", "base_url": "http://a", "model": "m"}

    def version(**changes: Any) -> str:
        return LlmJudge(JudgeSettings(**plain | changes), RUBRIC).identity.version

    same = {version(), version(base_url="http://b", api_key="k", concurrency=2, price_input=1.0)}
    others: list[dict[str, Any]] = [
        {"model": "n"},
        {"repeats": 3},
        {"temperature": None},
        {"structured": "off"},
    ]
    assert len(same) == 1
    assert len({version(**change) for change in others} | same) == 5


@pytest.mark.parametrize("name", ATTACKS)
def test_an_honest_judge_leaves_an_attack_at_the_floor(honest: JudgeServer, name: str) -> None:
    assert values(rate(honest, ATTACKS[name])) == [1.0, 1.0]


# Orders in words that no list knows: the self-check alone stops a judge that follows these.
UNKNOWN_WORDS = {"reward", "translation"}


@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - UNKNOWN_WORDS))
def test_a_judge_that_follows_orders_cannot_give_what_they_ask(
    obedient: JudgeServer, name: str
) -> None:
    # It quotes the order itself, or copies the verdicts that it is handed: neither is evidence.
    for value in values(rate(obedient, ATTACKS[name])):
        assert value is None or value <= FLOOR


@pytest.fixture(scope="module")
def honest() -> Any:
    with serve_judge() as server:
        yield server


@pytest.fixture(scope="module")
def obedient() -> Any:
    with serve_judge(obey_orders) as server:
        yield server
