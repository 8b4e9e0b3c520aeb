#!/bin/sh
# lm_eval's multiple-choice filter reads "Impression: Disc herniation" as the answer D.
#
# Version: lm_eval 0.4.13. Seen 2026-11-30.
# Source: lm_eval/filters/extraction.py, MultiChoiceRegexFilter: where neither the task's pattern
#   nor the text of an option is found, any letter of the options that follows a colon counts, even
#   as the beginning of a word; and the text of an option counts wherever it stands, negated or in
#   the name of a finding. The filter is `multi_choice_regex` in tasks such as GPQA and MMLU.
# For whoever evaluates models: radiologists write headings with colons and findings that begin
#   with A to E, so that models are given letters which they never chose, right in one of four
#   cases, while a bare "B" is invalid. Read the raw answers (resps), not filtered_resps.
# SpineBench: imports `resps` and reads it itself (leaderboard/submissions/formats/); its parser
#   takes a letter only as a letter, and says "unparsed" here (leaderboard/scoring/answers/).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-deps lm_eval==0.4.13
cd "$work"
"$work/venv/bin/python" - 2>"$work/log" <<'END'
from importlib.metadata import version

from lm_eval.filters.extraction import MultiChoiceRegexFilter

OPTIONS = ["L3/L4", "L4/L5", "L5/S1", "No herniation"]
SEEN = {
    "The answer is (B).": "(B)",
    "Impression: Disc herniation on the left.": "(D)",
    "Findings: A large protrusion.": "(A)",
    "Diagnosis: Bilateral foraminal stenosis.": "(B)",
    "Concern: Cauda equina syndrome.": "(C)",
    "No herniation at L3/L4. It is at the level below, so B.": "(D)",
    "I think B": "[invalid]",
    "B": "[invalid]",
}
chosen = MultiChoiceRegexFilter(
    regex_pattern=r"(\([A-Z]\))", group_select=0, ignore_case=True, ignore_punctuation=True
)
print(f"lm_eval {version('lm_eval')}; options {OPTIONS}")
same = True
for text, expected in SEEN.items():
    [[letter]] = chosen.apply([[text]], [{"choices": OPTIONS}])
    print(f"  {text!r} -> {letter}")
    same = same and letter == expected
raise SystemExit(0 if same else "The behaviour has changed.")
END
