"""What a text says of several options at once: shares, ranks, what is left, what is likelier."""

# ruff: noqa: E501 -- patterns stay on one line.

import re
from collections.abc import Iterable, Iterator, Sequence

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.claims import (
    Claim,
    Strength,
    is_conditional,
    is_open,
    is_rejected,
    sentence_before,
)
from leaderboard.scoring.answers.page import Page
from leaderboard.scoring.answers.rules import Rule
from leaderboard.scoring.answers.verdicts import OWNER

_LETTER = (
    r"(?<![\w'/-])(?:(?i:the )?(?i:option|choice|answer) )?[\[(]?(?P<letter>[A-Z])[\])]?(?![\w'/-])"
)
_OTHER = r"(?:(?i:option|choice|answer) )?[\[(]?[A-Z][\])]?(?![\w'/-])"
_LIST = (
    rf"(?<![\w'/-])(?:(?i:options|choices|answers) )?(?P<list>{_OTHER}(?:(?:\s?[,;&]\s?|\s)"
    rf"(?:(?i:and|or|nor|und|et|y|e) |& )?{_OTHER}|[、和及]{_OTHER}){{0,8}})"
)
_CAPITAL = late_pattern(r"(?<![\w'])[A-Z](?![\w'])")


def find_orders(page: Page) -> list[Claim]:
    """Return what a text claims by comparing its options, one kind after the other."""
    if len(frozenset(_CAPITAL.findall(page.text))) < 2:
        return list(_exceptions(page))
    return [
        *_shares(page),
        *_rankings(page),
        *_exceptions(page),
        *_rests(page),
        *_preferences(page),
    ]


def outside_orders(claims: Iterable[Claim], orders: Sequence[Claim]) -> Iterator[Claim]:
    """Yield the claims but for those that begin within shares or a ranking, which speak alone."""
    spans = [(order.start, order.end) for order in orders]
    for claim in claims:
        if not any(start <= claim.start < end for start, end in spans):
            yield claim


# --- the largest share; the first in rank --------------------------------------------------------

_SHARE = late_pattern(
    r"(?<![\w'/-])(?:(?i:option|choice) )?[\[(]?(?P<letter>[A-Z])(?![\w'/-])[^\n%★⭐]{0,60}?"
    r"(?:(?<![\d.])(?P<number>\d{1,3}(?:\.\d{1,2})?)\s?(?P<unit>%|/\s?10\b)|(?P<stars>[★⭐]{1,10}))"
)
_SHARE_OF = late_pattern(
    rf"(?P<number>\d{{1,3}}(?:\.\d{{1,2}})?)\s?(?P<unit>%) (?:in|for|on|to) {_LETTER}"
)
_OF_CHOICE = late_pattern(r"\b(?:probabilit|confiden|likel|certain|chance|wahrscheinlich)")
_OF_WRONG = late_pattern(
    r"\b(?:wrong|incorrect|false|unlikel\w+|exclu\w+|eliminat\w+|against|not|no|improbab\w+"
    r"|frequen\w+|prevalen\w+|inciden\w+|sensitiv\w+|specific\w+|complication\w*|students|respondents|voted)\b|n't\b"
)
_ABOUT_ALL = (95.0, 105.0)
_MOST = 50.0
_LEAD = 80


def _shares(page: Page) -> Iterator[Claim]:
    """The option with the largest share: `A: 15 %, B: 70 %, C: 10 %, D: 5 %`, or most stars.

    Every option has one share, or the largest is more than half; percentages add up to a hundred
    or are said to be of certainty.
    """
    if page.multiple or any("%" in words for words in page.options.texts.values()):
        return
    found = list(_SHARE_OF.finditer(page.text))
    if len(found) < 2:
        found = list(_SHARE.finditer(page.text))
    found = [share for share in found if not OWNER.search(page.low[: share.start("letter")])]
    letters = [share["letter"] for share in found]
    units = {share.groupdict().get("unit") for share in found}
    if len(found) < 2 or len(set(letters)) < len(letters) or len(units) > 1:
        return
    start, end = found[0].start(), found[-1].end()
    sizes = [_size(share) for share in found]
    most = max(sizes)
    around = page.low[max(0, start - _LEAD) : end]
    if (
        sizes.count(most) > 1
        or _OF_WRONG.search(around)
        or not page.options.letters.issuperset(letters)
    ):
        return
    if units == {"%"} and not (
        _OF_CHOICE.search(around) or _ABOUT_ALL[0] <= sum(sizes) <= _ABOUT_ALL[1]
    ):
        return
    if len(letters) < len(page.options.letters) and not (units == {"%"} and most > _MOST):
        return
    largest = frozenset(letters[sizes.index(most)])
    yield Claim(start, end, Strength.ANSWER, largest, False, Rule.LARGEST_SHARE)


def _size(share: re.Match[str]) -> float:
    number = share["number"]
    return float(number) if number else float(len(share["stars"]))


_RANKING = late_pattern(
    r"(?:\b(?:rank\w{0,4}|order(?:ed)?|sorted|listed)\b[^\n.:]{0,40}\b(?:most|likel\w{1,6}|probab\w{1,6}|plausib\w{1,6})\b[^\n.:]{0,40}"
    r"|\bmost (?:likely|probable|plausible) (?:first|to least\b[^\n.:]{0,20}))\s?:\s{0,2}"
)
_FROM_THE_LEAST = late_pattern(
    r"\b(?:least (?:\w+ )?to|ascending|increasing|unlikel\w+|exclu\w+)\b"
)
_RANK = late_pattern(
    r"(?:\A|[,>→;\n]|\s\d{1,2}[.)])\s{0,2}(?:- )?(?:\d{1,2}[.)] )?[\[(]?(?P<letter>[A-Z])[\])]?(?![\w'/-])"
)
_LONGEST_RANKING = 1_000


