"""The host's page of a split's phases."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.hosting.phases import plan_phase, take_phase_back
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.phases import view_phases
from leaderboard.web.forms.phases import PhaseForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import BENCHMARK, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_phases", __name__, url_prefix="/admin/phases")
blueprint.after_request(keep_private)


@blueprint.get("/<slug>/<version>/<name>")
@right_required(Right.PLAN_PHASES, BENCHMARK)
def phases(slug: str, version: str, name: str) -> str:
    """The phases of a split, and a form for another one."""
    return _page(slug, version, name, PhaseForm())


@blueprint.post("/<slug>/<version>/<name>")
@right_required(Right.PLAN_PHASES, BENCHMARK)
def plan(slug: str, version: str, name: str) -> Response | tuple[str, int]:
    """Make a phase, or change the one of its name."""
    form = PhaseForm(request.form)
    with form.catches():
        done = plan_phase(
            database(),
            get_split(get_benchmark(database(), slug, version), name),
            form.name.text,
            form.opens.text,
            form.closes.text,
            form.units.text,
            current_user().email,
            is_final=bool(form.is_final.data),
        )
        return finish(done, url_for("admin_phases.phases", slug=slug, version=version, name=name))
    return _page(slug, version, name, form), form.status


@blueprint.post("/<slug>/<version>/<name>/take-back")
@right_required(Right.PLAN_PHASES, BENCHMARK)
def take_back(slug: str, version: str, name: str) -> Response:
    """Take a phase back that has received nothing."""
    split = get_split(get_benchmark(database(), slug, version), name)
    phase = request.form.get("phase", "")
    done = take_phase_back(database(), split, phase, current_user().email)
    return finish(done, url_for("admin_phases.phases", slug=slug, version=version, name=name))


def _page(slug: str, version: str, name: str, form: PhaseForm) -> str:
    split = get_split(get_benchmark(database(), slug, version), name)
    return render_template(
        "admin/phases.html", split=split, phases=view_phases(database(), split.id), form=form
    )
