"""Addresses that hold a secret: whoever knows one may do what its link is for.

A route says `<secret:name>` for that part. It is left out of every log of ours, and a page at such
an address tells no other where its reader came from.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, current_app
from werkzeug.routing import Map, UnicodeConverter

EXTENSION = "spinebench_secret_paths"
HIDDEN = "***"
SECRET = "<secret:"
SLASHES = "(?:/|%2F)+"


class SecretConverter(UnicodeConverter):
    """A part of an address that is a secret."""


def install(app: Flask) -> None:
    """Let the routes that are registered from now on have secret parts."""
    app.url_map.converters["secret"] = SecretConverter


def hide_secrets(text: str) -> str:
    """`text`, such as a path or a line of a request, with HIDDEN for each secret of this site's."""
    hide: Callable[[str], str] | None = current_app.extensions.get(EXTENSION)
    if hide is None:
        hide = current_app.extensions[EXTENSION] = make_hider(current_app.url_map)
    return hide(text)


def make_hider(url_map: Map) -> Callable[[str], str]:
    """What hides the secrets of the routes in `url_map`, once these are all there."""
    pattern = re.compile(make_pattern(read_places(url_map)))
    return lambda text: pattern.sub(rf"\g<1>{HIDDEN}", text)


def read_places(url_map: Map) -> list[str]:
    """What stands before the secret in each route that has one, without outer slashes, by name."""
    rules = {rule.rule for rule in url_map.iter_rules() if SECRET in rule.rule}
    return sorted({rule.partition(SECRET)[0].strip("/") for rule in rules})


def make_pattern(places: list[str]) -> str:
    r"""A regular expression for addresses of `places`: group 1 is what comes before the secret.

    It finds them in a query too, where a page leads back to another. nginx and Caddy know it.
    """
    words = "|".join(re.escape(quote(place)).replace("/", SLASHES) for place in places)
    return rf"(?i)({SLASHES}(?:{words}){SLASHES})[^/?&#\s\"]+"
