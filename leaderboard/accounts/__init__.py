"""Users, teams, model cards and API tokens."""
