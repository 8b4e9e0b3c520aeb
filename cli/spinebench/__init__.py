"""The participants' command: take part in a SpineBench-style leaderboard from a terminal."""
