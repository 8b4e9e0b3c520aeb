"""Attacks on hidden answers, through the product's own HTTP, on a clock that moves."""

from bench.hidden_split.command import measure

__all__ = ["measure"]
