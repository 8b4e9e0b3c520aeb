"""By which rule a text is read, and the words of it that decide: an example of each, by hand."""

import pytest

from leaderboard.scoring.answers import (
    AnswerOutcome,
    Explained,
    ParsedAnswer,
    Rule,
    explain_answer,
    parse_answer,
)

OPTIONS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "None of these"}
EXAMPLES = (
    ("The answer is B", Rule.LETTER_ALONE, "B", "The answer is B"),
    ("L4/L5", Rule.OPTION_ALONE, "B", "L4/L5"),
    ("The disc is dark there.\n**ANSWER: B**", Rule.ANSWER_LINE, "B", "ANSWER: B"),
    ("B\nA. L3/L4\nB. L4/L5\nC. L5/S1\nD. None of these", Rule.FIRST_LINE, "B", "B"),
    (r"First \boxed{A}, no wait, \boxed{B}", Rule.FINAL_MARK, "B", "B"),
    (
        "Because of the dark disc the answer is B, as the image shows so well.",
        Rule.ANSWER_WORDS,
        "B",
        "answer is B",
    ),
    (
        "Looking at the discs, I would choose B because that one is dark.",
        Rule.CHOICE_WORDS,
        "B",
        "choose B",
    ),
    ("A. No wait, B.", Rule.CORRECTION, "B", "wait, B"),
    ("The disc is dark, so B.", Rule.CONCLUSION, "B", "so B"),
    (
        "As for the image, B is correct given the dark disc.",
        Rule.CALLED_RIGHT,
        "B",
        "B is correct",
    ),
    ("A: no\nB: yes\nC: no\nD: no", Rule.LIST_VERDICT, "B", "B: yes\nC: no\nD: no"),
    ("Let me look at the discs again.\nB\nThat one is dark.", Rule.LETTER_LINE, "B", "B"),
    ("B. The disc there is dark and has lost its height.", Rule.OPENING, "B", "B"),
    ("The disc in the middle is dark. B", Rule.LAST_SENTENCE, "B", "B"),
    ("A: 10 %, B: 85 %, C: 5 %", Rule.LARGEST_SHARE, "B", "A: 10 %, B: 85 %, C: 5 %"),
    ("Ranked by most likely: B > A > C", Rule.FIRST_RANK, "B", "Ranked by most likely: B > A > C"),
    (
        "From what can be seen here, all except B can be ruled out.",
        Rule.ALL_OTHERS_OUT,
        "B",
        "all except B can be ruled out",
    ),
    ("I prefer B to C", Rule.PREFERENCE, "B", "prefer B to C"),
    (
        "Everything in the scan argues for B.",
        Rule.CLOSING_LETTER,
        "B",
        "Everything in the scan argues for B.",
    ),
    ("It is probably at L4/L5 here", Rule.OPTION_WORDS, "B", "It is probably at L4/L5 here"),
    ("I cannot help with medical images.", Rule.REFUSAL, "", "I cannot"),
    ("It could be A or B", Rule.SEVERAL_POSSIBLE, "", ""),
    ("The answer is A. The answer is B.", Rule.CONTRADICTION, "", "answer is A"),
    ("ANSWER: F", Rule.NOT_AN_OPTION, "", "ANSWER: F"),
    ("<think>It may be B.</think>", Rule.NOTHING_SAID, "", ""),
    ("The image shows a spine.", Rule.NO_CHOICE, "", ""),
)  # fmt: skip


@pytest.mark.parametrize(("text", "rule", "letters", "words"), EXAMPLES)
def test_a_text_is_read_by_the_rule_and_from_the_words_that_a_person_would_name(
    text: str, rule: Rule, letters: str, words: str
) -> None:
    found = explain_answer(text, OPTIONS, multiple=False)
    assert (found.rule, "".join(found.answer.letters), found.words) == (rule, letters, words)


def test_every_rule_has_an_example_and_a_sentence_of_its_own() -> None:
    assert {rule for _, rule, _, _ in EXAMPLES} == set(Rule)
    sentences = [rule.sentence for rule in Rule]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence.endswith(".") for sentence in sentences)


def test_what_is_explained_is_what_is_scored() -> None:
    for text, *_ in EXAMPLES:
        for multiple in (False, True):
            found = explain_answer(text, OPTIONS, multiple=multiple)
            assert found.answer == parse_answer(text, OPTIONS, multiple=multiple)


def test_words_of_a_huge_text_are_cut_and_hold_none_of_the_parsers_own_marks() -> None:
    text = '{"answer": "' + "B " * 400 + '"}\n' + "x" * 100_000
    found = explain_answer(text, OPTIONS, multiple=False)
    assert len(found.words) <= 300
    assert "\ue000" not in found.words
    boxed = explain_answer("Dark disc.\n\\boxed{B}", OPTIONS, multiple=False)
    assert boxed == Explained(ParsedAnswer(AnswerOutcome.ANSWERED, ("B",)), Rule.ANSWER_LINE, "B")
