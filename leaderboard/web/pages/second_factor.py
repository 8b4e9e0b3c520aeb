"""The second factor: its step of signing in, and its own page of the account."""

from __future__ import annotations

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from leaderboard.accounts.passkeys import take_challenge, use_passkey
from leaderboard.accounts.second_factor import (
    MEANS_WORDS,
    SetUp,
    begin_set_up,
    count_recovery_codes,
    find_authenticator,
    finish_set_up,
    has_second_factor,
    make_recovery_codes,
    read_factors,
    read_passkeys,
    read_set_up,
    remove_authenticator,
    use_code,
)
from leaderboard.accounts.users import has_password
from leaderboard.accounts.web_sessions import pass_again
from leaderboard.errors import FieldProblems, InvalidRequest, SpineBenchError
from leaderboard.models.factor import FactorMeans, Passkey, PasskeyPurpose
from leaderboard.models.team import User
from leaderboard.web.forms.second_factor import (
    AddPasskeyForm,
    EnterForm,
    RecoveryForm,
    RemovePasskeyForm,
    SetUpForm,
    TurnOffForm,
)
from leaderboard.web.guessing import asks_for_code, half_address
from leaderboard.web.proof import has_fresh_factor, require_fresh_factor, require_proof
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    find_current_user,
    find_half_signed_in_user,
    find_web_session,
    get_passkey_site,
    post_ways,
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
    """Finish signing in with a passkey or a code; who is signed in passes it once more."""
    user, form = find_passing_user(), EnterForm(request.form)
    if user is None:
        flash("Sign in to continue.")
        return redirect(url_for("account.sign_in", back=safe_back(request.args.get("back"))))
    if request.method == "POST":
        with form.catches():
            means = _use_factor(user, form)
            _let_in(user, means)
            n_left = count_recovery_codes(database(), user)
            database().commit()
            if means is FactorMeans.RECOVERY or n_left < FEW_CODES:
                flash(f"You have {n_left} recovery codes left: make new ones in time.", "caution")
            return redirect(safe_back(request.args.get("back")) or url_for("account.account"))
    return _enter_page(user, form), form.status


def find_passing_user() -> User | None:
    """Who may pass the second factor: half signed in, or signed in and to show it once more."""
    half = find_half_signed_in_user()
    if half is not None:
        return half
    user = find_current_user()
    return user if user is not None and has_second_factor(database(), user) else None


@blueprint.get("/account/second-factor")
@signed_in_unconfirmed
def second_factor() -> str:
    """The second factor of the user: how to set it up, or how it is."""
    return show_page()


@blueprint.post("/account/second-factor")
@signed_in_unconfirmed
@asks_for_code()
def set_up() -> Response | tuple[str, int]:
    """Set an authenticator up by its first code; show the recovery codes, this one time."""
    user, form, fields = current_user(), SetUpForm(request.form), FieldProblems()
    with form.catches():
        require_fresh_factor()
        with fields.at("password"):
            require_proof(form.password.text)
        with fields.at("code"):
            found = _read_set_up(user, form)
            codes = finish_set_up(database(), user, found, form.code.text)
        fields.raise_all()
        sign_in(user, FactorMeans.AUTHENTICATOR)
        post_ways(user)
        return show_added("Your authenticator app is set up.", codes)
    return show_page(set_up_form=form), form.status


@blueprint.post("/account/second-factor/recovery-codes")
@signed_in_unconfirmed
@asks_for_code()
def new_recovery_codes() -> Response | tuple[str, int]:
    """Make new recovery codes and show them, this one time; the old ones end.

    It takes a code; of somebody who has passkeys alone, to have used one within ten minutes.
    """
    user, form = current_user(), RecoveryForm(request.form)
    with form.catches():
        if read_factors(database(), user) == [FactorMeans.PASSKEY]:
            require_fresh_factor()
        else:
            _use_code(user, form)
        codes = make_recovery_codes(database(), user)
        database().commit()
        return _show_codes(codes), 200
    return show_page(recovery_form=form), form.status


@blueprint.post("/account/second-factor/off")
@signed_in_unconfirmed
@asks_for_code()
def turn_off() -> Response | tuple[str, int]:
    """Let the app sign the user in no more, by password and code; other sessions end."""
    user, form, fields = current_user(), TurnOffForm(request.form), FieldProblems()
    with form.catches():
        with fields.at("password"):
            require_proof(form.password.text)
        with fields.inside():
            _use_code(user, form)
        fields.raise_all()
        remove_authenticator(database(), user)
        sign_in(user)
        post_ways(user)
        flash_removed("The authenticator app")
        return redirect(url_for("second_factor.second_factor"))
    return show_page(turn_off_form=form), form.status


def show_added(message: str, codes: list[str]) -> Response | tuple[str, int]:
    """After a factor was added: the recovery codes if it is the first, else the page again."""
    if codes:
        return _show_codes(codes), 200
    flash(message, "success")
    return redirect(url_for("second_factor.second_factor"))


