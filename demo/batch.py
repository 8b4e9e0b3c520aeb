"""Several of the host's commands in one process, since the application takes seconds to load.

`python -m demo.batch` reads steps as JSON from its input and writes what each command wrote. It
stops at the first that fails, and ends with that one's status.
"""

from __future__ import annotations

import json
import sys
import traceback

from leaderboard.app import create_app


def main() -> int:
    """Run the steps; the exit status."""
    steps = json.load(sys.stdin)
    runner = create_app().test_cli_runner()
    outputs = []
    for step in steps:
        result = runner.invoke(args=step["arguments"], input=step["text"])
        if result.exit_code != 0:
            print(f"flask {' '.join(step['arguments'])}", result.output, sep="\n", file=sys.stderr)
            if result.exc_info is not None and not isinstance(result.exception, SystemExit):
                traceback.print_exception(*result.exc_info)
            return int(result.exit_code)
        outputs.append(result.stdout)
    json.dump(outputs, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
