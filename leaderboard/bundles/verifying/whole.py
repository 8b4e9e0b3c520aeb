"""Every score of a submission from its readings, ratings and labels: where nothing is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from leaderboard.bundles.facts import (
    CalibrationFact,
    ItemFact,
    ReadingFact,
    ScoreFact,
    SeverityFact,
)
from leaderboard.bundles.verifying.contents import Contents
from leaderboard.bundles.verifying.figures import COARSE, FINE, Figures, Number, is_same_plain
from leaderboard.bundles.verifying.names import name_score, name_target
from leaderboard.calibration.means import LabelTables, calibrate_means, choose_calibrator
from leaderboard.calibration.pairs import (
    assess_severity,
    find_chosen,
    fit_calibrators,
    flag_chosen,
    hash_pairs,
    mean_labels,
    pair_models,
)
from leaderboard.evaluation.estimates import Scored
from leaderboard.evaluation.scored import ScoredItems, score_items
from leaderboard.items.targets import Target, make_rating_table, make_target_table
from leaderboard.items.weights import group_items
from leaderboard.late import pandas as pd
from leaderboard.scoring.answers import AnswerOutcome, ParsedAnswer
from leaderboard.scoring.boards import Metric, Slice, Track
from leaderboard.scoring.chance import find_chances
from leaderboard.scoring.ladder import round_to_step
from leaderboard.scoring.mcq import McqOutcome, score_mcq
from leaderboard.scoring.reliability import find_value
from leaderboard.scoring.statistics.calibration_fit import PooledCalibrator, read_pooled
from leaderboard.scoring.statistics.severity import Severity
from leaderboard.scoring.totals import OverallRule


def check_whole(contents: Contents, figures: Figures) -> None:
    """Score the submission again from what was read and rated."""
    readings = _compare_answers(contents, figures)
    ratings = make_rating_table(_list_ratings(contents), contents.rubric)
    labels = _make_labels(contents)
    calibrators, severities = _find_calibrators(contents, labels, figures)
    calibrated = calibrate_means(calibrators, ratings, labels, contents.rubric, severities)
    scored = score_items(
        make_items(contents.items, contents.manifest.benchmark.overall),
        readings,
        ratings,
        calibrated,
        contents.rubric,
        [Track(track) for track in contents.manifest.submission.tracks],
    )
    _compare_outcomes(contents, scored, figures)
    _compare_values(contents, scored.items, figures)
    _compare_calibrated(contents, scored, figures)
    _compare_scores(contents, scored, figures)
    _compare_looks(contents, scored.items, figures)


def make_items(facts: Sequence[ItemFact], rule: OverallRule) -> pd.DataFrame:
    """The table of the split's items, as of `values.read_items`; ids are places in the archive."""
    items = pd.DataFrame(
        {
            "item_id": range(len(facts)),
            "key": [item.key for item in facts],
            "track": [item.track for item in facts],
            "subcondition": [item.subcondition for item in facts],
            "axis": [item.axis for item in facts],
            "modality": [item.modality for item in facts],
            "multiple": [item.multiple for item in facts],
            "levels": pd.Series([item.levels or [] for item in facts], dtype=object),
            "attributes": pd.Series([item.attributes or {} for item in facts], dtype=object),
            "n_images": [item.n_images for item in facts],
            "cluster": np.array([item.cluster for item in facts], dtype=np.int64),
            "decides": np.array([item.decides is not False for item in facts], bool),
        }
    )
    n_right = [len(item.answer or []) for item in facts if item.multiple]
    chances = find_chances(
        [(len(item.options or {}) or 1, item.multiple) for item in facts], n_right
    )
    items["chance"] = np.where(items["track"] == Track.REPORT.value, np.nan, chances)
    return group_items(items, rule)


def _places(contents: Contents) -> dict[str, int]:
    return {item.key: place for place, item in enumerate(contents.items)}


def _compare_answers(contents: Contents, figures: Figures) -> pd.DataFrame:
    """What was read against the right letters: right or wrong, precision and recall."""
    place_of = _places(contents)
    rows, differing = [], []
    for one in contents.readings:
        item = contents.item_of[one.key]
        parsed = ParsedAnswer(AnswerOutcome(one.outcome), tuple(one.letters))
        outcome = score_mcq(parsed, frozenset(item.answer or []))
        if not item.multiple:
            outcome = outcome._replace(precision=None, recall=None)  # type: ignore[arg-type]
        if (outcome.is_correct, outcome.precision, outcome.recall) != _told(one):
            differing.append((one, outcome))
        rows.append(
            (
                place_of[one.key],
                find_value(is_correct=outcome.is_correct, is_answered=bool(one.letters)),
                one.outcome,
                outcome.precision,
                outcome.recall,
            )
        )
    _name_differing(len(rows), differing, figures)
    table = pd.DataFrame(rows, columns=["item_id", "value", "outcome", "precision", "recall"])
    for column in ("value", "precision", "recall"):
        table[column] = table[column].astype(float)
    return table


