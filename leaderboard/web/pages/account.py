"""Accounts: register, sign in, teams, model cards, tokens."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from leaderboard.accounts.confirmation import (
    MEANS_WORDS,
    find_confirmation,
    find_grace_end,
)
from leaderboard.accounts.providers.links import has_address, read_links
from leaderboard.accounts.role_invitations import read_invitations_to
from leaderboard.accounts.roles import Right, name_role, read_roles
from leaderboard.accounts.second_factor import MEANS_WORDS as FACTOR_WORDS
from leaderboard.accounts.second_factor import read_factors
from leaderboard.accounts.teams import (
    change_model_card,
    find_team,
    get_own_model_card,
    make_model_card,
    make_team,
    read_model_cards,
    read_teams,
)
from leaderboard.accounts.tokens import NewToken, make_token, revoke_tokens
from leaderboard.accounts.users import (
    authenticate,
    has_password,
    read_email,
    register,
    set_password,
)
from leaderboard.accounts.users import change_password as set_own_password
from leaderboard.accounts.variants import read_possible_bases, read_requests
from leaderboard.accounts.web_sessions import end_session, read_sessions
from leaderboard.db import now
from leaderboard.errors import FieldProblems, NotFound
from leaderboard.letters.ask import ask_letter
from leaderboard.letters.concerns import is_told, set_told
from leaderboard.models.letter import LetterKind
from leaderboard.models.team import ApiToken, ModelCard, Team
from leaderboard.people.addresses import change_address as set_address
from leaderboard.queue import send_nudges
from leaderboard.rankings.apart import nudge_rankings
from leaderboard.submissions.quota import group_alike, read_ledger
from leaderboard.web.forms.accounts import (
    PasswordForm,
    RegisterForm,
    SignInForm,
    TeamForm,
    TokenForm,
)
from leaderboard.web.forms.identity import AddressForm
from leaderboard.web.forms.models import CardForm, ModelCardForm, show_card
from leaderboard.web.guessing import asks_for_password, sent_address
from leaderboard.web.pages.identity import register_by_mail
from leaderboard.web.proof import require_proof
from leaderboard.web.protection import limiter, sign_in_limit
from leaderboard.web.rights import has_right
from leaderboard.web.security import keep_private
from leaderboard.web.sending import read_own_quotas
from leaderboard.web.services import (
    current_user,
    database,
    find_web_session,
    has_passed_factor,
    post,
    safe_back,
    services,
    sign_in,
    sign_out,
    signed_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("account", __name__)
blueprint.after_request(keep_private)


@blueprint.route("/register", methods=["GET", "POST"], endpoint="register")
@limiter.limit(sign_in_limit, methods=["POST"])
def register_user() -> Response | tuple[str, int]:
    """Make an account, and begin with it; where mail is sent, a link comes first."""
    if services().sends_mail:
        return register_by_mail()
    form = RegisterForm(request.form)
    if request.method == "POST":
        with form.catches():
            user = register(
                database(),
                email=form.email.text,
                name=form.name.text,
                password=form.password.text,
            )
            sign_in(user)
            database().commit()
            return redirect(safe_back(request.args.get("back")) or url_for("account.account"))
    return render_template("account/register.html", form=form), form.status


@blueprint.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@asks_for_password(sent_address)
def sign_in_user() -> Response | tuple[str, int]:
    """Sign in with e-mail address and password."""
    form = SignInForm(request.form)
    if request.method == "POST":
        with form.catches():
            # A form without one of them is not ours: it ends as such, before anybody is looked up.
            asked = request.form["email"], request.form["password"]
            user = authenticate(database(), email=asked[0], password=asked[1])
            is_done = sign_in(user)
            database().commit()
            back = safe_back(request.args.get("back"))
            if not is_done:
                return redirect(url_for("second_factor.enter", back=back))
            return redirect(back or url_for("account.account"))
    return _sign_in_page(form), form.status


def _sign_in_page(form: SignInForm) -> str:
    return render_template("account/sign_in.html", form=form, providers=services().providers)


@blueprint.post("/sign-out", endpoint="sign_out")
def sign_out_user() -> Response:
    """End the session."""
    sign_out()
    database().commit()
    return redirect(url_for("leaderboards.ranking"))


@blueprint.get("/account")
@signed_in
def account() -> str:
    """Teams, model cards and tokens of the user."""
    return _page()


@blueprint.post("/account/password")
@signed_in_unconfirmed
@asks_for_password()
def change_password() -> Response | tuple[str, int]:
    """Set a new password; every other session ends, and every token if the user says so."""
    user, form = current_user(), PasswordForm(request.form)
    with form.catches():
        if has_password(user):
            set_own_password(
                database(),
                user,
                password=form.password.text,
                new_password=form.new_password.text,
            )
        else:
            require_proof("")
            set_password(database(), user, form.new_password.text)
        revoked = revoke_tokens(database(), user) if form.revokes_tokens.data else None
        sign_in(user)
        database().commit()
        return _done(
            "Your password has been changed; your other sessions have ended."
            + ("" if revoked is None else f" {write_revoked(revoked)}")
        )
    return _page(password_form=form), form.status


@blueprint.post("/account/address")
@signed_in_unconfirmed
@asks_for_password()
def change_address() -> Response | tuple[str, int]:
    """Move to another e-mail address: by a link to it, or at once where no mail is sent."""
    user, form, fields = current_user(), AddressForm(request.form), FieldProblems()
    with form.catches():
        with fields.at("password"):
            require_proof(form.password.text)
        with fields.at("email"):
            address = read_email(form.email.text)
        fields.raise_all()
        if services().sends_mail:
            post(ask_letter(database(), LetterKind.CONFIRM, address, user))
            return _done(f"A link is on its way to {address}. Until you open it, nothing changes.")
        set_address(database(), user, address)
        database().commit()
        return _done(f"You now sign in with {address}. Ask the host to confirm it.")
    return _page(address_form=form), form.status


@blueprint.post("/account/teams")
@signed_in
def create_team() -> Response | tuple[str, int]:
    """Make a team that the user owns."""
    form = TeamForm(request.form)
    with form.catches():
        team = make_team(database(), current_user(), slug=form.slug.text, name=form.name.text)
        database().commit()
        return _done(f"The team {team.name} is ready.")
    return _page(team_form=form), form.status


@blueprint.route("/account/models/new", methods=["GET", "POST"])
@signed_in
def create_model() -> Response | tuple[str, int]:
    """Create a model card for one of the user's teams."""
    teams = read_teams(database(), current_user())
    if request.method == "GET":
        return _model_page(show_card(None), None, teams)
    form = CardForm(request.form)
    with form.catches():
        team = find_team(database(), current_user(), str(form.team.data))
        card = make_model_card(database(), team, form.data, current_user())
        database().commit()
        return _done(f"The model card of {card.name} is ready: you can submit predictions for it.")
    return _model_page(form, None, teams)


