"""Verdicts on single options: `B is the correct answer`, `(C) seems best`, `D) ... Correct.`"""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

import re
from collections.abc import Iterator

from leaderboard.scoring.answers.claims import (
    Claim,
    Strength,
    is_conditional,
    is_open,
    is_rejected,
    sentence_before,
)
from leaderboard.scoring.answers.length import ends_of
from leaderboard.scoring.answers.naming import named_in
from leaderboard.scoring.answers.page import Page, Reading
from leaderboard.scoring.answers.reading import read_list
from leaderboard.scoring.answers.verdict_words import (
    PLAIN_NOUN_ONLY,
    TRUE_LIMITED,
    VERDICT_ANSWER,
    VERDICT_LITERALS,
    VERDICT_TRUE,
    VERDICT_TRUE_ASCII,
)

_SUBJECT = re.compile(
    r"(?<![A-Za-z0-9'&/\u00c0-\u024f-])[\[(\"']{0,2}(?:[A-Z]|(?<=[(\[])[a-z](?=[)\]])|(?<=option )[a-z]|(?<=choice )[a-z])"
    r"(?![A-Za-z0-9\u00c0-\u024f])"
)
OWNER = re.compile(
    r"\b(?:types?|grades?|vitamins?|hepatitis|class|groups?|stages?|asia|ao|frankel|denis|categor(?:y|ies)"
    r"|column|zone|line|point|panel|fig(?:ure)?|image|arrow|plan|patient|phase|protein|factor|series|part"
    r"|section|appendix|structure|box|level|pfirrmann|modic|impairment scale|ais|scale|score|influenza"
    r"|child-pugh|curve|case|label|marker|view|scan|scenario|strain|segment|lenke|meyerding|tlics"
    r"|nerve|a|an|the|hospital|team|region|area|vertebra|slice|study|trial|arm|drug|cohort|q|model)"
    r"(?:\s(?:grade|type|score|scale|is|was))?[\s:]\s?$"
)
_EXCEPTED = re.compile(
    r"\b(?:not|neither|nor|than|except|besides|without|unlike|if|whether|unless|although|though|why|how"
    r"|sure|when|either|nicht|weder|pas|ni|no|não|non|не)\s(?:(?:is|are|that|for|of|only|option|options|choice|the|both"
    r"|answer)\s){0,2}$"
)
_GAP = re.compile(r"[)\].:,\"'\s-]{1,4}[^.;!?\n]{0,140}|")
_GAP_DOUBT = re.compile(
    r"\b(?:not|no|never|wrong|incorrect|false|but|while|whereas|however|except|than|unlike|unlikely|if|and"
    r"|which|because)\b|n't\b|(?<![a-z0-9])[b-h](?![a-z0-9'])"
)
_LINE = re.compile(
    r"(?:^|\n|(?<=[.;,|!] ))(?:[-+| ]{0,3}(?:\d{1,2}[.)] )?)(?:(?i:option|choice|statement) )?"
    r"(?=[\[(\"']{0,2}[A-Za-z][)\]\"']{0,2}\s?[)\].:|,✓(✗-])"
)
TRUE_MARK = re.compile(
    r"[\s:|()\[\].,\"'-]{0,6}(?:(?:this|which|it) (?:is|option is) )?(?:is )?(?:the )?"
    r"(?:✓|(?:correct(?: answer| option| choice| one)?|right(?: answer)?|true|yes|best(?: answer| option)?)"
    r"(?=[\s]{0,1}(?:[.,;:!|)\]\n✓-]|$|because|as\b|since)))"
)

_TRUE_LITERALS = ("correct", "right", "best", "true", "yes", "✓")
"""One of them stands in whatever TRUE_MARK matches."""


def find_verdicts(page: Page) -> list[Claim]:
    """Return the claims that a text makes by calling options right, one kind after the other."""
    if not any(literal in page.low for literal in VERDICT_LITERALS):
        return []
    return [*_sentence_verdicts(page), *_line_verdicts(page), *_tick_verdicts(page)]


