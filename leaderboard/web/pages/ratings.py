"""Experts rate reports, blind; hosts and experts see how far experts agree."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.audit import add_audit
from leaderboard.calibration.ratings import read_state
from leaderboard.errors import InvalidRatings, InvalidRequest, SpineBenchError
from leaderboard.experts.agreement import read_agreement
from leaderboard.experts.exchange import Imported, export_ratings, import_ratings
from leaderboard.experts.progress import read_progress
from leaderboard.experts.rate import (
    find_next,
    finish,
    get_own_report,
    read_own_assignments,
    save_draft,
)
from leaderboard.models.benchmark import Split
from leaderboard.models.rating import RaterKind
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split, read_benchmarks
from leaderboard.submissions.content import read_content
from leaderboard.web.pages.report_text import render_report
from leaderboard.web.services import current_user, database, role_required, services

blueprint = Blueprint("ratings", __name__)
FIELD_PREFIX = "rating-"
KINDS = (RaterKind.EXPERT, RaterKind.CONSTRUCTED)


@blueprint.after_request
def keep_private(response: AnyResponse) -> AnyResponse:
    """What experts see and say is kept by no cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.get("/rate")
@role_required(Role.EXPERT)
def index() -> str:
    """The reports that the expert is asked to rate, and how far they are."""
    own = read_own_assignments(database(), current_user())
    return render_template("ratings/index.html", assignments=own, next=find_next(own))


@blueprint.get("/rate/<key>")
@role_required(Role.EXPERT)
def report(key: str) -> str:
    """One case, one report, and the dimensions to rate."""
    found = get_own_report(database(), current_user(), key)
    return render_template(
        "ratings/report.html",
        report=found,
        assignment=found.assignment,
        text=render_report(found.text),
        reference=render_report(found.reference_report),
        prefix=FIELD_PREFIX,
    )


@blueprint.post("/rate/<key>")
@role_required(Role.EXPERT)
def save(key: str) -> AnyResponse:
    """Keep what is chosen; finish the report if that was asked for."""
    assignment = save_draft(database(), current_user(), key, _read_values())
    database().commit()
    if "finish" not in request.form:
        flash("Saved.", "success")
    elif assignment.n_rated < assignment.n_dimensions:
        n_missing = assignment.n_dimensions - assignment.n_rated
        flash(f"{n_missing} dimensions are not rated yet. Rate them, then finish.", "problem")
    else:
        return _finish(key, assignment.number)
    return redirect(url_for("ratings.report", key=key))


@blueprint.post("/rate/<key>/save")
@role_required(Role.EXPERT)
def save_one(key: str) -> AnyResponse:
    """Keep what the page's script sends, one choice at a time."""
    try:
        assignment = save_draft(database(), current_user(), key, _read_values())
    except SpineBenchError as error:
        answer = jsonify(message=error.message, remedy=error.remedy)
        answer.status_code = error.status
        return answer
    database().commit()
    return jsonify(n_rated=assignment.n_rated, n_dimensions=assignment.n_dimensions)


@blueprint.get("/rate/agreement")
@role_required(Role.HOST, Role.EXPERT)
def agreement() -> Response:
    """Expert against expert, and constructed ratings apart from them."""
    benchmarks = read_benchmarks(database())
    split = _read_split(request.args.get("benchmark") or (benchmarks[0].slug if benchmarks else ""))

    def render() -> str:
        return render_template(
            "ratings/agreement.html",
            benchmarks=benchmarks,
            split=split,
            tables={kind: read_agreement(database(), split, kind) for kind in KINDS},
            kinds=RaterKind,
        )

    state = (split.id, read_state(database(), split.id), tuple(b.content_hash for b in benchmarks))
    return services().pages.respond(state, render, is_public=False)


@blueprint.get("/rate/experts")
@role_required(Role.HOST)
def experts() -> str:
    """Every expert's progress, and files of ratings."""
    return _experts_page()


@blueprint.post("/rate/experts")
@role_required(Role.HOST)
def upload() -> str | tuple[str, int]:
    """Add the ratings of a CSV file, or show its problems."""
    try:
        split = _read_split(request.form.get("benchmark", ""))
        file: FileStorage | None = request.files.get("file")
        if file is None or not file.filename:
            raise InvalidRequest("There is no file.", "Choose a CSV file of ratings.")
        raw = read_content(file.stream, services().max_upload_bytes).raw  # type: ignore[arg-type]
        kind = _read_kind(request.form.get("kind", ""))
        done = import_ratings(database(), split, raw, kind)
    except SpineBenchError as error:
        return _experts_page(error=error), error.status
    subject, note = f"split {split.benchmark.slug} {split.name}", f"{done.n_added} {kind}"
    add_audit(database(), current_user().email, "import ratings", subject, note)
    database().commit()
    if done.n_added:
        services().queue.enqueue_calibration(split.id)
    return _experts_page(imported=done)


@blueprint.get("/rate/ratings.csv")
@role_required(Role.HOST)
def download() -> Response:
    """All ratings of one kind on a benchmark's ranked split."""
    split = _read_split(request.args.get("benchmark", ""))
    kind = _read_kind(request.args.get("kind", RaterKind.EXPERT))
    response = Response(export_ratings(database(), split, kind), mimetype="text/csv")
    name = f"{split.benchmark.slug}-{split.name}-{kind.value}-ratings.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _finish(key: str, number: int) -> AnyResponse:
    split_id = finish(database(), current_user(), key)
    database().commit()
    services().queue.enqueue_calibration(split_id)
    flash(f"Report {number} is finished.", "success")
    following = find_next(read_own_assignments(database(), current_user()))
    if following is None:
        return redirect(url_for("ratings.index"))
    return redirect(url_for("ratings.report", key=following.key))


def _read_values() -> dict[str, int]:
    """The chosen values of this request's form, by dimension."""
    chosen = {
        name.removeprefix(FIELD_PREFIX): value
        for name, value in request.form.items()
        if name.startswith(FIELD_PREFIX)
    }
    if not all(value.isdecimal() and len(value) == 1 for value in chosen.values()):
        raise InvalidRequest("A rating is a whole number.", "Rate from 1 to 5.")
    return {dimension: int(value) for dimension, value in chosen.items()}


def _read_split(slug: str) -> Split:
    benchmark = get_benchmark(database(), slug)
    name = request.values.get("split") or ranked_split(benchmark).name
    return get_split(benchmark, name)


def _read_kind(text: str) -> RaterKind:
    if text not in set(KINDS):
        raise InvalidRequest(f"There is no kind {text!r}.", "Choose expert or constructed.")
    return RaterKind(text)


def _experts_page(imported: Imported | None = None, error: SpineBenchError | None = None) -> str:
    return render_template(
        "ratings/experts.html",
        experts=read_progress(database()),
        benchmarks=read_benchmarks(database()),
        kinds=KINDS,
        imported=imported,
        error=error,
        problems=error.problems[:200] if isinstance(error, InvalidRatings) else (),
    )
