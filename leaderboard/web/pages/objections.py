"""Object to an item, a reading or a verdict, and read what became of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.makers import OBJECTIONS
from leaderboard.models.benchmark import Benchmark, Item
from leaderboard.models.submission import Submission
from leaderboard.objections.read import read_own_objections
from leaderboard.objections.send import (
    WORDS,
    get_item,
    list_kinds,
    require_answered,
    require_newest,
    send_objection,
)
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.submissions.find import get_own
from leaderboard.web.agreements import require_items
from leaderboard.web.forms.objections import EFFECTS, ObjectionForm
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, note_benchmark, signed_in

blueprint = Blueprint("objections", __name__)
blueprint.after_request(keep_private)
NEW = "/benchmarks/<slug>/<version>/objections/new"


@blueprint.get("/objections")
@signed_in
def index() -> str:
    """What the user objected to, with the answers."""
    rows = read_own_objections(database(), current_user())
    return render_template("objections/index.html", rows=rows, words=WORDS, effects=EFFECTS)


@blueprint.get(NEW)
@signed_in
def new(slug: str, version: str) -> str:
    """The form to object to an item, or to what it gave in a submission of one's team."""
    benchmark, item, submission = _read_subject(slug, version)
    require_newest(database(), benchmark)
    return _page(benchmark, item, submission, _offer(ObjectionForm(), submission))


@blueprint.post(NEW)
@signed_in
def send(slug: str, version: str) -> Response | tuple[str, int]:
    """Keep the objection."""
    benchmark, item, submission = _read_subject(slug, version)
    form = _offer(ObjectionForm(request.form), submission)
    with form.catches():
        kind, text = str(form.kind.data or ""), form.text.text
        send_objection(database(), current_user(), item, kind, text, submission)
        database().commit()
        flash("Your objection is sent to the benchmark's hosts.", "success")
        return redirect(url_for(".index"))
    return _page(benchmark, item, submission, form), form.status


def _read_subject(slug: str, version: str) -> tuple[Benchmark, Item, Submission | None]:
    """What the address names: the item, and the submission of a team of the user, if any."""
    benchmark = get_benchmark(database(), slug, version)
    note_benchmark(slug)
    require_items(benchmark)
    item = get_item(database(), benchmark, request.args.get("item", ""))
    key = request.args.get("submission", "")
    submission = get_own(database(), current_user(), key) if key else None
    if submission is not None:
        require_answered(database(), submission, item)
    return benchmark, item, submission


def _offer(form: ObjectionForm, submission: Submission | None) -> ObjectionForm:
    form.offer(list_kinds(submission))
    return form


def _page(
    benchmark: Benchmark, item: Item, submission: Submission | None, form: ObjectionForm
) -> str:
    return render_template(
        "objections/new.html",
        benchmark=benchmark,
        item=item,
        submission=submission,
        form=form,
        cap=OBJECTIONS.limit,
    )
