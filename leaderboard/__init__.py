"""The SpineBench leaderboard and evaluation server."""
