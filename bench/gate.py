"""How often the gate of a judge passes: a seeded simulation, not a measure of speed.

Judges rate models whose experts' means differ; to some models they are kinder than to others. The
gate sees N_LABELS labelled reports of each model; how far each model is really off is measured on
N_MORE others, calibrated as for the gate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bench.calibration import REPORT, SEED, Values, draw_reports
from leaderboard.scoring.statistics.agreement_measures import absolute_icc
from leaderboard.scoring.statistics.calibration_fit import (
    Pairs,
    apply_left_out,
    apply_pooled,
    fit_pooled,
)
from leaderboard.scoring.statistics.gate import Limit, Miss, assess_gate

N_LABELS, N_MORE = 30, 1_000
BOUNDS = (REPORT.low, REPORT.high)
POINTS = 20.0
FAR, NEAR = 10.0, 2.0
Offsets = Callable[[np.random.Generator, int], Values]


class Field(NamedTuple):
    """How a judge treats models: the bias of each of K, in points that experts see."""

    words: str
    draw: Offsets


class Run(NamedTuple):
    """One set of models before the gate.

    worst: the largest true bias by size; spread: the true biases' standard deviation; passes: the
    gate; passes_mean: without the limit of single models; passes_pooled: the gate that it replaced,
    by the bias over all reports.
    """

    worst: float
    spread: float
    passes: bool
    passes_mean: bool
    passes_pooled: bool


FIELDS = (
    Field("exchangeable, SD 0", lambda rng, k: np.zeros(k)),
    Field("exchangeable, SD 1", lambda rng, k: rng.normal(0, 1, k)),
    Field("exchangeable, SD 5", lambda rng, k: rng.normal(0, 5, k)),
    Field("exchangeable, SD 8", lambda rng, k: rng.normal(0, 8, k)),
    Field("one games by 12", lambda rng, k: np.r_[12.0, rng.normal(0, 1, k - 1)]),
)


def measure() -> None:
    """Print a row for each design, field and true bias."""
    print(f"{N_LABELS} labels of each model; share that passes the gate, without the limit of")
    print("single models, and by the bias pooled over reports")
    columns = "".join(f"{name:>8}" for name in ("gate", "mean", "pooled"))
    print(f"{'K':>3}{'r':>6}  {'field':22}{'true bias':22}{'runs':>6}{columns}")
    for n_models, correlation in ((8, 0.8), (8, 0.9), (20, 0.8)):
        for field in FIELDS:
            rng = np.random.default_rng(SEED)
            runs = draw_runs(field, n_models, correlation, 400, rng)
            for words, chosen in sort_runs(runs).items():
                if len(chosen) >= 40:
                    shares = "".join(f"{100 * share:7.1f}%" for share in find_shares(chosen))
                    print(
                        f"{n_models:3}{correlation:6.2f}  {field.words:22}{words:22}"
                        f"{len(chosen):6}{shares}"
                    )


def draw_runs(
    field: Field, n_models: int, correlation: float, n_runs: int, rng: np.random.Generator
) -> list[Run]:
    """`n_runs` sets of K models, each with its own means and biases."""
    return [_draw_run(field, n_models, correlation, rng) for _ in range(n_runs)]


def sort_runs(runs: list[Run]) -> dict[str, list[Run]]:
    """The runs in which the worst model is far off, and those in which models differ little."""
    return {
        f"worst {FAR:g} or more": [run for run in runs if run.worst >= FAR],
        f"SD under {NEAR:g}": [run for run in runs if run.spread < NEAR],
    }


def find_shares(runs: list[Run]) -> tuple[float, float, float]:
    """The shares that pass: the gate, without the limit of single models, the pooled gate."""
    return (
        float(np.mean([run.passes for run in runs])),
        float(np.mean([run.passes_mean for run in runs])),
        float(np.mean([run.passes_pooled for run in runs])),
    )


def _draw_run(field: Field, n_models: int, correlation: float, rng: np.random.Generator) -> Run:
    centres = REPORT.mean + REPORT.mean_spread * rng.standard_normal((n_models, 1))
    labels, scores = draw_reports(REPORT, correlation, centres, REPORT.bias, N_LABELS + N_MORE, rng)
    # To be kinder to a model by so much is to say the same of what experts rate so much lower.
    labels = np.clip(labels - field.draw(rng, n_models)[:, None], *BOUNDS)
    models = {str(k): Pairs(scores[k, :N_LABELS], labels[k, :N_LABELS]) for k in range(n_models)}
    calibrated = apply_left_out(models, BOUNDS)
    icc = absolute_icc(
        np.column_stack(
            [
                np.concatenate(list(calibrated.values())),
                np.concatenate([models[key].labels for key in calibrated]),
            ]
        )
    )
    gate = assess_gate(icc, fit_pooled(models, BOUNDS).residuals, POINTS)
    truth = np.array([_find_bias(models, scores, labels, k) for k in range(n_models)])
    errors = np.concatenate([calibrated[key] - models[key].labels for key in calibrated])
    reach = 1.97 * errors.std(ddof=1) / np.sqrt(len(errors))
    return Run(
        worst=float(np.abs(truth).max()),
        spread=float(truth.std(ddof=1)),
        passes=gate.passes,
        passes_mean=set(gate.misses) <= {Miss.MODEL_BIAS},
        passes_pooled=Miss.ICC not in gate.misses
        and bool(abs(errors.mean()) + reach <= Limit.MEAN_BIAS * POINTS),
    )


def _find_bias(models: dict[str, Pairs], scores: Values, labels: Values, k: int) -> float:
    """How far one model is off on the reports that the gate does not see."""
    others = {key: pairs for key, pairs in models.items() if key != str(k)}
    calibrator = fit_pooled(others, BOUNDS)
    more = apply_pooled(calibrator, scores[k, N_LABELS:])
    return float((more - labels[k, N_LABELS:]).mean())
