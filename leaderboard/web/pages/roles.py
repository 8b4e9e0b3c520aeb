"""The person who is invited to a role: what they are offered, and their yes or no."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.role_invitations import get_role_invitation
from leaderboard.hosting.act import Act
from leaderboard.hosting.roles import accept, decline
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    signed_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("roles", __name__)
blueprint.after_request(keep_private)


@blueprint.get("/invitations/<secret:key>")
@signed_in_unconfirmed
def invitation(key: str) -> str:
    """What somebody is invited to, by whom, and until when."""
    found = get_role_invitation(database(), current_user(), key)
    return render_template("roles/invitation.html", invitation=found, user=current_user())


@blueprint.post("/invitations/<secret:key>")
@signed_in
def accept_invitation(key: str) -> Response:
    """Accept the role."""
    return _finish(accept(database(), key, current_user()))


@blueprint.post("/invitations/<secret:key>/decline")
@signed_in
def decline_invitation(key: str) -> Response:
    """Decline the role: whoever invites to it is told."""
    return _finish(decline(database(), key, current_user()))


def _finish(done: Act) -> Response:
    database().commit()
    flash(done.message, "success")
    return redirect(url_for("account.account"))
