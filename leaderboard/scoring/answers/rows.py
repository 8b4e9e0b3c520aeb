"""Lines that each begin with an option's letter: a list of the options, perhaps with verdicts."""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import Claim, Strength
from leaderboard.scoring.answers.page import Page
from leaderboard.scoring.answers.rules import Rule

_ROW = late_pattern(
    r"^[-+|> ]{0,4}(?:\d{1,2}[.)] )?(?:(?i:option|choice|answer|statement) )?[\[(\"']{0,2}(?P<letter>[A-Ja-j])[\])\"']{0,2}(?:选项|選項|项)?"
    r"(?:\s?[.):\]|=]|\s?->?(?=\s|$)|(?=\s[(✓✗])|(?=\Z))[^\n]*",
    re.MULTILINE,
)
_YES = late_pattern(
    r"(?:^|[\s,;:(|>-])(?<!not )(?<!n't )(?<!nor )(?:yes|correct(?: answer| option| choice)?|right(?: answer| choice)?|true|✓"
    r"|(?:fits|matches|explains)(?: [\w'/-]{1,20}){0,6} best|(?:the )?best (?:fit|match|option|answer|choice)|fits best)[\s.!)|]{0,4}$"
    r"|^\W{0,4}(?:(?:yes|correct|true|✓|most (?:likely|appropriate|consistent|plausible|probable|accurate))(?=\s?[.,;:!)-]|$|\s(?:because|since|as)\b)|right(?=[.,;!]))"
    r"|^\W{0,4}(?:this|it|which) (?:is|would be|seems|appears)(?: clearly| likely| therefore)? (?:the |most )?(?:correct|right|best|likely|appropriate)\b"
    r"|^\W{0,4}(?:oui|sí|sì|sim|ja|да|evet|vrai|correcte|correct[ao]|corrett?[ao]|cert[ao]|richtig|верно|правильно|doğru)(?=\s?[.,;:!)-]|$)"
    r"|[\s,;:(-](?:correcte|correct[ao]|corrett?[ao]|richtig|верно|правильно|doğru)[\s.!)|]{0,4}$"
    r"|(?:<-{1,3}|←)\s?(?:this|the|my|correct|answer)\b"
    r"|正确|正確|正しい|正解|符合|合致|맞음|맞습니다|맞다|옳"
)
_FITS = late_pattern(
    r"\b(?:likely|supported|consistent|compatible|fits?|matches|match|explains|seen|suggested|possible|plausible|confirmed|appropriate|indicated)\b"
)
_NO = late_pattern(
    r"\b(?:no|not|nor|never|incorrect|inconsistent|incompatible|wrong|false|unlikely|unsupported|implausible|inappropriate|excluded|eliminated|rejected"
    r"|ruled out|normal|cannot|neither|less|without|falsch|nicht|faux|fausse|pas|incorrecte|incorrect[ao]s?|errad[ao]s?|sbagliat[ao]|неверно|неправильно|yanlış)\b|n't\b|✗"
    r"|(?<![\w-])(?:non|nein|não)(?![\w-])|不|错|錯|誤|違|排除|틀|아니|아님|않"
)
_OPEN = late_pattern(r"\b(?:possible|plausible|maybe|perhaps|could|might|may|if)\b|\?")


_INLINE = late_pattern(
    r"(?:^|(?<=[\s;,.(]))(?:(?i:option) )?(?:\((?P<round>[A-Z])\)|(?P<plain>[A-Z])(?:[.:)]|\s?[=-]|(?=\s[(✓✗])))(?=\s)"
)
_LONGEST_INLINE = 300


class Row(NamedTuple):
    """A line and the letter it begins with; `body` is what stands behind the label and the
    option's own words."""

    start: int
    end: int
    letter: str
    body: str


@lru_cache(maxsize=4)
def lists_of(page: Page) -> tuple[tuple[Row, ...], ...]:
    """The lists of a text: two rows or more from the first option on, in rising order, each
    letter once or in a loop. With several answers possible, only a list of all options."""
    first = min(page.options.letters, default="A")
    if inline := _inline_rows(page):
        return (inline,)
    found: list[tuple[Row, ...]] = []
    held: list[Row] = []
    every = list(_rows(page))
    for row in every:
        goes_on = (
            held
            and row.start == held[-1].end + 1
            and 0 <= ord(row.letter) - ord(held[-1].letter) <= 1
        )
        if not goes_on:
            found.append(tuple(held))
            held = []
        if held or row.letter == first:
            held.append(row)
    found.append(tuple(held))
    least = len(page.options.letters) if page.multiple else 2
    lists = tuple(rows for rows in found if len(rows) >= max(2, least))
    return lists or _sections(page, every)


