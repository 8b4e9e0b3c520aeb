"""The data-use agreement of a benchmark: read it, and accept it for a team."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.teams import get_team, read_teams
from leaderboard.agreements import accept_agreement, find_agreement, has_accepted
from leaderboard.errors import NotFound
from leaderboard.models.team import TeamRole
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.web.pages.report_text import render_report
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    find_current_user,
    note_benchmark,
    signed_in,
)

blueprint = Blueprint("agreements", __name__)
blueprint.after_request(keep_private)


@blueprint.get("/benchmarks/<slug>/agreement")
def show(slug: str) -> str:
    """The text in force, and the user's teams that have accepted it or may."""
    found, user = get_benchmark(database(), slug), find_current_user()
    note_benchmark(slug)
    agreement = find_agreement(database(), slug)
    if agreement is None:
        raise NotFound(
            f"{found.name} asks for no agreement.", "Download its questions from its page."
        )
    teams = [] if user is None else read_teams(database(), user)
    owned = {
        one.team_id
        for one in (user.memberships if user is not None else ())
        if one.role is TeamRole.OWNER
    }
    return render_template(
        "benchmarks/agreement.html",
        benchmark=found,
        agreement=agreement,
        text=render_report(agreement.text),
        user=user,
        teams=teams,
        owned=owned,
        accepted={one.id for one in teams if has_accepted(database(), agreement, one.id)},
    )


@blueprint.post("/benchmarks/<slug>/agreement")
@signed_in
def accept(slug: str) -> Response:
    """Accept for one of the user's teams the version that they have read."""
    found, user = get_benchmark(database(), slug), current_user()
    team = get_team(database(), user, request.form.get("team", ""))
    version = request.form.get("version", "")
    accept_agreement(database(), found.slug, version, team, user)
    database().commit()
    flash(f"The team {team.name} has accepted version {version}.", "success")
    return redirect(url_for("agreements.show", slug=slug))
