"""Severe errors per 100 cases, from the errors on each item or from the published counts."""

from __future__ import annotations

import numpy as np

from leaderboard.bundles.facts import HarmFact
from leaderboard.bundles.verifying.contents import Contents
from leaderboard.bundles.verifying.counts import SHARED_CASES
from leaderboard.bundles.verifying.figures import Figures, Number
from leaderboard.bundles.verifying.whole import make_items
from leaderboard.items.harm_lines import HarmLine, make_lines
from leaderboard.scoring.boards import Board
from leaderboard.scoring.harm import COLUMNS, Grade
from leaderboard.scoring.harm_rates import HarmRate, ModelCodes, ModelRows, rate_codes

NOT_TOLD = (None, None, None)


def check_harm(contents: Contents, figures: Figures) -> None:
    """Compute again every line of severe errors that was published."""
    lines = {(line.part, line.key): line for line in _list_lines(contents)}
    for fact in contents.harm:
        name = f"Severe errors: {fact.part.replace('_', ' ')} {fact.key.replace('_', ' ')}"
        if contents.harm_codes:
            line = lines.get((fact.part, fact.key))
            _compare(name, fact, line, figures)
        else:
            _check_counts(name, fact, figures, is_apart=_is_apart(contents, fact))


def _list_lines(contents: Contents) -> list[HarmLine]:
    """Those that follow from the errors on each item; none where these are not there."""
    if not contents.harm_codes:
        return []
    code_of = {one.key: one.codes for one in contents.harm_codes}
    if set(code_of) != set(contents.item_of):
        raise ValueError("harm_codes.jsonl: not every item of the split is there")
    if any(len(codes) != len(COLUMNS) for codes in code_of.values()):
        raise ValueError(f"harm_codes.jsonl: an item has other than {len(COLUMNS)} codes")
    items = make_items(contents.items, contents.manifest.benchmark.overall)
    rows = np.array([code_of[key] for key in items["key"]], dtype=np.uint8)
    own = items["decides"] & items["track"].isin(contents.manifest.submission.tracks)
    names = {key: key for key in items["subcondition"].dropna().unique()}
    return list(make_lines(items, own.to_numpy(bool), ModelRows(rows), names))


def _compare(name: str, fact: HarmFact, line: HarmLine | None, figures: Figures) -> None:
    if line is None:
        figures.compare(name, "published", "nothing: no case of it is graded")
        return
    counts = (
        *(line.n_graded, line.severe.n, line.severe.n_hit, line.worse.n_hit),
        *(line.severe.n_unknown, line.severe.n_unanswered, line.n_errors),
    )
    figures.compare(f"{name}, counts", _list_counts(fact), counts)
    figures.compare_numbers(name, fact.severe, line.severe.estimate or NOT_TOLD)
    worse = line.worse.estimate or NOT_TOLD
    figures.compare_numbers(f"{name}, moderate or worse", fact.worse, worse)


def _list_counts(fact: HarmFact) -> tuple[int | None, ...]:
    return (
        *(fact.n_graded, fact.n, fact.n_severe, fact.n_worse),
        *(fact.n_unknown, fact.n_unanswered, fact.n_errors),
    )


def _check_counts(name: str, fact: HarmFact, figures: Figures, *, is_apart: bool) -> None:
    """Value and interval from how many cases of how many have such an error."""
    for words, n_hit, published in (
        (name, fact.n_severe, fact.severe),
        (f"{name}, moderate or worse", fact.n_worse, fact.worse),
    ):
        computed = _rate(fact, n_hit)
        if is_apart:
            figures.compare_numbers(words, published, computed)
        else:
            figures.compare_numbers(words, published[:1], computed[:1])
            figures.leave(f"{words}, interval", None, SHARED_CASES)


def _is_apart(contents: Contents, fact: HarmFact) -> bool:
    """Whether none of the items of a part share a case or an image, graded or not."""
    items = contents.items
    if fact.part == "board":
        items = [item for item in items if Board(fact.key).covers(item.track)]
    elif fact.part == "subcondition":
        items = [item for item in items if item.subcondition == fact.key]
    clusters = [item.cluster for item in items]
    return len(set(clusters)) == len(clusters)


def _rate(fact: HarmFact, n_hit: int) -> tuple[Number, ...]:
    if not 0 <= n_hit <= fact.n:
        raise ValueError("harm.jsonl: more cases with an error than cases")
    if fact.n_unanswered or not fact.n:
        return NOT_TOLD
    codes = np.array([Grade.SEVERE.rank] * n_hit + [0] * (fact.n - n_hit), dtype=np.uint8)
    places = np.arange(fact.n, dtype=np.int64)
    rate: HarmRate = rate_codes(ModelCodes(codes), np.zeros_like(places), places)
    return rate.estimate or NOT_TOLD
