"""What an address asks of single readings: the choices there are, those made, and the page."""

from __future__ import annotations

import re
import tempfile
from typing import BinaryIO, NamedTuple, cast

from flask import Response, request, send_file

from leaderboard.disclosure import Viewer, shows_items
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.exports.formats import read_format, write_batches
from leaderboard.exports.readings import make_reading_head, make_reading_rows
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.submission import Submission
from leaderboard.rankings.read import get_row
from leaderboard.readings.filter import Choices, Filter, read_choices, read_filter
from leaderboard.readings.pairs import pair_choices
from leaderboard.readings.read import PAGE, read_batches, require_texts, sees_key
from leaderboard.web.agreements import require_item_pages
from leaderboard.web.page_cache import FOR_SOME
from leaderboard.web.services import database

MOST_LISTED = 200
MEMORY_BYTES = 4 * 1024 * 1024


class Asked(NamedTuple):
    """The values that there are to choose from, those chosen, which page, and how long it is."""

    choices: Choices
    filter: Filter
    page: int
    size: int


def read_asked(submission: Submission, viewer: Viewer) -> Asked:
    """What the address asks of a submission's readings. Raises InvalidRequest and NotFound."""
    require_texts(submission, viewer)
    with_key = sees_key(submission, viewer)
    return _read(read_choices(database(), submission.split, with_key=with_key))


def read_asked_pairs(split: Split) -> Asked:
    """What it asks of two models side by side. Raises InvalidRequest and NotFound."""
    require_open(split)
    return _read(pair_choices(read_choices(database(), split, with_key=True)))


def get_public_submission(split: Split, slug: str) -> Submission:
    """The submission by which a model stands on a split that shows its items.

    Of several by which it stands the one that the address names, else the latest. Raises NotFound.
    """
    require_open(split)
    _, row = get_row(database(), split, slug)
    named = request.args.get("submission") or row.submission.id
    for one in row.submissions:
        if one.id == named:
            return one
    raise NotFound(
        f"{row.model.name} does not stand by a submission {named[:40]!r}.",
        f"It stands by {', '.join(one.id for one in row.submissions)}.",
    )


def require_open(split: Split) -> None:
    """Raise NotFound where the items of the split may not be shown.

    Raises AgreementNeeded where they may, to those who accepted an agreement.
    """
    if not shows_items(split):
        is_hidden = split.answers is Answers.HIDDEN
        reason = "its answers are hidden" if is_hidden else "its package says so"
        raise NotFound(
            f"Single items of {split.benchmark.name} {split.name} are not public, "
            f"because {reason}.",
            "A team sees what was read of its own texts on the page of its submission.",
        )
    require_item_pages(split.benchmark)


def _read(choices: Choices) -> Asked:
    return Asked(
        choices,
        read_filter(request.args, choices),
        _read_number("page", 1, None),
        _read_number("limit", PAGE, MOST_LISTED),
    )


def _read_number(name: str, default: int, most: int | None) -> int:
    """A whole number from 1 on, at most `most`. Raises InvalidRequest."""
    text = request.args.get(name, "") or str(default)
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) == 0:
        raise InvalidRequest(
            f"{name}={text[:40]!r} is not a whole number from 1 on.",
            f"Leave it out for {default}.",
        ).at(name)
    return int(text) if most is None else min(int(text), most)


def send_readings(submission: Submission, viewer: Viewer, ending: str) -> Response:
    """All readings that the address asks for as a download, in the format of `ending`.

    They are written to a file of this machine a batch at a time. Raises NotFound.
    """
    format_, filter_ = read_format(ending), read_asked(submission, viewer).filter
    with_key = sees_key(submission, viewer)
    head = make_reading_head(submission, with_key=with_key)
    batches = read_batches(database(), submission, viewer, filter_)
    # The response that sends it closes it.
    spooled = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
    stream = cast(BinaryIO, spooled)
    write_batches(head, make_reading_rows(submission, batches, with_key=with_key), format_, stream)
    stream.seek(0)
    name = f"{head.name}.{ending}"
    response = send_file(
        stream, mimetype=format_.media_type, as_attachment=True, download_name=name
    )
    response.headers.pop("Expires", None)
    is_public = viewer is Viewer.PUBLIC and not request.environ.get(FOR_SOME)
    response.headers["Cache-Control"] = "no-cache" if is_public else "no-store"
    return response