def _rankings(page: Page) -> Iterator[Claim]:
    """The first of a ranking by likelihood: `Most to least likely: B > A > C > D`."""
    if page.multiple:
        return
    for heading in _RANKING.finditer(page.low):
        at = heading.end()
        ranks = list(_RANK.finditer(page.text[at : at + _LONGEST_RANKING]))
        letters = [rank["letter"] for rank in ranks]
        if (
            len(page.options.letters & set(letters)) > 1
            and ranks[0].start() == 0
            and letters[0] in page.options.letters
            and letters[0] not in letters[1:]
            and not _FROM_THE_LEAST.search(heading[0])
        ):
            end = at + ranks[-1].end()
            best = frozenset(letters[0])
            yield Claim(heading.start(), end, Strength.ANSWER, best, False, Rule.FIRST_RANK)


# --- all but one ---------------------------------------------------------------------------------

_BUT = (
    r"\b(?i:all|every|everything|each|any)(?: of)?(?: the)?(?: other)?(?: options?| choices?| answers?)?,?"
    rf" (?i:except|but|other than|apart from|besides|save)(?: for)? {_LIST}"
)
_IS_OUT = (
    r",? (?:(?:can|could|may|should|must) (?:all |both |therefore |safely )?be|(?:is|are|was|were|have been|has been)"
    r"(?: all| both| clearly| therefore)?) (?:safely )?(?:excluded|ruled out|eliminated|dismissed|discarded|rejected|wrong|incorrect|false|out)\b"
    r"|,? (?:do|does) not (?:fit|match|apply)\b|,? (?:don't|doesn't) (?:fit|match|apply)\b"
)
_ALL_BUT_OUT = late_pattern(rf"{_BUT}(?:{_IS_OUT})")
_ALL_BUT_RIGHT = late_pattern(
    rf"{_BUT}(?:,? (?:is|are)(?: all)? (?:correct|right|true)\b|,? (?:apply|applies)\b)"
)
_OUT = late_pattern(
    rf"{_LIST}(?:{_IS_OUT})|\b(?i:eliminate|exclude|rule out|ruled out|discard|dismiss|reject|strike out|cross out) {_LIST}".replace(
        "(?P<list>", "(?P<other>", 1
    )
)


def _exceptions(page: Page) -> Iterator[Claim]:
    """`All except B can be excluded`; of an item with several answers, `All but C are correct`."""
    for found in _ALL_BUT_OUT.finditer(page.text):
        yield from _claim(page, found, frozenset(_CAPITAL.findall(found["list"])))
    if page.multiple:
        for found in _ALL_BUT_RIGHT.finditer(page.text):
            left = page.options.letters - frozenset(_CAPITAL.findall(found["list"]))
            yield from _claim(page, found, left)


def _rests(page: Page) -> Iterator[Claim]:
    """The only option that is left: `A, B and D can be ruled out`."""
    if page.multiple:
        return
    for found in _OUT.finditer(page.text):
        out = frozenset(_CAPITAL.findall(found["other"] or found["list"]))
        left = page.options.letters - out
        if len(left) == 1 and out < page.options.letters and len(out) > 1:
            yield from _claim(page, found, left, Strength.WORDS)


# --- one before the other ------------------------------------------------------------------------

_PREFERENCES = tuple(
    late_pattern(pattern)
    for pattern in (
        rf"\b(?i:prefer) {_LETTER} (?:to|over) {_OTHER}",
        rf"(?:\A|(?<=\n)){_LETTER} (?:over {_OTHER}|with {_OTHER} as (?:a|the) (?:close )?(?:second|runner-up))",
        rf"\b(?i:put|rank|place) {_LETTER} (?i:first|on top)\b",
    )
)


def _preferences(page: Page) -> Iterator[Claim]:
    """`I prefer B to C`, `B over C`: the weakest of all claims. "B is likelier than C" leaves the others open."""
    for pattern in _PREFERENCES:
        for found in pattern.finditer(page.text):
            letter = frozenset(found["letter"])
            yield from _claim(page, found, letter, Strength.WORDS, Rule.PREFERENCE)


_TAKEN_BACK = late_pattern(
    r"[.,\s]{0,5}\bor\b|,? but (?:option )?[a-j]\b|[^.\n]{0,30}\b(?:told|said|not (?:sure|certain)|unsure)\b"
)


def _claim(
    page: Page,
    found: re.Match[str],
    letters: frozenset[str],
    strength: Strength = Strength.VERDICT,
    rule: Rule = Rule.ALL_OTHERS_OUT,
) -> Iterator[Claim]:
    before = sentence_before(page.low, found.start())
    if not letters or not letters <= page.options.letters:
        return
    if is_open(page.low, found.end()) or _TAKEN_BACK.match(page.low, found.end()):
        return
    if not is_rejected(before) and not is_conditional(before):
        unsure = len(letters) > 1 and not page.multiple
        yield Claim(found.start(), found.end(), strength, letters, unsure, rule)
