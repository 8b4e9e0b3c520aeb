"""Model endpoints of teams: the guard of addresses, requests in flight, budgets, the probe."""
