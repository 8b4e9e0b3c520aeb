"""Test a connection on a few requests, one attempt each, with a verdict and remedies."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from leaderboard.chat import Filtered, Reply
from leaderboard.endpoints.engine.address import (
    AddressPolicy,
    CheckedAddress,
    Resolve,
    check_address,
    resolve_host,
)
from leaderboard.endpoints.engine.client import Client
from leaderboard.endpoints.engine.connection import make_session
from leaderboard.endpoints.engine.failures import TURN_OFF_IMAGES, Failure, Reason
from leaderboard.endpoints.engine.requests import ImagePart, ItemRequest, encode_request
from leaderboard.endpoints.engine.settings import EndpointSettings, Limits
from leaderboard.errors import AddressRefused


@dataclass(frozen=True)
class ProbeResult:
    """One request: a reply or a failure, and how long it took."""

    key: str
    has_image: bool
    reply: Reply | Filtered | None
    failure: Failure | None
    seconds: float


@dataclass(frozen=True)
class Probe:
    """What a test of a connection showed.

    `accepts_images` is None where no request with a picture was answered or refused for what it
    holds. `remedies` has each remedy once.
    """

    is_good: bool
    verdict: str
    remedies: tuple[str, ...]
    results: tuple[ProbeResult, ...]
    model_reported: str | None
    accepts_images: bool | None


def probe(
    endpoint: EndpointSettings,
    requests: Sequence[ItemRequest],
    *,
    policy: AddressPolicy,
    max_seconds: float = 60.0,
    limits: Limits = Limits(),  # noqa: B008  frozen
    resolve: Resolve = resolve_host,
) -> Probe:
    """Send `requests` (at least one) at once, within the endpoint's concurrency.

    What is not answered within `max_seconds` counts as timed out.
    """
    try:
        address = check_address(endpoint.base_url, policy, resolve)
    except AddressRefused as error:
        return Probe(False, error.message, (error.remedy,), (), None, None)
    results = asyncio.run(_ask_all(address, endpoint, requests, max_seconds, limits))
    return _make_probe(tuple(results))


async def _ask_all(
    address: CheckedAddress,
    endpoint: EndpointSettings,
    requests: Sequence[ItemRequest],
    max_seconds: float,
    limits: Limits,
) -> list[ProbeResult]:
    room = asyncio.Semaphore(endpoint.concurrency)
    async with make_session(address, endpoint) as session:
        client = Client(session, address.url, endpoint.key, limits)

        async def ask(request: ItemRequest) -> ProbeResult:
            begun = time.monotonic()
            try:
                async with asyncio.timeout_at(deadline), room:
                    begun = time.monotonic()
                    result = await client.ask(encode_request(request, endpoint))
            except TimeoutError:
                result = Failure(Reason.TIMEOUT)
            return ProbeResult(
                request.key,
                _has_image(request),
                None if isinstance(result, Failure) else result,
                result if isinstance(result, Failure) else None,
                time.monotonic() - begun,
            )

        deadline = asyncio.get_running_loop().time() + max_seconds
        return await asyncio.gather(*map(ask, requests))


def _has_image(request: ItemRequest) -> bool:
    return any(isinstance(part, ImagePart) for m in request.messages for part in m.parts)


def _make_probe(results: tuple[ProbeResult, ...]) -> Probe:
    has_answer = any(result.reply for result in results)
    results = tuple(_narrow_failure(result) for result in results) if has_answer else results
    failures = [result.failure for result in results if result.failure]
    models = [result.reply.model for result in results if result.reply and result.reply.model]
    n_good = len(results) - len(failures)
    if failures:
        verdict = f"{n_good} of {len(results)} requests were answered. {failures[0].words.message}"
    else:
        verdict = f"All {len(results)} requests were answered."
    accepts_images = _find_image_verdict(results)
    remedies = [
        TURN_OFF_IMAGES if accepts_images is False and result.has_image else failure.words.remedy
        for result in results
        if (failure := result.failure)
    ]
    return Probe(
        is_good=not failures,
        verdict=verdict,
        remedies=tuple(dict.fromkeys(remedies)),
        results=results,
        model_reported=models[0] if models else None,
        accepts_images=accepts_images,
    )


def _narrow_failure(result: ProbeResult) -> ProbeResult:
    """Where others were answered, a refused key or address is about the one request."""
    failure = result.failure
    if failure is None or not failure.words.is_of_item:
        return result
    return replace(result, failure=replace(failure, reason=Reason.REJECTED))


def _find_image_verdict(results: tuple[ProbeResult, ...]) -> bool | None:
    """False only where text was answered and a picture refused: else something else is wrong."""
    pictures = [result for result in results if result.has_image]
    if any(result.reply for result in pictures):
        return True
    refused = any(
        r.failure and r.failure.reason in (Reason.REJECTED, Reason.SERVER_ERROR) for r in pictures
    )
    text_answered = any(result.reply for result in results if not result.has_image)
    return False if refused and text_answered else None
