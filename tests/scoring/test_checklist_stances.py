"""What a sentence says of a finding.

These verdicts are the rules of RULES_VERSION 4: whoever changes one raises the version.
"""

from __future__ import annotations

import pytest

from leaderboard.scoring.checklist import RULES_VERSION
from leaderboard.scoring.checklist.stances import find_stance
from leaderboard.scoring.checklist.terms import TermIndex
from leaderboard.scoring.checklist.text import read_passages
from leaderboard.scoring.checklist.words import fold_word, split_words


def find_stances(report: str, *terms: str) -> set[str]:
    index = TermIndex({"term": terms})
    sentences = [split_words(passage.text) for passage in read_passages(report)]
    return {
        find_stance(words, hit.start, hit.end).value
        for words in sentences
        for hit in index.find(words)
    }


@pytest.mark.parametrize(
    ("report", "stance"),
    [
        ("There is a fracture of T12.", "asserted"),
        ("Compression fractures of T12 and L1.", "asserted"),
        ("No tumour, but a fracture of T12 is seen.", "asserted"),
        ("No tumour; fracture of T12.", "asserted"),
        ("No tumour is seen. Fracture of T12.", "asserted"),
        ("Without tumour, there is a fracture.", "asserted"),
        ("No tumour and a fracture of T12.", "asserted"),
        ("The cord is not compressed, fracture of T12.", "asserted"),
        ("Tumour is excluded, fracture of T12.", "asserted"),
        ("A fracture is present, tumour is not seen.", "asserted"),
        ("A fracture of T12, infection is unlikely.", "asserted"),
        ("The fracture does not narrow the canal.", "asserted"),
        ("The course was not without a fracture.", "asserted"),
        ("Not only a sprain but a fracture.", "asserted"),
        ("There is no doubt of a fracture.", "asserted"),
        ("No change of the fracture.", "asserted"),
        ("Consistent with a fracture.", "asserted"),
        ("No fracture.", "denied"),
        ("No evidence of an acute fracture.", "denied"),
        ("She denies tumour, infection or fracture.", "denied"),
        ("There is no tumour, infection, or fracture.", "denied"),
        ("No tumour, infection or fracture is seen.", "denied"),
        ("Negative for fracture.", "denied"),
        ("Absence of fracture.", "denied"),
        ("Free of any fracture.", "denied"),
        ("Fracture was ruled out.", "denied"),
        ("MRI rules out a fracture.", "denied"),
        ("Fracture is not seen.", "denied"),
        ("A fracture isn't visible.", "denied"),
        ("Fracture, infection and tumour are absent.", "denied"),
        ("Fracture: none.", "denied"),
        ("Pertinent negatives: tumour, fracture.", "denied"),
        ("The images do not show a tumour, an infection or a fracture.", "denied"),
        ("A bruise rather than a fracture.", "denied"),
        ("Neither tumour nor fracture.", "denied"),
        ("Left herniation (no fracture).", "denied"),
        ("Fracture is unlikely.", "doubted"),
        ("A fracture is less likely.", "doubted"),
        ("An unlikely fracture.", "doubted"),
        ("Bruising is more likely than fracture.", "doubted"),
        ("A fracture cannot be excluded.", "open"),
        ("A fracture has not been ruled out.", "open"),
        ("CT to exclude a fracture.", "open"),
        ("We could not exclude a fracture.", "open"),
        ("If a fracture is found, fix it.", "open"),
        ("There is a risk of fracture.", "open"),
        ("Possible fracture.", "open"),
        ("History of fracture.", "open"),
        ("Fracture prevention is due.", "open"),
        ("Return at once for a new fracture.", "open"),
    ],
)
def test_denial_holds_for_its_clause_and_supposition_is_neither(report: str, stance: str) -> None:
    assert RULES_VERSION == "4"
    assert find_stances(report, "fracture") == {stance}


@pytest.mark.parametrize(
    ("term", "report"),
    [
        ("disc herniation", "DISC-HERNIATION."),
        ("disc herniation", "Two disk herniations."),
        ("disc herniation", "disc\u200b herni\u200bation"),
        ("disc herniation", "**disc** _herniation_"),
        ("disc herniation", "\uff44isc herniation"),
        ("herniat*", "The disc is herniating."),
        ("stenosis", "Stenoses at two levels."),
        ("metastasis", "Several metastases."),
        ("oedema", "Edema of the marrow."),
        ("tumour", "A tumor."),
        ("mobilisation", "Early mobilization."),
        ("vertebra", "Both vertebrae."),
        ("abscess", "Two abscesses."),
        ("compress* nerve root", "It is compressing the left S1 nerve root."),
        ("loss of * height", "A loss of vertebral height."),
        ("loss of height", "Loss of the height."),
        ("s1 root", "The S1 roots."),
        ("50%", "About 50 percent."),
    ],
)
def test_a_term_is_found_in_other_spellings_and_forms(term: str, report: str) -> None:
    assert find_stances(report, term)


@pytest.mark.parametrize(
    ("term", "report"),
    [
        ("disc", "A discrete lesion."),
        ("tear", "The early years."),
        ("disc herniation", "The disc, herniation aside."),
        ("disc herniation", "A disc. Herniation."),
        ("loss of * height", "A loss of height."),
        ("50", "About 500."),
        ("herniation", "<!-- herniation --> nothing"),
        ("herniation", "~~herniation~~ nothing"),
        ("herniation", "<p hidden>herniation</p> nothing"),
    ],
)
def test_a_term_is_not_found_inside_other_words_or_hidden_text(term: str, report: str) -> None:
    assert find_stances(report, term) == set()


def test_spelling_and_plural_fold_to_one_word() -> None:
    assert fold_word("oedema") == fold_word("edema")
    assert fold_word("stenoses") == fold_word("stenosis")
    assert fold_word("process") == fold_word("processes")
    assert fold_word("kümmell") == fold_word("kummell")
