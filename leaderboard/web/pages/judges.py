"""May one trust the report score: the judges of a split, beside the experts."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request

from leaderboard.calibration.between import compare_judges
from leaderboard.calibration.trust import (
    JudgeTrust,
    TargetTrust,
    read_judges,
    read_pairs,
    read_public_models,
    read_severity,
)
from leaderboard.errors import NotFound
from leaderboard.experts.draws import count_draws, read_draws_state
from leaderboard.figures.judges import make_bias_figure, make_calibration_figure
from leaderboard.items.targets import REPORT, Target
from leaderboard.judges.order_runs import read_orders_state
from leaderboard.judges.prompt import ASK, SYSTEM
from leaderboard.judges.runs import read_call_figures, read_checks, read_runs_state
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Slice
from leaderboard.models.rating import RaterKind
from leaderboard.models.team import ModelCard
from leaderboard.rankings.read import read_state
from leaderboard.rankings.releases import read_ruler
from leaderboard.scoring.statistics.gate import Gate, Limit, Miss
from leaderboard.web.address import find_standing, read_place
from leaderboard.web.services import database, services

blueprint = Blueprint("judges", __name__)
LABEL_WORDS = {RaterKind.EXPERT: "experts", RaterKind.CONSTRUCTED: "constructed ratings"}
"""Whose labels a judge is measured by."""
MISS_WORDS = {
    Miss.FEW_MODELS: f"fewer than {Limit.MODELS} models have labels",
    Miss.ICC: "too little agreement",
    Miss.MEAN_BIAS: "the bias over models may be too large",
    Miss.MODEL_BIAS: "a single model's bias may be too large",
}
"""Why a target does not pass."""


@blueprint.get("/judges")
def index() -> Response:
    """Every judge that rated reports of a split, with its agreement and its gates."""
    split, target = find_standing(), read_target()

    def render() -> str:
        judges = read_judges(database(), split)
        ruler, decides = read_ruler(database(), split.id)
        return render_template(
            "judges/judges.html",
            split=split,
            judges=judges,
            pairs=compare_judges(database(), split),
            ruler=ruler,
            decides=decides,
            calls={(one.name, one.version): one for one in read_call_figures(database())},
            checks={j.rater.id: read_checks(database(), j.rater.id) for j in judges},
            prompt=(SYSTEM, ASK),
            label_words=LABEL_WORDS,
            miss_words=MISS_WORDS,
            limit=Limit,
            models=read_public_models(database(), split),
            severity=read_severity(database(), split),
            draws=count_draws(database(), split),
            name_models=name_models,
            sections=split.benchmark.manifest["rubric"]["sections"],
            names=name_targets(split),
            chosen=target,
            place=read_place(split),
        )

    state = (
        read_state(database(), split),
        read_runs_state(database()),
        read_orders_state(database()),
        read_draws_state(database(), split),
    )
    return services().pages.respond(("judges", state), render)


@blueprint.get("/judges/<int:rater_id>/figure.json")
def figure(rater_id: int) -> Response:
    """A judge's ratings of one target against their labels, as plotly's JSON."""
    split, target = find_standing(), read_target()

    def render() -> str:
        one = get_target(split, rater_id, target)
        pairs = read_pairs(database(), split, rater_id, target)
        labels = LABEL_WORDS[one.fit.label_kind]
        return make_calibration_figure(target, pairs, one.calibrator, labels)

    return services().pages.respond(read_state(database(), split), render, "application/json")


@blueprint.get("/judges/<int:rater_id>/bias.json")
def bias(rater_id: int) -> Response:
    """The bias of a judge's calibrated scores of one target by model, as plotly's JSON."""
    split, target = find_standing(), read_target()

    def render() -> str:
        gate = get_target(split, rater_id, target).gate
        names = name_models(gate, read_public_models(database(), split))
        return make_bias_figure(target, gate.by_model.models, names)

    return services().pages.respond(
        ("bias", read_state(database(), split)), render, "application/json"
    )


def name_models(gate: Gate, known: Mapping[str, ModelCard]) -> list[str]:
    """What the models of a gate are called, in their order: those that are not public by number."""
    return [
        known[one.model].name if one.model in known else f"Model {place} (no public result)"
        for place, one in enumerate(gate.by_model.models, 1)
    ]


def get_target(split: Split, rater_id: int, target: Target) -> TargetTrust:
    """A judge's trust on one target. Raises NotFound."""
    for one in get_judge(split, rater_id).targets:
        if one.target == target:
            return one
    raise NotFound("There is no calibration for this.", "See the Judges page.")


def get_judge(split: Split, rater_id: int) -> JudgeTrust:
    """The judge with this row id among those of `split`. Raises NotFound."""
    for judge in read_judges(database(), split):
        if judge.rater.id == rater_id:
            return judge
    raise NotFound("There is no such judge.", "See the Judges page.")


def read_target() -> Target:
    """What the address asks to see, by default the report score. Raises NotFound."""
    text = request.args.get("target", REPORT.key)
    slice_, _, name = text.partition(":")
    if slice_ not in (Slice.TRACK, Slice.SECTION, Slice.DIMENSION):
        raise NotFound(f"There is no target {text[:40]!r}.", "See the Judges page.")
    return Target(Slice(slice_), name)


def name_targets(split: Split) -> dict[Target, str]:
    """What each target is called."""
    names = {REPORT: "Report score"}
    for section in split.benchmark.manifest["rubric"]["sections"]:
        names[Target(Slice.SECTION, section["key"])] = section["name"]
        for dimension in section["dimensions"]:
            names[Target(Slice.DIMENSION, dimension["key"])] = dimension["name"]
    return names
