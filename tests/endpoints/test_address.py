"""The guard of addresses refuses every way into a network that is known to us."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from leaderboard.endpoints.engine.address import (
    AddressPolicy,
    Place,
    check_address,
    read_policy,
    resolve_host,
)
from leaderboard.endpoints.engine.networks import Network, find_network
from leaderboard.errors import AddressRefused

PUBLIC = ("93.184.216.34", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
NOBODY = AddressPolicy()
HOSTILE = [
    json.loads(line)
    for line in Path("tests/data/hostile-urls.jsonl").read_text(encoding="utf-8").splitlines()
]
# The others are refused for themselves and never looked up.
RESOLVED_HOSTS = {"models.example.com", "127.0.0.1.nip.io", "10-0-0-1.sslip.io"}


class ScriptedResolver:
    """Answers with each of `answers` in turn, then with the last; remembers what was asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def test_the_table_of_hostile_addresses_is_long() -> None:
    assert len(HOSTILE) >= 40
    assert len({(row["url"], str(row.get("resolves_to"))) for row in HOSTILE}) == len(HOSTILE)


@pytest.mark.parametrize("row", HOSTILE, ids=lambda row: f"{row['why']}: {row['url'][:40]!r}")
def test_a_hostile_address_is_refused(row: dict[str, Any]) -> None:
    resolve = ScriptedResolver(row.get("resolves_to", ["203.0.113.1"]))
    with pytest.raises(AddressRefused) as caught:
        check_address(row["url"], NOBODY, resolve)
    assert caught.value.message
    assert caught.value.remedy
    assert {host for host, _ in resolve.asked} == RESOLVED_HOSTS & set(row["url"].split("/"))


@pytest.mark.parametrize(
    ("url", "checked", "place"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1", ("api.openai.com", 443)),
        ("HTTPS://API.Example.COM:443/v1/", "https://api.example.com/v1", ("api.example.com", 443)),
        ("https://a.example.com:8443", "https://a.example.com:8443", ("a.example.com", 8443)),
        ("https://a.com/v1/chat/completions", "https://a.com/v1", ("a.com", 443)),
        ("https://bücher.de/v1", "https://xn--bcher-kva.de/v1", ("xn--bcher-kva.de", 443)),
        ("https://8.8.8.8/v1", "https://8.8.8.8/v1", ("8.8.8.8", 443)),
        ("https://[2606:4700::1111]:8443/v1", "https://[2606:4700::1111]:8443/v1", None),
    ],
)
def test_a_usual_address_is_taken_in_one_spelling(
    url: str, checked: str, place: tuple[str, int] | None
) -> None:
    address = check_address(url, NOBODY, ScriptedResolver(PUBLIC))
    assert address.url == checked
    assert place is None or address.place == place


def test_every_resolved_address_is_pinned_after_one_lookup() -> None:
    resolve = ScriptedResolver(PUBLIC, ["127.0.0.1"])
    address = check_address("https://models.example.com/v1", NOBODY, resolve)
    assert address.ips == PUBLIC
    assert resolve.asked == [("models.example.com", 443)]


def test_the_host_allows_places_by_name_and_port() -> None:
    policy = read_policy(["127.0.0.1:9001", "gpu.lan:8000", "[::1]:9001"], allow_http=False)
    assert policy.allowed == {
        Place("127.0.0.1", 9001),
        Place("gpu.lan", 8000),
        Place("::1", 9001),
    }
    resolve = ScriptedResolver(["10.0.0.7"])
    assert check_address("http://127.0.0.1:9001/v1", policy).ips == ("127.0.0.1",)
    assert check_address("http://[::1]:9001/v1", policy).ips == ("::1",)
    assert check_address("http://gpu.lan:8000/v1", policy, resolve).ips == ("10.0.0.7",)
    for url in ("http://127.0.0.1:9002/v1", "https://127.0.0.1/v1", "http://gpu.lan/v1"):
        with pytest.raises(AddressRefused):
            check_address(url, policy, resolve)


def test_an_allowed_name_never_leads_to_a_metadata_service() -> None:
    policy = read_policy(["gpu.lan:8000", "169.254.169.254"], allow_http=True)
    for url in ("http://gpu.lan:8000/v1", "https://169.254.169.254/"):
        with pytest.raises(AddressRefused):
            check_address(url, policy, ScriptedResolver(["169.254.169.254"]))


def test_plain_http_is_for_public_addresses_where_the_host_allows_it() -> None:
    policy = AddressPolicy(allow_http=True)
    assert check_address("http://a.com/v1", policy, ScriptedResolver(PUBLIC)).place.port == 80
    with pytest.raises(AddressRefused):
        check_address("http://a.com/v1", policy, ScriptedResolver(["127.0.0.1"]))


def test_the_message_does_not_tell_what_a_name_means_inside() -> None:
    resolve = ScriptedResolver(["10.11.12.13"])
    with pytest.raises(AddressRefused) as caught:
        check_address("https://db.example.com/v1", NOBODY, resolve)
    assert "10.11.12.13" not in caught.value.message + caught.value.remedy


def test_the_machine_itself_is_resolved_by_the_system() -> None:
    assert set(resolve_host("localhost", 80)) <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize("text", ["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "8.8.8.8", "2606:4700::1"])
def test_public_addresses_are_public_also_behind_a_translation(text: str) -> None:
    assert find_network(text) is Network.PUBLIC


def test_nothing_is_public_that_python_calls_private() -> None:
    blocks = [
        *ipaddress.ip_network("0.0.0.0/0").subnets(new_prefix=12),
        *ipaddress.ip_network("2000::/3").subnets(new_prefix=15),
    ]
    for block in blocks:
        address = block.network_address + 1
        if find_network(str(address)) is Network.PUBLIC:
            assert address.is_global, address
