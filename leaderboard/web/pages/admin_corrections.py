"""The host's page of corrections: the draft, the next version made from it, and its package."""

from __future__ import annotations

from flask import Blueprint, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.lens.corrected_checks import describe_check, read_corrected_checks
from leaderboard.lens.corrections import read_corrections
from leaderboard.lens.next_version import name_next, prepare_corrected, read_corrected
from leaderboard.packages.catalogue import find_successor, get_benchmark, get_loaded
from leaderboard.packages.write import write_package, write_zip
from leaderboard.web.forms.hosting import NextVersionForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import BENCHMARK, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_corrections", __name__, url_prefix="/admin/corrections")
blueprint.after_request(keep_private)


@blueprint.get("/<slug>/<version>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def index(slug: str, version: str) -> str:
    """Corrected keys and checks of a version, and the versions that were made from them."""
    found = get_benchmark(database(), slug, version)
    form = NextVersionForm(data={"version": name_next(database(), found)})
    return _corrections_page(slug, version, form)


@blueprint.post("/<slug>/<version>/prepare")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def prepare(slug: str, version: str) -> Response | tuple[str, int]:
    """Make the next version."""
    form = NextVersionForm(request.form)
    with form.catches():
        found = get_benchmark(database(), slug, version)
        done = prepare_corrected(database(), found, form.version.text, current_user().email)
        return finish(done, url_for(".index", slug=slug, version=version))
    return _corrections_page(slug, version, form), form.status


@blueprint.get("/<slug>/<version>/package")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def package(slug: str, version: str) -> Response:
    """A version as a package, with its answers, opened or prepared."""
    found = get_loaded(database(), slug, version)
    return send_file(
        write_zip(write_package(database(), found)),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"{found.slug}-{found.version}.zip",
    )


def _corrections_page(slug: str, version: str, form: NextVersionForm) -> str:
    found = get_benchmark(database(), slug, version)
    return render_template(
        "admin/corrections.html",
        benchmark=found,
        successor=find_successor(database(), found),
        corrections=read_corrections(database(), found),
        checks=read_corrected_checks(database(), found),
        corrected=read_corrected(database(), found),
        describe_check=describe_check,
        form=form,
    )
