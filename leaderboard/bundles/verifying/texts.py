"""From the texts: the file's hash, what was read of each prediction, the checklist's ratings."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from leaderboard.bundles.archive import MAX_BYTES
from leaderboard.bundles.facts import ReadingFact
from leaderboard.bundles.verifying.contents import Contents
from leaderboard.bundles.verifying.figures import Figures, is_close
from leaderboard.errors import Problem
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import ReportCase
from leaderboard.scoring.answers import PARSER_VERSION, parse_answer
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.replies import keep_end
from leaderboard.submissions.content import read_content
from leaderboard.submissions.formats import Opened, Unreadable, open_file
from leaderboard.submissions.texts import Choices, find_number, finish_text, number_ids

NO_TEXTS = "it has no texts: give the prediction file by --predictions"
MOST_NAMED = 20
"""Of more readings or ratings that differ the first are named."""


class Texts(NamedTuple):
    """The texts by item key, and the SHA-256 of the file that they came in, if they came in one."""

    by_key: Mapping[str, str]
    file_hash: str | None


def find_texts(contents: Contents, predictions: bytes | None) -> Texts:
    """The texts of the prediction file, or else those in the archive.

    Raises ValueError for a file that cannot be read.
    """
    if predictions is None:
        return Texts(
            {one.key: one.text for one in contents.predictions if one.text is not None}, None
        )
    content = read_content(io.BytesIO(predictions), MAX_BYTES)
    try:
        opened = open_file(content.raw, content.most_bytes)
        return Texts(_read_rows(opened, contents), content.file_hash)
    except Unreadable as error:
        raise ValueError(f"the prediction file: {error.problem.message}") from None


def _read_rows(opened: Opened, contents: Contents) -> dict[str, str]:
    """The texts by item key, as the site takes them."""
    choices = {
        key: Choices(item.options, item.multiple)
        for key, item in contents.item_of.items()
        if item.options
    }
    numbers = number_ids(contents.item_of)
    texts: dict[str, str] = {}
    for row in opened.rows:
        if isinstance(row, Problem):
            raise ValueError(f"line {row.line} of the prediction file: {row.message}")
        if row is not None:
            found = row._replace(key=find_number(row.key, numbers))
            texts[found.key] = keep_end(finish_text(found, choices, opened.facts) or "")
    return texts


def check_texts(contents: Contents, texts: Texts, figures: Figures) -> None:
    """Compare the file and each text with their hashes, and read each text again."""
    _check_file(contents, texts, figures)
    name = f"SHA-256 of {len(contents.predictions):,} predictions"
    if texts.by_key:
        changed = [
            one.key
            for one in contents.predictions
            if hashlib.sha256(texts.by_key.get(one.key, "").encode()).hexdigest() != one.sha256
        ]
        figures.compare(name, "as in the archive", _name_all(changed) or "as in the archive")
    else:
        figures.leave(name, "in the archive", NO_TEXTS)
    _check_readings(contents, texts.by_key, figures)
    _check_ratings(contents, texts.by_key, figures)


def _check_file(contents: Contents, texts: Texts, figures: Figures) -> None:
    sent = contents.manifest.submission
    name = "SHA-256 of the file"
    if sent.is_of_endpoint:
        figures.leave(
            name,
            sent.file_hash,
            "the predictions came from an endpoint: the hash is of its settings and its start",
        )
    elif texts.file_hash is None:
        figures.leave(name, sent.file_hash, "it does not have the file: give it by --predictions")
    else:
        figures.compare(name, sent.file_hash, texts.file_hash)


def _check_readings(contents: Contents, texts: Mapping[str, str], figures: Figures) -> None:
    """Each text that the parser read, read again by the parser."""
    by_parser = [one for one in contents.readings if not one.by_model]
    known = [one for one in by_parser if one.parser == PARSER_VERSION]
    if by_parser and not texts:
        figures.leave(_count(by_parser, "reading"), "in the archive", NO_TEXTS)
    elif known:
        _read_again(contents, known, texts, figures)
    others = [one for one in by_parser if one.parser != PARSER_VERSION]
    if others and texts:
        versions = ", ".join(sorted({one.parser for one in others}))
        reason = f"version {versions} of the parser made them, and this is version {PARSER_VERSION}"
        figures.leave(_count(others, "reading"), "in the archive", reason)
    by_model = [one for one in contents.readings if one.by_model]
    if by_model:
        figures.leave(
            _count(by_model, "reading"), "in the archive", "a language model made them, not a rule"
        )


def _read_again(
    contents: Contents, known: list[ReadingFact], texts: Mapping[str, str], figures: Figures
) -> None:
    differing: list[tuple[ReadingFact, str]] = []
    for one in known:
        item = contents.item_of[one.key]
        parsed = parse_answer(texts.get(one.key, ""), item.options or {}, multiple=item.multiple)
        letters = "".join(parsed.letters)
        if (parsed.outcome.value, letters) != (one.outcome, one.letters):
            differing.append((one, _describe(parsed.outcome.value, letters)))
    n_same = len(known) - len(differing)
    if n_same:
        figures.compare(_count(known[:n_same], "reading"), "in the archive", "in the archive")
    for one, computed in differing[:MOST_NAMED]:
        figures.compare(f"Reading of {one.key}", _describe(one.outcome, one.letters), computed)
    if len(differing) > MOST_NAMED:
        rest = differing[MOST_NAMED:]
        named = _name_all([one.key for one, _ in rest])
        figures.compare(_count([one for one, _ in rest], "reading"), "in the archive", named)


def _check_ratings(contents: Contents, texts: Mapping[str, str], figures: Figures) -> None:
    """Each report's ratings by the checklist judge, made again; other judges' cannot be."""
    if not contents.ratings:
        return
    name = _count(contents.ratings, "rating")
    judge = contents.manifest.judge
    own = ChecklistJudge.identity
    if judge is None or judge.name != own.name:
        figures.leave(name, "in the archive", "a language model gave them, not a rule")
        return
    if judge.version != own.version:
        reason = f"version {judge.version} of the checklist judge gave them, not {own.version}"
        figures.leave(name, "in the archive", reason)
        return
    if not texts:
        figures.leave(name, "in the archive", NO_TEXTS)
        return
    published = {(one.key, one.dimension): one.value for one in contents.ratings}
    computed = _rate_again(contents, {one.key for one in contents.ratings}, texts)
    differing = [
        f"{key}, {dimension}"
        for (key, dimension), value in published.items()
        if not is_close([value], [computed.get((key, dimension))])
    ]
    figures.compare(name, "in the archive", _name_all(differing) or "in the archive")


def _rate_again(
    contents: Contents, keys: Iterable[str], texts: Mapping[str, str]
) -> dict[tuple[str, str], float | None]:
    dimensions = tuple(d.key for section in contents.rubric.sections for d in section.dimensions)
    rated = {}
    for key in keys:
        item = contents.item_of[key]
        case = ReportCase(
            item_id=key,
            question=item.question or "",
            reference_report="",
            checklist=tuple(msgspec.convert(item.checklist or [], list[Check])),
            dimensions=dimensions,
        )
        for one in ChecklistJudge().rate(case, texts.get(key, "")):
            rated[key, one.dimension] = one.value
    return rated


def _describe(outcome: str, letters: str) -> str:
    return f"{outcome} {letters}".strip()


def _count(found: list[ReadingFact] | list, noun: str) -> str:  # type: ignore[type-arg]
    return f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}"


def _name_all(keys: list[str]) -> str:
    """The first of them in words, and how many more there are."""
    named = "; ".join(keys[:MOST_NAMED])
    more = len(keys) - MOST_NAMED
    return f"others for {named}{f' and {more:,} more' if more > 0 else ''}" if keys else ""
