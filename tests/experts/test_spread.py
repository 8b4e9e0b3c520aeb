"""A budget of labels is spread evenly and at random, and a larger one keeps the smaller one."""

from collections import Counter
from itertools import combinations

import pytest
from scipy.stats import chisquare

from leaderboard.experts.spread import Pair, Report, Standing, spread

N_CASES = 12


def make_reports(n_models: int, n_cases: int = N_CASES) -> list[Report]:
    return [
        Report(100 * model + case, f"s{model}", case)
        for model in range(n_models)
        for case in range(n_cases)
    ]


def stand(pairs: list[Pair]) -> Standing:
    samples: dict[str, list[Report]] = {}
    raters: dict[int, set[int]] = {}
    for report, rater_id in pairs:
        own = samples.setdefault(report.submission_id, [])
        if report not in own:
            own.append(report)
        raters.setdefault(report.prediction_id, set()).add(rater_id)
    return Standing(samples, {key: frozenset(ids) for key, ids in raters.items()})


def assign(
    reports: list[Report],
    raters: list[int],
    before: list[Pair],
    per_model: int,
    overlap: float = 0.2,
    seed: int = 1,
) -> list[Pair]:
    return before + spread(
        reports, raters, stand(before), per_model=per_model, overlap=overlap, seed=seed
    )


def test_each_model_gets_its_budget_with_the_overlap_and_experts_share_it_evenly() -> None:
    pairs = assign(make_reports(5), [1, 2, 3], [], per_model=10)
    assert len(set(pairs)) == len(pairs) == 5 * 12
    for model in range(5):
        own = [pair for pair in pairs if pair.report.submission_id == f"s{model}"]
        n_raters = Counter(pair.report.prediction_id for pair in own)
        assert sorted(n_raters.values()) == [1] * 8 + [2] * 2
        assert sorted(Counter(pair.rater_id for pair in own).values()) == [4, 4, 4]
    assert set(Counter(pair.rater_id for pair in pairs).values()) == {20}


def test_cases_are_rated_equally_often() -> None:
    pairs = assign(make_reports(5), [1, 2], [], per_model=7, overlap=0)
    n_labels = Counter(pair.report.item_id for pair in pairs)
    assert sum(n_labels.values()) == 35
    assert set(n_labels.values()) == {2, 3}


def test_the_same_budget_adds_nothing_and_a_larger_one_keeps_what_there_is() -> None:
    reports = make_reports(4)
    small = assign(reports, [1, 2], [], per_model=4)
    assert assign(reports, [1, 2], small, per_model=4) == small
    larger = assign(reports, [1, 2, 3], small, per_model=9, overlap=0.4)
    assert larger[: len(small)] == small
    by_report = Counter(pair.report for pair in larger)
    assert Counter(report.submission_id for report in by_report) == dict.fromkeys(
        ["s0", "s1", "s2", "s3"], 9
    )
    assert sum(n == 2 for n in by_report.values()) >= 4 * 3
    assert assign(reports, [1, 2, 3], larger, per_model=9, overlap=0.4) == larger


def test_nobody_rates_a_report_twice_and_one_expert_alone_gives_no_overlap() -> None:
    assert len(assign(make_reports(2), [7], [], per_model=99, overlap=1)) == 2 * N_CASES
    pairs = assign(make_reports(2), [7, 8], [], per_model=N_CASES, overlap=1)
    assert len(set(pairs)) == 2 * 2 * N_CASES


def test_an_expert_who_rated_a_chosen_report_already_is_taken_for_it() -> None:
    reports = make_reports(1)
    rated = frozenset((report.prediction_id, 2) for report in reports)
    pairs = spread(reports, [1, 2], Standing(rated=rated), per_model=6, overlap=0, seed=1)
    assert {pair.rater_id for pair in pairs} == {2}


def test_a_models_reports_are_a_simple_random_subset() -> None:
    """Over seeds, every set of 2 of 5 cases is chosen equally often, also for a later model."""
    n_seeds = 4000
    chosen: Counter[frozenset[int]] = Counter()
    for seed in range(n_seeds):
        reports = make_reports(2, 5)
        first = assign([r for r in reports if r.submission_id == "s0"], [1], [], 3, seed=seed)
        both = assign(reports, [1], first, 2, seed=seed)
        chosen[frozenset(p.report.item_id for p in both if p.report.submission_id == "s1")] += 1
    assert set(chosen) == {frozenset(pair) for pair in combinations(range(5), 2)}
    assert chisquare(list(chosen.values())).pvalue > 0.001


@pytest.mark.parametrize("seed", [1, 2])
def test_the_seed_decides(seed: int) -> None:
    reports = make_reports(3)
    one = assign(reports, [1, 2], [], per_model=5, seed=seed)
    assert one == assign(reports, [1, 2], [], per_model=5, seed=seed)
    assert one != assign(reports, [1, 2], [], per_model=5, seed=seed + 1)
