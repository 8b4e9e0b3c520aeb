"""Accounts: register, sign in, teams, model cards, tokens."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from leaderboard.accounts.invitations import DAYS, Invitation
from leaderboard.accounts.roles import has_role
from leaderboard.accounts.teams import (
    add_member,
    change_model_card,
    get_own_model_card,
    get_team,
    make_model_card,
    make_team,
    read_model_cards,
    read_teams,
    require_owner,
)
from leaderboard.accounts.tokens import DEFAULT_DAYS, MAX_DAYS, NewToken, make_token
from leaderboard.accounts.users import (
    MIN_PASSWORD_CHARACTERS,
    authenticate,
    register,
    set_password,
)
from leaderboard.accounts.variants import MAX_LABEL_CHARACTERS, read_possible_bases
from leaderboard.db import now
from leaderboard.errors import InvalidRequest, NotFound, SpineBenchError
from leaderboard.models.role import Role
from leaderboard.models.team import ApiToken, ModelCard, Scope, Team, TeamRole
from leaderboard.submissions.quota import read_ledger
from leaderboard.web.pages.submissions import read_own_quotas
from leaderboard.web.protection import limiter, sign_in_limit
from leaderboard.web.services import (
    current_user,
    database,
    safe_back,
    services,
    sign_in,
    sign_out,
    signed_in,
)

blueprint = Blueprint("account", __name__)


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """Accounts and new tokens are kept by no cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.route("/register", methods=["GET", "POST"], endpoint="register")
@limiter.limit(sign_in_limit, methods=["POST"])
def register_user() -> str | Response | tuple[str, int]:
    """Make an account, and begin with it."""
    error = None
    if request.method == "POST":
        try:
            form = request.form
            user = register(
                database(), email=form["email"], name=form["name"], password=form["password"]
            )
            database().commit()
            sign_in(user)
            return redirect(safe_back(request.args.get("back")) or url_for("account.account"))
        except SpineBenchError as problem:
            error = problem
    page = render_template(
        "account/register.html", error=error, min_characters=MIN_PASSWORD_CHARACTERS
    )
    return (page, error.status) if error else page


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@limiter.limit(sign_in_limit, methods=["POST"])
def sign_in_user() -> str | Response | tuple[str, int]:
    """Sign in with e-mail address and password."""
    error = None
    if request.method == "POST":
        try:
            form = request.form
            user = authenticate(database(), email=form["email"], password=form["password"])
            database().commit()
            sign_in(user)
            return redirect(safe_back(request.args.get("back")) or url_for("account.account"))
        except SpineBenchError as problem:
            error = problem
    page = render_template("account/sign_in.html", error=error)
    return (page, error.status) if error else page


@blueprint.post("/sign-out", endpoint="sign_out")
def sign_out_user() -> Response:
    """End the session."""
    sign_out()
    return redirect(url_for("leaderboards.ranking"))


@blueprint.get("/account")
@signed_in
def account() -> str:
    """Teams, model cards and tokens of the user."""
    return _page()


@blueprint.post("/account/password")
@signed_in
def change_password() -> str | Response | tuple[str, int]:
    """Set a new password; every other session ends."""
    user = current_user()
    try:
        authenticate(database(), email=user.email, password=request.form["password"])
        set_password(user, request.form["new_password"])
    except SpineBenchError as error:
        return _page(error=error), 400
    database().commit()
    sign_in(user)
    return _done("Your password is changed; other sessions have ended.")


@blueprint.post("/account/teams")
@signed_in
def create_team() -> Response | tuple[str, int]:
    """Make a team that the user owns."""
    try:
        team = make_team(
            database(), current_user(), slug=request.form["slug"], name=request.form["name"]
        )
    except SpineBenchError as error:
        return _page(error=error), error.status
    database().commit()
    return _done(f"The team {team.name} is ready.")


@blueprint.post("/account/teams/<slug>/invitations")
@signed_in
def invite(slug: str) -> str:
    """Make a link by which others may join the team."""
    team = get_team(database(), current_user(), slug)
    require_owner(database(), team, current_user())
    text = services().invitations.sign(Invitation(team.id, current_user().id))
    link = services().base_url + url_for("account.join", text=text)
    return render_template("account/invitation.html", team=team, link=link, days=DAYS)


