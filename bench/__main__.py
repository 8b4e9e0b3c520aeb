"""`python -m bench [NAME ...]`: run the named measurements, or all."""

from __future__ import annotations

import sys

from bench import calibration, endpoint, judge_attacks, ladder_attack, page, ranking, submission

MEASUREMENTS = {
    "submission": submission.measure,
    "endpoint": endpoint.measure,
    "ranking": ranking.measure,
    "page": page.measure,
    "ladder_attack": ladder_attack.measure,
    "calibration": calibration.measure,
    "judge_attacks": judge_attacks.measure,
}


def main(names: list[str]) -> int:
    """Run them in turn; returns the exit status."""
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"There is no measurement {unknown[0]!r}; there are {', '.join(MEASUREMENTS)}.")
        return 2
    for name in names or MEASUREMENTS:
        print(f"== {name}")
        MEASUREMENTS[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
