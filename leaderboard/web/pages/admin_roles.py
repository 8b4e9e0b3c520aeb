"""Who has which role, on one's own benchmarks."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import CHOSEN_BY, Right, read_holders, read_reach
from leaderboard.hosting.roles import revoke_as
from leaderboard.web.forms.hosting import ActForm
from leaderboard.web.pages.admin import finish, keep_private
from leaderboard.web.rights import current_reach, right_required
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_roles", __name__, url_prefix="/admin/roles")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.CHOOSE_EXPERTS)
def index() -> str:
    """Hosts and experts of one's benchmarks."""
    return _page(ActForm())


@blueprint.post("/revoke")
@right_required(Right.CHOOSE_EXPERTS)
def revoke() -> Response | tuple[str, int]:
    """Take a role from somebody."""
    form = ActForm(request.form)
    with form.catches():
        email, role, benchmark = (request.form[name] for name in ("email", "role", "benchmark"))
        done = revoke_as(database(), email, role, benchmark, current_user())
        return finish(done, url_for("admin_roles.index"))
    return _page(form), form.status


def _page(form: ActForm) -> str:
    reaches = {
        role: read_reach(database(), current_user(), right) for role, right in CHOSEN_BY.items()
    }
    return render_template(
        "admin/roles.html",
        holders=read_holders(database(), current_reach()),
        reaches=reaches,
        me=current_user(),
        form=form,
    )
