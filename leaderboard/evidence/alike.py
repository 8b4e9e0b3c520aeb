"""Signs from how alike sheets are: near-empty, small steps, nested, wrong in the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.evidence.sheets import Sheets
from leaderboard.evidence.sign import Figure, Kind, Sign
from leaderboard.models.submission import Submission
from leaderboard.scoring.statistics.copying import (
    Expected,
    Likeness,
    chance_of_nested_blanks,
    chance_of_same_wrong,
    count_wrong,
    expect_same_wrong,
    find_p_of_same_wrong,
    measure_likeness,
)
from leaderboard.scoring.statistics.intervals import Estimate, wilson_interval

FEW_ANSWERED = 0.2
"""A sheet is near-empty below this share of the questions that it is about."""
LEAST_ASKED = 10
"""No sheet about fewer questions is called near-empty."""
SMALL_STEP = 0.12
"""A step is small up to this share of the questions.

Two guesses in each of 14 subconditions are 28 of 487; those that were wrong are taken back in the
next step, beside 28 new ones.
"""
UNSOLVED_ALIKE = 0.8
"""And only if so many of the questions that neither has right are alike."""
LEAST_UNSOLVED = 0.1
"""Which have to be so many of all: two very good models differ little too."""
MANY_STEPS = 2
"""One small step may be a second run of one model; so many are shown."""
LEAST_KEPT = 30
"""A sheet is nested only in one that keeps so many answers of it."""
RARE = 0.001
"""Between people who share nothing, blanks are nested if chance does it less often than this."""
LEAST_BOTH_WRONG = 5
MOSTLY_SAME = 2 / 3
"""Sheets are wrong in the same way if so many of the items that both got wrong are the same."""
FALSE_ALARM = 0.01
"""And if that is rarer, for all pairs of sheets together, among independent models."""
WORTH_A_TEST = 2.0
"""Standard deviations above what is expected from which on a pair is tested exactly."""


def find_alike(sheets: Sheets, people: NDArray[np.int64]) -> Iterator[Sign]:
    """The signs of a split's sheets; people: (S,) a number for those who share somebody."""
    if not len(sheets.submissions):
        return
    likeness = measure_likeness(sheets.codes, sheets.right)
    yield from find_empty(sheets)
    yield from find_steps(sheets, likeness, people)
    yield from find_nested(sheets, likeness, people)
    yield from find_copies(sheets, likeness)


def find_empty(sheets: Sheets) -> Iterator[Sign]:
    """Sheets that answer almost nothing of what they are about."""
    n_asked = sheets.asked.sum(axis=1)
    n_answered = (sheets.asked & (sheets.codes > 0)).sum(axis=1)
    for one, n, total in zip(sheets.submissions, n_answered, n_asked, strict=True):
        if total >= LEAST_ASKED and n < FEW_ANSWERED * total:
            yield _make(
                Kind.EMPTY,
                [one],
                [Figure("answered", f"{n} of {total}")],
                f"{_name(one)} answers {n} of the {total} questions of its tracks.",
            )


def find_steps(sheets: Sheets, likeness: Likeness, people: NDArray[np.int64]) -> Iterator[Sign]:
    """People several of whose sheets are a few answers away from an earlier one of theirs."""
    n_differ = likeness.n_differ
    is_small = (n_differ >= 1) & (n_differ <= SMALL_STEP * sheets.codes.shape[1])
    is_small &= likeness.n_alike >= UNSOLVED_ALIKE * likeness.n_unsolved
    is_small &= likeness.n_unsolved >= LEAST_UNSOLVED * sheets.codes.shape[1]
    for group in np.unique(people):
        rows = np.flatnonzero(people == group)
        steps = []
        for place, row in enumerate(rows[1:], 1):
            near = [one for one in rows[:place] if is_small[row, one]]
            if near:
                steps.append((int(row), int(n_differ[row, near].min())))
        if len(steps) >= MANY_STEPS:
            sizes = [size for _, size in steps]
            yield _make(
                Kind.STEPS,
                [sheets.submissions[row] for row, _ in steps],
                [Figure("small steps", f"{len(steps)} of {len(rows) - 1}"), _range_of(sizes)],
                f"{len(steps)} of the {len(rows) - 1} later sheets of {_name_teams(sheets, rows)} "
                f"differ from an earlier one in at most {max(sizes)} of "
                f"{sheets.codes.shape[1]} questions.",
            )


def find_nested(sheets: Sheets, likeness: Likeness, people: NDArray[np.int64]) -> Iterator[Sign]:
    """Sheets that keep every answer of an earlier one, each with the largest that it keeps.

    Between people who share nothing only where both leave blanks, and the same ones.
    """
    n_answered = sheets.n_answered
    for later in range(len(sheets.submissions)):
        kept = likeness.n_same[later, :later] == n_answered[:later]
        kept &= (n_answered[:later] >= LEAST_KEPT) & (n_answered[:later] < n_answered[later])
        rows = [
            int(one)
            for one in np.flatnonzero(kept)
            if people[later] == people[one] or _are_rare(sheets, int(one), later)
        ]
        if not rows:
            continue
        earlier = max(rows, key=lambda one: n_answered[one])
        n_kept, n_added = int(n_answered[earlier]), int(n_answered[later] - n_answered[earlier])
        pair = [sheets.submissions[earlier], sheets.submissions[later]]
        yield _make(
            Kind.NESTED,
            pair,
            [Figure("kept", f"{n_kept} of {n_kept}"), Figure("added", str(n_added))],
            f"{_name(pair[1])} keeps all {n_kept} answers of {_name(pair[0])} and adds {n_added}.",
        )


