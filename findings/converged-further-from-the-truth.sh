#!/bin/sh
# More quadrature points make mirt's two-parameter fit worse, and it says that it converged.
#
# Version: mirt 1.2.0. Seen 2026-11-30.
# Source: `fit_mirt(..., model="2PL")` without priors and `n_quadpts`, whose documentation gives more
#   points as the more exact choice. 200 people and about 400 questions drawn from the model itself:
#   with 121 points difficulties are off by 0.35 (root mean square), with 487 by 2.2, and the
#   log-likelihood that the result reports is lower by almost a thousand. `converged` is True each
#   time, and nothing is warned of. The 21 points by default are too few for so many questions
#   already: discriminations come out too small by 0.3.
# For whoever evaluates models: item response theory over a benchmark of some hundred questions may
#   be far from the truth with every sign of success. Fit with two numbers of points, compare the
#   log-likelihoods, and recover parameters of drawn data of your own size first.
# SpineBench: fits with priors, one point a question, which recovers drawn parameters
#   (leaderboard/scoring/statistics/item_response.py, tests/scoring/statistics/test_item_response.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet mirt==1.2.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'END'
from importlib.metadata import version

import mirt
import numpy as np

N_MODELS, N_QUESTIONS = 200, 487
generator = np.random.default_rng(1)
ability = generator.normal(size=N_MODELS)
discrimination = np.exp(generator.normal(0, 0.35, N_QUESTIONS))
difficulty = generator.normal(size=N_QUESTIONS)
chance = 1 / (1 + np.exp(-discrimination * (ability[:, None] - difficulty)))
right = (generator.random((N_MODELS, N_QUESTIONS)) < chance).astype(int)
kept = (right.mean(axis=0) > 0.1) & (right.mean(axis=0) < 0.9)
print(f"mirt {version('mirt')}, {N_MODELS} people, {kept.sum()} questions")
fits = {}
for n_points in (21, 121, 487):
    fit = mirt.fit_mirt(
        right[:, kept], model="2PL", n_quadpts=n_points, compute_standard_errors=False
    )
    own = np.ravel(fit.model.parameters["difficulty"])
    off = float(np.sqrt(np.mean((own - difficulty[kept]) ** 2)))
    fits[n_points] = (fit.converged, fit.log_likelihood, off)
    print(
        f"{n_points:4} points: converged={fit.converged}, log-likelihood "
        f"{fit.log_likelihood:.0f}, difficulties off by {off:.2f}"
    )
same = (
    all(converged for converged, *_ in fits.values())
    and fits[487][1] < fits[121][1] - 500
    and fits[487][2] > 3 * fits[121][2]
)
raise SystemExit(0 if same else "The behaviour has changed.")
END
