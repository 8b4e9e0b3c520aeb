#!/bin/sh
# statsmodels gives a weighted kappa with an undefined standard error for valid small tables.
#
# Version: statsmodels 0.15.0. Seen 2026-11-30.
# Source: statsmodels/stats/inter_rater.py, cohens_kappa: the large-sample variance is a difference
#   that is exactly 0 for some tables, and then up to 1e-13 below 0 in floating point; std_kappa is
#   its root. It happens where both raters vary, and oftener where one always says the same.
# For whoever evaluates models: a dashboard that computes kappa by dimension, judge and model meets
#   such a table every day; the interval is NaN, comparisons with it are False ("not below 0.4"),
#   and with warnings as errors the job ends. Take max(variance, 0) before the root.
# SpineBench: does so, without a warning (leaderboard/scoring/statistics/agreement_measures.py, with
#   another such table in tests/scoring/statistics/test_agreement.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet statsmodels==0.15.0
cd "$work"
"$work/venv/bin/python" - <<'END'
import warnings
from importlib.metadata import version

import numpy as np
from statsmodels.stats.inter_rater import cohens_kappa

print(f"statsmodels {version('statsmodels')}")
# Of three reports one rater says 2, 3, 4 and the other 5, 3, 4, on a scale from 1 to 5.
table = np.zeros((5, 5))
table[1, 4] = table[2, 2] = table[3, 3] = 1
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    found = cohens_kappa(table, wt="quadratic")
    print(f"kappa {found.kappa}, variance {found.var_kappa}, standard error {found.std_kappa}")
print([str(one.message) for one in caught])

generator, n_undefined = np.random.default_rng(0), 0
for _ in range(2_000):
    table = np.zeros((3, 3))
    for _ in range(generator.integers(3, 9)):
        table[tuple(generator.integers(3, size=2))] += 1
    with np.errstate(all="ignore"):
        result = cohens_kappa(table, wt="quadratic")
    n_undefined += bool(np.isfinite(result.kappa) and np.isnan(result.std_kappa))
print(f"{n_undefined} of 2,000 random tables with a kappa have no standard error")
undefined = np.isfinite(found.kappa) and np.isnan(found.std_kappa)
raise SystemExit(0 if undefined and n_undefined else "The behaviour has changed.")
END
