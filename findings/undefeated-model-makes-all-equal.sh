#!/bin/sh
# One model that never lost makes evalica's Bradley-Terry scores of all models equal.
#
# Version: evalica 0.4.2, both solvers. Seen 2026-11-30.
# Source: the likelihood has no maximum when a model, or a group of models, won (or lost) every
#   comparison with the others (Ford 1957; the connectivity condition in Hunter 2004). In
#   evalica/_pairwise.py a score that becomes NaN is replaced by the tolerance (1e-6, or whatever
#   is passed), for everybody at once; after a first win the result says 2 iterations of 100, as if
#   it had converged. `newman` gives the winner of 60 to 40 the lower score. Neither warns.
# For whoever evaluates models: a new model with one comparison, won or lost, flattens the whole
#   board: everybody is tied at 0.000001. Look whether the comparisons are strongly connected
#   before fitting, and refuse results whose iterations reach the limit or whose scores are the floor.
# SpineBench: ranks by paired differences on the same items, where no winner is without bound
#   (leaderboard/scoring/ranking.py); it fits no Bradley-Terry model.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet evalica==0.4.2
cd "$work"
"$work/venv/bin/python" - <<'END'
from importlib.metadata import version

import evalica
from evalica import Winner


def fit(how, solver, *results):
    """Scores from (left, right, won by left, won by right)."""
    left, right, winners = [], [], []
    for one, other, won, lost in results:
        left += [one] * (won + lost)
        right += [other] * (won + lost)
        winners += [Winner.X] * won + [Winner.Y] * lost
    result = getattr(evalica, how)(left, right, winners, solver=solver)
    scores = {name: round(float(score), 6) for name, score in sorted(result.scores.items())}
    print(f"{how} ({solver}) {results}: {scores}, {result.iterations} iterations of {result.limit}")
    return scores


print(f"evalica {version('evalica')}")
old = (("A", "B", 60, 40), ("B", "C", 70, 30), ("A", "C", 80, 20))
flat = True
for solver in ("pyo3", "naive"):
    before = fit("bradley_terry", solver, *old)
    flat = flat and before["A"] > before["B"] > before["C"]
    for new in (("new", "C", 1, 0), ("C", "new", 1, 0)):
        flat = flat and set(fit("bradley_terry", solver, *old, new).values()) == {1e-06}
newman = fit("newman", "pyo3", ("A", "B", 60, 40), ("A", "new", 1, 0))
raise SystemExit(0 if flat and newman["A"] < newman["B"] else "The behaviour has changed.")
END
