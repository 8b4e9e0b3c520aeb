"""ROUGE of reports against a reference, in .venv-rivals-negspacy.

Reads {"reference": ..., "reports": [...]} a line, writes a line of [[rouge1, rougeL], ...].
"""

from __future__ import annotations

import json
import sys

from rouge_score.rouge_scorer import RougeScorer


def main() -> None:
    """One line out for each line in."""
    scorer = RougeScorer(["rouge1", "rougeL"], use_stemmer=True)
    for line in sys.stdin:
        case = json.loads(line)
        scores = [scorer.score(case["reference"], report) for report in case["reports"]]
        print(json.dumps([[s["rouge1"].fmeasure, s["rougeL"].fmeasure] for s in scores]))


if __name__ == "__main__":
    main()
