"""Commit and reveal: what the site publishes of hidden answers before and after it shows them."""
