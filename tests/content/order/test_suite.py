"""The bundled order suite: what it holds, and that it is what its sources give."""

import hashlib
from collections import Counter

import pytest

from content.order.build import SUITE, main, make_suite, write_suite
from leaderboard.judges.order_suite import OrderPair, read_suite
from leaderboard.scoring.order import LEAST_SHARE, OrderKind

DIGESTS = {
    "1": "b57000bbccbe1a16e55c4eb8331c12ab04d8168e1a0e738c533b6c1aad356a18",
    "2": "7cc5aeb3536c9b44188c960bb7f7ba03046ac0f0ebc45eac11f9517306704481",
    "3": "713fedcd1b68d648826fa7b17190c2ec96716559d7b4a9a2e1c04cf2c5d28056",
}
"""The SHA-256 of each version: whoever changes a pair or check gives the suite its next version."""


def test_the_committed_suite_is_what_its_sources_give() -> None:
    assert SUITE.read_text(encoding="utf-8") == write_suite(make_suite())
    assert main(["--check"]) == 0


def test_a_version_never_changes() -> None:
    suite = read_suite()
    assert hashlib.sha256(SUITE.read_bytes()).hexdigest() == DIGESTS[suite.version]


PARTS = {None: 76, 4: 99}
"""Pairs by the version of the checklist judge that they are unseen by."""


def list_part(unseen_by: int | None) -> list[OrderPair]:
    return [pair for pair in read_suite().pairs if pair.unseen_by == unseen_by]


def test_no_pair_is_of_another_part() -> None:
    assert Counter(pair.unseen_by for pair in read_suite().pairs) == PARTS
    assert len({pair.key for pair in read_suite().pairs}) == len(read_suite().pairs)


@pytest.mark.parametrize("part", PARTS)
def test_there_are_at_least_sixty_pairs_and_five_of_each_kind(part: int | None) -> None:
    pairs = list_part(part)
    counts = Counter(pair.kind for pair in pairs)
    assert len(pairs) >= 60
    assert set(counts) == set(OrderKind)
    assert min(counts.values()) >= 5


@pytest.mark.parametrize("part", PARTS)
def test_no_kind_can_be_missed_as_a_whole_by_a_judge_that_ranks(part: int | None) -> None:
    pairs = list_part(part)
    smallest = min(Counter(pair.kind for pair in pairs).values())
    assert smallest / len(pairs) > 1 - LEAST_SHARE


def test_every_second_report_is_another_and_keeps_the_five_sections() -> None:
    for pair in read_suite().pairs:
        assert pair.first != pair.second, pair.key
        assert pair.first.count("## ") == pair.second.count("## ") == 5
        assert pair.why


THIN = {"blind-longer-006-thin", "blind-longer-dev001-thin"}
"""Longer, and worse: what the first report says is lost in general words."""


def test_longer_reports_keep_every_sentence_and_are_a_fifth_longer() -> None:
    longer = [pair for pair in read_suite().pairs if pair.kind is OrderKind.LONGER]
    for pair in longer:
        added = pair.second
        for line in pair.first.splitlines() if pair.key not in THIN else ():
            assert line in added, pair.key
            added = added.replace(line, "", 1)
        assert len(pair.second) > 1.2 * len(pair.first), pair.key


def test_the_same_in_other_words_shares_few_sentences() -> None:
    for pair in read_suite().pairs:
        if pair.kind is OrderKind.SAME_WORDS:
            first, second = (set(text.split(". ")) for text in (pair.first, pair.second))
            assert len(first & second) <= len(first) / 10, pair.key


def test_no_report_is_the_reference_of_its_case() -> None:
    references = {case.id: case.reference_report for case in read_suite().cases}
    for case, text in read_suite().reports:
        sentences = [s for s in text.split(". ") if len(s) > 60 and "##" not in s]
        taken = [s for s in sentences if s in references[case]]
        assert len(taken) <= len(sentences) / 8, (case, taken)


def test_a_passage_that_a_report_does_not_have_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from content.order.build import _make_second

    with pytest.raises(ValueError, match="The pair p replaces what its report does not say"):
        _make_second({"key": "p", "edits": [["left", "right"]]}, ["No side."], {})
