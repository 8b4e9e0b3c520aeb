"""`python -m bench.drill.clock SECONDS MODULE [ARGUMENT ...]`: a module on a clock that is wrong.

Everything that the process and those it forks ask of the calendar clock is `SECONDS` ahead;
what measures how long something takes goes right, as on a machine whose clock was set wrong.
"""

from __future__ import annotations

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine


def main(arguments: list[str]) -> None:
    """Become the module."""
    seconds, module, *rest = arguments
    if int(seconds):
        wrong = datetime.now(UTC) + timedelta(seconds=int(seconds))
        time_machine.travel(wrong, tick=True).start()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
