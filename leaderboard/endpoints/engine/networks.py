"""What an IP address is, by the special-purpose registries of IANA and known metadata services."""

from __future__ import annotations

import enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address


class Network(enum.StrEnum):
    """Where an address leads."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private"
    SHARED = "shared"
    LINK_LOCAL = "link-local"
    METADATA = "metadata"
    MULTICAST = "multicast"
    RESERVED = "reserved"
    UNSPECIFIED = "unspecified"
    EMBEDDED = "embedded"


# What a host may allow by name; the others are nobody's model endpoint.
ALLOWABLE = frozenset({Network.PUBLIC, Network.LOOPBACK, Network.PRIVATE, Network.SHARED})

# The first match counts.
_V4 = tuple(
    (IPv4Network(block), network)
    for network, blocks in (
        # AWS and most others, ECS, EKS, Alibaba, Azure's wire server (a public address), Oracle.
        (
            Network.METADATA,
            "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 "
            "192.0.0.192",
        ),
        (Network.UNSPECIFIED, "0.0.0.0"),
        (Network.LOOPBACK, "127.0.0.0/8"),
        (Network.PRIVATE, "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"),
        (Network.SHARED, "100.64.0.0/10"),
        (Network.LINK_LOCAL, "169.254.0.0/16"),
        (Network.MULTICAST, "224.0.0.0/4"),
        (
            Network.RESERVED,
            "0.0.0.0/8 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 198.18.0.0/15 198.51.100.0/24 "
            "203.0.113.0/24 240.0.0.0/4",
        ),
    )
    for block in blocks.split()
)
_V6 = tuple(
    (IPv6Network(block), network)
    for network, blocks in (
        (Network.METADATA, "fd00:ec2::254 fd00:ec2::23 fd20:ce::254"),
        (Network.UNSPECIFIED, "::"),
        (Network.LOOPBACK, "::1"),
        # IPv4-compatible, translated, Teredo, 6to4: retired, and each hides another address.
        (Network.EMBEDDED, "::/96 ::ffff:0:0:0/96 2001::/32 2002::/16"),
        (Network.PRIVATE, "fc00::/7"),
        (Network.LINK_LOCAL, "fe80::/10"),
        (Network.MULTICAST, "ff00::/8"),
        (Network.RESERVED, "2001::/23 2001:db8::/32 3fff::/20"),
    )
    for block in blocks.split()
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# In these the last 32 bits are an IPv4 address that the network really calls.
_MAPPED = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def find_network(text: str) -> Network:
    """Where an IP address leads, seen through embeddings. Raises ValueError for other text."""
    address = ip_address(text)
    return _find_v4(address) if isinstance(address, IPv4Address) else _find_v6(address)


def _find_v4(address: IPv4Address) -> Network:
    for block, network in _V4:
        if address in block:
            return network
    return Network.PUBLIC


def _find_v6(address: IPv6Address) -> Network:
    if address.scope_id is not None:
        return Network.LINK_LOCAL
    number = int(address)
    if any(address in block for block in _MAPPED):
        return _find_v4(IPv4Address(number & 0xFFFF_FFFF))
    for block, network in _V6:
        if address in block:
            return network
    if (number >> 32) & 0xFFFF_FFFF in _ISATAP:
        return Network.EMBEDDED
    return Network.PUBLIC if address in _GLOBAL_UNICAST else Network.RESERVED
