"""What a request sends to be scored or read: its split and its file, for pages and API alike."""

from __future__ import annotations

from typing import NamedTuple

from flask import request
from werkzeug.datastructures import FileStorage

from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.models.benchmark import Split
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split
from leaderboard.packages.opening import refuse_followed
from leaderboard.submissions.content import Content, join_contents, read_content
from leaderboard.submissions.formats import FORMAT_WORDS
from leaderboard.submissions.read import Predictions, read_predictions
from leaderboard.submissions.submit import read_known_items, read_split_facts
from leaderboard.web.services import database, services


class Upload(NamedTuple):
    """A prediction file that was read, and what it was read for."""

    split: Split
    predictions: Predictions
    file_name: str


def read_upload(fields: FieldProblems | None = None) -> Upload:
    """The file of this request, read for its split.

    Raises every problem of benchmark, split and file, with those that `fields` holds already.
    """
    fields = fields or FieldProblems()
    split = find_asked_split(fields)
    with fields.at("file"):
        name, content = read_files(f"Choose a file of predictions: {FORMAT_WORDS}.")
        if split is not None:
            facts = read_split_facts(database(), split)
            predictions = read_predictions(content, read_known_items(database(), split), facts)
    fields.raise_all()
    assert split is not None, "its problem was raised"
    return Upload(split, predictions, name)


def find_asked_split(fields: FieldProblems) -> Split | None:
    """The split that this request's form names, by default the ranked one of its benchmark.

    A version that the form names must be the newest: it says what the predictions answer.

    None where there is no such one, which is noted in `fields`.
    """
    with fields.at("benchmark"):
        slug, version = request.form.get("benchmark", ""), request.form.get("version")
        benchmark = get_benchmark(database(), slug, version)
        name = request.form.get("split") or ranked_split(benchmark).name
        with fields.at("split"):
            split = get_split(benchmark, name)
            refuse_followed(database(), split)
            return split
    return None


def read_file(remedy: str) -> tuple[str, Content]:
    """Name and content of this request's file. Raises InvalidRequest with `remedy` if none came."""
    return _read_sent(request.files.get("file"), remedy)


def read_files(remedy: str) -> tuple[str, Content]:
    """The same of one file or of several of one run, which become one."""
    sent = request.files.getlist("file")
    if len(sent) < 2:
        return read_file(remedy)
    named = [_read_sent(file, remedy) for file in sent]
    return f"{named[0][0]} and {len(named) - 1} more", join_contents(named)


def _read_sent(file: FileStorage | None, remedy: str) -> tuple[str, Content]:
    if file is None or not file.filename:
        raise InvalidRequest("There is no file.", remedy)
    content = read_content(file.stream, services().max_upload_bytes)  # type: ignore[arg-type]
    return file.filename, content
