"""What a comparison says, in words: one sentence, and who is better in each row."""

from __future__ import annotations

from leaderboard.models.ranking import Board
from leaderboard.rankings.comparisons.boards import BoardComparison, PairComparison
from leaderboard.rankings.comparisons.compare import Comparison
from leaderboard.scoring.ranking import SIGNIFICANCE
from leaderboard.scoring.statistics.paired import reverse
from leaderboard.web.words import p_value, reach


def _place(board: Board) -> tuple[bool, tuple[int, int, str]]:
    """What boards are sorted by so that those of more items come first."""
    return board.is_of_one_track, board.order


def find_lead_board(comparison: Comparison) -> BoardComparison | None:
    """The board that the sentence speaks of: the one of most items that all the models share.

    Where they share none, the one of most items that two of them share.
    """
    found = {one.board: one for one in comparison.boards}
    n_models = len(comparison.models)
    n_pairs = n_models * (n_models - 1) // 2
    known = [found[board] for board in sorted(found, key=_place)]
    return next((one for one in known if len(one.pairs) == n_pairs), known[0] if known else None)


def summarise(comparison: Comparison) -> str:
    """Who is better, by how much and how sure, as one sentence."""
    lead = find_lead_board(comparison)
    if lead is None:
        return (
            "Nothing can be compared: there is no board on which two of the models have a value "
            "on every item."
        )
    if len(comparison.models) == 2:
        return _summarise_pair(comparison, lead.pairs[0], lead.board.where)
    return _summarise_several(comparison, lead)


def say_better(comparison: Comparison, pair: PairComparison) -> str:
    """Who is better of a pair, or why nobody is."""
    if pair.winner is not None:
        return comparison.models[pair.winner].model.name
    if _is_unsettled_by_reports(pair):
        return "report score cannot decide"
    if not pair.same_scale:
        return "on different scales"
    return "cannot be told apart"


def _summarise_pair(comparison: Comparison, pair: PairComparison, where: str) -> str:
    first, second = (comparison.models[one].model.name for one in (pair.first, pair.second))
    if not pair.same_scale:
        return (
            f"{first} and {second} cannot be told apart {where}: one report score is calibrated "
            f"and the other is not, so they are on different scales."
        )
    difference = pair.difference
    if difference.value < 0:
        first, second, difference = second, first, reverse(difference)
    size = f"{difference.value:.1f} points"
    ends = reach(difference)
    sure = f"p {_equals(pair.adjusted_p)}"
    if ends:
        sure = f"95 % interval {ends}, {sure}"
    if pair.winner is not None:
        return f"{first} is better than {second} {where}, by {size} ({sure})."
    if _is_unsettled_by_reports(pair):
        return (
            f"{first} is {size} ahead of {second} {where} ({sure}), but this rests on "
            f"{_say_loose(comparison, pair)} and cannot decide."
        )
    if difference.value == 0:
        return f"{first} and {second} cannot be told apart {where}: they have the same score."
    return f"{first} and {second} cannot be told apart {where}: {first} is {size} ahead ({sure})."


def _summarise_several(comparison: Comparison, lead: BoardComparison) -> str:
    names = [row.model.name for row in comparison.models]
    where, n_pairs = lead.board.where, len(lead.pairs)
    n_apart = sum(pair.winner is not None for pair in lead.pairs)
    compared = sorted({place for pair in lead.pairs for place in (pair.first, pair.second)})
    for place in compared:
        won = [pair for pair in lead.pairs if pair.winner == place]
        if len(won) == len(compared) - 1:
            nearest = min(won, key=lambda pair: abs(pair.difference.value))
            other = nearest.second if nearest.first == place else nearest.first
            own = nearest.difference if nearest.first == place else reverse(nearest.difference)
            ends = f"95 % interval {reach(own)}, " if reach(own) else ""
            return (
                f"{names[place]} is better {where} than all the others, by {own.value:.1f} points "
                f"or more ({ends}p {_equals(nearest.adjusted_p)} against {names[other]})."
            )
    if not n_apart:
        n = len(compared)
        return f"The {n} models cannot be told apart {where}: no pair differs significantly."
    beaten = {
        pair.second if pair.winner == pair.first else pair.first
        for pair in lead.pairs
        if pair.winner is not None
    }
    unbeaten = [names[place] for place in compared if place not in beaten]
    return (
        f"No model is better {where} than all the others: {n_apart} of {n_pairs} pairs are told "
        f"apart, and none is better than {_join(unbeaten, 'or')}."
    )


def _is_unsettled_by_reports(pair: PairComparison) -> bool:
    return pair.winner is None and pair.adjusted_p < SIGNIFICANCE


def _say_loose(comparison: Comparison, pair: PairComparison) -> str:
    reports = [comparison.models[one].report for one in (pair.first, pair.second)]
    if any(one is not None and not one.may_decide for one in reports):
        return "report scores by a judge that decides no rank"
    return "a report score that is not anchored to its own reports"


def _equals(value: float) -> str:
    return p_value(value) if value < 0.001 else f"= {p_value(value)}"


def _join(names: list[str], word: str) -> str:
    *most, last = names
    return f"{', '.join(most)} {word} {last}" if most else last
