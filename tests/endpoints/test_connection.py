"""Connections go to the checked addresses alone, whatever names, proxies and servers say."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from leaderboard.endpoints.engine.address import CheckedAddress, Place, read_policy
from leaderboard.endpoints.engine.client import Client
from leaderboard.endpoints.engine.connection import PinnedResolver, make_session
from leaderboard.endpoints.engine.failures import Failure, Reason
from leaderboard.endpoints.engine.progress import Ending, RunSummary
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from tests.endpoints.certificates import make_server_context
from tests.endpoints.running import QUICK, Run, make_requests
from tests.endpoints.server import Endpoint, failed, sent, serve
from tests.endpoints.test_address import ScriptedResolver

NAME = "models.example.com"


def collect_by_name(
    endpoint: Endpoint,
    resolve: ScriptedResolver,
    n_items: int = 4,
    scheme: str = "http",
    limits: Limits = QUICK,
) -> RunSummary:
    """A run against the endpoint under a name that the host allows."""
    port = endpoint.place.rpartition(":")[2]
    return collect(
        EndpointSettings(base_url=f"{scheme}://{NAME}:{port}/v1", model="m", concurrency=2),
        make_requests(n_items),
        Run().take,
        Budget(),
        lambda: False,
        n_total=n_items,
        policy=read_policy([f"{NAME}:{port}"], allow_http=False),
        limits=limits,
        resolve=resolve,
    )


def test_a_name_that_is_bound_again_leads_nowhere_else() -> None:
    resolve = ScriptedResolver(["127.0.0.1"], ["127.0.0.2"])
    # Every connection is used once, so each request would look the name up again.
    with serve(then=sent(b"{}", connection="close")) as endpoint:
        summary = collect_by_name(endpoint, resolve)
    assert len(resolve.asked) == 1
    assert summary.progress.n_failed == 4
    assert len(endpoint.bodies) == 4 * QUICK.max_attempts
    assert endpoint.headers[0]["Host"] == f"{NAME}:{endpoint.place.rpartition(':')[2]}"


def test_a_name_that_leads_inside_is_never_called() -> None:
    with serve() as endpoint:
        summary = collect(
            EndpointSettings(base_url=f"https://{NAME}/v1", model="m"),
            make_requests(1),
            Run().take,
            Budget(),
            lambda: False,
            n_total=1,
            policy=read_policy([], allow_http=False),
            resolve=ScriptedResolver(["93.184.216.34", "127.0.0.1"]),
        )
    assert summary.ending is Ending.ADDRESS
    assert summary.remedy
    assert endpoint.bodies == []


def test_the_resolver_knows_the_checked_name_alone() -> None:
    address = CheckedAddress(f"https://{NAME}", "https", Place(NAME, 443), ("8.8.8.8", "::1"))
    resolver = PinnedResolver(address)
    found = asyncio.run(resolver.resolve(NAME, 443))
    assert [entry["host"] for entry in found] == ["8.8.8.8", "::1"]
    for host, port in (("localhost", 443), (NAME, 80)):
        with pytest.raises(OSError, match="not checked"):
            asyncio.run(resolver.resolve(host, port))


def test_a_connection_to_another_address_carries_nothing() -> None:
    async def ask(endpoint: Endpoint) -> object:
        host, _, port = endpoint.place.rpartition(":")
        place = Place(host, int(port))
        address = CheckedAddress(endpoint.base_url, "http", place, ("127.0.0.2",))
        settings = EndpointSettings(base_url=endpoint.base_url, model="m", key="secret")
        async with make_session(address, settings) as session:
            return await Client(session, address.url, None, Limits()).ask(b"{}")

    with serve() as endpoint:
        result = asyncio.run(ask(endpoint))
    assert result == Failure(Reason.PEER)
    assert endpoint.headers == []


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as proxy, serve() as endpoint:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{proxy.place}")
        summary = collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]))
    assert summary.progress.n_done == 4
    assert proxy.headers == []


def test_a_redirect_is_not_followed() -> None:
    with serve() as inside, serve(then=failed(308, location=inside.base_url)) as endpoint:
        summary = collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]))
    assert summary.ending is Ending.REFUSED
    assert inside.headers == []


def test_cookies_are_not_kept() -> None:
    cookie = sent(b"{}", set_cookie="a=b; Path=/")
    with serve(then=cookie) as endpoint:
        collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]))
    assert all("Cookie" not in headers for headers in endpoint.headers)


def test_tls_is_verified_for_the_name_while_the_address_is_pinned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = make_server_context(tmp_path, NAME)
    named: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: named.append(name)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with serve(ssl_context=context) as endpoint:
        summary = collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]), scheme="https")
    assert summary.progress.n_done == 4
    assert set(named) == {NAME}


@pytest.mark.parametrize("trusted", [True, False])
def test_a_certificate_for_another_name_or_of_nobody_ends_the_run(
    trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = make_server_context(tmp_path, "other.example.com" if trusted else NAME)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with serve(ssl_context=context) as endpoint:
        summary = collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]), scheme="https")
    assert summary.ending is Ending.REFUSED
    assert "certificate" in summary.message
    assert endpoint.headers == []


def test_nobody_listening_is_a_reason() -> None:
    with serve() as endpoint:
        pass
    limits = replace(QUICK, max_outage=0.1)
    summary = collect_by_name(endpoint, ScriptedResolver(["127.0.0.1"]), limits=limits)
    assert summary.ending is Ending.OUTAGE
    assert "could not be reached" in summary.message
