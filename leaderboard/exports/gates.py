"""The bias of judges by model, and the gate of each target, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from leaderboard.calibration.trust import JudgeTrust, TargetTrust
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.benchmark import Split
from leaderboard.models.team import ModelCard

_SCALE = "in points of the target: 1 to 5, report scores 20 to 100"
GATE_COLUMNS = (
    Column("judge", str, "the judge"),
    Column("judge_version", str, "its version"),
    Column("slice", str, "track for the report score, section or dimension"),
    Column("name", str, "its key"),
    Column("labels", str, "who gave the labels: expert or constructed"),
    Column("model", str, "short name of the model; none if it has no public result"),
    Column("n", int, "number of its labelled reports"),
    Column("bias", float, f"its mean bias, calibrated scores minus labels, {_SCALE}"),
    Column("bias_low", float, "lower end of its 95 % interval"),
    Column("bias_high", float, "upper end of its 95 % interval"),
    Column("n_models", int, "number of models with bias"),
    Column("mean_bias", float, f"mean bias over models, {_SCALE}"),
    Column("mean_bias_low", float, "lower end of its 95 % interval over models"),
    Column("mean_bias_high", float, "upper end of its 95 % interval over models"),
    Column("tau", float, f"standard deviation of true bias between models, {_SCALE}"),
    Column("passes", bool, "whether the target passes the gate"),
    Column("misses", str, "why not: few_models, icc, mean_bias, model_bias, separated by spaces"),
)


def make_gate_table(
    split: Split,
    judges: Sequence[JudgeTrust],
    models: Mapping[str, ModelCard],
    ranked_at: datetime | None,
) -> Table:
    """A row for each judge, target and model, the largest bias of a target first."""
    benchmark = split.benchmark
    rows = [
        row for judge in judges for one in judge.targets for row in _make_rows(judge, one, models)
    ]
    return make_measured_table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-gates",
        f"Bias of judges by model on {benchmark.name} {benchmark.version}, {split.name}",
        GATE_COLUMNS,
        rows,
        split=split,
        ranked_at=ranked_at,
    )


def _make_rows(
    judge: JudgeTrust, one: TargetTrust, models: Mapping[str, ModelCard]
) -> Iterator[tuple[Cell, ...]]:
    gate = one.gate
    head = (judge.rater.name, judge.rater.version, one.target.slice.value, one.target.name)
    mean = gate.by_model.mean or (None, None, None)
    misses = " ".join(gate.misses)
    tail = (gate.by_model.n_models, *mean, gate.by_model.tau, gate.passes, misses)
    for model in gate.by_model.models:
        card = models.get(model.model)
        own = (None if card is None else card.slug, model.n, *model.bias)
        yield (*head, one.fit.label_kind.value, *own, *tail)
