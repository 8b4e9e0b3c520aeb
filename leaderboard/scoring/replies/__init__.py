"""What a model's raw output says to its reader: no thoughts, one turn, no control tokens."""

from leaderboard.scoring.replies.reader import read_said

__all__ = ["read_said"]
