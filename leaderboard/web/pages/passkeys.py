"""Passkeys of the account: add, remove; and what a browser is asked for when one is used."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.passkeys import (
    add_passkey,
    ask_new,
    ask_use,
    read_passkey_name,
    remove_passkey,
    take_challenge,
)
from leaderboard.errors import FieldProblems
from leaderboard.models.factor import FactorMeans, PasskeyPurpose
from leaderboard.web.forms.second_factor import AddPasskeyForm, RemovePasskeyForm
from leaderboard.web.guessing import asks_for_code
from leaderboard.web.pages.second_factor import (
    find_passing_user,
    flash_removed,
    show_added,
    show_page,
)
from leaderboard.web.proof import require_fresh_factor, require_proof
from leaderboard.web.protection import limiter, sign_in_limit
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    get_passkey_site,
    post_ways,
    sign_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("passkeys", __name__)
blueprint.after_request(keep_private)


@blueprint.post("/sign-in/second-factor/passkey")
@limiter.limit(sign_in_limit)
def ask() -> Response:
    """What the browser asks the user's devices for, as JSON for the page of the second step."""
    user = find_passing_user()
    if user is None:
        flash("Sign in to continue.")
        return redirect(url_for("account.sign_in"))
    options = ask_use(database(), get_passkey_site(), user)
    database().commit()
    return current_app.response_class(options, mimetype="application/json")


@blueprint.post("/account/second-factor/passkeys")
@signed_in_unconfirmed
@asks_for_code()
def begin() -> tuple[str, int]:
    """Show the button that makes a passkey, to who has proved to be the account's owner."""
    user, form, fields = current_user(), AddPasskeyForm(request.form), FieldProblems()
    with form.catches():
        site = get_passkey_site()
        require_fresh_factor()
        with fields.at("name"):
            name = read_passkey_name(form.name.text)
        with fields.at("password"):
            require_proof(form.password.text)
        fields.raise_all()
        options = ask_new(database(), site, user)
        database().commit()
        page = render_template(
            "passkeys/new.html", form=form, name=name, options=options, passkey_site=site
        )
        return page, 200
    return show_page(add_form=form), form.status


@blueprint.post("/account/second-factor/passkeys/new")
@signed_in_unconfirmed
@limiter.limit(sign_in_limit)
def add() -> Response | tuple[str, int]:
    """Add the passkey that the browser made; the challenge says that `begin` asked for it."""
    user, form = current_user(), AddPasskeyForm(request.form)
    with form.catches():
        site, answer = get_passkey_site(), str(form.passkey.data or "")
        challenge = take_challenge(database(), user, PasskeyPurpose.ADD, answer)
        # It is used up whatever becomes of the answer.
        database().commit()
        codes = add_passkey(database(), site, user, form.name.text, challenge, answer)
        if codes:
            sign_in(user, FactorMeans.PASSKEY)
        post_ways(user)
        return show_added("The passkey is added.", codes)
    return show_page(add_form=form), form.status


@blueprint.post("/account/second-factor/passkeys/<int:passkey_id>/remove")
@signed_in_unconfirmed
@asks_for_code()
def remove(passkey_id: int) -> Response | tuple[str, int]:
    """Let a passkey sign the user in no more; other sessions end."""
    user, form = current_user(), RemovePasskeyForm(request.form)
    with form.catches():
        require_fresh_factor()
        require_proof(form.password.text, "password")
        row = remove_passkey(database(), user, passkey_id)
        sign_in(user)
        post_ways(user)
        flash_removed(f"The passkey {row.name}")
        return redirect(url_for("second_factor.second_factor"))
    return show_page(removing=(passkey_id, form)), form.status
