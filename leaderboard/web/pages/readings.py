"""Single readings on pages: a public model's, a team's own, any to its hosts, two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from leaderboard.accounts.roles import Right
from leaderboard.disclosure import Viewer
from leaderboard.errors import InvalidRequest
from leaderboard.hosting.submissions import get_submission
from leaderboard.models.benchmark import Split
from leaderboard.models.submission import Submission
from leaderboard.rankings.read import get_row, read_state
from leaderboard.readings.pairs import read_pairs
from leaderboard.readings.read import read_page, sees_key
from leaderboard.submissions.find import get_own
from leaderboard.web.address import find_standing, read_place, read_slugs
from leaderboard.web.raw_text import lay_out
from leaderboard.web.readings import (
    get_public_submission,
    read_asked,
    read_asked_pairs,
    require_open,
    send_readings,
)
from leaderboard.web.rights import SUBMISSION, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    note_benchmark,
    services,
    signed_in,
)

blueprint = Blueprint("readings", __name__)
PRIVATE = ("readings.own", "readings.own_file", "readings.hosts", "readings.hosts_file")


@blueprint.after_request
def keep_own_private(response: Response) -> Response:
    """No cache keeps what is for a team or a host, be it that there is no such submission."""
    return keep_private(response) if request.endpoint in PRIVATE else response


@blueprint.get("/models/<slug>/items")
def model(slug: str) -> Response:
    """Each item of a model's public result, on a split that shows its items."""
    split = find_standing()
    require_open(split)

    def render() -> str:
        found = get_public_submission(split, slug)
        back = _address("leaderboards.model", split, slug=slug)
        return _render(found, Viewer.PUBLIC, back=back, files=f"/exports/models/{slug}/items")

    return services().pages.respond(read_state(database(), split), render)


@blueprint.get("/submissions/<key>/items")
@signed_in
def own(key: str) -> Response:
    """Each text of a team's own submission, and what was read of it."""
    found = get_own(database(), current_user(), key)
    note_benchmark(found.split.benchmark.slug)
    back = url_for("submissions.submission", key=key)
    return Response(_render(found, Viewer.TEAM, back=back, files=request.path))


@blueprint.get("/submissions/<key>/items.<ending>")
@signed_in
def own_file(key: str, ending: str) -> Response:
    """The same as a download."""
    return send_readings(get_own(database(), current_user(), key), Viewer.TEAM, ending)


@blueprint.get("/admin/submissions/<key>/items")
@right_required(Right.READ_ITEMS, SUBMISSION)
def hosts(key: str) -> Response:
    """Each item of any submission to a host's benchmark, with its key."""
    found = get_submission(database(), key)
    note_benchmark(found.split.benchmark.slug)
    back = url_for("admin.submission", key=key)
    return Response(_render(found, Viewer.HOST, back=back, files=request.path))


@blueprint.get("/admin/submissions/<key>/items.<ending>")
@right_required(Right.READ_ITEMS, SUBMISSION)
def hosts_file(key: str, ending: str) -> Response:
    """The same as a download."""
    return send_readings(get_submission(database(), key), Viewer.HOST, ending)


@blueprint.get("/compare/items")
def pairs() -> Response:
    """Two models side by side, item by item, on a split that shows its items."""
    split, slugs = find_standing(), read_slugs()
    require_open(split)
    if len(set(slugs)) != 2 or len(slugs) != 2:
        raise InvalidRequest(
            "Two different models are put side by side.", "Name two: models=first,second."
        ).at("models")
    return services().pages.respond(
        read_state(database(), split), lambda: _render_pairs(split, slugs)
    )


def _render(found: Submission, viewer: Viewer, *, back: str, files: str) -> str:
    asked = read_asked(found, viewer)
    shown = read_page(database(), found, viewer, asked.filter, asked.page)
    return render_template(
        "readings/readings.html",
        submission=found,
        split=found.split,
        viewer=viewer,
        with_key=sees_key(found, viewer),
        shown=shown,
        back=back,
        files=files,
        **_frame(asked.choices, asked.filter),
    )


def _render_pairs(split: Split, slugs: list[str]) -> str:
    asked = read_asked_pairs(split)
    rows = [get_row(database(), split, slug)[1] for slug in slugs]
    first, second = (row.files for row in rows)
    shown = read_pairs(database(), split, first, second, asked.filter, asked.page)
    return render_template(
        "readings/pairs.html",
        split=split,
        rows=rows,
        shown=shown,
        with_key=True,
        back=_address("comparisons.compare", split, models=",".join(slugs)),
        **_frame(asked.choices, asked.filter),
    )


def _frame(choices: Mapping[Any, Any], chosen: Mapping[Any, Any]) -> dict[str, Any]:
    """What both pages need: the form, its address and the query that pages and downloads keep."""
    kept = {
        name: value
        for name in ("benchmark", "version", "split", "models", "submission")
        if (value := request.args.get(name))
    }
    query = kept | {field.value: value for field, value in chosen.items()}
    return {
        "choices": choices,
        "chosen": chosen,
        "kept": kept,
        "query": query,
        "address": request.path,
        "lay_out": lay_out,
    }


def _address(endpoint: str, split: Split, **names: str) -> str:
    values: dict[str, Any] = {**names, **read_place(split)}
    return url_for(endpoint, **values)
