"""Files of reported results: recognised by their content, all of their problems at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from leaderboard.errors import InvalidReported, Problem
from leaderboard.problems import FileProblems
from leaderboard.reported.aggregate_file import read_aggregate
from leaderboard.reported.lines import MOST_BYTES, MOST_MODELS, ModelLine, ReportedFile
from leaderboard.reported.table_file import read_table
from leaderboard.scoring.boards import DEFAULT_BOARDS, Board


class NamedFile(NamedTuple):
    """A file by the name that problems call it by; None for the only one."""

    path: str | None
    raw: bytes


def read_reported_file(
    files: Sequence[NamedFile], split: str, boards: Sequence[Board] = DEFAULT_BOARDS
) -> ReportedFile:
    """The models of all `files` (one CSV, or files of Every Eval Ever) as those of one source.

    They are for the split of this name and its boards. What the first file says of itself counts.
    Raises InvalidReported.
    """
    problems = FileProblems()
    read = [_read_one(file, split, problems, boards) for file in files]
    models = [model for one in read for model in one.models]
    _refuse_twins(models, problems)
    if not models and not problems:
        problems.append(Problem("There are no models in it.", "Give a line for each model."))
    if len(models) > MOST_MODELS:
        problems.append(
            Problem(f"There are {len(models):,} models.", f"Give at most {MOST_MODELS} a source.")
        )
    if problems:
        n = problems.n_all
        raise InvalidReported(
            f"The file has {n:,} problem{'s' if n > 1 else ''}; nothing was added.",
            "Fix them all and send it again.",
            problems,
        )
    return replace(
        read[0], models=models, left_out=[words for one in read for words in one.left_out]
    )


def _read_one(
    file: NamedFile, split: str, problems: FileProblems, boards: Sequence[Board]
) -> ReportedFile:
    if len(file.raw) > MOST_BYTES:
        problems.append(
            Problem(
                f"The file is larger than {MOST_BYTES:,} bytes.",
                "Leave out what is not figures of models, or split it into several sources.",
                path=file.path,
            )
        )
        return ReportedFile([])
    if file.raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        raw = file.raw.removeprefix(b"\xef\xbb\xbf")
        return read_aggregate(raw, file.path, split, problems, boards)
    found = FileProblems()
    read = read_table(file.raw, found, boards)
    for problem in found:
        problems.append(problem._replace(path=file.path))
    problems.n_all += found.n_all - len(found)
    return read


def _refuse_twins(models: Sequence[ModelLine], problems: FileProblems) -> None:
    seen: set[str] = set()
    for model in models:
        if model.name.casefold() in seen:
            problems.append(
                Problem(
                    "The model is there twice.",
                    "Tell the two apart by their names, or leave one out.",
                    id=model.name,
                )
            )
        seen.add(model.name.casefold())
