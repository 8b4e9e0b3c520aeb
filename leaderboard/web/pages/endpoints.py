"""A team's model endpoints: register, test, change, delete, and submit one."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.teams import get_own_model_card, get_team, read_teams
from leaderboard.endpoints.registry.connection_tests import ask_test, find_test
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
from leaderboard.errors import InvalidRequest, SpineBenchError
from leaderboard.models.benchmark import Track
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split, ranked_split
from leaderboard.submissions.endpoint_runs import submit_endpoint
from leaderboard.web.services import current_user, database, services, signed_in

blueprint = Blueprint("endpoints", __name__)
NUMBERS = (
    "temperature",
    "seed",
    "concurrency",
    "requests_per_minute",
    "timeout_seconds",
    "budget_requests",
    "budget_tokens",
)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """A team's endpoints are kept by no cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


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
def create() -> str | Response | tuple[str, int]:
    """Register an endpoint for one of the user's teams."""
    error = None
    if request.method == "POST":
        try:
            team = get_team(database(), current_user(), request.form.get("team", ""))
            endpoint = make_endpoint(database(), team, read_form(), **host_parts())
            database().commit()
            flash(f"The endpoint {endpoint.name} is registered. Test it next.")
            return redirect(url_for("endpoints.show", key=endpoint.id))
        except SpineBenchError as problem:
            error = problem
    return _form(None, error)


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
def change(key: str) -> str | Response | tuple[str, int]:
    """Change an endpoint; an empty key keeps the one there is."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    error = None
    if request.method == "POST":
        try:
            change_endpoint(database(), endpoint, read_form(), **host_parts())
            database().commit()
            flash(f"The endpoint {endpoint.name} is changed.")
            return redirect(url_for("endpoints.show", key=key))
        except SpineBenchError as problem:
            database().rollback()
            error = problem
    return _form(endpoint, error)


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
    flash(f"The key of {endpoint.name} is deleted.")
    return redirect(url_for("endpoints.show", key=key))


@blueprint.post("/endpoints/<key>/delete")
@signed_in
def delete(key: str) -> Response:
    """Delete an endpoint and its key."""
    endpoint = get_own_endpoint(database(), current_user(), key)
    delete_endpoint(database(), endpoint)
    database().commit()
    flash(f"The endpoint {endpoint.name} is deleted.")
    return redirect(url_for("endpoints.index"))


def request_test(endpoint: Endpoint) -> None:
    """Ask for a test of `endpoint`, unless one is under way: commit, then enqueue."""
    services().vault.require_open()
    is_new = ask_test(database(), endpoint)
    database().commit()
    if is_new:
        services().queue.enqueue_endpoint_test(endpoint.id)


def submit_form() -> Submission:
    """Submit the endpoint that this request's form names: commit, then enqueue."""
    form = request.form
    benchmark = get_benchmark(database(), form.get("benchmark", ""))
    name = form.get("split") or ranked_split(benchmark).name
    submission = submit_endpoint(
        database(),
        user=current_user(),
        model_card=get_own_model_card(database(), current_user(), form.get("model", "")),
        split=get_split(benchmark, name),
        endpoint=get_own_endpoint(database(), current_user(), form.get("endpoint", "")),
        tracks=[_read_track(name) for name in form.getlist("track")],
        wipes_key=form.get("wipe_key") in ("1", "true", "on"),
        vault=services().vault,
        quota=services().quota,
    )
    database().commit()
    services().queue.enqueue_evaluation(submission.id)
    return submission


def read_form() -> dict[str, Any]:
    """An endpoint's values from its form; an empty number is null."""
    form = request.form
    settings: dict[str, Any] = {name: form.get(name, "").strip() or None for name in NUMBERS}
    for name in ("concurrency", "timeout_seconds"):
        if settings[name] is None:
            del settings[name]
    settings["max_tokens"] = {
        track.value: text for track in Track if (text := form.get(f"max_tokens_{track.value}", ""))
    }
    settings["token_field"] = form.get("token_field") or "max_tokens"
    settings["accepts_images"] = form.get("accepts_images") == "1"
    settings["extra"] = _read_extra(form.get("extra", ""))
    return {
        "name": form.get("name", ""),
        "base_url": form.get("base_url", ""),
        "model": form.get("model", ""),
        "key": form.get("key", ""),
        "settings": settings,
    }


def _read_extra(text: str) -> Any:
    try:
        return msgspec.json.decode(text) if text.strip() else {}
    except msgspec.DecodeError as error:
        raise InvalidRequest(
            f"The further fields are no JSON: {error}.", 'Write an object such as {"top_p": 0.9}.'
        ) from None


def _read_track(name: str) -> Track:
    try:
        return Track(name)
    except ValueError:
        raise InvalidRequest(
            f"There is no track {name[:40]!r}.", f"The tracks are {', '.join(Track)}."
        ) from None


def host_parts() -> dict[str, Any]:
    """What the host gives to making or changing an endpoint."""
    return {"vault": services().vault, "policy": services().address_policy}


def _form(endpoint: Endpoint | None, error: SpineBenchError | None) -> str | tuple[str, int]:
    page = render_template(
        "endpoints/form.html",
        endpoint=endpoint,
        settings=read_settings(endpoint) if endpoint else TeamSettings(),
        teams=read_teams(database(), current_user()),
        error=error,
        is_on=services().vault.is_open,
    )
    return (page, error.status) if error else page
