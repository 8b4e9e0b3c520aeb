"""Where a team hears of its submissions, beside their pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.teams import find_team, read_teams
from leaderboard.notices.ask_test import ask_test, is_under_way
from leaderboard.notices.signature import write_secrets
from leaderboard.notices.targets import (
    end_old_secret,
    get_own_target,
    make_target,
    read_notices,
    read_targets,
    remove_target,
    replace_secret,
)
from leaderboard.queue import SEND_TEST
from leaderboard.web.forms.notices import TargetForm
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, services, signed_in

blueprint = Blueprint("notices", __name__, url_prefix="/account/notices")
blueprint.after_request(keep_private)
LISTED = 50


@blueprint.get("")
@signed_in
def index() -> str:
    """Targets of the user's teams, and what was sent to them."""
    return _page()


@blueprint.post("")
@signed_in
def create() -> Response | tuple[str, int]:
    """Add a target."""
    form = TargetForm(request.form)
    with form.catches():
        target = make_target(
            database(),
            find_team(database(), current_user(), str(form.team.data)),
            str(form.kind.data),
            form.address.text,
            services().address_policy,
            sends_mail=services().sends_mail,
            grace=services().confirmation_terms.grace,
            maker=current_user(),
        )
        database().commit()
        flash(
            f"{target.address} will be notified of the submissions of {target.team.name}.",
            "success",
        )
        return redirect(url_for("notices.index"))
    return _page(form), form.status


@blueprint.post("/<int:target_id>/test")
@signed_in
def test(target_id: int) -> Response | tuple[str, int]:
    """Have a worker send a test notice."""
    target, form = get_own_target(database(), current_user(), target_id), TargetForm()
    with form.catches():
        ask_test(database(), target)
        database().commit()
        services().queue.enqueue(SEND_TEST, target.id)
        flash(f"A test notice is on its way to {target.address}.")
        return redirect(url_for("notices.index"))
    return _page(form), form.status


@blueprint.post("/<int:target_id>/secret")
@signed_in
def new_secret(target_id: int) -> Response | tuple[str, int]:
    """Give a webhook a new secret beside the one that it has."""
    form = TargetForm()
    with form.catches():
        target = replace_secret(database(), current_user(), target_id)
        database().commit()
        flash(
            f"Notices to {target.address} are now signed with a new secret and with the old one.",
            "success",
        )
        return redirect(url_for("notices.index"))
    return _page(form), form.status


@blueprint.post("/<int:target_id>/secret/end")
@signed_in
def end_secret(target_id: int) -> Response:
    """End the old secret of a webhook that got a new one."""
    target = end_old_secret(database(), current_user(), target_id)
    database().commit()
    flash(f"Notices to {target.address} are now signed with the new secret only.", "success")
    return redirect(url_for("notices.index"))


@blueprint.post("/<int:target_id>/remove")
@signed_in
def remove(target_id: int) -> Response:
    """Remove a target."""
    target = remove_target(database(), current_user(), target_id)
    database().commit()
    flash(f"{target.address} will not be notified any longer.", "success")
    return redirect(url_for("notices.index"))


def _page(form: TargetForm | None = None) -> str:
    user, form = current_user(), form or TargetForm()
    teams = read_teams(database(), user)
    form.offer(teams, sends_mail=services().sends_mail)
    targets = read_targets(database(), user)
    return render_template(
        "account/notices.html",
        user=user,
        form=form,
        teams=teams,
        targets=targets,
        under_way={one.id for one in targets if one.test and is_under_way(one.test)},
        notices=read_notices(database(), user, LISTED),
        sends_mail=services().sends_mail,
        secrets={one.id: write_secrets(one.secret) for one in targets},
        limit=LISTED,
    )
