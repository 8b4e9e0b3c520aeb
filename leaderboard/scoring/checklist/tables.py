"""Tables and lists by level, written out as sentences that name finding, grade and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leaderboard.late import late_pattern
from leaderboard.scoring.checklist.vocabulary import GRADES
from leaderboard.scoring.checklist.words import split_words

_RULE = late_pattern(r"\s*+(?:\|\s*+)?:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+(?:\|\s*+)?")
_NONE = late_pattern(
    r"(?:none|no|nil|absent|negative|normal|unremarkable|patent|clear|n|-|"
    r"not (?:seen|present|identified)|none seen)\.?",
    re.IGNORECASE,
)
_NOTHING_SAID = late_pattern(r"(?:-+|n/?a|\?|not assessed|not applicable)?\.?", re.IGNORECASE)
_PRESENT = late_pattern(r"(?:yes|present|positive|y|x|\+|✓|✔|seen)\.?", re.IGNORECASE)
_DENIAL = late_pattern(r"(?:no|none|not|without|absent|nil)\b", re.IGNORECASE)
_GENERAL = late_pattern(
    r"(?:findings?|descriptions?|comments?|impressions?|results?|details?|assessments?|notes?|sides?"
    r"|levels?|observations?|structures?|features?|values?|status|severity|grade|diagnos\w+|imaging"
    r"|mri|ct|report|disc|discs|segments?)?(?: findings?)?",
    re.IGNORECASE,
)
_PLACE_WORDS = frozenset(("at", "level", "and", "to", "the", ",", "(", ")", "side", "-"))
_ENTRY = late_pattern(r"(?P<place>[^:;.,]{1,40}?)(?:\s*:|\s+-|,|\s)\s+(?P<value>[^:;,]{1,40})")


def write_out_tables(text: str) -> str:
    """`text` with the rows of Markdown tables by level as a line for each cell."""
    lines = text.split("\n")
    written: list[str] = []
    at = 0
    while at < len(lines):
        is_table = "|" in lines[at] and at + 1 < len(lines) and "|" in lines[at + 1]
        if is_table and _RULE.fullmatch(lines[at + 1]):
            end = at + 2
            while end < len(lines) and "|" in lines[end]:
                end += 1
            written += _write_table(lines[at], lines[at + 2 : end])
            at = end
        else:
            written.append(lines[at])
            at += 1
    return "\n".join(written)


def _write_table(head: str, rows: Sequence[str]) -> Iterator[str]:
    names = _cells(head)
    placed = [row for row in rows if any(map(is_place, [*names, *_cells(row)]))]
    if not placed:
        yield head
    for row in rows:
        cells = _cells(row)
        if row not in placed:
            yield row
        elif any(map(is_place, names)):
            yield from _write_cells(names[1:], cells[1:], cells[0])
        else:
            yield from _write_row(names, cells)


def _cells(line: str) -> list[str]:
    return [re.sub(r"[*_`]+", "", cell).strip() for cell in line.strip().strip("|").split("|")]


def _write_cells(places: Sequence[str], cells: Sequence[str], noun: str) -> Iterator[str]:
    """A finding's row, its places in the table's head."""
    for place, cell in zip(places, cells, strict=False):
        if is_place(place) and (said := _say(noun, cell)):
            yield f"- {place}: {said}."


def _write_row(names: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    """A level's row, the findings in the table's head."""
    place = " ".join(cell for cell in cells if is_place(cell))
    yield ""
    for name, cell in zip(names, cells, strict=False):
        if not is_place(cell) and (said := _say(name, cell)):
            yield f"- {place}: {said}."


def _say(noun: str, value: str) -> str:
    """A phrase for a cell under its head; "" for one that says nothing."""
    if _NOTHING_SAID.fullmatch(value):
        return ""
    if _GENERAL.fullmatch(noun):
        return value.rstrip(".")
    if _PRESENT.fullmatch(value):
        return noun
    if _NONE.fullmatch(value):
        return f"no {noun}"
    if is_grade(value):
        return f"{value.rstrip('.')} {noun}"
    return f"no {noun}, {value}" if _DENIAL.match(value) else f"{noun}, {value}".rstrip(".")


def say_entry(noun: str, line: str) -> str | None:
    """A line of a list under the finding `noun` as a phrase: "L4-L5: severe", "none".

    None for a line that says more, or stands under no finding.
    """
    if _GENERAL.fullmatch(noun) or is_place(noun):
        return None
    if _NONE.fullmatch(line):
        return f"no {noun}"
    if is_place(line):
        return f"{line}: {noun}"
    match = _ENTRY.fullmatch(line.rstrip("."))
    if match is None or not is_place(match["place"]):
        return None
    value = match["value"]
    if is_place(value):
        return f"{match['place']} {value}: {noun}"
    if not (is_grade(value) or _NONE.fullmatch(value) or _PRESENT.fullmatch(value)):
        return None
    return f"{match['place']}: {_say(noun, value)}"


def is_place(text: str) -> bool:
    """Whether `text` names levels or sides and nothing else."""
    words = split_words(text) if 0 < len(text) <= 60 else ()
    return any(word.levels or word.side for word in words) and all(
        word.levels or word.side or word.text in _PLACE_WORDS for word in words
    )


def is_grade(text: str) -> bool:
    """Whether `text` is a grade and nothing else: "severe", "mild to moderate"."""
    words = [word.text for word in split_words(text[:60])]
    return any(word in GRADES for word in words) and all(
        word in GRADES or word in ("to", "and", ",", "very") for word in words
    )
