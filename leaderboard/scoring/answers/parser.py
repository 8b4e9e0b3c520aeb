"""Which letters a model's free text means.

The principle: unparsed beats wrong. A letter is returned only where the text puts it forward; a
letter that is merely present (the article "A", vitamin B, grade C, a rejected option, an echoed
list) never is.

The rules, in their order:

1.  A text that is nothing but one letter, or the text of one option, is that option.
2.  Characters are made plain (NFKC, look-alikes, invisible ones; `text`); thoughts, later turns
    and control tokens are taken away (`scoring.replies`), and mark-up and LaTeX (`text`). JSON
    values under an answer key, answer tags and boxes become marks of a final answer (`structured`).
3.  The text ends where a new question or another speaker begins: the rest is not about the item.
    Of a text of more than 5,000 characters both ends are read and, between them, lines that name
    an answer (`length`). Questions and offers that close the text are taken away.
4.  A last line in the prompt's own form (`ANSWER: B`, a box) that names allowed letters is
    the answer, unless what follows withdraws it or claims another; else a first line that is one
    letter, if nothing but the options follows (`official`).
5.  A repetition of the option list is taken away (`lines`).
6.  Claims are collected: final marks, "the answer is", "I choose", "so D", corrections
    (`claims`); "B is correct" (`verdicts`); of a list the one row that is called right, or that
    alone is not rejected (`rows`); the opening label, lines and the last sentence that are a
    letter and nothing else (`lines`). What a cue announces is read as letters, with their
    negations and alternatives, or else as option texts (`reading`). Shares, rankings, and all
    options but one being ruled out are claims too (`order`). Claims that are denied,
    conditional, asked or put in others' mouths do not count.
7.  The claims are settled into one (`resolution`): firmer and correcting claims replace
    earlier ones; contradiction without correction is ambiguous, never a vote.
8.  Without a claim: a refusal is refused; the only letter of a text is its answer where an
    undoubting sentence closes with it; a short text that names exactly one option by its words,
    un-negated, is that option; everything else is unparsed.
9.  A letter that is not an option is never an answer; several letters answer only an item with
    several answers, and are ambiguous elsewhere.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import Claim, find_claims
from leaderboard.scoring.answers.length import shortened
from leaderboard.scoring.answers.lines import (
    bare_lines,
    closing_letter,
    head,
    is_cut_row,
    last_sentence,
    without_echo,
)
from leaderboard.scoring.answers.official import find_official
from leaderboard.scoring.answers.options import Options
from leaderboard.scoring.answers.order import find_orders, outside_orders
from leaderboard.scoring.answers.page import Page, named_in
from leaderboard.scoring.answers.reading import read_list
from leaderboard.scoring.answers.resolution import settle
from leaderboard.scoring.answers.rows import begins_list, outside_lists, row_verdicts
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.structured import with_final_marks
from leaderboard.scoring.answers.text import (
    FINAL_END,
    FINAL_MARK,
    plain_characters,
    said_by_model,
    with_plain_letters,
    without_closing,
    without_continuation,
    without_markup,
)
from leaderboard.scoring.answers.verdicts import find_verdicts
from leaderboard.scoring.answers.words import ASKS_FOR_MORE, REFUSAL, UNDECIDED

PARSER_VERSION = "7"
"""Changes whenever some text would be parsed otherwise than before."""


class AnswerOutcome(StrEnum):
    """What became of a prediction: only `answered` carries letters."""

    ANSWERED = "answered"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    UNPARSED = "unparsed"


class ParsedAnswer(NamedTuple):
    """The outcome and the letters, sorted; none unless the outcome is `answered`."""

    outcome: AnswerOutcome
    letters: tuple[str, ...]


class Explained(NamedTuple):
    """What was read of a text, by which rule, and the words of the text that decided it.

    The words are as the parser saw them, without mark-up and with plain characters, and at most
    MOST_WORDS characters of them; "" where no one place decided.
    """

    answer: ParsedAnswer
    rule: Rule
    words: str


MOST_WORDS = 300
_REFUSED = ParsedAnswer(AnswerOutcome.REFUSED, ())
_AMBIGUOUS = ParsedAnswer(AnswerOutcome.AMBIGUOUS, ())
_UNPARSED = ParsedAnswer(AnswerOutcome.UNPARSED, ())

_SIMPLE = late_pattern(
    r"\s{0,4}(?:\*\*)?(?:(?:(?:the|my) )?(?:(?:final|correct|best|right) ){0,2}"
    r"(?:answer|choice|option)(?: is:?|:)(?:\*\*)? ?(?:option )?)?"
    r"(?:[(\[\"]|\*\*){0,2}([a-z])(?:[)\].\"]|\*\*){0,3}\s{0,4}",
    re.IGNORECASE,
)
_SHORT = 300


def parse_answer(text: str, options: Mapping[str, str], *, multiple: bool) -> ParsedAnswer:
    """Return which of the options' letters `text` puts forward as its answer.

    options: letter -> text. Total: any string has an outcome, in time linear in its length.
    """
    if letter := _simple_letter(text, options):
        return ParsedAnswer(AnswerOutcome.ANSWERED, (letter,))
    return _explain(text, options, multiple=multiple).answer


def explain_answer(text: str, options: Mapping[str, str], *, multiple: bool) -> Explained:
    """Return what `parse_answer` returns, with the rule and the place by which it was read."""
    if letter := _simple_letter(text, options):
        return _answered({letter}, Rule.LETTER_ALONE, text.strip())
    return _explain(text, options, multiple=multiple)


def _simple_letter(text: str, options: Mapping[str, str]) -> str | None:
    """The letter of a text that is nothing else, or the answer in the plainest words."""
    simple = _SIMPLE.fullmatch(text)
    if simple and (letter := simple[1].upper()) in options and not _has_brief_text(options):
        return letter
    return None


def _explain(text: str, options: Mapping[str, str], *, multiple: bool) -> Explained:
    named = tuple(options.items())
    if len(text) > _SHORT:
        return _parse(text, named, multiple=multiple)
    return _parse_short(text, named, multiple=multiple)


def _parse(text: str, named: tuple[tuple[str, str], ...], *, multiple: bool) -> Explained:
    plain = plain_characters(text)
    if (said := said_by_model(plain)) is not plain:
        plain = with_plain_letters(said)
    plain = shortened(without_continuation(without_markup(with_final_marks(plain))))
    if not plain:
        return Explained(_UNPARSED, Rule.NOTHING_SAID, "")
    choices = _make_options(named)
    page = Page(plain, plain.lower(), choices, multiple)
    official = find_official(page)
    if official is None and (closed := without_closing(plain)) is not plain:
        plain = closed
        page = Page(plain, plain.lower(), choices, multiple)
        official = find_official(page)
    if official:
        return _answered(official.letters, official.rule, _words_of(page, official))
    whole = choices.named_by(plain) if not plain.endswith("?") else frozenset()
    if len(whole) == 1 and not (len(plain) == 1 and plain.upper() in choices.letters - whole):
        return _answered(whole, Rule.OPTION_ALONE, _shown(plain))
    return _parse_page(without_echo(page))


def _answered(letters: Iterable[str], rule: Rule, words: str) -> Explained:
    return Explained(ParsedAnswer(AnswerOutcome.ANSWERED, tuple(sorted(letters))), rule, words)


def _words_of(page: Page, claim: Claim) -> str:
    return _shown(page.text[claim.start : claim.end])


def _shown(words: str) -> str:
    return words.translate(_NO_MARKS).strip(" \n{}")[:MOST_WORDS]


_NO_MARKS = {ord(FINAL_MARK): None, ord(FINAL_END): None}
_parse_short = lru_cache(maxsize=8_192)(_parse)
"""Models that write little write the same over and over."""


@lru_cache(maxsize=4_096)
def _make_options(options: tuple[tuple[str, str], ...]) -> Options:
    """The options of an item; many items have the same, such as a list of levels."""
    return Options(dict(options))


def _has_brief_text(options: Mapping[str, str]) -> bool:
    """Whether an option's text could itself be taken for a letter."""
    return any(len(text) < 4 for text in options.values())


