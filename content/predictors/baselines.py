"""`python -m content.predictors.baselines`: predictions that need no model.

- random-letter: a letter by a seeded generator; the MCQ tracks alone.
- most-frequent-letter: the letter that is right most often in dev, and for every report the same
  text, with the section headings and nothing about the case.
"""

from __future__ import annotations

import random
import sys
from collections import Counter

from content.predictors.questions import read_items, read_questions, write_predictions

SEED = 20261124
TEMPLATE = """## Structured Imaging Report
The images were reviewed. Please correlate with the clinical findings.

## AI-Assisted Diagnosis
A degenerative change of the spine is considered.

## Treatment Recommendations
Conservative treatment is advised at first. A specialist may be consulted.

## Risk & Prognosis Management
The course is variable. Follow-up is advised.

## Reasoning & Disclaimer
This text is the same for every case. It must be reviewed by a physician.
"""
BASELINE = {"organisation": "SpineBench", "open_weights": False, "licence": "Apache-2.0"}


def main() -> int:
    """Write both; returns the exit status."""
    questions = read_questions("test")
    choose = random.Random(SEED)
    letters = {q.id: choose.choice(q.letters) for q in questions if q.letters}
    card = {
        **BASELINE,
        "name": "Random letter",
        "description": f"A letter drawn at random (seed {SEED}); no reports.",
    }
    print(write_predictions("random-letter", card, letters))
    counted = Counter(a for item in read_items("dev") for a in item.get("answer", []))
    most = min(counted, key=lambda letter: (-counted[letter], letter))
    texts = {q.id: most if q.letters else TEMPLATE for q in questions}
    card = {
        **BASELINE,
        "name": "Most frequent letter",
        "description": f"Always {most}, the letter most often right in dev; "
        "one text for all reports.",
    }
    print(write_predictions("most-frequent-letter", card, texts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
