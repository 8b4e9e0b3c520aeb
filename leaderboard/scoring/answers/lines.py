"""Lines that are a choice by themselves: a bare letter, `B. L4/L5`, or an echo of the options."""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import (
    CONCLUSION_CLOSING,
    Claim,
    Strength,
    is_conditional,
    is_open,
    is_whole_list,
    sentence_before,
)
from leaderboard.scoring.answers.page import Page, Reading, named_in
from leaderboard.scoring.answers.reading import is_latin_name, read_choice, read_list
from leaderboard.scoring.answers.rows import lists_of
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.verdicts import OWNER, TRUE_MARK
from leaderboard.scoring.answers.words import FALSE_SOON, REFUSAL


class Label(NamedTuple):
    """A letter with its own option text behind it."""

    start: int
    end: int
    letter: str


_LABEL = late_pattern(
    r"(?<![A-Za-z0-9\u00c0-\u024f'])(?:(?i:option|choice) )?[\[(\"']?(?P<letter>[A-Za-z])[\"']?\s?[)\].:|,=-]{0,2}\s"
    r"|(?<![A-Za-z0-9\u00c0-\u024f'])[\[(\"']?(?P<tight>[A-Z])[\"']?[)\].:|=-]{1,2}"
)
_BETWEEN = late_pattern(r"[\s,;|.)\]}\"'+-]{0,8}(?:and |or )?[\s({\[\"'|+-]{0,6}")


def labels(page: Page) -> list[Label]:
    """Return where a letter stands before its own option's text."""
    found: list[Label] = []
    at = 0
    while label := _LABEL.search(page.text, at):
        letter = (label["letter"] or label["tight"]).upper()
        at = label.end()
        hit = page.options.at(page.low, at) if letter in page.options.letters else None
        if hit and letter in hit[0]:
            found.append(Label(label.start(), hit[1], letter))
            at = hit[1]
        elif not label["tight"]:
            at = label.start() + 1
    return found


_LONE_LETTER = late_pattern(r"[A-Za-z](?![A-Za-z0-9])(?<![A-Za-z0-9'].)")
_ANSWER_JUST_BEFORE = late_pattern(
    r"(?:answers?|options?|choices?|答案)[^\n.]{0,20}?(?:is|are|:|是)\s{0,2}[-(\[]?$"
)


def without_echo(page: Page) -> Page:
    """Return the page without a repetition of the whole option list, which chooses nothing.

    For an item with one answer, three options in a row are a repetition already. A list that
    follows an answer cue in an item with several answers is an answer.
    """
    n_options = len(page.options.letters)
    enough = n_options if page.multiple else min(3, n_options)
    if page.text.count("\n") < 1 and len(page.text) < 4 * n_options:
        return page
    if len({letter.upper() for letter in _LONE_LETTER.findall(page.text)}) < enough:
        return page
    text = page.text
    for group in reversed(list(_groups(page))):
        if len({label.letter for label in group}) < enough:
            continue
        start, end = group[0].start, group[-1].end
        if page.multiple and _ANSWER_JUST_BEFORE.search(page.low[max(0, start - 60) : start]):
            continue
        after = text[end:].lstrip(")}]\"'|.,; ")
        if len(group) < n_options and (
            _next_label(group[-1].letter).match(text, end)
            or _label_before(group[0].letter).search(text[max(0, start - 120) : start])
        ):
            continue
        cut = _CUT_LABEL.fullmatch(after) if text is page.text else None
        if cut and ord(cut[1]) == ord(group[-1].letter) + 1:
            after = ""
        text = text[:start].rstrip("({[\"'-| ") + "\n" + after
    text = text.strip() if text is not page.text else text
    return page if text is page.text else page._replace(text=text, low=text.lower())


@lru_cache(maxsize=16)
def _next_label(letter: str) -> re.Pattern[str]:
    """How the row of the next option begins: the list goes on, and something stands between."""
    return re.compile(rf"[^\n]{{1,40}}\n[-+|> ]{{0,3}}[\[(]?{chr(ord(letter) + 1)}[\]).:]")


@lru_cache(maxsize=16)
def _label_before(letter: str) -> re.Pattern[str]:
    """The row of the option before, with something said of it: the list began there."""
    return re.compile(
        rf"(?:^|\n)[-+|> ]{{0,3}}[\[(]?{chr(ord(letter) - 1)}[\]).:] [^\n]{{1,80}}\n[-+|> ]{{0,3}}$"
    )


_CUT_LABEL = late_pattern(r"\s*[-+|> ]{0,4}[\[(]?([A-Z])[\]).:]?\s*")
"""The label that goes on a list at the very end of a text, its option cut off."""


