"""The host's page of teams that wait for approval on hidden splits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from leaderboard.accounts.confirmation import MEANS_WORDS
from leaderboard.accounts.roles import Right
from leaderboard.errors import NotFound
from leaderboard.hosting import approvals as hosting
from leaderboard.hosting.act import Act
from leaderboard.models.benchmark import Split
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.web.forms.hosting import ActForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import BENCHMARK, current_reach, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, services

blueprint = Blueprint("admin_approvals", __name__, url_prefix="/admin/approvals")
blueprint.after_request(keep_private)
TeamAct = Callable[[Session, Split, str, str, str], Act]
ACTS: dict[str, TeamAct] = {
    "refuse": hosting.refuse,
    "withdraw": hosting.withdraw,
}


@blueprint.get("")
@right_required(Right.APPROVE_TEAMS)
def approvals() -> str:
    """Teams that wait, with what is known of their members, and teams that are approved."""
    return _page(ActForm())


@blueprint.post("/<slug>/<version>/<name>/<team>/<act>")
@right_required(Right.APPROVE_TEAMS, BENCHMARK)
def decide(slug: str, version: str, name: str, team: str, act: str) -> Response | tuple[str, int]:
    """Approve or refuse a team on a split, or withdraw its approval."""
    approve = partial(hosting.approve, seen=request.form.getlist("member"))
    acts: dict[str, TeamAct] = {"approve": approve, **ACTS}
    if act not in acts:
        raise NotFound("There is no such action.", "Use the buttons on the host's pages.")
    form = ActForm(request.form)
    with form.catches():
        split = get_split(get_benchmark(database(), slug, version), name)
        done = acts[act](database(), split, team, current_user().email, form.reason.text)
        return finish(done, url_for("admin_approvals.approvals"))
    return _page(form), form.status


def _page(form: ActForm) -> str:
    return render_template(
        "admin/approvals.html",
        pending=hosting.read_pending_teams(database(), current_reach()),
        approved=hosting.read_approved_teams(database(), current_reach()),
        asks_approval=services().asks_approval,
        means_words=MEANS_WORDS,
        form=form,
    )