@blueprint.route("/join/<text>", methods=["GET", "POST"])
@signed_in
def join(text: str) -> str | Response:
    """Accept an invitation."""
    invitation = services().invitations.read(text)
    team = database().get(Team, invitation.team_id)
    owners = {m.user_id for m in team.memberships if m.role is TeamRole.OWNER} if team else set()
    if team is None or invitation.inviter_id not in owners:
        raise InvalidRequest("The invitation is no longer good.", "Ask for a new link.")
    if request.method == "GET":
        return render_template("account/join.html", team=team)
    add_member(database(), team, current_user())
    database().commit()
    return _done(f"You are now a member of {team.name}.")


@blueprint.route("/account/models/new", methods=["GET", "POST"])
@signed_in
def create_model() -> str | Response | tuple[str, int]:
    """Make a model card for one of the user's teams."""
    error = None
    if request.method == "POST":
        try:
            team = get_team(database(), current_user(), request.form.get("team", ""))
            card = make_model_card(database(), team, request.form)
            database().commit()
            return _done(f"The model card of {card.name} is ready: you can submit for it.")
        except SpineBenchError as problem:
            error = problem
    return _model_page(error, None, read_teams(database(), current_user()))


@blueprint.route("/account/models/<slug>", methods=["GET", "POST"])
@signed_in
def change_model(slug: str) -> str | Response | tuple[str, int]:
    """Change the facts on a model card; its short name stays."""
    card = get_own_model_card(database(), current_user(), slug)
    error = None
    if request.method == "POST":
        try:
            change_model_card(database(), card, request.form)
            database().commit()
            return _done(f"The model card of {card.name} is changed.")
        except InvalidRequest as problem:
            error = problem
    return _model_page(error, card, [card.team])


def _model_page(
    error: SpineBenchError | None, card: ModelCard | None, teams: list[Team]
) -> str | tuple[str, int]:
    page = render_template(
        "account/model.html",
        error=error,
        card=card,
        teams=teams,
        bases=read_possible_bases(database(), teams),
        max_label_characters=MAX_LABEL_CHARACTERS,
    )
    return (page, error.status) if error else page


@blueprint.post("/account/tokens")
@signed_in
def create_token() -> str | tuple[str, int]:
    """Make a token and show it, this one time."""
    try:
        token = make_token(
            database(),
            current_user(),
            name=request.form.get("name", ""),
            scopes=[scope for scope in Scope if scope.value in request.form.getlist("scope")],
            days=request.form.get("days", DEFAULT_DAYS, type=int),
        )
    except InvalidRequest as error:
        return _page(error=error), error.status
    database().commit()
    return _page(token=token)


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> Response:
    """Make a token useless from now on."""
    token = database().get(ApiToken, token_id)
    if token is None or token.user_id != current_user().id:
        raise NotFound("You have no such token.", "See your account page.")
    token.revoked_at = token.revoked_at or now()
    database().commit()
    return _done(f"The token {token.name} is revoked.")


def _done(message: str) -> Response:
    flash(message)
    return redirect(url_for("account.account"))


def _page(error: SpineBenchError | None = None, token: NewToken | None = None) -> str:
    user = current_user()
    tokens = database().scalars(
        select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())
    )
    return render_template(
        "account/account.html",
        user=user,
        roles=[role for role in Role if has_role(database(), user, role)],
        teams=read_teams(database(), user),
        model_cards=read_model_cards(database(), user),
        tokens=list(tokens),
        quotas=read_own_quotas(),
        ledger=[
            entry
            for team in read_teams(database(), user)
            for entry in read_ledger(database(), team)
        ],
        new_token=token,
        error=error,
        scopes=Scope,
        default_days=DEFAULT_DAYS,
        max_days=MAX_DAYS,
        now=now(),
        base_url=services().base_url,
        min_characters=MIN_PASSWORD_CHARACTERS,
    )