def _sections(page: Page, rows: list[Row]) -> tuple[tuple[Row, ...], ...]:
    """All options in their order, each on a line of its own with what is said of it on the lines
    below; the body is the last of these, and the last section is as long as the longest other."""
    heads = [
        row
        for row in rows
        if not row.body.strip(" .:)|-") or row.letter in page.options.named_by(row.body)
    ]
    every = sorted(page.options.letters)
    if [row.letter for row in heads[: len(every)]] != every or len(every) < 2:
        return ()
    heads = heads[: len(every)]
    stops = [head.start - 1 for head in heads[1:]]
    lines = [
        page.text.count("\n", head.start, stop) for head, stop in zip(heads, stops, strict=False)
    ]
    stop = heads[-1].end
    for _ in range(max(lines)):
        if stop < len(page.text):
            after = page.text.find("\n", stop + 1)
            stop = after if after >= 0 else len(page.text)
    return (
        tuple(
            Row(head.start, end, head.letter, page.low[page.low.rfind("\n", 0, end) + 1 : end])
            for head, end in zip(heads, [*stops, stop], strict=True)
        ),
    )


def _inline_rows(page: Page) -> tuple[Row, ...]:
    """The rows of a short list of all options on one line: `A: no, B: yes, C: no, D: no`."""
    if len(page.text) > _LONGEST_INLINE or "\n" in page.text:
        return ()
    labels = list(_INLINE.finditer(page.text))
    every = sorted(page.options.letters)
    if len(labels) < 3 or sorted(label["round"] or label["plain"] for label in labels) != every:
        return ()
    ends = [*(label.start() for label in labels[1:]), len(page.text)]
    return tuple(
        Row(
            label.start(),
            end,
            (label["round"] or label["plain"]),
            page.low[label.end() : end].strip(" ;,"),
        )
        for label, end in zip(labels, ends, strict=True)
    )


def _rows(page: Page) -> Iterator[Row]:
    for match in _ROW.finditer(page.text):
        letter = match["letter"].upper()
        if letter in page.options.letters:
            at = match.end("letter")
            own = page.options.at(page.low, at)
            body = page.low[own[1] if own and own[1] < match.end() else at : match.end()]
            yield Row(match.start(), match.end(), letter, body)


def begins_list(page: Page) -> bool:
    """Whether some line begins with the first option's letter: a text that has not got further
    than its list names no answer."""
    first = min(page.options.letters, default="A")
    return any(row.letter == first and row.start > 0 for row in _rows(page))


def repeats_options(page: Page) -> bool:
    """Whether the text repeats the options, two of them or more from the first on."""
    return any(rows[0].letter != rows[-1].letter for rows in lists_of(page))


def is_cut_list(page: Page, start: int) -> bool:
    """Whether text[start:] is the beginning of a list that stands above it already."""
    rest = page.part(start, len(page.text))
    letters = "".join(row.letter for row in _rows(rest))
    if len(letters) < rest.text.strip(" \n.:,;*").count("\n") + 1:
        return False
    every = "".join(sorted(page.options.letters))
    if not (every.startswith(letters) and len(letters) < len(every)):
        return False
    return any(rows[0].start < start for rows in lists_of(page))


def outside_lists(page: Page, claims: Iterable[Claim]) -> Iterator[Claim]:
    """Yield the claims but for verdicts within the rows of a list, and for any within a list on
    one line: there `row_verdicts` speaks."""
    lists = lists_of(page)
    for claim in claims:
        around = [rows for rows in lists if rows[0].start <= claim.start < rows[-1].end]
        is_inline = any(rows[0].end == rows[1].start for rows in around)
        if not around or (claim.strength > Strength.VERDICT and not is_inline):
            yield claim


def row_verdicts(page: Page) -> Iterator[Claim]:
    """Yield the claim of a list in which one row alone, of several answers any, is called right.

    `A. ... no.` and `B. ... yes.`: a row's verdict speaks of its own letter, never of the next.
    In a list of all options with one answer, the only row that fits where all others are
    rejected is right too: `A: unlikely`, `B: likely`.
    """
    for rows in lists_of(page):
        right = [row for row in rows if _is_right(row.body)]
        if not right and not page.multiple:
            right = _only_fitting(page, rows)
        if not right or not _are_settled(page, rows, right):
            continue
        letters = frozenset(row.letter for row in right)
        unsure = len(right) > 1 and not page.multiple
        yield Claim(
            right[0].start,
            rows[-1].end,
            Strength.VERDICT,
            letters,
            unsure,
            Rule.LIST_VERDICT,
            on_statement=True,
        )


def _are_settled(page: Page, rows: tuple[Row, ...], right: list[Row]) -> bool:
    """Whether of a list with lines below its options all others are rejected."""
    if all("\n" not in page.text[row.start : row.end] for row in rows):
        return True
    return all(_NO.search(row.body) for row in rows if row not in right)


def _is_right(body: str) -> bool:
    if _NO.search(body) or _OPEN.search(body):
        return False
    return "✓" in body or _YES.search(body.strip(" .):]|-\"'>")) is not None


def _only_fitting(page: Page, rows: tuple[Row, ...]) -> list[Row]:
    if len(rows) < len(page.options.letters):
        return []
    left = [row for row in rows if not _NO.search(row.body)]
    return left if len(left) == 1 and _FITS.search(left[0].body) else []