def flash_removed(what: str) -> None:
    """Say that a factor is removed, and whether another is left."""
    if has_second_factor(database(), current_user()):
        flash(f"{what} is removed; your other sessions have ended.")
    else:
        flash("The second factor is off; your other sessions have ended.")


def _let_in(user: User, means: FactorMeans) -> None:
    row = find_web_session()
    if row is not None and row.user_id == user.id and find_half_signed_in_user() is None:
        pass_again(database(), row, means)
    else:
        sign_in(user, means)


def _use_factor(user: User, form: EnterForm) -> FactorMeans:
    if "passkey" not in request.form:
        return _use_code(user, form)
    try:
        site, answer = get_passkey_site(), str(form.passkey.data)
        challenge = take_challenge(database(), user, PasskeyPurpose.USE, answer)
        # It is used up whatever becomes of the answer.
        database().commit()
        use_passkey(database(), site, user, challenge, answer)
    except SpineBenchError as error:
        raise error.at("passkey") from None
    return FactorMeans.PASSKEY


def _use_code(user: User, form: EnterForm | RecoveryForm | TurnOffForm) -> FactorMeans:
    try:
        return use_code(database(), user, form.code.text, services().secret_box)
    except SpineBenchError as error:
        raise error.at("code") from None


def _enter_page(user: User, form: EnterForm) -> str:
    own, has_app = read_passkeys(database(), user), find_authenticator(database(), user) is not None
    if not has_app:
        form.code.description = "One of your recovery codes."
    return render_template(
        "second_factor/enter.html",
        form=form,
        has_app=has_app,
        is_again=find_half_signed_in_user() is None,
        passkeys=own,
        is_usable=any(map(is_of_this_site, own)),
        passkey_site=services().passkey_site,
        base_url=services().base_url,
    )


def is_of_this_site(row: Passkey) -> bool:
    """Whether browsers offer the passkey at this site's present address."""
    site = services().passkey_site
    return site is not None and row.site == site.name


def show_page(
    *,
    set_up_form: SetUpForm | None = None,
    recovery_form: RecoveryForm | None = None,
    turn_off_form: TurnOffForm | None = None,
    add_form: AddPasskeyForm | None = None,
    removing: tuple[int, RemovePasskeyForm] | None = None,
) -> str:
    """The user's page of the second factor, with the form that was just refused."""
    user, row = current_user(), find_web_session()
    authenticator, passkeys = find_authenticator(database(), user), read_passkeys(database(), user)
    found = None if authenticator else _find_set_up(user, set_up_form)
    form = set_up_form or SetUpForm()
    form.sealed.data = found.sealed if found else ""
    return render_template(
        "second_factor/second_factor.html",
        user=user,
        has_password=has_password(user),
        authenticator=authenticator,
        passkeys=passkeys,
        is_of_this_site=is_of_this_site,
        passkey_site=services().passkey_site,
        base_url=services().base_url,
        factors=[MEANS_WORDS[one] for one in read_factors(database(), user)],
        n_recovery_codes=count_recovery_codes(database(), user),
        passed=row.passed if row else None,
        is_fresh=has_fresh_factor(),
        means_words=MEANS_WORDS,
        found=found,
        picture=draw(found.address) if found else "",
        set_up_form=form,
        recovery_form=recovery_form or RecoveryForm(),
        turn_off_form=turn_off_form or TurnOffForm(),
        add_form=add_form or AddPasskeyForm(),
        remove_forms=_make_remove_forms(passkeys, removing),
        removing=removing[1] if removing else None,
        is_required=services().requires_second_factor,
    )


def _make_remove_forms(
    passkeys: list[Passkey], removing: tuple[int, RemovePasskeyForm] | None
) -> dict[int, RemovePasskeyForm]:
    """A form for each passkey, with the one that was just refused; each input has its own id."""
    forms = {one.id: RemovePasskeyForm() for one in passkeys}
    if removing is not None:
        forms |= dict([removing])
    for key, form in forms.items():
        form.password.id = form.password.label.field_id = f"remove-{key}-password"
    return forms


def _find_set_up(user: User, form: SetUpForm | None) -> SetUp:
    """The secret that was scanned before what was sent was wrong, or else a new one."""
    if form is not None:
        try:
            return _read_set_up(user, form)
        except InvalidRequest:
            pass
    return begin_set_up(user, services().secret_box, services().site.name)


def _read_set_up(user: User, form: SetUpForm) -> SetUp:
    parts = services()
    return read_set_up(user, str(form.sealed.data), parts.secret_box, parts.site.name)


def draw(address: str) -> Markup:
    """The QR code of an address as an SVG element, black on white whatever the page's colours."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(
        border=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(drawn)


def _show_codes(codes: list[str]) -> str:
    return render_template("second_factor/codes.html", codes=codes)
