"""The administrator's pages of people, teams and model cards: what is of no one benchmark."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.roles import Right
from leaderboard.accounts.second_factor import read_users_with_factor
from leaderboard.hosting import people as hosting
from leaderboard.hosting.overview import read_all_models, read_all_teams, read_people
from leaderboard.web.forms.hosting import ActForm
from leaderboard.web.pages.admin import (
    KeyAct,
    choose_act,
    finish,
)
from leaderboard.web.rights import ON_SITE, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database

blueprint = Blueprint("admin_people", __name__, url_prefix="/admin")
blueprint.after_request(keep_private)
USER_ACTS: dict[str, KeyAct] = {
    "ban": hosting.ban_user,
    "unban": hosting.unban_user,
    "confirm": hosting.confirm_user,
    "reset-second-factor": hosting.reset_second_factor,
}
TEAM_ACTS: dict[str, KeyAct] = {"ban": hosting.ban_team, "unban": hosting.unban_team}
MODEL_ACTS: dict[str, KeyAct] = {
    "verify": hosting.verify_model,
    "unverify": hosting.unverify_model,
}


@blueprint.get("/people")
@right_required(Right.MANAGE_PEOPLE, ON_SITE)
def people() -> str:
    """Users with their roles and teams, and all teams."""
    return _people_page(ActForm())


@blueprint.post("/people/<email>/<act>")
@right_required(Right.MANAGE_PEOPLE, ON_SITE)
def act_on_user(email: str, act: str) -> Response | tuple[str, int]:
    """Ban or unban a user, confirm their e-mail address, or reset their second factor."""
    chosen, form = choose_act(USER_ACTS, act), ActForm(request.form)
    with form.catches():
        done = chosen(database(), email, current_user().email, form.reason.text)
        return finish(done, url_for("admin_people.people"))
    return _people_page(form), form.status


@blueprint.post("/teams/<slug>/<act>")
@right_required(Right.MANAGE_PEOPLE, ON_SITE)
def act_on_team(slug: str, act: str) -> Response | tuple[str, int]:
    """Ban or unban a team."""
    chosen, form = choose_act(TEAM_ACTS, act), ActForm(request.form)
    with form.catches():
        done = chosen(database(), slug, current_user().email, form.reason.text)
        return finish(done, url_for("admin_people.people"))
    return _people_page(form), form.status


@blueprint.get("/models")
@right_required(Right.VERIFY_MODELS, ON_SITE)
def models() -> str:
    """All model cards, and which of them are verified."""
    return _models_page(ActForm())


@blueprint.post("/models/<slug>/<act>")
@right_required(Right.VERIFY_MODELS, ON_SITE)
def act_on_model(slug: str, act: str) -> Response | tuple[str, int]:
    """Verify a model card, or take its mark."""
    chosen, form = choose_act(MODEL_ACTS, act), ActForm(request.form)
    with form.catches():
        done = chosen(database(), slug, current_user().email, form.reason.text)
        return finish(done, url_for("admin_people.models"))
    return _models_page(form), form.status


def _people_page(form: ActForm) -> str:
    return render_template(
        "admin/people.html",
        people=read_people(database()),
        teams=read_all_teams(database()),
        me=current_user(),
        with_factor=read_users_with_factor(database()),
        form=form,
    )


def _models_page(form: ActForm) -> str:
    return render_template("admin/models.html", models=read_all_models(database()), form=form)
