"""The rules by which a text is read, each with its name and what it says in one sentence."""

from __future__ import annotations

import enum


class Rule(enum.StrEnum):
    """By which rule a text was read, or why it was not; the value is its lasting name."""

    sentence: str
    """What it says of a text that was read by it."""

    def __new__(cls, name: str, sentence: str) -> Rule:
        """A rule and its sentence."""
        made = str.__new__(cls, name)
        made._value_ = name
        made.sentence = sentence
        return made

    # What chooses.
    LETTER_ALONE = (
        "letter-alone",
        "The whole text is one letter, alone or behind words such as “the answer is”.",
    )
    OPTION_ALONE = ("option-alone", "The whole text is the text of one option.")
    ANSWER_LINE = (
        "answer-line",
        "A line in the form of the prompt, such as “ANSWER: B”, or a single box, answer tag or "
        "JSON key names it, and nothing after it says otherwise.",
    )
    FIRST_LINE = (
        "first-line",
        "The first line is one letter, and nothing but options follows.",
    )
    FINAL_MARK = (
        "final-mark",
        "The last of several boxes, answer tags or JSON keys marks it as the final answer.",
    )
    ANSWER_WORDS = ("answer-words", "Words such as “the answer is” announce it.")
    CHOICE_WORDS = ("choice-words", "Words such as “I would choose” announce it.")
    CORRECTION = ("correction", "It corrects what was said before, as in “No, B”.")
    CONCLUSION = ("conclusion", "It follows from what was said before, as in “so D”.")
    CALLED_RIGHT = ("called-right", "The option is called right, as in “B is correct”.")
    LIST_VERDICT = (
        "list-verdict",
        "In a list of the options it alone is called right, or all others are rejected.",
    )
    LETTER_LINE = ("letter-line", "A line holds nothing but the choice.")
    OPENING = ("opening", "The text opens with the choice and goes on to explain it.")
    LAST_SENTENCE = ("last-sentence", "The last sentence is the choice and nothing else.")
    LARGEST_SHARE = ("largest-share", "Of all shares that are given, it has the largest.")
    FIRST_RANK = ("first-rank", "It comes first in a ranking of the options.")
    ALL_OTHERS_OUT = ("all-others-out", "All other options are ruled out.")
    PREFERENCE = ("preference", "It is preferred to another, as in “B over C”.")
    CLOSING_LETTER = (
        "closing-letter",
        "It is the only letter of the text, and a sentence without a doubt closes with it.",
    )
    OPTION_WORDS = (
        "option-words",
        "A short text names this option by its words and no other.",
    )

    # What leaves a text without letters.
    REFUSAL = ("refusal", "The text declines to answer.")
    SEVERAL_POSSIBLE = ("several-possible", "The text names several options as possible.")
    CONTRADICTION = (
        "contradiction",
        "What the text chooses is contradicted, taken back or left open, or is more than one "
        "letter where one is asked for.",
    )
    NOT_AN_OPTION = ("not-an-option", "The letter that the text names is not an option.")
    NOTHING_SAID = (
        "nothing-said",
        "Without thoughts and mark-up nothing is left to read.",
    )
    NO_CHOICE = ("no-choice", "No option is put forward; a letter is never guessed.")
