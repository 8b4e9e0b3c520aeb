"""What follows from published scores with their counts, where it is hidden what is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from leaderboard.bundles.facts import ItemFact, ScoreFact
from leaderboard.bundles.verifying.contents import Contents
from leaderboard.bundles.verifying.figures import Figures
from leaderboard.bundles.verifying.names import name_score, name_target
from leaderboard.bundles.verifying.whole import compare_outcomes
from leaderboard.evaluation.estimates import (
    Sample,
    Scored,
    accuracy_scores,
    closed_score,
    make_sample,
    modality_gap,
)
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Board, Metric, Slice, Track, attribute_of
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.totals import OverallRule, combine

HIDDEN_VALUES = "it is hidden which items are right"
HIDDEN_RATINGS = "the ratings of single reports are hidden"
SHARED_CASES = (
    "some of these items share a case or an image, and which of those are right is hidden"
)
COLUMNS = {
    Slice.TRACK: "track",
    Slice.SUBCONDITION: "subcondition",
    Slice.AXIS: "axis",
    Slice.MODALITY: "modality",
}
"""The slices whose items everybody may know, by what their items are told apart by."""


def check_counts(contents: Contents, figures: Figures) -> None:
    """Compute again what counts give: accuracies, their intervals, totals of tracks."""
    read = Counter((contents.item_of[one.key].track, one.outcome) for one in contents.readings)
    compare_outcomes(contents, read, figures)
    accuracies = [one for one in contents.scores if one.metric == Metric.ACCURACY]
    groups: dict[tuple[str, str], list[ScoreFact]] = {}
    for one in accuracies:
        of = attribute_of(one.name) if one.slice == Slice.ATTRIBUTE else ""
        groups.setdefault((one.slice, of), []).append(one)
    for (slice_, _), group in groups.items():
        if slice_ == Slice.CLOSED:
            _check_closed(contents, group[0], figures)
        else:
            _check_group(contents, group, figures)
    for one in contents.scores:
        if one.metric != Metric.ACCURACY:
            _check_other(contents, one, figures)
    for by in contents.calibrated:
        name = f"Calibration of {name_target(by.slice, by.name)}"
        figures.leave(name, f"{by.badge}, {by.n_labels:,} own labels", HIDDEN_RATINGS)
    if contents.manifest.told is not None:
        for look in contents.manifest.told.first_looks:
            reason = "it is hidden which questions feedback is about, and which of them are right"
            figures.leave(f"First look: {look.track}", look.score, reason)


def _check_group(contents: Contents, group: Sequence[ScoreFact], figures: Figures) -> None:
    """Accuracies of one grouping: on few items they are shrunk over each other."""
    computed = {
        one.name: one for one in accuracy_scores([_make_slice(contents, one) for one in group])
    }
    is_apart = {one.name: _is_apart(_find_items(contents, one)) for one in group}
    for one in group:
        other = computed[one.name]
        name = name_score(one.metric, one.slice, one.name)
        # What is shrunk rests on the effective numbers of all slices of its grouping.
        knows_ends = all(is_apart.values()) if one.is_shrunk else is_apart[one.name]
        if one.is_shrunk and not knows_ends:
            figures.leave(name, one.value, SHARED_CASES)
            continue
        _compare(one, other, name, figures, knows_ends=knows_ends)


def _check_closed(contents: Contents, one: ScoreFact, figures: Figures) -> None:
    """The accuracy over both tracks of questions, each weighing as in the whole split."""
    parts = [
        score
        for score in contents.scores
        if score.metric == Metric.ACCURACY and score.slice == Slice.TRACK
    ]
    items = pd.concat([_make_rows(contents, score) for score in parts]).assign(
        cluster=lambda table: np.arange(len(table))
    )
    other = closed_score(one.name, items.reset_index(drop=True))
    is_apart = _is_apart([item for item in contents.items if item.track != Track.REPORT])
    name = name_score(one.metric, one.slice, one.name)
    _compare(one, other, name, figures, knows_ends=is_apart)


def _compare(
    one: ScoreFact, other: Scored, name: str, figures: Figures, *, knows_ends: bool
) -> None:
    value, low, high = other.estimate or (None, None, None)
    figures.compare_numbers(name, [one.value], [value])
    if one.value is None and value is None:
        return
    if knows_ends:
        figures.compare_numbers(f"{name}, interval", [one.low, one.high], [low, high])
    else:
        shown = f"[{one.low:.1f}, {one.high:.1f}]" if one.low is not None and one.high else None
        figures.leave(f"{name}, interval", shown, SHARED_CASES)


def _check_other(contents: Contents, one: ScoreFact, figures: Figures) -> None:
    name = name_score(one.metric, one.slice, one.name)
    if one.metric == Metric.OVERALL:
        _check_overall(contents, one, name, figures)
    elif one.metric == Metric.GAP:
        text, image = (_find_estimate(contents, Board(track)) for track in ("text", "image"))
        _compare(one, modality_gap(text, image), name, figures, knows_ends=True)
    elif one.metric in (Metric.REPORT, Metric.RATING):
        figures.leave(name, one.value, HIDDEN_RATINGS)
    else:
        figures.leave(name, one.value, HIDDEN_VALUES)


def _check_overall(contents: Contents, one: ScoreFact, name: str, figures: Figures) -> None:
    """The mean over the groups of the benchmark's rule, of the scores of these."""
    rule = contents.manifest.benchmark.overall
    sizes = Counter(str(getattr(item, rule.over)) for item in contents.items)
    found = _find_parts(contents, rule)
    whole = found and not one.n_unscored
    if whole and set(found) != set(sizes) and rule.over != "track":
        figures.leave(name, one.value, HIDDEN_VALUES)
    else:
        whole = whole and set(found) == set(sizes)
        figures.compare_numbers(name, [one.value], [combine(rule, sizes, found) if whole else None])
    if one.value is not None:
        shown = None if one.low is None else f"[{one.low:.1f}, {one.high:.1f}]"
        figures.leave(
            f"{name}, interval", shown, f"it comes from resampled items, and {HIDDEN_VALUES}"
        )


