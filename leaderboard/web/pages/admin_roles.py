"""Who has which role on one's own benchmarks, and who is invited to one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.role_invitations import read_declined_roles, read_role_invitations
from leaderboard.accounts.roles import CHOSEN_BY, Right, read_holders, read_reach
from leaderboard.hosting.roles import invite, revoke_as, withdraw
from leaderboard.letters.ask import ask_letter
from leaderboard.models.letter import LetterKind
from leaderboard.web.forms.hosting import RoleForm
from leaderboard.web.pages.admin import finish
from leaderboard.web.rights import current_reach, read_own_benchmarks, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, post, services

blueprint = Blueprint("admin_roles", __name__, url_prefix="/admin/roles")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.CHOOSE_EXPERTS)
def index() -> str:
    """Hosts and experts of one's benchmarks, and invitations that are open."""
    return _page(RoleForm())


@blueprint.post("/invitations")
@right_required(Right.CHOOSE_EXPERTS)
def create_invitation() -> Response | tuple[str, int]:
    """Invite an e-mail address to a role, by mail where the server sends any."""
    form = RoleForm(request.form)
    with form.catches():
        row = invite(database(), form.email.text, *form.read_choice(), by=current_user())
        if not services().sends_mail:
            database().commit()
            flash(f"This server sends no mail: copy the link below and send it to {row.email}.")
        else:
            post(ask_letter(database(), LetterKind.INVITE, row.email, current_user()))
            flash(f"The invitation is on its way to {row.email}.", "success")
        return redirect(url_for("admin_roles.index"))
    return _page(form), form.status


@blueprint.post("/invitations/<key>/withdraw")
@right_required(Right.CHOOSE_EXPERTS)
def withdraw_invitation(key: str) -> Response:
    """Make an invitation useless."""
    done = withdraw(database(), key, current_user())
    return finish(done, url_for("admin_roles.index"))


@blueprint.post("/revoke")
@right_required(Right.CHOOSE_EXPERTS)
def revoke() -> Response | tuple[str, int]:
    """Take a role from somebody."""
    form = RoleForm()
    with form.catches():
        email, role, benchmark = (request.form[name] for name in ("email", "role", "benchmark"))
        done = revoke_as(database(), email, role, benchmark, current_user())
        return finish(done, url_for("admin_roles.index"))
    return _page(form), form.status


def _page(form: RoleForm) -> str:
    reaches = {
        role: read_reach(database(), current_user(), right) for role, right in CHOSEN_BY.items()
    }
    form.offer([role for role, reach in reaches.items() if reach], read_own_benchmarks())
    return render_template(
        "admin/roles.html",
        holders=read_holders(database(), current_reach()),
        invitations=read_role_invitations(database(), current_reach()),
        declined=read_declined_roles(database(), current_reach()),
        reaches=reaches,
        base_url=services().base_url,
        me=current_user(),
        form=form,
    )
