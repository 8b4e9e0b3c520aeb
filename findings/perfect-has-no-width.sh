#!/bin/sh
# Six of six right: accuracy has a wide interval; precision, recall, F1 and AUC have points.
#
# Version: confidenceinterval 1.0.5 with its default methods. Seen 2026-11-30.
# Source: confidenceinterval/binary_metrics.py uses Wilson for accuracy; takahashi_methods.py and
#   delong.py take a variance from the observed errors, and there are none. The averages are "micro"
#   by default, so that precision, recall and F1 are the accuracy itself: one number, two intervals.
#   bootstrap_percentile has no width either, bootstrap_bca gives NaN.
# For whoever evaluates models: small slices at 100 % look certain in every column but accuracy, and
#   a model that is perfect on six cases is declared better than one with 95 % of 600. Where there
#   are no errors use Wilson, Clopper-Pearson or a hierarchical estimate.
# SpineBench: Wilson for accuracies, a beta-binomial estimate below 15 items, and MOVER where the
#   bootstrap has no width (leaderboard/scoring/statistics/intervals.py, shrinkage.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet confidenceinterval==1.0.5
cd "$work"
"$work/venv/bin/python" -W ignore - <<'END'
from importlib.metadata import version

import confidenceinterval as ci

print(f"confidenceinterval {version('confidenceinterval')}: six of six right")
truth = [1, 1, 1, 0, 0, 0]
widths = {}
for name, options in (
    ("accuracy_score", {}), ("precision_score", {}), ("recall_score", {}), ("f1_score", {}),
    ("f1_score", {"method": "bootstrap_bca"}), ("f1_score", {"method": "bootstrap_percentile"}),
    ("roc_auc_score", {}),
):
    value, (low, high) = getattr(ci, name)(truth, truth, **options)
    print(f"  {name} {options.get('method', '')}: {value:.3f}, from {low:.3f} to {high:.3f}")
    widths[name, options.get("method")] = high - low
accuracy = widths.pop(("accuracy_score", None))
points = all(not width > 1e-6 for width in widths.values())
raise SystemExit(0 if accuracy > 0.3 and points else "The behaviour has changed.")
END