@blueprint.route("/account/models/<slug>", methods=["GET", "POST"])
@signed_in
def change_model(slug: str) -> Response | tuple[str, int]:
    """Change the facts on a model card; its short name stays."""
    card = get_own_model_card(database(), current_user(), slug)
    if request.method == "GET":
        return _model_page(show_card(card), card, [card.team])
    form = CardForm(request.form)
    with form.catches():
        change_model_card(database(), card, form.data)
        rank = nudge_rankings(database(), card)
        database().commit()
        send_nudges(services().queue, rank)
        return _done(f"The model card of {card.name} has been changed.")
    return _model_page(form, card, [card.team])


def _model_page(form: ModelCardForm, card: ModelCard | None, teams: list[Team]) -> tuple[str, int]:
    form.offer(teams)
    page = render_template(
        "account/model.html",
        form=form,
        card=card,
        teams=teams,
        bases=read_possible_bases(database(), teams),
    )
    return page, form.status


@blueprint.post("/account/tokens")
@signed_in
def create_token() -> tuple[str, int]:
    """Make a token and show it, this one time."""
    form = TokenForm(request.form)
    with form.catches():
        token = make_token(
            database(),
            current_user(),
            name=form.name.text,
            scopes=form.read_scopes(),
            days=form.days.text,
        )
        database().commit()
        return _page(token=token), 200
    return _page(token_form=form), form.status


