"""HTTP sessions that call the checked IP addresses of one endpoint and nothing else."""

from __future__ import annotations

import socket
import ssl
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from leaderboard.chat import make_key_headers
from leaderboard.endpoints.engine.address import CheckedAddress
from leaderboard.endpoints.engine.settings import EndpointSettings

CONNECT_SECONDS = 15.0


class PeerRefused(aiohttp.ClientError):
    """The connection led to another IP address than the checked ones."""


class PinnedResolver(AbstractResolver):
    """Knows one name and its checked IP addresses; asks nobody."""

    def __init__(self, address: CheckedAddress) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The checked IP addresses. Raises OSError for any other name."""
        if (host, port) != self._address.place:
            raise OSError(None, f"{host}:{port} was not checked")
        return [
            ResolveResult(
                hostname=host,
                host=ip,
                port=port,
                family=socket.AF_INET6 if ":" in ip else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in self._address.ips
        ]

    async def close(self) -> None:
        """Nothing to close."""


class PinnedConnector(aiohttp.TCPConnector):
    """Hands out connections to the checked IP addresses, each verified before anything is sent."""

    def __init__(self, address: CheckedAddress, n_connections: int) -> None:
        super().__init__(
            resolver=PinnedResolver(address),
            use_dns_cache=False,
            limit=n_connections,
            ssl=ssl.create_default_context() if address.scheme == "https" else True,
        )
        self._ips = frozenset(ip_address(ip) for ip in address.ips)

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout
    ) -> Connection:
        """A connection whose other end is a checked IP address. Raises PeerRefused."""
        connection = await super().connect(req, traces, timeout)
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        if peer is None or ip_address(peer[0]) not in self._ips:
            connection.close()
            raise PeerRefused("the connection led to an address that was not checked")
        return connection


def make_session(address: CheckedAddress, settings: EndpointSettings) -> aiohttp.ClientSession:
    """A session for one run: no proxies, no cookies, no compression asked for, the key included.

    Bodies come as they were sent: body.py decompresses within its limit.
    """
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "SpineBench",
        **make_key_headers(settings.key, settings.key_header),
    }
    return aiohttp.ClientSession(
        connector=PinnedConnector(address, settings.concurrency),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, sock_connect=CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
