"""Robustness audits of endpoint submissions: request, claim, ask, read."""
