"""The host's page of a benchmark's terms: where its items may go, and what teams accept first."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.agreements import find_agreement, read_acceptances
from leaderboard.hosting.terms import (
    ask_agreement,
    set_third_parties,
    stop_asking,
    write_acceptances,
)
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.third_parties import read_third_parties
from leaderboard.web.forms.terms import AgreementForm, ThirdPartiesForm
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
    return _page(slug, None)


@blueprint.post("/<slug>/agreement")
@right_required(Right.SET_TERMS, BENCHMARK)
def agreement(slug: str) -> Response | tuple[str, int]:
    """Have teams accept a text before they have items."""
    form = AgreementForm(request.form)
    with form.catches():
        done = ask_agreement(
            database(),
            get_benchmark(database(), slug),
            form.version.text,
            form.text.text,
            current_user().email,
            covers_pages=bool(form.covers_pages.data),
        )
        return finish(done, url_for("admin_terms.terms", slug=slug))
    return _page(slug, form), form.status


@blueprint.post("/<slug>/agreement/end")
@right_required(Right.SET_TERMS, BENCHMARK)
def end_agreement(slug: str) -> Response:
    """Ask nobody any more."""
    done = stop_asking(database(), get_benchmark(database(), slug), current_user().email)
    return finish(done, url_for("admin_terms.terms", slug=slug))


@blueprint.get("/<slug>/acceptances.csv")
@right_required(Right.SET_TERMS, BENCHMARK)
def acceptances(slug: str) -> Response:
    """Who accepted which version, when and for which team, as a download."""
    response = Response(write_acceptances(database(), slug), mimetype="text/csv")
    name = f"{get_benchmark(database(), slug).slug}-acceptances.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/<slug>/third-parties")
@right_required(Right.SET_TERMS, BENCHMARK)
def third_parties(slug: str) -> Response:
    """Say whether items may go to judges and endpoints of third parties."""
    choice = ThirdPartiesForm(request.form).read_choice()
    done = set_third_parties(
        database(), get_benchmark(database(), slug), choice, current_user().email
    )
    return finish(done, url_for("admin_terms.terms", slug=slug))


def _page(slug: str, form: AgreementForm | None) -> str:
    found, choice = get_benchmark(database(), slug), read_third_parties(database(), slug)
    current = find_agreement(database(), slug)
    return render_template(
        "admin/terms.html",
        benchmark=found,
        choosing=ThirdPartiesForm(data=choice._asdict()),
        agreement=current,
        acceptances=read_acceptances(database(), slug),
        asking=form or AgreementForm(),
        form=form,
    )
