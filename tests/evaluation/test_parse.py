"""How the parse step cuts its work into transactions."""

from collections.abc import Iterator

from leaderboard.evaluation.parse import in_batches


def test_a_batch_ends_by_its_count_and_the_last_holds_the_rest() -> None:
    batches = in_batches(range(5), most=2, seconds=60.0, clock=lambda: 0.0)
    assert list(batches) == [[0, 1], [2, 3], [4]]


def test_slow_texts_renew_the_claim_in_time_however_few_they_are() -> None:
    moment = 0.0

    def work() -> Iterator[str]:
        nonlocal moment
        for text, seconds in [("quick", 0.1), ("slow", 2.9), ("slower", 9.0), ("quick too", 0.1)]:
            moment += seconds
            yield text

    batches = in_batches(work(), most=2_000, seconds=3.0, clock=lambda: moment)
    assert list(batches) == [["quick", "slow"], ["slower"], ["quick too"]]


def test_no_work_makes_no_batch() -> None:
    assert list(in_batches([], most=2, seconds=1.0)) == []
