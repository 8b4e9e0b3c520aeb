"""Which addresses of the site an answer leads to, in the order in which it names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from itertools import product
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urljoin, urlsplit

# Parameters that say where a reader is; every other is a choice (of a board, a column, an order).
PLACE = frozenset({"benchmark", "version", "split", "release", "v"})
API = "/api/v1"
SEEDS = (
    "/",
    f"{API}/openapi.json",
    "/feed.atom",
    "/picture.png",
    "/embed/ranking",
    "/healthz",
    "/admin",
    "/rate",
    "/account",
    "/submissions",
    "/endpoints",
    "/there/is/no/such/page",
    f"{API}/there/is/no/such/address",
)

Values = Mapping[str, Sequence[str]]


def read_links(html: str, address: str) -> list[str]:
    """Paths with queries that the page at `address` links, shows or draws a figure from."""
    parser = _Links()
    parser.feed(html)
    found = (urldefrag(urljoin(address, link)).url for link in parser.found)
    return [link for link in dict.fromkeys(found) if link.startswith("/") and link[:2] != "//"]


def count_choices(address: str) -> int:
    """How many parameters of `address` are more than a place."""
    query = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return sum(name not in PLACE for name, _ in query)


def list_api(document: Any, values: Values) -> Iterator[str]:
    """Every GET of the OpenAPI document with every one of `values` in its path.

    Each is followed by itself with one parameter: every value that an enumeration allows, and
    those of `values`. A name without values is left out.
    """
    for path, operations in document["paths"].items():
        if "get" not in operations:
            continue
        parameters = operations["get"].get("parameters", [])
        names = [one["name"] for one in parameters if one["in"] == "path"]
        for chosen in product(*(values.get(name, ()) for name in names)):
            address = API + path
            for name, value in zip(names, chosen, strict=True):
                address = address.replace(f"{{{name}}}", value)
            yield address
            for one in parameters:
                if one["in"] == "query":
                    allowed = one["schema"].get("enum") or values.get(one["name"], ())
                    yield from (f"{address}?{one['name']}={value}" for value in allowed)


class _Links(HTMLParser):
    """Collects what a, link, script, img and figure elements point to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "form":
            self.found += [
                value
                for name, value in attrs
                if value and (name in {"href", "src"} or value.startswith("/"))
            ]