def _are_rare(sheets: Sheets, earlier: int, later: int) -> bool:
    """Whether blanks of the two sheets are nested by chance less often than RARE."""
    common = sheets.asked[earlier] & sheets.asked[later]
    n_earlier, n_later = ((sheets.codes[one] > 0) & common for one in (earlier, later))
    chance = chance_of_nested_blanks(int(common.sum()), int(n_earlier.sum()), int(n_later.sum()))
    return chance < RARE


def find_copies(sheets: Sheets, likeness: Likeness) -> Iterator[Sign]:
    """Pairs of teams with sheets that are wrong in the same way, each by its most telling pair."""
    teams = sheets.teams
    others = np.triu(teams[:, None] != teams[None, :])
    n_pairs = int(others.sum())
    n_both, n_same = likeness.n_both_wrong, likeness.n_same_wrong
    field = _Field(sheets)
    expected = field.expect_all()
    found = others & (n_both >= LEAST_BOTH_WRONG) & (n_same >= MOSTLY_SAME * n_both)
    found &= n_same - expected.mean >= WORTH_A_TEST * expected.deviation
    best: dict[tuple[int, int], tuple[float, int, int, float]] = {}
    for first, second in np.argwhere(found):
        chances = field.find_chances(int(first), int(second))
        p_value = min(1.0, n_pairs * find_p_of_same_wrong(chances, int(n_same[first, second])))
        pair = (min(teams[first], teams[second]), max(teams[first], teams[second]))
        if p_value <= FALSE_ALARM and p_value < best.get(pair, (np.inf,))[0]:
            best[pair] = (p_value, int(first), int(second), float(chances.sum()))
    for p_value, first, second, n_expected in best.values():
        yield _describe_copy(sheets, likeness, (first, second), p_value, n_expected)


def _describe_copy(
    sheets: Sheets, likeness: Likeness, pair: tuple[int, int], p_value: float, n_expected: float
) -> Sign:
    first, second = (sheets.submissions[one] for one in pair)
    n_both, n_same = int(likeness.n_both_wrong[pair]), int(likeness.n_same_wrong[pair])
    return _make(
        Kind.COPY,
        [first, second],
        [
            _write_share(wilson_interval(n_same, n_both)),
            Figure("expected", f"{100 * n_expected / n_both:.0f} %"),
            Figure("p-value for all pairs", "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"),
        ],
        f"{_name(first)} of {first.model_card.team.name} and {_name(second)} of "
        f"{second.model_card.team.name} are both wrong on {n_both} questions, and give the same "
        f"wrong answer to {n_same} of them; independent models would to about {n_expected:.0f}.",
    )


class _Field:
    """What all teams get wrong, by the newest sheet of each: what two of them are held against."""

    def __init__(self, sheets: Sheets) -> None:
        self._codes = sheets.codes
        self._wrong = (sheets.codes > 0) & ~sheets.right
        self._newest = {int(team): row for row, team in enumerate(sheets.teams)}
        self._teams = sheets.teams
        rows = sorted(self._newest.values())
        self._counts = count_wrong(sheets.codes[rows], sheets.right[rows])

    def expect_all(self) -> Expected:
        """The same wrong answers of each pair of sheets, by what all teams get wrong."""
        return expect_same_wrong(self._wrong, chance_of_same_wrong(self._counts))

    def find_chances(self, first: int, second: int) -> NDArray[np.float64]:
        """(n,) of the items that both sheets got wrong, by what the other teams get wrong."""
        items = np.flatnonzero(self._wrong[first] & self._wrong[second])
        counts = self._counts[items].copy()
        for team in {int(self._teams[first]), int(self._teams[second])}:
            row = self._newest[team]
            own = self._wrong[row, items]
            counts[np.flatnonzero(own), self._codes[row, items][own]] -= 1
        return chance_of_same_wrong(counts)


def _make(
    kind: Kind, submissions: Sequence[Submission], figures: Sequence[Figure], sentence: str
) -> Sign:
    at = max(one.created_at for one in submissions)
    return Sign(kind, at, submissions, figures, sentence)


def _range_of(sizes: Sequence[int]) -> Figure:
    least, most = min(sizes), max(sizes)
    return Figure("answers changed", str(least) if least == most else f"{least} to {most}")


def _write_share(share: Estimate) -> Figure:
    low, high = share.low or 0.0, share.high or 0.0
    ends = f"{100 * low:.0f} to {100 * high:.0f} % (95 %)"
    return Figure("same wrong answers", f"{100 * share.value:.0f} %", ends)


def _name(submission: Submission) -> str:
    return f"{submission.id} ({submission.model_card.name})"


def _name_teams(sheets: Sheets, rows: NDArray[np.int64]) -> str:
    names = dict.fromkeys(sheets.submissions[row].model_card.team.name for row in rows)
    return " and ".join(names)
