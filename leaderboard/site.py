"""What the site calls itself, wherever it speaks."""

from __future__ import annotations

from typing import NamedTuple

NAME = "SpineBench"
"""The name of a site that gives itself none."""


class Site(NamedTuple):
    """The start of the site's addresses, and its name."""

    url: str
    name: str = NAME