def _groups(page: Page) -> Iterator[list[Label]]:
    """Yield runs of labels in rising order with nothing but punctuation between them."""
    group: list[Label] = []
    for label in labels(page):
        if group and (
            label.letter <= group[-1].letter
            or not _BETWEEN.fullmatch(page.text, group[-1].end, label.start)
        ):
            yield group
            group = []
        group.append(label)
    if group:
        yield group


_BARE_START = late_pattern(
    r"[-+|>=→ ]{0,4}(?:\d{1,2}[.)] |(?i:q|a|question|answer|#)? ?\d{1,2}:? )?(?:(?i:(?:all of )(?=[\[(]?[a-z][\])]?,)))?(?:(?i:(?:all (?:of )?(?:the )?)?(?:options?|choices?|letters?"
    r"|alternativa|letra|lettre|opción|opção|opzione|buchstabe|вариант|选项|選項)) ?:? ?)?"
)
_BARE_END = late_pattern(
    r"(?:,? (?:(?i:i) (?:think|believe|guess|suppose)|for sure|only|alone|please|definitely|probably|it is)\b)?"
    r"[\s.,;:!)\]}\"'|>=-]{0,8}"
)
_BARE_LOOK = late_pattern(
    rf"(?:{_BARE_START.pattern}|(?i:both|only|just|either|not|neither|nicht|no es|non è|não é|不是|并非) ?)"
    r"[\[(\"'{<]{0,3}\s?(?:[A-Za-z]|[A-Z]{2,10})(?![A-Za-z])"
)
_LIST_HEADING = late_pattern(
    r"\b(?:options|choices|following|alternatives|candidates|incorrect|wrong|not|excluded|eliminated|ruled out"
    r"|false|except|possible)\b[^.\n]{0,60}:?$"
)
_RIGHT_HEADING = late_pattern(
    r"\b(?:correct|right|true|best|selected|chosen)\b|\banswers?\b(?! (?:options|choices))"
)
_POSSIBLE = late_pattern(r"\b(?:possible|each|every|all)\b")
_LONGEST_BARE = 400


def bare_lines(page: Page) -> Iterator[Claim]:
    """Yield a claim for each line that holds nothing but a choice: `B`, `(C)`, `D. L2/L3`.

    Lines under a heading that lists or rejects options, and those of a list, are not choices.
    """
    start = 0
    listed = False
    low = page.low
    rows = frozenset(row.start for rows in lists_of(page) for row in rows)
    while start < len(page.text):
        stop = page.text.find("\n", start)
        stop = len(page.text) if stop < 0 else stop
        reading = None
        if (
            start not in rows
            and stop - start <= _LONGEST_BARE
            and _BARE_LOOK.match(page.text, start)
        ):
            opening = _BARE_START.match(page.text, start)
            reading = read_choice(page, opening.end() if opening else start)
            if reading and is_whole_list(page, reading):
                stop = page.text.find("\n", max(stop, reading.end))
                stop = len(page.text) if stop < 0 else stop
                reading = None
            if reading and (reading.by_words or not _ends_line(page, reading.end)):
                reading = None
        if reading is None:
            line = low[max(start, stop - 120) : stop]
            listed = (
                line.endswith(":")
                and bool(_LIST_HEADING.search(line))
                and not (
                    _RIGHT_HEADING.search(line)
                    and not _POSSIBLE.search(line)
                    and "incorrect" not in line
                    and " not " not in line
                )
            )
            start = stop + 1
            continue
        if not listed and not is_open(low, reading.end):
            yield _claim(start, reading, Rule.LETTER_LINE)
        last = page.text.find("\n", max(stop, reading.end))
        start = last + 1 if last >= 0 else len(page.text)


def _claim(start: int, reading: Reading, rule: Rule, strength: Strength = Strength.ANSWER) -> Claim:
    return Claim(start, reading.end, strength, reading.letters, reading.unsure, rule)


def _ends_line(page: Page, end: int) -> bool:
    rest = _BARE_END.match(page.text, end)
    at = rest.end() if rest else end
    return at >= len(page.text) or page.text[at] == "\n" or "\n" in page.text[end:at]


