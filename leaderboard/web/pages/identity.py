"""Links by mail: register, confirm an address, move to another one, set a forgotten password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.providers.links import unlink_all
from leaderboard.accounts.tokens import revoke_tokens
from leaderboard.accounts.users import find_user, read_email, register, set_password
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest
from leaderboard.letters.ask import add_letter, ask_letter
from leaderboard.letters.links import CONFIRMATION, REGISTRATION, RESET, ConfirmedAddress, Purpose
from leaderboard.models.identity import Means
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.people.addresses import change_address as set_address
from leaderboard.web.forms.identity import MailForm, NewAccountForm, ResetForm
from leaderboard.web.protection import caller_network, limiter, sign_in_limit
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    post,
    services,
    sign_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("identity", __name__)
blueprint.after_request(keep_private)


def register_by_mail() -> tuple[str, int]:
    """Have a link sent to an address. The answer is alike whether it has an account or not."""
    form = MailForm(request.form)
    if request.method == "POST":
        with form.catches():
            address = _read_sent_address(form)
            post(ask_letter(database(), LetterKind.REGISTER, address, caller_network()))
            return _say_sent(address, REGISTRATION), 200
    return render_template("identity/register.html", form=form), form.status


@blueprint.route("/register/<secret:text>", methods=["GET", "POST"])
@limiter.limit(sign_in_limit, methods=["POST"])
def finish_registration(text: str) -> Response | tuple[str, int]:
    """Make the account of the address that the link was sent to."""
    address, form = services().links.read_registration(text), NewAccountForm(request.form)
    if find_user(database(), address) is not None:
        raise Conflict(f"{address} already has an account.", "Sign in with it.")
    if request.method == "POST":
        with form.catches():
            user = register(
                database(), email=address, name=form.name.text, password=form.password.text
            )
            confirm(database(), user, Means.MAIL)
            sign_in(user)
            database().commit()
            return redirect(url_for("account.account"))
    return render_template("identity/new_account.html", form=form, address=address), form.status


@blueprint.route("/forgot", methods=["GET", "POST"])
@limiter.limit(sign_in_limit, methods=["POST"])
def forgot() -> tuple[str, int]:
    """Have a link sent to an address, if it has an account; the answer is alike if not."""
    form = MailForm(request.form)
    if request.method == "POST":
        with form.catches():
            if not services().sends_mail:
                raise InvalidRequest(
                    "This server sends no mail.", "Ask its host to set a new password."
                )
            address = _read_sent_address(form)
            post(ask_letter(database(), LetterKind.RESET, address, caller_network()))
            return _say_sent(address, RESET), 200
    page = render_template("identity/forgot.html", form=form, sends_mail=services().sends_mail)
    return page, form.status


@blueprint.route("/reset/<secret:text>", methods=["GET", "POST"])
@limiter.limit(sign_in_limit, methods=["POST"])
def reset(text: str) -> Response | tuple[str, int]:
    """Set a new password by a link; every session ends, and the address is confirmed by it.

    Whoever made the account before that was known may be somebody else: their API tokens and
    the providers that they linked end.
    """
    form, is_sent = ResetForm(request.form), request.method == "POST"
    user = services().links.get_reset(database(), text, uses=is_sent)
    if is_sent:
        with form.catches():
            set_password(database(), user, form.password.text)
            if form.revokes_tokens.data or not user.is_confirmed:
                revoke_tokens(database(), user)
            if not user.is_confirmed:
                unlink_all(database(), user)
            confirm(database(), user, Means.MAIL)
            sign_in(user)
            database().commit()
            flash("Your password has been changed; all earlier sessions have ended.", "success")
            return redirect(url_for("account.account"))
    return render_template("identity/reset.html", form=form, user=user), form.status


@blueprint.post("/account/confirm")
@signed_in_unconfirmed
def ask_confirmation() -> Response:
    """Have the link sent (again) that confirms the user's address."""
    user = current_user()
    if not services().sends_mail:
        raise InvalidRequest("This server sends no mail.", "Ask its host to confirm your address.")
    if user.is_confirmed:
        raise Conflict(f"{user.email} is already confirmed.", "There is nothing to do.")
    post(ask_letter(database(), LetterKind.CONFIRM, user.email, user))
    flash(f"A link is on its way to {user.email}. Open it within {CONFIRMATION.words}.")
    return redirect(url_for("account.account"))


@blueprint.route("/confirm/<secret:text>", methods=["GET", "POST"])
@signed_in_unconfirmed
def confirm_address(text: str) -> Response | str:
    """Confirm the address that the link was sent to; it becomes the user's if it was not yet."""
    user, found = current_user(), services().links.get_confirmation(database(), text)
    if found.user.id != user.id:
        raise InvalidRequest(
            "The link belongs to another account.", f"Sign out, then sign in as {found.user.email}."
        )
    if request.method == "GET":
        return render_template("identity/confirm.html", user=user, address=found.address)
    moved = _take_address(found)
    confirm(database(), user, Means.MAIL)
    if moved is None:
        database().commit()
    else:
        post(moved)
    flash(f"{user.email} is confirmed.", "success")
    return redirect(url_for("account.account"))


def _take_address(found: ConfirmedAddress) -> Letter | None:
    """Let the user have the address, if it is another one; the letter that tells the old one."""
    user, old = found.user, found.user.email
    if found.address == old:
        return None
    set_address(database(), user, found.address)
    return add_letter(database(), LetterKind.MOVED, old, user)


def _say_sent(address: str, purpose: Purpose) -> str:
    is_new = purpose is REGISTRATION
    return render_template(
        "identity/sent.html", address=address, is_new=is_new, lasts=purpose.words
    )


def _read_sent_address(form: MailForm) -> str:
    fields = FieldProblems()
    with fields.at("email"):
        address = read_email(form.email.text)
    fields.raise_all()
    return address
