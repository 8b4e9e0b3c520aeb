"""A team's own page: its members, its invitations, and how one joins or leaves."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.invitations import (
    LIFETIME,
    NewInvitation,
    accept_invitation,
    decline_invitation,
    get_invitation,
    invite,
    may_accept,
    read_declined,
    read_open,
    withdraw_invitation,
)
from leaderboard.accounts.teams import get_team, require_owner
from leaderboard.accounts.variants import answer_request, read_requests
from leaderboard.errors import NotFound
from leaderboard.models.team import Consent, Membership, Team, TeamRole
from leaderboard.people.departures import (
    has_public_results,
    leave_team,
    make_owner,
    read_departure,
    remove_member,
)
from leaderboard.web.forms.accounts import InvitationForm
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    services,
    signed_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("teams", __name__)
blueprint.after_request(keep_private)
ANSWERS = {"accept": Consent.ACCEPTED, "refuse": Consent.REFUSED}


@blueprint.get("/account/teams/<slug>")
@signed_in
def team(slug: str) -> str:
    """Members, open invitations, and what one may do here."""
    return _page(get_team(database(), current_user(), slug), InvitationForm())


@blueprint.post("/account/teams/<slug>/invitations")
@signed_in
def create_invitation(slug: str) -> tuple[str, int]:
    """Make a link that lets one person join the team, and show it, this one time."""
    found, form = get_team(database(), current_user(), slug), InvitationForm(request.form)
    require_owner(database(), found, current_user())
    with form.catches():
        made = invite(database(), found, current_user(), form.email.text)
        database().commit()
        return _page(found, InvitationForm(), made), 200
    return _page(found, form), form.status


@blueprint.post("/account/teams/<slug>/invitations/<int:key>/withdraw")
@signed_in
def withdraw(slug: str, key: int) -> Response:
    """Make an invitation useless."""
    found = get_team(database(), current_user(), slug)
    withdraw_invitation(database(), found, current_user(), key)
    database().commit()
    return _done(found, "The invitation has been withdrawn.")


@blueprint.post("/account/teams/<slug>/members/<int:user_id>/remove")
@signed_in
def remove(slug: str, user_id: int) -> Response:
    """End another member's membership."""
    found = get_team(database(), current_user(), slug)
    removed = remove_member(database(), found, current_user(), user_id)
    database().commit()
    return _done(found, f"{removed.name} is no longer in {found.name}.")


@blueprint.post("/account/teams/<slug>/members/<int:user_id>/owner")
@signed_in
def promote(slug: str, user_id: int) -> Response:
    """Make another member an owner."""
    found = get_team(database(), current_user(), slug)
    promoted = make_owner(database(), found, current_user(), user_id)
    database().commit()
    return _done(found, f"{promoted.name} now owns {found.name} too.")


@blueprint.post("/account/teams/<slug>/leave")
@signed_in_unconfirmed
def leave(slug: str) -> Response:
    """End one's own membership."""
    found = get_team(database(), current_user(), slug)
    leave_team(database(), found, current_user())
    database().commit()
    flash(f"You have left {found.name}.", "success")
    return redirect(url_for("account.account"))


@blueprint.post("/account/teams/<slug>/variants/<model>/<answer>")
@signed_in
def answer(slug: str, model: str, answer: str) -> Response:
    """Accept or refuse that another team's model is shown as made from one of the team."""
    found = get_team(database(), current_user(), slug)
    if answer not in ANSWERS:
        raise NotFound("There is no such answer.", "Use the buttons on the team's page.")
    variant = answer_request(database(), found, model, ANSWERS[answer])
    database().commit()
    name = variant.model_card.name
    return _done(
        found,
        f"{name} is shown as made from {variant.base.name}."
        if variant.is_agreed
        else f"{name} is not shown as made from {variant.base.name}.",
    )


@blueprint.route("/join/<secret:text>", methods=["GET", "POST"])
@signed_in
def join(text: str) -> str | Response:
    """Accept an invitation."""
    if request.method == "GET":
        user, terms = current_user(), services().confirmation_terms
        found = get_invitation(database(), user, text)
        return render_template(
            "teams/join.html",
            invitation=found,
            text=text,
            may_accept=may_accept(found, user, terms.grace),
        )
    joined = accept_invitation(database(), current_user(), text)
    database().commit()
    flash(f"You are now a member of {joined.name}.", "success")
    return redirect(url_for("account.account"))


@blueprint.post("/join/<secret:text>/decline")
@signed_in
def decline(text: str) -> Response:
    """Decline an invitation that was made for one's address: the team is told."""
    team = decline_invitation(database(), current_user(), text)
    database().commit()
    flash(f"You have declined to join {team.name}.", "success")
    return redirect(url_for("account.account"))


def _done(team: Team, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("teams.team", slug=team.slug))


def _page(team: Team, form: InvitationForm, made: NewInvitation | None = None) -> str:
    user = current_user()
    members = sorted(team.memberships, key=_by_role_and_name)
    return render_template(
        "teams/team.html",
        team=team,
        user=user,
        members=members,
        owns=any(one.user_id == user.id and one.role is TeamRole.OWNER for one in members),
        departures={one.user_id: read_departure(database(), team, one.user) for one in members},
        is_public=has_public_results(database(), team),
        invitations=read_open(database(), team),
        declined=read_declined(database(), team),
        requests=read_requests(database(), team),
        form=form,
        link=made and services().base_url + url_for("teams.join", text=made.text),
        days=LIFETIME.days,
    )


def _by_role_and_name(membership: Membership) -> tuple[bool, str]:
    return membership.role is not TeamRole.OWNER, membership.user.name.casefold()
