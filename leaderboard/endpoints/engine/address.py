"""The guard: which addresses this server calls for a team, and the IP addresses they stand for.

The server must never become a way into somebody's network. An address is read strictly, resolved
once, refused if any of its IP addresses is not public, and called at the checked ones alone.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

import idna

from leaderboard.endpoints.engine.networks import ALLOWABLE, Network, find_network
from leaderboard.errors import AddressRefused

MAX_CHARACTERS = 500
# Names with a meaning inside a network only: never looked up, so nobody learns what is there.
INSIDE_NAMES = frozenset(
    "localhost local internal intranet private corp home lan arpa onion test invalid "
    "example".split()
)
DEFAULT_PORTS = {"http": 80, "https": 443}
EXAMPLE = "Enter the base URL of the model's API, such as https://models.example.org/v1."

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(/.*)?")
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^:\[\]]+))(?::([0-9]*))?")
_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@-]*)*")
# Azure's, and nothing that could hold a key.
_VERSION = re.compile(r"api-version=[A-Za-z0-9.-]{1,40}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]*|[0-9]+")

Resolve = Callable[[str, int], Sequence[str]]


class Place(NamedTuple):
    """A host name or IP address, in lower case, and a port."""

    host: str
    port: int


@dataclass(frozen=True)
class AddressPolicy:
    """What the host of this server allows beside https to public addresses.

    A place of `allowed` may be called by plain http and may be loopback or private.
    """

    allow_http: bool = False
    allowed: frozenset[Place] = frozenset()


@dataclass(frozen=True)
class CheckedAddress:
    """A base URL without a closing slash, and the IP addresses that alone may be called for it.

    It may end in Azure's `?api-version=...`: see make_chat_url.
    """

    url: str
    scheme: str
    place: Place
    ips: tuple[str, ...]


def resolve_host(host: str, port: int) -> Sequence[str]:
    """Every IP address of a name. Raises OSError if there is none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def read_policy(allowed: Iterable[str], *, allow_http: bool) -> AddressPolicy:
    """The policy from entries such as `127.0.0.1:9001`, `[::1]:9001` or `gpu.lan` (port 443)."""
    return AddressPolicy(allow_http, frozenset(_read_place(e, "https") for e in allowed))


def is_listed(url: str, policy: AddressPolicy) -> bool:
    """Whether the host of this server lists the place of `url`: it counts as inside the network.

    Raises AddressRefused for what is no address.
    """
    return _read_url(url)[1] in policy.allowed


def check_address(
    url: str, policy: AddressPolicy, resolve: Resolve = resolve_host
) -> CheckedAddress:
    """Read `url`, resolve it once and check every IP address. Raises AddressRefused."""
    scheme, place, path, query = _read_url(url)
    allowed = place in policy.allowed
    if scheme == "http" and not (policy.allow_http or allowed):
        raise AddressRefused("Plain http is not allowed here.", "Use an https address.")
    ips = _find_ips(place, allowed=allowed, resolve=resolve)
    for ip in ips:
        network = find_network(ip)
        if network is not Network.PUBLIC and not (allowed and network in ALLOWABLE):
            raise AddressRefused(
                "This address does not lead to the public internet.",
                "Use a publicly reachable address, or ask the host to allow this one.",
            )
    host = f"[{place.host}]" if ":" in place.host else place.host
    port = "" if place.port == DEFAULT_PORTS[scheme] else f":{place.port}"
    return CheckedAddress(f"{scheme}://{host}{port}{path}{query}", scheme, place, ips)


def _read_url(url: str) -> tuple[str, Place, str, str]:
    if len(url) > MAX_CHARACTERS:
        raise AddressRefused(f"The address has more than {MAX_CHARACTERS} characters.", EXAMPLE)
    if not url.isprintable() or any(c.isspace() or c == "\\" for c in url):
        raise AddressRefused(
            "The address has a space, a backslash or a control character.", EXAMPLE
        )
    url, mark, version = url.partition("?")
    if "#" in url or (mark and not _VERSION.fullmatch(version)):
        raise AddressRefused(
            "The address has a query or a fragment (? or #); only ?api-version=... is allowed.",
            f"{EXAMPLE} There is a separate field for the key.",
        )
    match = _URL.fullmatch(url)
    if match is None:
        raise AddressRefused("This is not a valid address.", EXAMPLE)
    scheme = match[1].lower()
    if scheme not in DEFAULT_PORTS:
        raise AddressRefused(f"Addresses with {scheme} are not supported.", EXAMPLE)
    path = (match[3] or "").rstrip("/").removesuffix("/chat/completions").rstrip("/")
    parts = path.split("/")
    if not _PATH.fullmatch(path) or {".", ".."} & set(parts) or "" in parts[1:]:
        raise AddressRefused("The path of the address has an unusual part.", EXAMPLE)
    return scheme, _read_place(match[2], scheme), path, f"{mark}{version}"


def _read_place(authority: str, scheme: str) -> Place:
    if "@" in authority:
        raise AddressRefused(
            "The address has a user name or password.",
            "Leave them out; there is a separate field for the key.",
        )
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise AddressRefused("The host or the port of the address cannot be read.", EXAMPLE)
    literal, name, port = match.groups()
    host = _read_ipv6(literal) if literal is not None else _read_name(name)
    return Place(host, DEFAULT_PORTS[scheme] if port is None else _read_port(port))


def _read_port(text: str) -> int:
    """80, 443 or one from 1024: below live mail, shells and the like, which must not be fed."""
    number = int(text) if re.fullmatch(r"[1-9][0-9]{0,4}", text) else 0
    if number not in DEFAULT_PORTS.values() and not 1024 <= number <= 65535:
        raise AddressRefused(f"Port {text[:10]!r} is not allowed.", "Use 443, 80 or 1024 to 65535.")
    return number


def _read_ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError as error:
        raise AddressRefused("The IPv6 address cannot be read.", EXAMPLE) from error


def _read_name(text: str) -> str:
    """A host name in lower case and ASCII, or an IPv4 address in its one usual spelling."""
    try:
        name = text.lower() if text.isascii() else idna.encode(text, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressRefused("The host name cannot be read.", EXAMPLE) from error
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("The host name cannot be read.", EXAMPLE)
    # What ends in a number is an IPv4 address to some readers, in any of many spellings.
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(name))
        except ValueError as error:
            raise AddressRefused(
                "The IPv4 address is not written in the usual way.",
                "Write four numbers separated by dots.",
            ) from error
    return name


def _find_ips(place: Place, *, allowed: bool, resolve: Resolve) -> tuple[str, ...]:
    if ":" in place.host or _NUMBER.fullmatch(place.host.rpartition(".")[2]):
        return (place.host,)
    labels = place.host.split(".")
    if not allowed and (len(labels) == 1 or labels[-1] in INSIDE_NAMES):
        raise AddressRefused(
            "This name is only meaningful inside a network.",
            "Use a publicly reachable name, or ask the host to allow this one.",
        )
    try:
        ips = tuple(str(ip_address(ip)) for ip in resolve(place.host, place.port))
    except (OSError, ValueError) as error:
        ips = ()
        cause: Exception | None = error
    else:
        cause = None
    if not ips:
        raise AddressRefused(
            "The host name does not resolve to an IP address at the moment.",
            "Check its spelling, or try again later.",
        ) from cause
    return ips
