"""The host's commands: `python -m flask --app leaderboard.app COMMAND`."""
