"""A report as passages: one sentence each, without markup, hidden text or invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.tables import say_entry, write_out_tables
from leaderboard.scoring.replies import read_said

MAX_CHARACTERS = 20_000
"""What stands further back in a report is not read."""
WRAPPED = 50
"""A line at least this long without a full stop goes on in the next line."""

_TAG = late_pattern(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(\s[^<>]{0,500})?/?>")
_HIDING = late_pattern(
    r"\bhidden\b|display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_UNSHOWN = frozenset(("script", "style", "template", "head", "title"))
_VOID = frozenset(("br", "hr", "img", "input", "meta", "link"))
_INLINE = frozenset(("b", "i", "u", "em", "strong", "span", "sub", "sup", "mark", "small", "code"))

_STRUCK_OUT = late_pattern(r"~~[^~\n]{1,500}~~")
_UNUSUAL = late_pattern(r"[^\n\t\x20-\x7e]")
"""What may be no character that a reader sees."""
_PICTURE = late_pattern(r"!\[[^\[\]]*\](?:\([^()\n]*\))?")
_LINK = late_pattern(r"\[([^\]\n]{1,300})\]\([^)\n]{0,500}\)")
_FOOTNOTE = late_pattern(r"^\s*\[[^\]\n]{0,60}\]:.*$", re.MULTILINE)
_DASH = late_pattern("[\u2010-\u2015\u2212]")
_NOT = late_pattern(r"n['\u2019]t\b", re.IGNORECASE)
_CANNOT = late_pattern(r"\bcannot\b", re.IGNORECASE)
_GENITIVE = late_pattern(r"['\u2019]s\b")
_ABBREVIATION = late_pattern(
    r"\b(e\.g|i\.e|vs|approx|fig|dr|mr|mrs|prof|cf|resp|incl|ca|al|lt|rt)\.(?=\s)", re.IGNORECASE
)
_DOTS = late_pattern(r"(?:\.{2,}|\u2026)(?=\w)")
_ANSWERED = late_pattern(
    r"\?\s+(?=(?:no|none|yes|absent|present)(?:[.,;]|\s*(?:\n|$)))", re.IGNORECASE
)
_ANSWERED_NONE = late_pattern(
    r"\?\s+(?:there (?:is|are|was|were) (?:none|not)|none (?:is|are|was|were) \w+"
    r"|not (?:seen|present|visible|identified|shown|found|on|in|here))\b[^.;?\n]*",
    re.IGNORECASE,
)
_ANSWERED_YES = late_pattern(r"\?\s+there (?:is|are)(?=[,.;])", re.IGNORECASE)
_QUERY = late_pattern(r"(?:^|(?<=[\n:;,(.]))(\s*)\?\s?(?=\w)")
_QUERIED = late_pattern(r"(\w+) ?\(\?\)")
_THERE_IS = late_pattern(
    r"\b(there|it)['\u2019]s\b(?! (?:been|become|resolved|gone))", re.IGNORECASE
)
_ELSEWHERE = late_pattern(
    r"[.;]\s+(?=(?:there (?:is|are|was|were) one|one (?:is|was) (?:seen|present|visible)"
    r"|it is (?:mild|moderate|severe|marked|present))\b)",
    re.IGNORECASE,
)
"""What was denied in one place is told of another: "No fracture at T12; there is one at L1."."""
_END = late_pattern(r"(?<![.!?;])[.!?;]++[\"'\u2019\u201d)\],]*+\s+")
_HEADING = late_pattern(r"^#{1,6}\s")
_BULLET = late_pattern(r"^(?:[-+*•‣◦▪●>]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+")
_LABEL = late_pattern(r"^[^:.;!?]{1,60}:(?=\s|$)")
_SECTION = late_pattern(
    r"(?:impression|conclusion|summary|findings?|diagnos[ei]s|assessment|plan|recommendations?|technique"
    r"|comparison|(?:clinical )?history|indication|opinion)\s*:",
    re.IGNORECASE,
)
_NOUN = late_pattern(r"[^\d.:;,!?|]{4,40}")
"""A line that may be what the next lines are about."""
_PLACE_ALONE = late_pattern(
    r"^(?:at |level )?[ctls]\d{1,2}(?:\s?[-/]\s?[ctls]?\d{1,2})?(?: (?:level|disc|segment))?$",
    re.IGNORECASE,
)


class Passage(NamedTuple):
    """A sentence, the number of its paragraph, and the label that it stands under (may be "").

    A label is what stands before a colon at the start of its line, or the heading above.
    """

    text: str
    paragraph: int
    is_heading: bool
    label: str


class _Line(NamedTuple):
    text: str
    paragraph: int
    is_heading: bool


def read_passages(report: str) -> list[Passage]:
    """The passages of `report` in order; nothing for a report without visible words.

    A label whose list says where and how much ("Stenosis:", "L4/L5: severe") is as a heading.
    """
    passages: list[Passage] = []
    above, above_at = "", 0
    before, before_at = "", 0
    listed = ""
    for line in _join_wrapped(write_out_tables(clean_text(report))):
        text = line.text
        if line.is_heading:
            name, colon, rest = text.partition(":")
            passages.append(Passage(name.strip(), line.paragraph, True, ""))
            above, above_at, text = name, len(passages) - 1, rest.strip() if colon else ""
        elif text.endswith(":"):
            above, above_at, listed = text, len(passages), text
        elif _PLACE_ALONE.match(text):
            above, above_at = text, len(passages)
            text = say_entry(listed.rstrip(": "), text) or text
        elif _SECTION.match(text):
            above = ""
        elif before and say_entry(before, text):
            above, above_at = before, before_at
        if said := say_entry(above.rstrip(": "), text):
            passages[above_at] = passages[above_at]._replace(is_heading=True)
            text = said
        before, before_at = (text if _NOUN.fullmatch(text) else ""), len(passages)
        passages += _read_line(text, line.paragraph, above)
    return passages


def _read_line(text: str, paragraph: int, above: str) -> Iterator[Passage]:
    """The sentences of a line; a place with a colon heads those up to the next or a section."""
    label = match.group() if (match := _LABEL.match(text)) else ""
    for sentence in _split_sentences(text):
        own = match.group() if (match := _LABEL.match(sentence)) else ""
        if own and (_PLACE_ALONE.match(own[:-1]) or _SECTION.match(own)):
            label = own
        yield Passage(sentence, paragraph, False, f"{label} {above}".strip())


def visible_text(text: str) -> str:
    """What a reader would see of what `text` says, in NFKC, cut to MAX_CHARACTERS."""
    shown = html.unescape(_strip_tags(read_said(text)[:MAX_CHARACTERS])).replace("\\n", "\n")
    shown = shown.replace("º", "°")
    shown = unicodedata.normalize("NFKC", shown)[:MAX_CHARACTERS]
    shown = _UNUSUAL.sub(lambda match: _visible(match.group()), shown)
    for pattern, replacement in (
        (_STRUCK_OUT, " "),
        (_PICTURE, " "),
        (_LINK, r"\1"),
        (_FOOTNOTE, ""),
    ):
        shown = pattern.sub(replacement, shown)
    return shown


def clean_text(text: str) -> str:
    """Visible text with plain dashes and denials in full, without abbreviations' full stops."""
    shown = visible_text(text)
    for pattern, replacement in (
        (_DASH, "-"),
        (_NOT, " not"),
        (_CANNOT, "can not"),
        (_THERE_IS, r"\1 is"),
        (_GENITIVE, ""),
        (_ABBREVIATION, r"\1"),
        (_QUERY, r"\1query "),
        (_QUERIED, r"questionable \1"),
        (_ANSWERED_NONE, ": none"),
        (_ANSWERED_YES, ": yes"),
        (_ANSWERED, ": "),
        (_ELSEWHERE, ", but "),
        (_DOTS, ". "),
    ):
        shown = pattern.sub(replacement, shown)
    return shown


