"""Exposure audits of endpoint submissions, for the host alone: request, claim, ask, read."""
