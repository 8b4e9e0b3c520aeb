"""Send predictions, and follow what becomes of them."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.teams import get_own_model_card, read_model_cards, read_teams
from leaderboard.db import now
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.endpoints.registry.endpoints import read_endpoints
from leaderboard.endpoints.registry.splits import may_see
from leaderboard.errors import InvalidPredictions, InvalidRequest, SpineBenchError
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split, read_benchmarks
from leaderboard.rankings.provenance import read_provenance
from leaderboard.rankings.read import read_board_scores, read_scores
from leaderboard.submissions.content import read_content
from leaderboard.submissions.endpoint_runs import find_run
from leaderboard.submissions.find import get_own, read_own
from leaderboard.submissions.formats import FORMAT_WORDS
from leaderboard.submissions.quota import TeamQuota, read_quotas
from leaderboard.submissions.read import MAX_TEXT_CHARACTERS, Predictions, read_predictions
from leaderboard.submissions.submit import cancel as cancel_submission
from leaderboard.submissions.submit import read_known_items
from leaderboard.submissions.submit import submit as add_submission
from leaderboard.web.pages.endpoints import submit_form
from leaderboard.web.pages.progress import make_progress
from leaderboard.web.services import (
    current_user,
    database,
    find_current_user,
    services,
    signed_in,
)

blueprint = Blueprint("submissions", __name__)
LISTED = 100


@blueprint.after_request
def keep_private(response: AnyResponse) -> AnyResponse:
    """A team's own pages are kept by no cache and shown to nobody after signing out."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


class Upload(NamedTuple):
    """A prediction file that was read, and what it was read for."""

    split: Split
    predictions: Predictions
    file_name: str


@blueprint.get("/submit")
def submit() -> str | AnyResponse:
    """The form, or, signed out, what one needs in order to submit."""
    return _form()


@blueprint.post("/submit")
@signed_in
def create() -> str | AnyResponse:
    """Read the file; show its problems, or the dry run's result, or submit it."""
    try:
        if "endpoint" in request.form:
            return redirect(url_for("submissions.submission", key=submit_form().id))
        upload = read_upload()
        if "dry_run" in request.form:
            return _form(upload=upload)
        submission = submit_upload(upload, request.form.get("model", ""))
    except SpineBenchError as error:
        return _form(error=error), error.status  # type: ignore[return-value]
    return redirect(url_for("submissions.submission", key=submission.id))


@blueprint.get("/submissions")
@signed_in
def index() -> str:
    """The submissions of all teams of the user, newest first."""
    rows = read_own(database(), current_user(), LISTED)
    return render_template(
        "submissions/index.html",
        submissions=rows,
        scores=read_board_scores(database(), rows, Viewer.TEAM),
        boards=Board,
        limit=LISTED,
    )


@blueprint.get("/submissions/<key>")
@signed_in
def submission(key: str) -> str:
    """One submission of a team of the user: state, events, results."""
    found = get_own(database(), current_user(), key)
    asked = find_run(database(), key)
    return render_template(
        "submissions/submission.html",
        submission=found,
        asked=asked,
        progress=make_progress(found, now(), asked),
        scores=read_scores(database(), found, Viewer.TEAM),
        has_breakdown=disclosure(found, Viewer.TEAM).breakdown,
        report=read_provenance(database(), [found.id]).get(found.id),
        boards=Board,
        tracks=Track,
    )


@blueprint.get("/submissions/<key>/progress")
@signed_in
def progress(key: str) -> Response:
    """How a submission stands, for the script of its page; `is_final` asks for a last reload."""
    found = get_own(database(), current_user(), key)
    standing = make_progress(found, now(), find_run(database(), key))
    return jsonify(
        status=found.status.value,
        step=found.step.value,
        line=standing.line,
        time=standing.time,
        is_final=standing.is_final,
        n_done=found.n_done,
        n_total=found.n_total,
        n_events=len(found.events),
        events=render_template("submissions/events.html", events=found.events),
    )


@blueprint.post("/submissions/<key>/cancel")
@signed_in
def cancel(key: str) -> AnyResponse:
    """Cancel a submission that has not ended."""
    cancel_submission(database(), get_own(database(), current_user(), key))
    database().commit()
    return redirect(url_for("submissions.submission", key=key))


def read_upload() -> Upload:
    """The file of this request, read for its split. Raises InvalidRequest or InvalidFile."""
    slug = request.form.get("benchmark", "")
    benchmark = get_benchmark(database(), slug)
    name = request.form.get("split") or ranked_split(benchmark).name
    split = get_split(benchmark, name)
    file: FileStorage | None = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidRequest("There is no file.", f"Choose a {FORMAT_WORDS} file of predictions.")
    content = read_content(file.stream, services().max_upload_bytes)  # type: ignore[arg-type]
    predictions = read_predictions(content, read_known_items(database(), split))
    return Upload(split, predictions, file.filename)


def submit_upload(upload: Upload, model_slug: str) -> Submission:
    """Submit for a model of the current user's teams: commit, then enqueue."""
    card = get_own_model_card(database(), current_user(), model_slug)
    submission = add_submission(
        database(),
        user=current_user(),
        model_card=card,
        split=upload.split,
        predictions=upload.predictions,
        file_name=upload.file_name,
        quota=services().quota,
    )
    database().commit()
    services().queue.enqueue_evaluation(submission.id)
    return submission


def read_own_quotas() -> list[TeamQuota]:
    """How the current user's teams stand on the newest benchmarks' splits; signed out, nothing."""
    user = find_current_user()
    splits = [split for one in read_benchmarks(database()) for split in one.splits]
    teams = read_teams(database(), user) if user else []
    return read_quotas(database(), teams, splits, services().quota)


def _form(upload: Upload | None = None, error: SpineBenchError | None = None) -> str:
    user = find_current_user()
    benchmarks = read_benchmarks(database())
    # The ranked ones first: the list begins with what the form proposes.
    splits = [ranked_split(one) for one in benchmarks] + [s for b in benchmarks for s in b.splits]
    return render_template(
        "submissions/submit.html",
        benchmarks=benchmarks,
        splits=list({split.name: split for split in splits}.values()),
        teams=read_teams(database(), user) if user else [],
        model_cards=read_model_cards(database(), user) if user else [],
        user=user,
        endpoints=read_endpoints(database(), user) if user else [],
        endpoint_splits=[s for b in benchmarks for s in b.splits if may_see(database(), s)],
        endpoints_on=services().vault.is_open,
        tracks=Track,
        upload=upload,
        error=error,
        quotas=read_own_quotas(),
        problems=error.problems[:200] if isinstance(error, InvalidPredictions) else (),
        max_mebibytes=services().max_upload_bytes / 2**20,
        max_characters=MAX_TEXT_CHARACTERS,
        base_url=services().base_url,
    )
