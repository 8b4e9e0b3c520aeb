"""What a model's raw output says to its reader: no thoughts, one turn, no control tokens."""

from leaderboard.scoring.replies.ends import MOST_CHARACTERS, keep_end
from leaderboard.scoring.replies.reader import read_said

__all__ = ["MOST_CHARACTERS", "keep_end", "read_said"]
