"""The second factor: its step of signing in, and its own page of the account."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from leaderboard.accounts.second_factor import (
    MEANS_WORDS,
    SetUp,
    begin_set_up,
    count_recovery_codes,
    find_authenticator,
    finish_set_up,
    make_recovery_codes,
    read_set_up,
    remove_second_factor,
    use_code,
)
from leaderboard.accounts.users import has_password
from leaderboard.errors import FieldProblems, InvalidRequest, SpineBenchError
from leaderboard.models.factor import FactorMeans
from leaderboard.models.team import User
from leaderboard.web.forms.second_factor import EnterForm, RecoveryForm, SetUpForm, TurnOffForm
from leaderboard.web.guessing import asks_for_code, half_address
from leaderboard.web.proof import require_proof
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    find_half_signed_in_user,
    find_web_session,
    safe_back,
    services,
    sign_in,
    signed_in_unconfirmed,
)

blueprint = Blueprint("second_factor", __name__)
blueprint.after_request(keep_private)
FEW_CODES = 3


@blueprint.route("/sign-in/second-factor", methods=["GET", "POST"])
@asks_for_code(half_address)
def enter() -> Response | tuple[str, int]:
    """Finish signing in with a code."""
    user, form = find_half_signed_in_user(), EnterForm(request.form)
    if user is None:
        flash("Sign in to continue.")
        return redirect(url_for("account.sign_in", back=safe_back(request.args.get("back"))))
    if request.method == "POST":
        with form.catches():
            means = _use_code(user, form)
            sign_in(user, means)
            n_left = count_recovery_codes(database(), user)
            database().commit()
            if means is FactorMeans.RECOVERY or n_left < FEW_CODES:
                flash(f"You have {n_left} recovery codes left: make new ones in time.", "caution")
            return redirect(safe_back(request.args.get("back")) or url_for("account.account"))
    return render_template("second_factor/enter.html", form=form), form.status


@blueprint.get("/account/second-factor")
@signed_in_unconfirmed
def second_factor() -> str:
    """The second factor of the user: how to set it up, or how it is."""
    return _page()


@blueprint.post("/account/second-factor")
@signed_in_unconfirmed
@asks_for_code()
def set_up() -> Response | tuple[str, int]:
    """Set an authenticator up by its first code; show the recovery codes, this one time."""
    user, form, fields = current_user(), SetUpForm(request.form), FieldProblems()
    with form.catches():
        with fields.at("password"):
            require_proof(form.password.text)
        with fields.at("code"):
            found = read_set_up(user, str(form.sealed.data), services().secret_box)
            codes = finish_set_up(database(), user, found, form.code.text)
        fields.raise_all()
        sign_in(user, FactorMeans.AUTHENTICATOR)
        database().commit()
        return _show_codes(codes), 200
    return _page(set_up_form=form), form.status


@blueprint.post("/account/second-factor/recovery-codes")
@signed_in_unconfirmed
@asks_for_code()
def new_recovery_codes() -> Response | tuple[str, int]:
    """Make new recovery codes and show them, this one time; the old ones end."""
    user, form = current_user(), RecoveryForm(request.form)
    with form.catches():
        _use_code(user, form)
        codes = make_recovery_codes(database(), user)
        database().commit()
        return _show_codes(codes), 200
    return _page(recovery_form=form), form.status


@blueprint.post("/account/second-factor/off")
@signed_in_unconfirmed
@asks_for_code()
def turn_off() -> Response | tuple[str, int]:
    """Let the password alone be enough again, by password and code; other sessions end."""
    user, form, fields = current_user(), TurnOffForm(request.form), FieldProblems()
    with form.catches():
        with fields.at("password"):
            require_proof(form.password.text)
        with fields.inside():
            _use_code(user, form)
        fields.raise_all()
        remove_second_factor(database(), user)
        sign_in(user)
        database().commit()
        flash("The second factor is off; your other sessions have ended.")
        return redirect(url_for("second_factor.second_factor"))
    return _page(turn_off_form=form), form.status


def _use_code(user: User, form: EnterForm | RecoveryForm | TurnOffForm) -> FactorMeans:
    try:
        return use_code(database(), user, form.code.text, services().secret_box)
    except SpineBenchError as error:
        raise error.at("code") from None


def _page(
    *,
    set_up_form: SetUpForm | None = None,
    recovery_form: RecoveryForm | None = None,
    turn_off_form: TurnOffForm | None = None,
) -> str:
    user, row = current_user(), find_web_session()
    authenticator = find_authenticator(database(), user)
    found = None if authenticator else _find_set_up(user, set_up_form)
    form = set_up_form or SetUpForm()
    form.sealed.data = found.sealed if found else ""
    return render_template(
        "second_factor/second_factor.html",
        user=user,
        has_password=has_password(user),
        authenticator=authenticator,
        n_recovery_codes=count_recovery_codes(database(), user),
        passed=row.passed if row else None,
        means_words=MEANS_WORDS,
        found=found,
        picture=draw(found.address) if found else "",
        set_up_form=form,
        recovery_form=recovery_form or RecoveryForm(),
        turn_off_form=turn_off_form or TurnOffForm(),
        is_required=services().requires_second_factor,
    )


def _find_set_up(user: User, form: SetUpForm | None) -> SetUp:
    """The secret that was scanned before what was sent was wrong, or else a new one."""
    if form is not None:
        try:
            return read_set_up(user, str(form.sealed.data), services().secret_box)
        except InvalidRequest:
            pass
    return begin_set_up(user, services().secret_box)


def draw(address: str) -> Markup:
    """The QR code of an address as an SVG element, black on white whatever the page's colours."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(drawn)


def _show_codes(codes: list[str]) -> str:
    return render_template("second_factor/codes.html", codes=codes)
