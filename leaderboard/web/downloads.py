"""Files that are downloaded from pages and API alike."""

from __future__ import annotations

from flask import Response, send_file

from leaderboard.models.benchmark import Benchmark
from leaderboard.packages.catalogue import get_split
from leaderboard.packages.questions import write_questions
from leaderboard.web.services import database


def send_questions(found: Benchmark, name: str) -> Response:
    """The zip of a split's questions, as a download."""
    split = get_split(found, name)
    stream = write_questions(database(), split)
    file_name = f"{found.slug}-{found.version}-{split.name}.zip"
    return send_file(
        stream, mimetype="application/zip", as_attachment=True, download_name=file_name
    )
