"""Which level and side a report gives to a finding, against the small case: left, L4/L5."""

from __future__ import annotations

import pytest

from leaderboard.scoring.checklist import Check
from leaderboard.scoring.checklist.words import split_words
from tests.scoring.checklists import find_states, make_checks


def read_levels(text: str) -> set[str]:
    return {level for word in split_words(text) for level in word.levels}


@pytest.mark.parametrize(
    "text",
    ["L4/L5", "L4-L5", "L4\u2013L5", "L4-5", "L4/5", "l4 / l5", "L4 on L5", "between L4 and L5"],
)
def test_a_disc_has_many_spellings(text: str) -> None:
    passage = text.replace("\u2013", "-")
    assert read_levels(f"at {passage} here") == {"L4/L5"}


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("L4 and L5 vertebrae", {"L4", "L5"}),
        ("the C7/T1 disc", {"C7/T1"}),
        ("the C7-1 disc", {"C7/T1"}),
        ("L5/1", {"L5/S1"}),
        ("T12/L1", {"T12/L1"}),
        ("Th12", {"T12"}),
        ("C5-C6-C7", {"C5/C6", "C6/C7"}),
        ("L3-5", {"L3", "L4", "L5", "L3/L4", "L4/L5"}),
        ("L3 to L5", {"L3", "L4", "L5", "L3/L4", "L4/L5"}),
        ("the left L5 nerve root", set()),
        ("L5 and S1 radiculopathy", set()),
        ("bright on T2", set()),
        ("T1 and T2 weighted images", set()),
        ("T1/T2-weighted", set()),
        ("a fracture of the T2 vertebra", {"T2"}),
        ("a T2 fracture", {"T2"}),
        ("vitamin D3", set()),
        ("grade 4/5 power", set()),
        ("C9", set()),
    ],
)
def test_vertebrae_discs_roots_and_sequences_are_told_apart(text: str, levels: set[str]) -> None:
    assert read_levels(text) == levels


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ("A disc herniation at L4/5.", "met"),
        ("At L4-L5, there is a disc herniation.", "met"),
        ("A disc herniation. It lies at L4/L5.", "met"),
        ("Finding: disc herniation\nLevel: L4/L5\nSide: left", "met"),
        ("L4/L5: narrow disc. A disc herniation is seen.", "met"),
        ("### L4/L5\nA disc herniation is seen.", "met"),
        ("L4/L5:\n- narrow disc\n- disc herniation", "met"),
        ("A disc herniation at L4/L5 presses on the L5 root.", "met"),
        ("A disc herniation at L4/L5, not at L5/S1.", "met"),
        ("A disc herniation at L4/L5 and facet arthropathy at L5/S1.", "met"),
        ("A disc herniation at L5/S1 was expected. The disc herniation is at L4/L5.", "met"),
        ("A disc herniation at L3/L4, L4/L5 and L5/S1.", "met"),
        ("A disc herniation.", "unmet"),
        ("No disc herniation at L4/L5.", "unmet"),
        ("A disc herniation.\n\nThe L3/L4 disc is normal.", "unmet"),
        ("A disc herniation. The L3/L4 disc is normal.", "unmet"),
        ("A disc herniation behind the body of L5.", "unmet"),
        ("A disc herniation at L1/2, L2/3, L3/4, L4/5 and L5/S1.", "unmet"),
        ("Disc herniation from L1 to S1.", "unmet"),
        (
            "Disc herniation at L1/2. Disc herniation at L2/3. "
            "Disc herniation at L3/4. Disc herniation at L4/5.",
            "unmet",
        ),
        ("A disc herniation at L5/S1 while L4/L5 is dark.", "unmet"),
        ("L4/L5: no disc herniation, L5/S1: disc herniation.", "contradicted"),
        ("No disc herniation at L4/L5 but a disc herniation at L5/S1.", "contradicted"),
        ("A disc herniation at L5/S1.", "contradicted"),
        ("L5/S1: disc herniation.", "contradicted"),
        ("A disc herniation behind the body of L2.", "contradicted"),
    ],
)
def test_the_level_is_the_one_nearest_to_the_finding(report: str, state: str) -> None:
    assert find_states(report)["level"] == state


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ("A left disc herniation.", "met"),
        ("A left-sided disc herniation.", "met"),
        ("A disc herniation in the central and left canal.", "met"),
        ("A disc herniation on the left; the right root is free.", "met"),
        ("A left disc herniation, while the right S1 root is free.", "met"),
        ("A disc herniation. It is on the left.", "met"),
        ("Disc herniation, left untreated.", "unmet"),
        ("The right answer is a disc herniation.", "unmet"),
        ("A left or right or central disc herniation, on both sides.", "unmet"),
        ("A left disc herniation. A right disc herniation.", "unmet"),
        ("A right disc herniation.", "contradicted"),
        ("A disc herniation to the right.", "contradicted"),
        ("A bilateral disc herniation.", "contradicted"),
        ("A central disc herniation.", "contradicted"),
        ("A left and right disc herniation.", "contradicted"),
    ],
)
def test_the_side_is_the_one_nearest_to_the_finding(report: str, state: str) -> None:
    assert find_states(report)["side"] == state


def _placed(levels: list[str], side: str) -> list[Check]:
    common = {"dimensions": ["imaging"]}
    return make_checks(
        [
            {"kind": "finding", "key": "f", "any_of": ["fracture", "curve"], **common},
            {"kind": "level", "key": "level", "of": "f", "levels": levels, **common},
            {"kind": "side", "key": "side", "of": "f", "side": side, **common},
        ]
    )


@pytest.mark.parametrize(
    ("report", "state"),
    [
        ("A fracture of L1.", "met"),
        ("A fracture of L1 with T12 to L2 fixation.", "met"),
        ("A fracture near the T12/L1 disc.", "unmet"),
        ("A fracture of L3.", "contradicted"),
        ("A fracture near the L4/L5 disc.", "contradicted"),
    ],
)
def test_a_vertebra_is_no_disc(report: str, state: str) -> None:
    assert find_states(report, checks=_placed(["L1"], "left"))["level"] == state


def test_a_span_has_the_ends_that_it_names() -> None:
    checks = _placed(["T5", "T12"], "right")
    assert find_states("A curve from T5 to T12.", checks=checks)["level"] == "met"
    assert find_states("A curve from T4 to T11.", checks=checks)["level"] == "contradicted"
    assert find_states("A curve from T2 to L4.", checks=checks)["level"] == "unmet"


def test_both_sides_may_be_named_together_or_in_one_word() -> None:
    checks = _placed(["L1"], "bilateral")
    for report in (
        "A bilateral fracture.",
        "A left and right fracture.",
        "A fracture, both sides.",
    ):
        assert find_states(report, checks=checks)["side"] == "met"
    assert find_states("A left fracture.", checks=checks)["side"] == "contradicted"