_HEAD = late_pattern(
    r"(?:(?i:(?:option|choice|letter)(?![a-z])|选项|選項)\s?)?(?P<open>[\[(\"'{]?)(?P<letter>[A-Za-z])(?P<close>[\])\"'}]?)"
    r"(?P<after>[.):\]!;]{1,2}(?![^\W\u2e80-\uffff])|[.)](?=[A-Z][A-Za-z\d])| -(?= )|, (?=because|since|as |given|due|the |it |which|definitely|clearly|obviously|certainly|without|hands down|by far|no (?:question|doubt)|i think|i believe|probably|\d)"
    r"| (?=because|since|due|as |given|based)| (?=[(\[])|)"
)
_OTHER_LABEL = late_pattern(r"(?:^|[\s(|])(?:(?i:option) )?[\[(]?([A-Z])[).:](?=\s|$)")
_OTHER_LINE = late_pattern(r"\n[-+| ]{0,3}(?:(?i:option|choice) )?[\[(]?([A-Z])[\]).:]{1,2}(?=\s)")
_LONE_LINE = late_pattern(r"\n[\[(]?([A-Z])[\])]?(?=\n)")
_REJECTED_NEXT = late_pattern(
    r"[\s:,.()|-]{0,4}(?:this is |it is |it's |is |are |can be |should be |this option is |seems |would be )?(?:not\b|"
    r"incorrect|inconsistent|incompatible|unsupported|implausible|irrelevant|absent|wrong|false|no\b(?! (?:question|doubt))|unlikely|excluded|ruled out|✗|eliminated|inappropriate|less likely|isn't|cannot"
    r"|can't|doesn't|does not|would not|rejected|normal|contraindicated|impossible|could be|might be|may be|possible)"
)
_SHARE = late_pattern(r",?\s?\(?\d{1,3}(?:\.\d+)?\s?%")


def head(page: Page) -> Claim | None:
    """Return the claim of a text that opens with a labelled answer: `B. Because ...`.

    Not where the label opens an enumeration (`A. ... B. ...`), is rejected at once, or is an
    article, a pronoun or an initial. `A:` is the label of an answer as often as the letter.
    """
    found = _HEAD.match(page.text)
    if found is None or is_cut_row(page) or any(rows[0].start == 0 for rows in lists_of(page)):
        return None
    reading = _first_item(page, found)
    if reading is None or is_open(page.low, reading.end) or _is_shared(page, reading.end):
        return None
    own_text = reading.end > found.end()
    if not own_text and not found["after"] and not (found["open"] and found["close"]):
        return None
    if TRUE_MARK.match(page.low, reading.end):  # a verdict, perhaps one of several
        return None
    if _REJECTED_NEXT.match(page.low, reading.end) or _rejected_later(
        page, reading, own_text=own_text
    ):
        return None
    if len(reading.letters) > 1 and not CONCLUSION_CLOSING.match(page.low, reading.end):
        return None
    letter = found["letter"].upper()
    if letter == "A" and found["after"] in (":", " -") and _NOTE.search(page.low):
        return None
    if letter == "A" and found["after"] == ":" and not own_text:
        answer = read_choice(page, found.end())
        if answer is None and not _is_enumeration(page, letter, reading.end):
            return _claim(0, reading, Rule.OPENING)
        if answer is None or answer.by_words or "\n" in page.text[found.end() : answer.end]:
            return None
        return _claim(0, answer, Rule.OPENING)
    if _is_enumeration(page, letter, reading.end):
        return None
    return _claim(0, reading, Rule.OPENING)


_NOTE = late_pattern(r"(?:^|\n|\s)p(?:lan)?\s?[:)-]\s")
"""The plan of a clinical note, whose `A:` is the assessment."""


def _is_shared(page: Page, end: int) -> bool:
    """Whether the letter has its share of certainty, and others may have theirs: `A 40 %, B 60 %`."""
    share = _SHARE.match(page.low, end)
    return share is not None and "%" in page.low[share.end() :]


def _first_item(page: Page, found: re.Match[str]) -> Reading | None:
    if found["letter"] == "I" and found["after"] not in (")", "") and not found["open"]:
        return None
    reading = read_list(page, found.start("open"))
    if reading is None and found["after"] and not is_latin_name(page.text, found.end("letter")):
        part = page.part(0, found.end())
        reading = read_list(part, found.start("open"))
    return reading


_LINKED = late_pattern(r"\s?(?:is|are|was|would|does|can|-)\s")


def _rejected_later(page: Page, reading: Reading, *, own_text: bool) -> bool:
    """Whether the option text at the head is the subject of a rejection: `A. L3/L4 is normal`."""
    if not own_text:
        return False
    linked = _LINKED.match(page.low, reading.end)
    return linked is not None and FALSE_SOON.match(page.low, reading.end) is not None


def _is_enumeration(page: Page, letter: str, end: int) -> bool:
    found_after = [*_OTHER_LABEL.finditer(page.text, end), *_LONE_LINE.finditer(page.text, end)]
    others = {found[1] for found in found_after} & page.options.letters
    others.discard(letter)
    if letter == min(page.options.letters):
        return chr(ord(letter) + 1) in others
    later_lines = {found[1] for found in _OTHER_LINE.finditer(page.text, end)}
    return (
        chr(ord(letter) + 1) in later_lines
        and len(later_lines & page.options.letters) > 0
        and min(later_lines) > letter
    )


