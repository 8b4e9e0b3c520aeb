"""Files that are downloaded from pages and API alike."""

from __future__ import annotations

import tempfile
from typing import BinaryIO, cast

from flask import Response, request, send_file

from leaderboard.bundles.archive import save_archive
from leaderboard.bundles.gather import gather_submission
from leaderboard.disclosure import Viewer
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_split
from leaderboard.packages.questions import write_questions
from leaderboard.web.agreements import require_items
from leaderboard.web.allowance import Work
from leaderboard.web.page_cache import FOR_SOME
from leaderboard.web.services import database, services, spend

ZIP = "application/zip"
MEMORY_BYTES = 4 * 1024 * 1024


def send_questions(found: Benchmark, name: str) -> Response:
    """The zip of a split's questions, as a download. Raises AgreementNeeded."""
    require_items(found)
    split = get_split(found, name)
    stream = write_questions(database(), split)
    file_name = f"{found.slug}-{found.version}-{split.name}.zip"
    sent = send_file(stream, mimetype=ZIP, as_attachment=True, download_name=file_name)
    if request.environ.get(FOR_SOME):
        sent.headers["Cache-Control"] = "private, no-store"
    return sent


def send_bundle(submission: Submission, viewer: Viewer) -> Response:
    """The archive of what a submission's scores follow from, as far as `viewer` may have it."""
    spend(Work.BUNDLE)
    made = gather_submission(database(), submission, viewer)
    private = next(iter(services().bundle_keys), None)
    # The response that sends it closes it.
    spooled = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
    stream = cast(BinaryIO, spooled)
    save_archive(stream, made.manifest, made.members, private)
    stream.seek(0)
    name = f"{submission.id}-proof{'' if viewer is Viewer.TEAM else '-for-hosts'}.zip"
    sent = send_file(stream, mimetype=ZIP, as_attachment=True, download_name=name)
    sent.headers["Cache-Control"] = "private, no-store"
    return sent
