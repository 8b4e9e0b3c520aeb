"""Objections to items, readings and verdicts: send, read and count them."""