def _parse_page(page: Page) -> Explained:
    claims = [*outside_lists(page, [*find_claims(page), *find_verdicts(page)])]
    claims += [*row_verdicts(page), *bare_lines(page)]
    claims += [claim for claim in (head(page), last_sentence(page)) if claim]
    if orders := find_orders(page):
        claims = [*outside_orders(claims, orders), *orders]
    claims.sort(key=lambda claim: (claim.end, -claim.strength))
    settled = settle(page, claims) if claims else None
    if settled is None:
        return _without_claim(page)
    # Settling may stretch a claim over later ones that agree: its own words are shown.
    own = next((c for c in claims if (c.start, c.rule) == (settled.start, settled.rule)), settled)
    words = _words_of(page, own)
    if settled.unsure or (len(settled.letters) > 1 and not page.multiple):
        return Explained(_AMBIGUOUS, Rule.CONTRADICTION, words)
    if not settled.letters <= page.options.letters:
        return Explained(_UNPARSED, Rule.NOT_AN_OPTION, words)
    return _answered(settled.letters, settled.rule, words)


def _without_claim(page: Page) -> Explained:
    if refusal := REFUSAL.search(page.low):
        return Explained(_REFUSED, Rule.REFUSAL, _shown(page.text[slice(*refusal.span())]))
    if _is_undecided(page):
        return Explained(_AMBIGUOUS, Rule.SEVERAL_POSSIBLE, "")
    if letter := closing_letter(page):
        return _answered(letter, Rule.CLOSING_LETTER, _shown(page.text[-MOST_WORDS:]))
    if (
        len(page.text) > _SHORT
        or "?" in page.text
        or ASKS_FOR_MORE.search(page.low)
        or begins_list(page)
        or is_cut_row(page)
    ):
        return _NO_CHOICE
    named = named_in(page, 0, len(page.text))
    if named is None:
        return _NO_CHOICE
    if named.unsure:
        return Explained(_AMBIGUOUS, Rule.SEVERAL_POSSIBLE, "")
    return _answered(named.letters, Rule.OPTION_WORDS, _shown(page.text))


_NO_CHOICE = Explained(_UNPARSED, Rule.NO_CHOICE, "")


def _is_undecided(page: Page) -> bool:
    """Whether the text names several options as possible answers: "it could be A or B"."""
    for cue in UNDECIDED.finditer(page.low):
        reading = read_list(page, cue.end())
        if reading and len(reading.letters) > 1 and reading.letters <= page.options.letters:
            return True
    return False