def _told(one: ReadingFact) -> tuple[bool | None, float | None, float | None]:
    return one.is_correct, one.precision, one.recall


def _name_differing(
    n_all: int, differing: list[tuple[ReadingFact, McqOutcome]], figures: Figures
) -> None:
    n_same = n_all - len(differing)
    if n_same:
        figures.compare(f"Right or wrong, {n_same:,} answers", "in the archive", "in the archive")
    words = {True: "right", False: "wrong", None: "not told"}
    for one, outcome in differing:
        figures.compare(
            f"Right or wrong: {one.key}",
            f"{words[one.is_correct]}, precision {one.precision}, recall {one.recall}",
            f"{words[outcome.is_correct]}, precision {outcome.precision}, recall {outcome.recall}",
        )


def _list_ratings(contents: Contents) -> pd.DataFrame:
    place_of, number_of = _places(contents), contents.number_of
    rows = [
        (number_of[one.key], one.dimension, one.value, place_of[one.key])
        for one in contents.ratings
    ]
    return pd.DataFrame(rows, columns=["prediction_id", "dimension", "value", "item_id"])


def _make_labels(contents: Contents) -> LabelTables | None:
    """What raters said of each report, and the mean over them; None without any."""
    own = [one for one in contents.labels if not one.is_judge]
    rows = [(one.report, one.dimension, one.value, one.rater) for one in own]
    if not rows:
        return None
    rated = {(one.report, one.rater) for one in own}
    chosen = find_chosen(rated, {(one.report, one.rater) for one in own if one.is_chosen})
    table = pd.DataFrame(rows, columns=["prediction_id", "dimension", "value", "rater"])
    table["value"] = table["value"].astype(float)
    raters = {
        int(str(rater)): make_target_table(part, contents.rubric)
        for rater, part in table.groupby("rater")
    }
    return LabelTables(mean_labels(raters), raters, chosen)


def _find_calibrators(
    contents: Contents, labels: LabelTables | None, figures: Figures
) -> tuple[dict[Target, PooledCalibrator | None], dict[Target, Severity | None]]:
    """The calibrator of each target, and how far raters differ: fitted again where the archive has
    all labels."""
    scores = _make_judge_scores(contents)
    model_of = {one.report: one.model for one in contents.labels}
    model = str(contents.manifest.submission.model_number)
    found: dict[Target, PooledCalibrator | None] = {}
    severities: dict[Target, Severity | None] = {}
    for one in contents.calibrations:
        target = Target(Slice(one.slice), one.name)
        name = f"Calibrator: {name_target(one.slice, one.name)}"
        shown = f"from {one.n_labels:,} labels of {one.n_models:,} models"
        found[target] = None if one.own is None else read_pooled(one.own)
        severities[target] = _read_severity(one)
        if labels is None or scores is None or one.pooled is None:
            figures.leave(name, shown, "it is fitted on the labels of other models' reports")
            continue
        models = pair_models(labels.mean, model_of, scores, target)
        chosen = flag_chosen(labels.mean, model_of, scores, target, labels.chosen)
        if hash_pairs(one.label_kind, models, chosen) != one.labels_hash:
            figures.leave(name, shown, "labels or ratings have changed since it was fitted")
            continue
        fitted = fit_calibrators(models, target)
        published = {"pooled": one.pooled, "left_out": one.left_out or {}}
        is_same = is_same_plain(published, _without_tuples(fitted))
        figures.compare(name, shown, shown if is_same else "another line")
        found[target] = choose_calibrator(fitted, model)
        _compare_own(one, found[target], name, figures)
        if one.raters is not None:
            severities[target] = assess_severity(labels.raters, target)
            _compare_severity(one.raters, severities[target], target, figures)
    return found, severities


def _read_severity(one: CalibrationFact) -> Severity | None:
    if one.raters is None:
        return None
    return Severity(one.raters.variance, one.raters.n_raters, one.raters.n_others)


def _compare_severity(
    published: SeverityFact, computed: Severity | None, target: Target, figures: Figures
) -> None:
    """How far raters differ in severity, as a variance over so many."""
    figures.compare_numbers(
        f"Raters' variance: {name_target(target.slice, target.name)}",
        [published.variance, published.n_raters],
        [None, None] if computed is None else [computed.variance, computed.n_raters],
    )


def _compare_own(
    one: CalibrationFact, fitted: PooledCalibrator | None, name: str, figures: Figures
) -> None:
    own = None if fitted is None else _without_tuples(fitted.to_plain())
    if not is_same_plain(one.own, own):
        figures.compare(f"{name}, for this model", "in the archive", "another line")


def _without_tuples(plain: Any) -> Any:
    if isinstance(plain, Mapping):
        return {key: _without_tuples(value) for key, value in plain.items()}
    return [*map(_without_tuples, plain)] if isinstance(plain, list | tuple) else plain


def _make_judge_scores(contents: Contents) -> pd.DataFrame | None:
    """The judge's target table of all labelled reports; None where the archive has no others'."""
    rows = [(one.report, one.dimension, one.value) for one in contents.labels if one.is_judge]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["prediction_id", "dimension", "value"])
    return make_target_table(table, contents.rubric)


