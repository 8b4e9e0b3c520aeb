"""Signing in by a provider: which there are, what is asked of them, and whose accounts they are."""
