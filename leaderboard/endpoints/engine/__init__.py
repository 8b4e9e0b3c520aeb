"""Asking a model endpoint: the guard of addresses, requests in flight, budgets, the probe."""
