"""Answers as inspect_ai's multiple-choice solver reads them, in .venv-rivals.

`[text, options, multiple]` a line in, letters a line out.
"""

from __future__ import annotations

import json
import sys

from inspect_ai.model import ModelOutput
from inspect_ai.solver import TaskState
from inspect_ai.solver._multiple_choice import parse_answers


def main() -> None:
    """One line out for each line in."""
    for line in sys.stdin:
        text, options, multiple = json.loads(line)
        state = TaskState(
            model="m",
            sample_id=0,
            epoch=0,
            input="",
            messages=[],
            choices=list(options.values()),
            output=ModelOutput.from_content("m", text),
        )
        print(json.dumps(sorted(set(parse_answers(state, multiple)) & set(options))))


if __name__ == "__main__":
    main()