def _visible(char: str) -> str:
    if char in "\n\t ":
        return char
    category = unicodedata.category(char)
    if category in ("Zl", "Zp") or char in "\r\v\f\x85":
        return "\n"
    return "" if category in ("Cc", "Cf", "Co", "Cs", "Cn") else char


def _strip_tags(text: str) -> str:
    """Text without tags, comments, and elements that a reader would not see."""
    parts: list[str] = []
    place = 0
    while match := _TAG.search(text, place):
        parts.append(text[place : match.start()])
        name = (match.group(2) or "").lower()
        if not name:
            end = text.find("-->", match.end())
            place = len(text) if end < 0 else end + 3
            continue
        place = match.end()
        if match.group(1):
            parts.append("" if name in _INLINE else "\n")
        elif name not in _VOID and (name in _UNSHOWN or _HIDING.search(match.group(3) or "")):
            place = _end_of_element(text, name, place)
        elif re.fullmatch("h[1-6]", name):
            parts.append("\n# ")
        else:
            parts.append("" if name in _INLINE else "\n")
    return "".join([*parts, text[place:]])


def _end_of_element(text: str, name: str, place: int) -> int:
    depth = 1
    while depth and (match := _TAG.search(text, place)):
        place = match.end()
        if (match.group(2) or "").lower() == name:
            depth += -1 if match.group(1) else 1
    return place if not depth else len(text)


def _join_wrapped(text: str) -> Iterator[_Line]:
    """The lines of cleaned text without bullets and marks, hard-wrapped ones as one."""
    paragraph = 0
    held: list[str] = []
    for raw in text.split("\n"):
        stripped = raw.strip().lstrip("> ")
        is_bullet = bool(_BULLET.match(stripped))
        is_heading = bool(_HEADING.match(stripped))
        line = _plain(_BULLET.sub("", stripped))
        goes_on = bool(held) and len(held[-1]) >= WRAPPED and held[-1][-1] not in ".!?;:"
        if held and (not line or is_bullet or is_heading or not goes_on):
            yield _Line(" ".join(held), paragraph, False)
            held = []
        if not line or is_heading:
            paragraph += 1
        if is_heading and line:
            yield _Line(line, paragraph, True)
        elif line:
            held.append(line)
    if held:
        yield _Line(" ".join(held), paragraph, False)


def _plain(line: str) -> str:
    """A line without Markdown marks, table borders, quotes and braces; "" if nothing is left."""
    line = re.sub(r"^#{1,6}\s+", "", line)
    line = re.sub(r"[*`~\"\u201c\u201d{}\[\]\\]+", "", line.replace("_", " "))
    if "|" in line:
        line = ", ".join(cell.strip() for cell in line.strip("| ").split("|") if cell.strip())
    line = " ".join(line.split())
    return line if re.search(r"[^\W_]", line) else ""


def _split_sentences(text: str) -> Iterator[str]:
    place = 0
    for match in _END.finditer(text):
        yield text[place : match.end()].strip()
        place = match.end()
    if text[place:].strip():
        yield text[place:].strip()
