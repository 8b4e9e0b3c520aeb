"""Answers as our parser reads them: `[text, options, multiple]` a line in, letters a line out."""

from __future__ import annotations

import json
import sys

from leaderboard.scoring.answers import parse_answer

if __name__ == "__main__":
    for line in sys.stdin:
        text, options, multiple = json.loads(line)
        print(json.dumps(parse_answer(text, options, multiple=multiple).letters))