def _compare_outcomes(contents: Contents, scored: ScoredItems, figures: Figures) -> None:
    computed = {(track.value, outcome): n for track, outcome, n in scored.count_outcomes()}
    compare_outcomes(contents, computed, figures)


def compare_outcomes(
    contents: Contents, computed: Mapping[tuple[str, str], int], figures: Figures
) -> None:
    """How many answers of each track were read as what."""
    published = {(one.track, one.outcome): one.n for one in contents.outcomes}
    for track, outcome in sorted(published.keys() | computed.keys()):
        key = track, outcome
        figures.compare(
            f"{track.capitalize()} answers read as {outcome}",
            published.get(key, 0),
            computed.get(key, 0),
        )


def _compare_values(contents: Contents, items: pd.DataFrame, figures: Figures) -> None:
    """The kept values, which ranks are made from: float32."""
    computed = items["value"].to_numpy(float).astype("<f4").astype(float).tolist()
    values = {one.key: one.value for one in contents.values}
    differing = [
        item.key
        for item, value in zip(contents.items, computed, strict=True)
        if not is_same_value(values.get(item.key), value)
    ]
    name = f"Values of {len(contents.items):,} items"
    told = "as in the archive"
    figures.compare(name, told, f"others for {', '.join(differing)}" if differing else told)


def is_same_value(published: float | None, computed: float) -> bool:
    """Whether a kept value is that; a step of float32 is rounding."""
    if published is None or computed != computed:
        return published is None and computed != computed
    return abs(published - computed) <= 1e-5


def _compare_calibrated(contents: Contents, scored: ScoredItems, figures: Figures) -> None:
    means = {(target.slice.value, target.name): one for target, one in scored.means.items()}
    for one in contents.calibrated:
        mean = means.get((one.slice, one.name))
        name = f"Calibration of {name_target(one.slice, one.name)}"
        published = (one.n_labels, one.raw_value, one.standard_error, one.freedom)
        if mean is None:
            figures.compare(name, one.badge, "not calibrated")
            continue
        figures.compare(f"{name}: how", one.badge, mean.badge.value)
        computed = (mean.n_labels, mean.raw_mean, mean.standard_error, mean.freedom)
        figures.compare_numbers(f"{name}: own labels", published[:1], computed[:1])
        figures.compare_numbers(f"{name}: the judge's own mean", published[1:2], computed[1:2])
        figures.compare_numbers(f"{name}: standard error", published[2:3], computed[2:3])


def _compare_scores(contents: Contents, scored: ScoredItems, figures: Figures) -> None:
    computed = {(one.metric.value, one.slice.value, one.name): one for one in scored.scores}
    published = {(one.metric, one.slice, one.name): one for one in contents.scores}
    for key, one in published.items():
        other = computed.get(key)
        if other is None:
            figures.compare(name_score(*key), "a score", "no score")
        else:
            compare_score(one, other, figures)
    for key in computed.keys() - published.keys():
        figures.compare(name_score(*key), "no score", "a score")


def compare_score(one: ScoreFact, other: Scored, figures: Figures) -> None:
    """A score with its interval and its counts."""
    name = name_score(one.metric, one.slice, one.name)
    value, low, high = other.estimate or (None, None, None)
    is_resampled = one.metric == Metric.OVERALL
    figures.compare_numbers(name, [one.value], [value])
    if one.value is not None or value is not None:
        tolerance = COARSE if is_resampled else FINE
        figures.compare_numbers(
            f"{name}, interval", [one.low, one.high], [low, high], tolerance=tolerance
        )
    counts = (one.n, one.n_correct, one.n_unscored, int(one.is_shrunk))
    figures.compare(
        f"{name}, counts",
        _describe_counts(*counts),
        _describe_counts(other.n, other.n_correct, other.n_unscored, int(other.is_shrunk)),
    )


def _describe_counts(n: Number, n_correct: Number, n_unscored: Number, is_shrunk: int) -> str:
    right = "" if n_correct is None else f"{n_correct:,} right of "
    unscored = f", {n_unscored:,} unscored" if n_unscored else ""
    return f"{right}{n:,}{unscored}{', shrunk' if is_shrunk else ''}"


def _compare_looks(contents: Contents, items: pd.DataFrame, figures: Figures) -> None:
    """First looks that the team was told of: on the items that do not decide."""
    told = contents.manifest.told
    if told is None:
        return
    for look, values in _find_looked(told.first_looks, items):
        name = f"First look: {look.track}"
        score = round_to_step(float(values.mean())) if len(values) else None
        figures.compare_numbers(name, [look.score, look.n], [score, len(values)])
    if told.better_by is not None:
        figures.leave(
            "Better than the best before by",
            told.better_by,
            "it compares with results of other submissions",
        )


def _find_looked(looks: list[Any], items: pd.DataFrame) -> Iterator[tuple[Any, pd.Series[float]]]:
    heard = items[~items["decides"]]
    for look in looks:
        yield look, heard.loc[heard["track"] == look.track, "value"]
