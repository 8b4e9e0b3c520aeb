"""Answers as lm_eval reads them: `python read_lm_eval.py mmlu_pro|gpqa`, in .venv-rivals.

`[text, options, multiple]` a line in, letters a line out; with the filters of those two tasks.
"""

from __future__ import annotations

import json
import sys

from lm_eval.filters.extraction import MultiChoiceRegexFilter, RegexFilter

FILTERS = {
    "mmlu_pro": lambda: RegexFilter(r"answer is \(?([ABCDEFGHIJ])\)?"),
    "gpqa": lambda: MultiChoiceRegexFilter(
        r"(\([A-Z]\))", group_select=-1, ignore_case=True, ignore_punctuation=True
    ),
}


def main(task: str) -> None:
    """One line out for each line in."""
    cases = [json.loads(line) for line in sys.stdin]
    documents = [{"choices": list(options.values())} for _, options, _ in cases]
    found = FILTERS[task]().apply([[text] for text, _, _ in cases], documents)
    for (_, options, _), [answer] in zip(cases, found, strict=True):
        letter = answer.strip("()")
        print(json.dumps([letter] if letter in options else []))


if __name__ == "__main__":
    main(sys.argv[1])
