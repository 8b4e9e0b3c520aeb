"""What the tests' own site promises them."""

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from werkzeug.test import Client
from werkzeug.wrappers import Response

from tests.site import Door
from tests.waiting import HANG_SECONDS


def test_a_request_that_comes_between_two_tests_does_not_reach_the_application() -> None:
    asked: list[str] = []

    def inside(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked.append(environ["PATH_INFO"])
        return Response("in")(environ, start_response)

    door = Door(inside)
    client = Client(door)
    assert client.get("/early").status_code == 503
    door.open()
    assert client.get("/during", buffered=True).text == "in"
    door.close()
    assert client.get("/late").status_code == 503
    assert asked == ["/during"]


def test_a_test_ends_when_every_request_inside_is_answered() -> None:
    entered, may_answer, closed = threading.Event(), threading.Event(), threading.Event()

    def inside(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        entered.set()
        assert may_answer.wait(HANG_SECONDS)
        if environ["PATH_INFO"] == "/broken":
            raise OSError("broken")
        return Response("in")(environ, start_response)

    def ask(path: str) -> None:
        with suppress(OSError):
            Client(door).get(path, buffered=True)

    def close() -> None:
        door.close()
        closed.set()

    door = Door(inside)
    for path in ("/whole", "/broken"):
        for event in (entered, may_answer, closed):
            event.clear()
        door.open()
        asking = threading.Thread(target=ask, args=(path,))
        asking.start()
        assert entered.wait(HANG_SECONDS)
        closing = threading.Thread(target=close)
        closing.start()
        assert not closed.is_set()
        may_answer.set()
        closing.join(HANG_SECONDS)
        assert closed.is_set()
        asking.join(HANG_SECONDS)


def test_an_answer_that_a_server_forgets_without_closing_it_is_over() -> None:
    door = Door(Response("in"))
    door.open()
    answer = door({"REQUEST_METHOD": "GET"}, lambda *_: lambda _: None)
    assert next(iter(answer)) == b"in"
    del answer
    door.close()
