"""Experts rate reports, blind; hosts and experts see how far experts agree."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.roles import Right, forbid
from leaderboard.audit import add_audit
from leaderboard.calibration.ratings import read_state
from leaderboard.errors import FieldProblems, InvalidRequest, SpineBenchError
from leaderboard.experts.agreement import read_agreement
from leaderboard.experts.draws import count_draws
from leaderboard.experts.exchange import Imported, export_ratings, import_ratings
from leaderboard.experts.plan import assign_suggested, read_plan
from leaderboard.experts.progress import read_progress
from leaderboard.experts.rate import (
    BlindReport,
    find_next,
    finish,
    get_own_report,
    is_shown_noted,
    note_shown,
    read_own_assignments,
    save_draft,
    undo_finish,
)
from leaderboard.experts.trail import export_changes, read_changes
from leaderboard.models.benchmark import Split
from leaderboard.models.rating import RaterKind
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split
from leaderboard.queue import CALIBRATE
from leaderboard.rankings.releases import read_ruler
from leaderboard.scoring.statistics.calibration import PROBE_LABELS
from leaderboard.web.forms.ratings import (
    FIELD_PREFIX,
    KINDS,
    RatingForm,
    RatingsFileForm,
    make_rating_form,
)
from leaderboard.web.pages.report_text import render_report
from leaderboard.web.rights import current_reach, read_own_benchmarks, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, note_benchmark, services
from leaderboard.web.uploads import read_file

N_CHANGES = 200
MAX_DIGITS = 4
blueprint = Blueprint("ratings", __name__)
blueprint.after_request(keep_private)


@blueprint.get("/rate")
@right_required(Right.RATE_REPORTS)
def index() -> str:
    """The reports that the expert is asked to rate, and how far they are."""
    own = read_own_assignments(database(), current_user())
    return render_template("ratings/index.html", assignments=own, next=find_next(own))


@blueprint.get("/rate/<key>")
@right_required(Right.RATE_REPORTS)
def report(key: str) -> str:
    """One case, one report, and the dimensions to rate."""
    found = get_own_report(database(), current_user(), key)
    note_benchmark(found.split.benchmark.slug)
    if not is_shown_noted(database(), current_user(), key):
        # On SQLite a session that has read cannot write any more once somebody else has written.
        with services().sessions.write() as own:
            note_shown(own, own.get_one(User, current_user().id), key)
    return _report_page(found, make_rating_form(found.rubric)())


@blueprint.post("/rate/<key>")
@right_required(Right.RATE_REPORTS)
def save(key: str) -> AnyResponse | tuple[str, int]:
    """Keep what is chosen; finish the report if that was asked for."""
    form = _read_form(key)
    with form.catches():
        assignment = save_draft(database(), current_user(), key, form.read_values())
        database().commit()
        if "finish" in request.form:
            return _finish(key, assignment.number)
        flash("Saved.", "success")
        return redirect(url_for("ratings.report", key=key))
    return _report_page(get_own_report(database(), current_user(), key), form), form.status


@blueprint.post("/rate/<key>/save")
@right_required(Right.RATE_REPORTS)
def save_one(key: str) -> AnyResponse:
    """Keep what the page's script sends, one choice at a time."""
    try:
        assignment = save_draft(database(), current_user(), key, _read_form(key).read_values())
    except SpineBenchError as error:
        answer = jsonify(message=error.message, remedy=error.remedy)
        answer.status_code = error.status
        return answer
    database().commit()
    return jsonify(n_rated=assignment.n_rated, n_dimensions=assignment.n_dimensions)


@blueprint.post("/rate/<key>/undo")
@right_required(Right.RATE_REPORTS)
def undo(key: str) -> AnyResponse:
    """Take the finish of a report back, within an hour of it."""
    split_id = undo_finish(database(), current_user(), key)
    database().commit()
    services().queue.enqueue(CALIBRATE, split_id)
    flash("The report is open again, with your ratings as they were.", "success")
    return redirect(url_for("ratings.report", key=key))


@blueprint.get("/rate/agreement")
@right_required(Right.READ_AGREEMENT)
def agreement() -> Response:
    """Expert against expert, and constructed ratings apart from them."""
    benchmarks = read_own_benchmarks()
    first = benchmarks[0].slug if benchmarks else ""
    split = _read_split(request.args.get("benchmark") or first, Right.READ_AGREEMENT)

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
@right_required(Right.EXCHANGE_RATINGS)
def experts() -> str:
    """Every expert's progress, and files of ratings."""
    return _experts_page(RatingsFileForm())


@blueprint.post("/rate/experts")
@right_required(Right.EXCHANGE_RATINGS)
def upload() -> tuple[str, int]:
    """Add the ratings of a CSV file, or show its problems."""
    form = RatingsFileForm(request.form)
    with form.catches():
        split, kind, done = _import_file()
        slug, note = split.benchmark.slug, f"{done.n_added} {kind}"
        note += ", reports drawn at random" if form.is_random.data else ""
        subject = f"split {slug} {split.name}"
        add_audit(database(), current_user().email, "import ratings", subject, note, benchmark=slug)
        database().commit()
        if done.n_added:
            services().queue.enqueue(CALIBRATE, split.id)
        return _experts_page(RatingsFileForm(), imported=done), 200
    return _experts_page(form), form.status