def _find_parts(contents: Contents, rule: OverallRule) -> dict[str, float]:
    """The scores of the groups of a rule: of tracks their own, elsewhere what their counts give."""
    if rule.over == "track":
        return {
            one.name: one.value
            for one in contents.scores
            if one.slice == Slice.TRACK and one.value is not None
        }
    group_of = {item.track: str(getattr(item, rule.over)) for item in contents.items}
    reports = {
        group_of[one.name]: one.value
        for one in contents.scores
        if one.metric == Metric.REPORT and one.slice == Slice.TRACK and one.value is not None
    }
    return reports | {
        one.name: 100.0 * one.n_correct / one.n
        for one in contents.scores
        if (one.metric, one.slice) == (Metric.ACCURACY, rule.over) and one.n_correct is not None
        if one.n and not one.n_unscored
    }


def _find_estimate(contents: Contents, board: Board) -> Scored:
    """The published score that a board orders by."""
    for one in contents.scores:
        if (one.metric, one.slice, one.name) == tuple(board.place):
            estimate = None if one.value is None else Estimate(one.value, one.low, one.high)
            return Scored(
                metric=board.place.metric,
                slice=board.place.slice,
                name=one.name,
                estimate=estimate,
                n=one.n,
            )
    raise ValueError(f"scores.jsonl has a modality gap, but no score of the {board.words} track")


def _find_items(contents: Contents, one: ScoreFact) -> list[ItemFact]:
    """The questions of a slice, feedback included; all where it is hidden which they are."""
    column = COLUMNS.get(Slice(one.slice))
    questions = [item for item in contents.items if item.track != Track.REPORT]
    if column is None:
        return questions
    return [item for item in questions if getattr(item, column) == one.name]


def _is_apart(items: Iterable[ItemFact]) -> bool:
    """Whether no two of them share a case or an image."""
    clusters = [item.cluster for item in items]
    return len(set(clusters)) == len(clusters)


def _make_slice(contents: Contents, one: ScoreFact) -> Sample:
    return make_sample(Slice(one.slice), one.name, _make_rows(contents, one))


def _make_rows(contents: Contents, one: ScoreFact) -> pd.DataFrame:
    """Items of which as many are right, wrong and unanswered as a score says; none shares a case.

    Which of them are right makes no difference to any of its figures.
    """
    n_right, n_wrong = one.n_correct or 0, one.n - (one.n_correct or 0)
    if n_wrong < 0:
        raise ValueError(f"scores.jsonl: more right than there are, {one.slice} {one.name}")
    values = [100.0] * n_right + [0.0] * n_wrong + [np.nan] * one.n_unscored
    size = sum(item.track == one.name for item in contents.items)
    return pd.DataFrame(
        {
            "item_id": np.arange(len(values)),
            "value": np.array(values, float),
            "answered": [value == value for value in values],
            "cluster": np.arange(len(values)),
            "track": one.name,
            "n_track": size,
        }
    )