def is_cut_row(page: Page) -> bool:
    """Whether the text is one unfinished sentence about its first option: `A. L3/L4 is seen when`."""
    label = _LABEL.match(page.text)
    if label is None or "\n" in page.text or page.text[-1] in ".!)":
        return False
    own = page.options.at(page.low, label.end())
    return (
        own is not None
        and min(own[0]) == min(page.options.letters)
        and (_LINKED.match(page.low, own[1]) is not None)
    )


_LAST_SENTENCE = late_pattern(
    r"(?:(?<=[.!?;])(?<!\n\d\.) |(?:→|->|=>) ?)(?=[\[(]?[A-HJ][\])]?(?:(?:,? and|, ?|; ?| &) ?[\[(]?[A-HJ][\])]?){0,8}[.!]?$)"
)


_LAST_BRACKET = late_pattern(r" (?=[\[(][A-Z][\])][.!]?$)")
_CAPITAL = late_pattern(r"(?<![^\W_])[A-Z](?![^\W_])")


def _only_bracket(page: Page) -> re.Match[str] | None:
    found = _LAST_BRACKET.search(page.text, max(0, len(page.text) - 5))
    if (
        found is None
        or len(_CAPITAL.findall(page.text)) > 1
        or OWNER.search(page.low[: found.start() + 1])
    ):
        return None
    if FALSE_SOON.match(sentence_before(page.low, found.start())):
        return None
    named = named_in(page, 0, found.start())
    return found if named is None or named.letters == {page.text[found.end() + 1]} else None


def last_sentence(page: Page) -> Claim | None:
    """Return the claim of a text whose last sentence is letters alone: `... . B`, `... -> C`, or
    that names one letter in all, in brackets at its end: `The root is weak (B).`

    Not in the last row of a list, nor a lone `A` behind a sentence that declines to answer: it may begin another sentence.
    """
    if any(rows[-1].end == len(page.text) for rows in lists_of(page)):
        return None
    found = _LAST_SENTENCE.search(page.text, max(0, len(page.text) - 60)) or _only_bracket(page)
    reading = read_list(page, found.end()) if found else None
    if found is None or reading is None or len(page.text) - reading.end > 1:
        return None
    before = sentence_before(page.low, found.start() - 1)
    if page.text[found.start()] in "→-=" and is_conditional(
        sentence_before(page.low, found.start())
    ):
        return None
    if page.text[found.end() :] == "A" and REFUSAL.search(before) and " but " not in before:
        return None
    return _claim(found.start(), reading, Rule.LAST_SENTENCE, Strength.VERDICT)


_CLOSING_LETTER = late_pattern(r"(?:^|[\s(\[\"'])(?P<letter>[A-Z])[)\]\"']{0,2}[.!]?$")
_ASIDE = late_pattern(
    r"\b(?:consider\w*|think about|look\w* at|check\w*|evaluat\w+|examin\w+|analy[sz]\w+|start\w*|begin\w*|about|regarding|discuss\w*"
    r"|compar\w+|see|of|versus|vs\.?|than|between|and|or|question|maybe|step|first|format|except|but|eliminat\w+|otherwise|least|secondary)\b[^,;:]{0,40}$|\bfollowing: $"
    r"|\b(?:one|you|somebody|someone|they|people|case|argument) (?:could|might|may|can)\b[^,;]{0,40}$"
    r"|\b(?:avoid\w*|exclud\w+|strike|cross(?:ed|ing)? out|discard\w*|dismiss\w*|drop|remov\w+|rejected|nothing|little|few|hardly"
    r"|argu(?:es?|ing) against|against|worst|least \w{3,12}|previous|earlier|error|errors|code|sample|falsch\w*|ausgeschlossen)\b[^,;]{0,40}$"
)


def closing_letter(page: Page) -> frozenset[str]:
    """The letter with which a text closes that has no other claim: `..., in keeping with B.`

    None where the text names another option or letter, where the sentence denies, doubts or
    supposes, and where the letter belongs to a grade, a vitamin or a figure."""
    found = _CLOSING_LETTER.search(page.text, max(0, len(page.text) - 5))
    if found is None or found["letter"] not in page.options.letters:
        return frozenset()
    before = sentence_before(page.low, found.start("letter"))
    named = named_in(page, 0, found.start("letter"))
    if (
        len(_CAPITAL.findall(page.text)) > 1
        or (named is not None and named.letters != {found["letter"]})
        or FALSE_SOON.match(before)
        or is_conditional(before)
        or OWNER.search(before)
        or _ASIDE.search(before)
        or any(rows[-1].end == len(page.text) for rows in lists_of(page))
    ):
        return frozenset()
    return frozenset(found["letter"])
