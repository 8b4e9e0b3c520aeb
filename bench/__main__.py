"""`python -m bench [NAME ...]`: run the named measurements, or all.

`python -m bench crawl`, `growth`, `start` and `baseline` compare commits, `python -m bench
hidden_split` can attack in parts, and `python -m bench drill` disturbs a whole site; each has a
--help.
"""

from __future__ import annotations

import sys
from importlib import import_module

# By name, for each is imported when it is run: what one needs must not weigh on another.
MEASUREMENTS = (
    "submission",
    "formats",
    "package",
    "endpoint",
    "failing_server",
    "ranking",
    "campaign",
    "page",
    "slow_clients",
    "api_fuzz",
    "hidden_split",
    "evidence",
    "calibration",
    "paired_reports",
    "runs",
    "gate",
    "raters",
    "reliability",
    "judge_attacks",
    "reports",
    "answers",
    "pictures",
    "burned_in_text",
    "tools",
    "exports",
)
COMMANDS = {
    "baseline": "bench.baseline",
    "crawl": "bench.crawl.command",
    "deploy": "bench.deploy.command",
    "drill": "bench.drill.command",
    "growth": "bench.growth.command",
    "hidden_split": "bench.hidden_split.command",
    "start": "bench.start",
}


def main(names: list[str]) -> int:
    """Run them in turn, or the command; returns the exit status."""
    if names and names[0] in COMMANDS:
        return int(import_module(COMMANDS[names[0]]).main(names[1:]))
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        known = ", ".join(dict.fromkeys([*MEASUREMENTS, *COMMANDS]))
        print(f"There is no measurement {unknown[0]!r}; choose from {known}.")
        return 2
    for name in names or MEASUREMENTS:
        print(f"== {name}")
        import_module(f"bench.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