def _sentence_verdicts(page: Page) -> Iterator[Claim]:
    """`Both A and C are correct`, `B (L4/L5) is the best answer`, `L4/L5 is the right answer`."""
    for pattern in (VERDICT_ANSWER, VERDICT_TRUE_ASCII if page.low.isascii() else VERDICT_TRUE):
        for verdict in ends_of(pattern.finditer(page.low)):
            whole_answer = pattern is VERDICT_ANSWER
            if whole_answer and PLAIN_NOUN_ONLY.search(verdict[0]) and " my " not in verdict[0]:
                continue
            if is_open(page.low, verdict.end()) or (
                not whole_answer and TRUE_LIMITED.match(page.low, verdict.end())
            ):
                continue
            subject = _subject_before(page, verdict.start())
            if subject:
                start, reading = subject
                strength = Strength.ANSWER if whole_answer else Strength.VERDICT
                yield Claim(
                    start,
                    verdict.end(),
                    strength,
                    reading.letters,
                    reading.unsure,
                    not whole_answer,
                )


_MOST_SUBJECTS = 10
"""Letters before a verdict that may be its subject, or the first of a list that is."""


def _subject_before(page: Page, end: int) -> tuple[int, Reading] | None:
    """Read the letters or the option text that reach up to the verdict at `end`."""
    line = page.text.rfind("\n", max(0, end - 200), end) + 1
    start = max(line, end - 200)
    part = page.part(start, end)
    for found in list(_SUBJECT.finditer(part.text))[-_MOST_SUBJECTS:]:
        before = part.low[: found.start()]
        if OWNER.search(before):
            continue
        reading = read_list(part, found.start())
        if reading is None or not _reaches(part, reading.end):
            continue
        sentence = sentence_before(part.low, found.start())
        if before.rstrip().endswith("unlike") and part.text[found.end() : found.end() + 1] == ",":
            continue
        if _EXCEPTED.search(before) or is_rejected(sentence) or is_conditional(sentence):
            if ";" in part.text[found.end() : reading.end]:
                continue
            return None
        if " or " in part.low[max(0, found.start() - 8) : found.start()]:
            return None
        return start + found.start(), reading
    sentence_start = len(part.low) - len(sentence_before(part.low, len(part.low)))
    reading = named_in(part, sentence_start, len(part.low))
    if (
        reading
        and not part.text[reading.end :].strip(" \"')")
        and not is_conditional(part.low[sentence_start:])
    ):
        return start + sentence_start, reading
    return None


def _reaches(part: Page, at: int) -> bool:
    """Whether only a closing bracket or the option's own words lie between subject and verdict."""
    rest = part.low[at:]
    if not rest.strip(" )]\"'.:,-"):
        return True
    closed = part.text[at - 1 : at] in ")]:." or rest[:1] in ").:(-" or rest[:2] in {" (", " -"}
    return closed and _GAP.fullmatch(rest) is not None and not _GAP_DOUBT.search(rest)


def _line_verdicts(page: Page) -> Iterator[Claim]:
    """`B) L4/L5 - correct`, `| B | L4/L5 | ✓ |`: a labelled line that says the option is right."""
    if not any(literal in page.low for literal in _TRUE_LITERALS):
        return
    for label in ends_of(_LINE.finditer(page.text)):
        reading = read_list(page, label.end())
        if reading is None or len(reading.letters) != 1:
            continue
        mark = TRUE_MARK.match(page.low, reading.end)
        if mark and not is_open(page.low, mark.end()):
            yield Claim(
                label.end(), mark.end(), Strength.VERDICT, reading.letters, reading.unsure, True
            )


_TICKED = re.compile(r"(?<![^\W_])([A-Z])[).:]?\s?([✓✗])")


def _tick_verdicts(page: Page) -> Iterator[Claim]:
    """`A ✗ B ✗ C ✓ D ✗`: letters that each have their mark behind them, right or wrong."""
    if "✓" not in page.low or "✗" not in page.low:
        return
    marked = ends_of(_TICKED.finditer(page.text))
    right = frozenset(found[1] for found in marked if found[2] == "✓")
    if not right or len(right) == len(marked):
        return
    if page.text[: marked[0].start()].rstrip()[-1:] in ("✓", "✗"):
        return
    unsure = len(right) > 1 and not page.multiple
    start, end = marked[0].start(), marked[-1].end()
    yield Claim(start, end, Strength.VERDICT, right, unsure, on_statement=True)
