#!/bin/sh
# medspaCy reads "MRI without contrast shows severe stenosis" as a report without stenosis.
#
# Version: medspaCy 1.3.1 with its default English rules. Seen 2026-11-30. negspacy 1.1.0 denies
#   the first two as well; it knows "no significant change" and "not only", but not "no progression".
# Source: resources/en/context_rules.json, which medspacy/context loads: of 102 rules "without" and
#   "no" deny what follows in the sentence up to words such as "but", and none is a pseudo-negation
#   ("no change", "not only"), of which NegEx has a list.
# For whoever evaluates models: nearly every report names its technique, and every follow-up says
#   that something has not changed. Counting findings that are not negated takes them out of right
#   reports, and a report that leaves out technique and comparison scores better.
# SpineBench: its checklist judge read the technique, and "no progression of", as denials too until
#   this was seen; leaderboard/scoring/checklist/stances.py no longer does, and the kinds "technique"
#   and "change" in tests/data/report-readings.jsonl keep it so.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet medspacy==1.3.1 spacy==3.7.5 thinc==8.2.5 'numpy<2' setuptools
cd "$work"
"$work/venv/bin/python" - 2>"$work/log" <<'END'
from importlib.metadata import version

import medspacy
from medspacy.ner import TargetRule

SEEN = {
    "MRI of the lumbar spine without contrast shows severe stenosis at L4-L5.": True,
    "CT without contrast demonstrates an acute fracture of L1.": True,
    "No significant change in the disc herniation at L4-L5.": True,
    "No progression of the stenosis at L4-L5.": True,
    "Not only stenosis is seen at L4-L5.": True,
    "No more than mild stenosis at L3-L4.": True,
    "Severe stenosis is no longer seen.": False,
    "Severe stenosis at L4-L5.": False,
    "No stenosis at L4-L5.": True,
}
reader = medspacy.load()
terms = ("stenosis", "fracture", "disc herniation")
reader.get_pipe("medspacy_target_matcher").add([TargetRule(term, "FINDING") for term in terms])
print(f"medspaCy {version('medspacy')}")
same = True
for text, expected in SEEN.items():
    [finding] = reader(text).ents
    print(f"  {text} -> {finding.text} {'denied' if finding._.is_negated else 'present'}")
    same = same and finding._.is_negated == expected
raise SystemExit(0 if same else "The behaviour has changed.")
END
