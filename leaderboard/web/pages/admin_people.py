"""The host's pages of people, teams and model cards."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.hosting import people as hosting
from leaderboard.hosting.overview import read_all_models, read_all_teams, read_people
from leaderboard.models.role import Role
from leaderboard.web.pages.admin import (
    KeyAct,
    choose_act,
    finish,
    host_only,
    keep_private,
    read_why,
)
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin")
blueprint.after_request(keep_private)
USER_ACTS: dict[str, KeyAct] = {"ban": hosting.ban_user, "unban": hosting.unban_user}
TEAM_ACTS: dict[str, KeyAct] = {"ban": hosting.ban_team, "unban": hosting.unban_team}
MODEL_ACTS: dict[str, KeyAct] = {
    "verify": hosting.verify_model,
    "unverify": hosting.unverify_model,
}


@blueprint.get("/people")
@host_only
def people() -> str:
    """Users with their roles and teams, and all teams."""
    return render_template(
        "admin/people.html",
        people=read_people(database()),
        teams=read_all_teams(database()),
        roles=Role,
        me=current_user(),
    )


@blueprint.post("/people/<email>/<act>")
@host_only
def act_on_user(email: str, act: str) -> Response:
    """Ban or unban a user."""
    done = choose_act(USER_ACTS, act)(database(), email, current_user().email, read_why())
    return finish(done, url_for("admin_people.people"))


@blueprint.post("/people/<email>/roles/<role>")
@host_only
def change_role(email: str, role: str) -> Response:
    """Give or take a role."""
    change = hosting.revoke if "revoke" in request.form else hosting.grant
    done = change(database(), email, role, current_user().email)
    return finish(done, url_for("admin_people.people"))


@blueprint.post("/teams/<slug>/<act>")
@host_only
def act_on_team(slug: str, act: str) -> Response:
    """Ban or unban a team."""
    done = choose_act(TEAM_ACTS, act)(database(), slug, current_user().email, read_why())
    return finish(done, url_for("admin_people.people"))


@blueprint.get("/models")
@host_only
def models() -> str:
    """All model cards, and which of them are verified."""
    return render_template("admin/models.html", models=read_all_models(database()))


@blueprint.post("/models/<slug>/<act>")
@host_only
def act_on_model(slug: str, act: str) -> Response:
    """Verify a model card, or take its mark."""
    done = choose_act(MODEL_ACTS, act)(database(), slug, current_user().email, read_why())
    return finish(done, url_for("admin_people.models"))
