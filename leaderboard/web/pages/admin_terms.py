"""The host's page of a benchmark's terms: where its items may go."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.hosting.terms import set_third_parties
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.third_parties import read_third_parties
from leaderboard.web.forms.terms import ThirdPartiesForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import BENCHMARK, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_terms", __name__, url_prefix="/admin/terms")
blueprint.after_request(keep_private)


@blueprint.get("/<slug>")
@right_required(Right.SET_TERMS, BENCHMARK)
def terms(slug: str) -> str:
    """The terms as they are, and forms to change them."""
    return _page(slug)


@blueprint.post("/<slug>/third-parties")
@right_required(Right.SET_TERMS, BENCHMARK)
def third_parties(slug: str) -> Response:
    """Say whether items may go to judges and endpoints of third parties."""
    choice = ThirdPartiesForm(request.form).read_choice()
    done = set_third_parties(
        database(), get_benchmark(database(), slug), choice, current_user().email
    )
    return finish(done, url_for("admin_terms.terms", slug=slug))


def _page(slug: str) -> str:
    found = get_benchmark(database(), slug)
    choice = read_third_parties(database(), slug)
    return render_template(
        "admin/terms.html",
        benchmark=found,
        choosing=ThirdPartiesForm(data=choice._asdict()),
    )