@blueprint.post("/account/sessions/<int:session_id>/end", endpoint="end_session")
@signed_in_unconfirmed
def end_one_session(session_id: int) -> Response:
    """Sign out in another browser."""
    end_session(database(), current_user(), session_id)
    database().commit()
    return _done("The session has ended.")


@blueprint.post("/account/attention")
@signed_in_unconfirmed
def choose_attention() -> Response:
    """Want letters about what needs a host's attention, or not."""
    wants = request.form.get("wants") == "1"
    set_told(database(), current_user(), wants=wants)
    database().commit()
    return _done(f"You {'get' if wants else 'no longer get'} letters about what needs attention.")


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@signed_in_unconfirmed
def revoke_token(token_id: int) -> Response:
    """Make a token useless from now on."""
    token = database().get(ApiToken, token_id)
    if token is None or token.user_id != current_user().id:
        raise NotFound("This token is not yours, or does not exist.", "See your account page.")
    token.revoked_at = token.revoked_at or now()
    database().commit()
    return _done(f"The token {token.name} has been revoked.")


def write_revoked(n_tokens: int) -> str:
    """How many API tokens were revoked, as a sentence."""
    if n_tokens == 0:
        return "You had no API tokens to revoke."
    return f"{n_tokens} API token{' was' if n_tokens == 1 else 's were'} revoked."


def _done(message: str) -> Response:
    flash(message)
    return redirect(url_for("account.account"))


def _page(
    *,
    token: NewToken | None = None,
    team_form: TeamForm | None = None,
    token_form: TokenForm | None = None,
    password_form: PasswordForm | None = None,
    address_form: AddressForm | None = None,
) -> str:
    user = current_user()
    teams = read_teams(database(), user)
    tokens = database().scalars(
        select(ApiToken).where(ApiToken.user_id == user.id).order_by(ApiToken.id.desc())
    )
    return render_template(
        "account/account.html",
        user=user,
        roles=[name_role(held.role, held.benchmark) for held in read_roles(database(), user)],
        invitations=read_invitations_to(database(), user.email) if user.is_confirmed else [],
        hosts=has_right(Right.READ_SUBMISSIONS),
        is_told=is_told(database(), user),
        rates=has_right(Right.RATE_REPORTS),
        teams=teams,
        n_requests={
            team.id: sum(one.consent is None for one in read_requests(database(), team))
            for team in teams
        },
        model_cards=read_model_cards(database(), user),
        tokens=list(tokens),
        quotas=group_alike(read_own_quotas()),
        ledger=[entry for team in teams for entry in read_ledger(database(), team)],
        new_token=token,
        team_form=team_form or TeamForm(),
        token_form=token_form or TokenForm(),
        password_form=password_form or PasswordForm(),
        address_form=address_form or AddressForm(),
        sessions=read_sessions(database(), user, services().session_terms),
        this_session=find_web_session(),
        factors=[FACTOR_WORDS[one] for one in read_factors(database(), user)],
        passes_factor=has_passed_factor(),
        has_password=has_password(user),
        has_address=has_address(user),
        links=read_links(database(), user),
        names={one.issuer: one.label for one in services().providers.values()},
        providers=services().providers,
        confirmation=find_confirmation(database(), user),
        means_words=MEANS_WORDS,
        grace_end=find_grace_end(user, services().confirmation_terms.grace),
        sends_mail=services().sends_mail,
        now=now(),
        base_url=services().base_url,
    )
