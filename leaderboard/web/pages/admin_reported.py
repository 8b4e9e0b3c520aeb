"""The host's page of reported results: look at a file before it is added, withdraw, link."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.hosting.reported import add_source, link_model, make_source, withdraw_source
from leaderboard.models.benchmark import Split
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import get_benchmark, get_split, read_versions
from leaderboard.reported.lines import ReportedFile
from leaderboard.reported.read import get_source, read_sources
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.reported.source import SourceFacts, read_source
from leaderboard.web.forms.hosting import ActForm
from leaderboard.web.forms.reported import SourceForm, pack, unpack
from leaderboard.web.pages.admin import finish
from leaderboard.web.pages.reported import show_source
from leaderboard.web.rights import BENCHMARK, REPORTED, read_own_benchmarks, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database
from leaderboard.web.uploads import read_file

blueprint = Blueprint("admin_reported", __name__, url_prefix="/admin/reported")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.REPORT_RESULTS)
def index() -> str:
    """The splits of every version, each with a link to what is reported beside it."""
    versions = [one for own in read_own_benchmarks() for one in read_versions(database(), own.slug)]
    splits = [split for version in versions for split in version.splits]
    return render_template("admin/reported_splits.html", splits=splits)


@blueprint.get("/<slug>/<version>/<name>")
@right_required(Right.REPORT_RESULTS, BENCHMARK)
def split(slug: str, version: str, name: str) -> str:
    """What is reported beside a split, and a form to add a source."""
    return _page(_get_split(slug, version, name), SourceForm())


@blueprint.post("/<slug>/<version>/<name>/preview")
@right_required(Right.REPORT_RESULTS, BENCHMARK)
def preview(slug: str, version: str, name: str) -> str | tuple[str, int]:
    """What a file would add: nothing is stored."""
    found, form = _get_split(slug, version, name), SourceForm(request.form)
    with form.catches():
        raw = _read_sent()
        read, facts = _read(raw, found, form)
        shown = show_source(make_source(found, read, facts))
        return render_template(
            "admin/reported_preview.html",
            split=found,
            shown=shown,
            left_out=read.left_out,
            form=form,
            content=pack(raw),
        )
    return _page(found, form), form.status


@blueprint.post("/<slug>/<version>/<name>/add")
@right_required(Right.REPORT_RESULTS, BENCHMARK)
def add(slug: str, version: str, name: str) -> Response | tuple[str, int]:
    """Add a source as its preview showed it."""
    found, form = _get_split(slug, version, name), SourceForm(request.form)
    with form.catches():
        read, facts = _read(unpack(request.form.get("content", "")), found, form)
        done = add_source(database(), found, read, facts, current_user())
        return finish(done, url_for(".split", slug=slug, version=version, name=name))
    return _page(found, form), form.status


@blueprint.post("/<int:key>/withdraw")
@right_required(Right.REPORT_RESULTS, REPORTED)
def withdraw(key: int) -> Response | tuple[str, int]:
    """Take a source away."""
    source, form = get_source(database(), key), ActForm(request.form)
    found = source.split
    with form.catches():
        done = withdraw_source(database(), source, form.reason.text, current_user())
        return finish(done, _address(found))
    return _page(found, SourceForm(), form), form.status


@blueprint.post("/<int:key>/<int:place>/link")
@right_required(Right.REPORT_RESULTS, REPORTED)
def link(key: int, place: int) -> Response:
    """Say which card a reported model is that of."""
    source = get_source(database(), key)
    slug = request.form.get("model", "")
    done = link_model(database(), source, place, slug, current_user())
    return finish(done, _address(source.split))


def _read_sent() -> bytes:
    """The file of this request. Raises InvalidRequest at its field."""
    try:
        return read_file("Choose a CSV, or a JSON of Every Eval Ever.")[1].raw
    except InvalidRequest as error:
        raise error.at("file") from None


def _read(raw: bytes, split: Split, form: SourceForm) -> tuple[ReportedFile, SourceFacts]:
    """The file and what is said of its source. Raises every problem of either."""
    fields, read = FieldProblems(), ReportedFile([])
    with fields.inside():
        read = read_reported_file([NamedFile(None, raw)], split.name, split.benchmark.boards)
    with fields.inside():
        facts = read_source(form.read_said(), read, split.benchmark.tracks)
    fields.raise_all()
    return read, facts


def _get_split(slug: str, version: str, name: str) -> Split:
    return get_split(get_benchmark(database(), slug, version), name)


def _address(split: Split) -> str:
    benchmark = split.benchmark
    return url_for(".split", slug=benchmark.slug, version=benchmark.version, name=split.name)


def _page(split: Split, source_form: SourceForm, form: ActForm | None = None) -> str:
    return render_template(
        "admin/reported.html",
        split=split,
        sources=[show_source(one) for one in read_sources(database(), [split.id])],
        cards=database().scalars(select(ModelCard).order_by(ModelCard.name)).all(),
        source_form=source_form,
        form=form or (source_form if source_form.failure else ActForm()),
    )
