"""The host's pages of uploaded packages: a dry run with its preview, confirm, load or drop.

Nothing in an uploaded file is read here: a worker does that, and pages show its sheets.
"""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.hosting.uploaded.keep import (
    KEPT,
    MOST_KEPT,
    answer_questions,
    drop_uploaded,
    find_report,
    get_picture,
    get_uploaded,
    load_uploaded,
    make_mark,
    read_said,
    read_sheet,
    read_uploaded,
    receive_package,
    require_seen,
)
from leaderboard.hosting.uploaded.preview import PER_SHEET
from leaderboard.models.uploaded import SheetKind, UploadedPackage
from leaderboard.web.forms.packages import AnswersForm, LoadForm, UploadForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import (
    UPLOADED,
    current_reach,
    read_own_benchmarks,
    right_required,
)
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, services

blueprint = Blueprint("admin_packages", __name__, url_prefix="/admin/packages")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.LOAD_PACKAGES)
def index() -> str:
    """Uploaded packages, and a form for another one."""
    return _index_page(_offer(UploadForm()))


@blueprint.post("")
@right_required(Right.LOAD_PACKAGES)
def upload() -> Response | tuple[str, int]:
    """Keep a file, and have a worker look at it."""
    form = _offer(UploadForm(request.form))
    with form.catches():
        place, file = form.read_place(), request.files.get("file")
        if file is None or not file.filename:
            raise InvalidRequest("There is no file.", "Choose one.").at("file")
        kept, done = receive_package(
            database(),
            file.stream,  # type: ignore[arg-type]
            file.filename,
            place,
            str(form.layout.data or ""),
            current_user(),
            services().max_upload_bytes,
        )
        return finish(done, url_for(".package", key=kept.id))
    return _index_page(form), form.status


@blueprint.get("/<int:key>")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def package(key: int) -> str:
    """How it stands, what the dry run found, and what can be done."""
    kept = get_uploaded(database(), key)
    answers = AnswersForm()
    answers.show(read_said(kept))
    return _package_page(kept, answers, LoadForm())


@blueprint.get("/<int:key>/progress")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def progress(key: int) -> Response:
    """How far a worker is, for the script of its page."""
    kept = get_uploaded(database(), key)
    return jsonify(line=say_progress(kept), is_final=not kept.state.is_open)


@blueprint.get("/<int:key>/<any(problems, items, pictures):kind>")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def sheet(key: int, kind: str) -> str:
    """One page of the problems, of the items with their answers, or of the pictures."""
    kept = get_uploaded(database(), key)
    report = find_report(database(), kept)
    if report is None:
        raise NotFound("There is no preview yet.", "Wait for a worker.")
    number = max(1, request.args.get("page", 1, type=int))
    found = SheetKind(kind)
    n_rows = {"problems": report.n_problems, "items": report.n_items}.get(kind, report.n_pictures)
    return render_template(
        f"admin/package_{kind}.html",
        kept=kept,
        report=report,
        kind=kind,
        rows=read_sheet(database(), key, found, number - 1),
        n_rows=n_rows,
        number=number,
        n_pages=max(1, -(-n_rows // PER_SHEET[found])),
        form=None,
    )


@blueprint.get("/<int:key>/pictures/<int:place>")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def picture(key: int, place: int) -> Response:
    """A picture of the preview."""
    found = get_picture(database(), key, place)
    return Response(found.content, mimetype=found.media_type)


@blueprint.post("/<int:key>/answers")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def answer(key: int) -> Response | tuple[str, int]:
    """Answer what the layout does not say, and have the file looked at again."""
    kept, form = get_uploaded(database(), key), AnswersForm(request.form)
    with form.catches():
        done = answer_questions(database(), kept, form.read_said(), current_user())
        return finish(done, url_for(".package", key=key))
    return _package_page(kept, form, LoadForm(), form), form.status


@blueprint.post("/<int:key>/load")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def load(key: int) -> Response | tuple[str, int]:
    """Confirm what has to be confirmed, and have it loaded."""
    kept, form = get_uploaded(database(), key), LoadForm(request.form)
    with form.catches():
        require_seen(database(), kept, request.form.get("seen"))
        done = load_uploaded(
            database(),
            kept,
            form.by.text,
            form.found.text,
            has_looked=bool(form.looked.data),
            user=current_user(),
        )
        return finish(done, url_for(".package", key=key))
    answers = AnswersForm()
    answers.show(read_said(kept))
    return _package_page(kept, answers, form, form), form.status


@blueprint.post("/<int:key>/drop")
@right_required(Right.LOAD_PACKAGES, UPLOADED)
def drop(key: int) -> Response:
    """Delete it with all that was made of it."""
    kept = get_uploaded(database(), key)
    require_seen(database(), kept, request.form.get("seen"))
    done = drop_uploaded(database(), kept, current_user())
    return finish(done, url_for(".index"))


def say_progress(kept: UploadedPackage) -> str:
    """What a worker is at, in a sentence."""
    doing = "It is being loaded" if kept.step == "load" else "A worker looks at it"
    if kept.state == "waiting":
        return "It waits for a worker."
    if kept.n_all:
        return f"{doing}: {kept.n_done:,} of {kept.n_all:,} pictures."
    return f"{doing}."


def _index_page(form: UploadForm) -> str:
    return render_template(
        "admin/packages.html",
        rows=read_uploaded(database(), current_reach()),
        form=form,
        kept_days=KEPT.days,
        most_kept=MOST_KEPT,
        most_bytes=services().max_upload_bytes,
    )


def _offer(form: UploadForm) -> UploadForm:
    form.offer(read_own_benchmarks(), is_whole=current_reach().is_whole)
    return form


def _package_page(
    kept: UploadedPackage,
    answers: AnswersForm,
    load_form: LoadForm,
    form: AnswersForm | LoadForm | None = None,
) -> str:
    report = find_report(database(), kept)
    if report is not None and not kept.state.is_open:
        answers.mark(report.missing)
    return render_template(
        "admin/package.html",
        kept=kept,
        report=report,
        line=say_progress(kept),
        mark=make_mark(database(), kept),
        answers=answers,
        load_form=load_form,
        form=form,
        problems=read_sheet(database(), kept.id, SheetKind.PROBLEMS, 0),
        kept_days=KEPT.days,
    )
