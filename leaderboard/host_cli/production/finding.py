"""One thing that is missing or weak."""

from __future__ import annotations

import enum
from typing import NamedTuple


class Weight(enum.StrEnum):
    """How much a finding weighs: a site with a problem is not ready for the public."""

    PROBLEM = "problem"
    ADVICE = "advice"


class Finding(NamedTuple):
    """What was found of a setting or a part of the site, without secrets, and what mends it."""

    name: str
    weight: Weight
    message: str
    remedy: str


def problem(name: str, message: str, remedy: str) -> Finding:
    """A finding that is to be mended before the public comes."""
    return Finding(name, Weight.PROBLEM, message, remedy)


def advice(name: str, message: str, remedy: str) -> Finding:
    """A finding that may be what the host wants."""
    return Finding(name, Weight.ADVICE, message, remedy)