@blueprint.post("/rate/experts/assign")
@right_required(Right.EXCHANGE_RATINGS)
def assign() -> AnyResponse:
    """Have experts rate further reports of a model, which the server draws."""
    split = _read_split(request.form.get("benchmark", ""), Right.EXCHANGE_RATINGS)
    slug, n = request.form.get("model", ""), _read_number(request.form.get("n", ""))
    done = assign_suggested(database(), split, slug, n)
    subject, note = f"model {slug}", f"{n} further reports: {done.n_added} added"
    add_audit(
        database(),
        current_user().email,
        "assign reports",
        subject,
        note,
        benchmark=split.benchmark.slug,
    )
    database().commit()
    flash(f"{done.n_added} assignments were added, drawn at random.", "success")
    return redirect(url_for("ratings.experts"))


@blueprint.get("/rate/ratings.csv")
@right_required(Right.EXCHANGE_RATINGS)
def download() -> Response:
    """All ratings of one kind on a benchmark's ranked split."""
    split = _read_split(request.args.get("benchmark", ""), Right.EXCHANGE_RATINGS)
    kind = _read_kind(request.args.get("kind", RaterKind.EXPERT))
    response = Response(export_ratings(database(), split, kind), mimetype="text/csv")
    name = f"{split.benchmark.slug}-{split.name}-{kind.value}-ratings.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/rate/changes")
@right_required(Right.EXCHANGE_RATINGS)
def changes() -> str:
    """The newest changes of ratings on a benchmark's ranked split."""
    benchmarks = read_own_benchmarks()
    first = benchmarks[0].slug if benchmarks else ""
    split = _read_split(request.args.get("benchmark") or first, Right.EXCHANGE_RATINGS)
    return render_template(
        "ratings/changes.html",
        benchmarks=benchmarks,
        split=split,
        changes=read_changes(database(), split, N_CHANGES),
        n_shown=N_CHANGES,
    )


@blueprint.get("/rate/changes.csv")
@right_required(Right.EXCHANGE_RATINGS)
def download_changes() -> Response:
    """All changes of ratings on a benchmark's ranked split."""
    split = _read_split(request.args.get("benchmark", ""), Right.EXCHANGE_RATINGS)
    response = Response(export_changes(database(), split), mimetype="text/csv")
    name = f"{split.benchmark.slug}-{split.name}-rating-changes.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _finish(key: str, number: int) -> AnyResponse:
    split_id = finish(database(), current_user(), key)
    database().commit()
    services().queue.enqueue(CALIBRATE, split_id)
    flash(f"Report {number} is finished.", "success")
    following = find_next(read_own_assignments(database(), current_user()))
    if following is None:
        return redirect(url_for("ratings.index"))
    return redirect(url_for("ratings.report", key=following.key))


def _read_form(key: str) -> RatingForm:
    rubric = get_own_report(database(), current_user(), key).rubric
    return make_rating_form(rubric)(request.form)


def _report_page(found: BlindReport, form: RatingForm) -> str:
    return render_template(
        "ratings/report.html",
        report=found,
        assignment=found.assignment,
        text=render_report(found.text),
        reference=render_report(found.reference_report),
        prefix=FIELD_PREFIX,
        form=form,
    )


def _import_file() -> tuple[Split, RaterKind, Imported]:
    """Add the ratings of this request's file. Raises every problem of its fields."""
    fields = FieldProblems()
    with fields.at("benchmark"):
        split = _read_split(request.form.get("benchmark", ""), Right.EXCHANGE_RATINGS)
    with fields.at("kind"):
        kind = _read_kind(request.form.get("kind", ""))
    with fields.at("file"):
        _, content = read_file("Choose a CSV file of ratings.")
    fields.raise_all()
    is_random = bool(request.form.get("is_random"))
    with fields.at("file"):
        done = import_ratings(database(), split, content.raw, kind, is_random=is_random)
    fields.raise_all()
    return split, kind, done


def _read_split(slug: str, right: Right) -> Split:
    """The split that is asked for, of a benchmark on which the user has the view's right."""
    benchmark = get_benchmark(database(), slug)
    if not current_reach().covers(slug):
        raise forbid(right)
    name = request.values.get("split") or ranked_split(benchmark).name
    return get_split(benchmark, name)


def _read_number(text: str) -> int:
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise InvalidRequest(f"{text[:20]!r} is not a number of reports.", "Write 1 or more.")
    return int(text)


def _read_kind(text: str) -> RaterKind:
    if text not in set(KINDS):
        raise InvalidRequest(f"There is no kind {text!r}.", "Choose expert or constructed.")
    return RaterKind(text)


def _experts_page(form: RatingsFileForm, imported: Imported | None = None) -> str:
    benchmarks = read_own_benchmarks()
    form.offer(benchmarks)
    splits = {one.slug: ranked_split(one) for one in benchmarks}
    return render_template(
        "ratings/experts.html",
        experts=read_progress(database(), current_reach()),
        benchmarks=benchmarks,
        kinds=KINDS,
        imported=imported,
        form=form,
        plans={slug: read_plan(database(), split) for slug, split in splits.items()},
        decides={slug: read_ruler(database(), split.id)[1] for slug, split in splits.items()},
        n_anchoring=PROBE_LABELS,
        draws={slug: count_draws(database(), split) for slug, split in splits.items()},
    )
