"""Notices: a team hears of its submissions by webhook or e-mail."""
