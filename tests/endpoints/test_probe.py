"""A test of a connection says what works, what does not and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from demo.scripted_endpoint import Respond
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.failures import TURN_OFF_IMAGES, Reason
from leaderboard.endpoints.engine.probe import Probe, probe
from leaderboard.endpoints.engine.requests import ImagePart, ItemRequest, Message
from tests.endpoints.running import make_requests, make_settings
from tests.endpoints.server import Endpoint, answer, drip, failed, never, raw, serve

PICTURES = ("data:image/png;base64,AAAA", "data:image/png;base64,BBBB")
WITH_PICTURES = ItemRequest(
    "picture", (Message("user", ("Which side?", *map(ImagePart, PICTURES), "A. left\nB. right")),)
)


def probe_endpoint(endpoint: Endpoint, **more: Any) -> Probe:
    """Two questions in words and one with two pictures."""
    policy = read_policy([endpoint.place], allow_http=False)
    return probe(make_settings(endpoint), [*make_requests(2), WITH_PICTURES], policy=policy, **more)


async def refuse_pictures(request: web.Request, body: Any) -> web.StreamResponse:
    """As a model that reads text alone."""
    has_parts = isinstance(body["messages"][-1]["content"], list)
    step = failed(400, "this model does not support images") if has_parts else answer
    return await step(request, body)


def test_a_good_endpoint_is_good() -> None:
    with serve() as endpoint:
        result = probe_endpoint(endpoint)
    assert (result.is_good, result.accepts_images) == (True, True)
    assert result.verdict == "All 3 requests were answered."
    assert result.remedies == ()
    assert result.model_reported == "scripted-rule"
    assert [one.key for one in result.results] == ["q0", "q1", "picture"]
    assert all(one.reply and one.seconds > 0 for one in result.results)


def test_pictures_travel_as_data_urls_in_their_order() -> None:
    with serve() as endpoint:
        probe_endpoint(endpoint)
    (content,) = [
        body["messages"][0]["content"]
        for body in endpoint.bodies
        if isinstance(body["messages"][0]["content"], list)
    ]
    assert [part["type"] for part in content] == ["text", "image_url", "image_url", "text"]
    assert [p["image_url"]["url"] for p in content if p["type"] == "image_url"] == list(PICTURES)
    texts = [b["messages"][0]["content"] for b in endpoint.bodies]
    assert "Question 0?\n\nA. yes\nB. no" in texts


def test_pictures_of_megabytes_arrive_whole() -> None:
    url = "data:image/png;base64," + "A" * 3_000_000
    request = ItemRequest("large", (Message("user", ("Which side?", ImagePart(url))),))
    with serve() as endpoint:
        policy = read_policy([endpoint.place], allow_http=False)
        assert probe(make_settings(endpoint), [request], policy=policy).is_good
    assert endpoint.bodies[0]["messages"][0]["content"][1]["image_url"]["url"] == url


def test_a_model_that_refuses_pictures_is_told_from_a_broken_endpoint() -> None:
    with serve(then=refuse_pictures) as endpoint:
        result = probe_endpoint(endpoint)
    assert (result.is_good, result.accepts_images) == (False, False)
    assert result.verdict.startswith("2 of 3 requests were answered.")
    failure = result.results[2].failure
    assert failure is not None
    assert "does not support images" in failure.excerpt
    with serve(then=failed(500)) as endpoint:
        assert probe_endpoint(endpoint).accepts_images is None


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500])
def test_a_picture_refused_in_whatever_way_says_to_turn_off_images(status: int) -> None:
    words = "No endpoints found that support image input"

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        has_parts = isinstance(body["messages"][-1]["content"], list)
        return await (failed(status, words) if has_parts else answer)(request, body)

    with serve(then=respond) as endpoint:
        result = probe_endpoint(endpoint)
    assert (result.is_good, result.accepts_images) == (False, False)
    assert result.remedies == (TURN_OFF_IMAGES,)
    failure = result.results[2].failure
    assert failure is not None
    assert words in failure.excerpt


@pytest.mark.parametrize(
    ("step", "reason"),
    [(failed(401), Reason.KEY_REFUSED), (failed(404), Reason.NOT_FOUND), (raw(b""), None)],
)
def test_a_verdict_comes_with_its_remedy_once(step: Respond, reason: Reason | None) -> None:
    with serve(then=step) as endpoint:
        result = probe_endpoint(endpoint)
    failures = [one.failure for one in result.results]
    assert {failure.reason for failure in failures if failure} == {reason or Reason.INTERRUPTED}
    assert result.verdict.startswith("0 of 3 requests were answered.")
    assert len(result.remedies) == 1
    assert not result.is_good


@pytest.mark.parametrize("step", [never, drip])
def test_a_slow_endpoint_does_not_hold_the_test_up(step: Respond) -> None:
    with serve(answer, then=step) as endpoint:
        result = probe_endpoint(endpoint, max_seconds=0.3)
    reasons = [one.failure.reason if one.failure else None for one in result.results]
    # The first may be answered or not, as busy as the machine is.
    assert reasons.count(Reason.TIMEOUT) >= 2
    assert set(reasons) <= {Reason.TIMEOUT, None}


def test_an_address_that_is_not_called_is_a_verdict() -> None:
    with serve() as endpoint:
        result = probe(
            make_settings(endpoint), make_requests(1), policy=read_policy([], allow_http=False)
        )
    assert not result.is_good
    assert result.remedies
    assert result.results == ()
    assert endpoint.bodies == []
