"""A team's model endpoints: register, test, change, delete, and submit one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.teams import find_team, read_teams
from leaderboard.endpoints.registry.connection_tests import find_test
from leaderboard.endpoints.registry.endpoints import (
    change_endpoint,
    delete_endpoint,
    get_own_endpoint,
    make_endpoint,
    read_endpoints,
    read_settings,
    wipe_key,
)
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.models.endpoint import Endpoint
from leaderboard.web.endpoints import host_parts, request_test
from leaderboard.web.forms.endpoints import EndpointForm, show_endpoint
from leaderboard.web.security import keep_private
from leaderboard.web.services import current_user, database, services, signed_in

blueprint = Blueprint("endpoints", __name__)
blueprint.after_request(keep_private)


@blueprint.get("/endpoints")
@signed_in
def index() -> str:
    """The endpoints of the user's teams."""
    rows = read_endpoints(database(), current_user())
    return render_template(
        "endpoints/index.html",
        endpoints=rows,
        tests={row.id: find_test(database(), row) for row in rows},
        teams=read_teams(database(), current_user()),
        is_on=services().vault.is_open,
    )


@blueprint.route("/endpoints/new", methods=["GET", "POST"])
@signed_in
def create() -> Response | tuple[str, int]:
    """Register an endpoint for one of the user's teams."""
    if request.method == "GET":
        return _form(None, show_endpoint(None, TeamSettings()))
    form = EndpointForm(request.form)
    with form.catches():
        team = find_team(database(), current_user(), str(form.team.data))
        endpoint = make_endpoint(
            database(), team, form.read_values(), maker=current_user(), **host_parts()
        )
        database().commit()
        flash(f"The endpoint {endpoint.name} is registered. Test it next.")
        return redirect(url_for("endpoints.show", key=endpoint.id))
    return _form(None, form)


@blueprint.get("/endpoints/<key>")
@signed_in
def show(key: str) -> str:
    """One endpoint: its last test, and what can be done with it."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    return render_template(
        "endpoints/endpoint.html",
        endpoint=endpoint,
        settings=read_settings(endpoint),
        test=find_test(database(), endpoint),
    )


@blueprint.route("/endpoints/<key>/change", methods=["GET", "POST"])
@signed_in
def change(key: str) -> Response | tuple[str, int]:
    """Change an endpoint; an empty key keeps the one there is."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    if request.method == "GET":
        return _form(endpoint, show_endpoint(endpoint, read_settings(endpoint)))
    form = EndpointForm(request.form)
    with form.catches():
        change_endpoint(database(), endpoint, form.read_values(), **host_parts())
        database().commit()
        flash(f"The endpoint {endpoint.name} has been changed.")
        return redirect(url_for("endpoints.show", key=key))
    return _form(endpoint, form)


@blueprint.post("/endpoints/<key>/test")
@signed_in
def test(key: str) -> Response:
    """Have a worker test the connection; the endpoint's page shows what came."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    request_test(endpoint)
    return redirect(url_for("endpoints.show", key=key, _anchor="test"))


@blueprint.post("/endpoints/<key>/wipe-key")
@signed_in
def wipe(key: str) -> Response:
    """Delete the key for good."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    wipe_key(database(), endpoint)
    database().commit()
    flash(f"The key of {endpoint.name} has been deleted.")
    return redirect(url_for("endpoints.show", key=key))


@blueprint.post("/endpoints/<key>/delete")
@signed_in
def delete(key: str) -> Response:
    """Delete an endpoint and its key."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    delete_endpoint(database(), endpoint)
    database().commit()
    flash(f"The endpoint {endpoint.name} has been deleted.")
    return redirect(url_for("endpoints.index"))


def _form(endpoint: Endpoint | None, form: EndpointForm) -> tuple[str, int]:
    teams = read_teams(database(), current_user())
    form.offer(teams, endpoint)
    page = render_template(
        "endpoints/form.html",
        endpoint=endpoint,
        form=form,
        teams=teams,
        is_on=services().vault.is_open,
    )
    return page, form.status
