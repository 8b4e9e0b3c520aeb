"""A person's own data: take it away, or delete the account."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.users import has_password
from leaderboard.errors import FieldProblems
from leaderboard.people.deletion import delete_account, read_fates
from leaderboard.people.export import export_account
from leaderboard.scoring.boards import write_key
from leaderboard.web.forms.accounts import DeletionForm
from leaderboard.web.guessing import asks_for_password
from leaderboard.web.proof import require_proof
from leaderboard.web.security import keep_private
from leaderboard.web.services import (
    current_user,
    database,
    services,
    sign_out,
    signed_in_unconfirmed,
)

blueprint = Blueprint("own_data", __name__, url_prefix="/account")
blueprint.after_request(keep_private)


@blueprint.get("/data.json")
@signed_in_unconfirmed
def export() -> Response:
    """All that is known of the user, as a file."""
    content = msgspec.json.format(
        msgspec.json.encode(export_account(database(), current_user()), enc_hook=write_key)
    )
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=spinebench-account.json"
    return response


@blueprint.route("/delete", methods=["GET", "POST"])
@signed_in_unconfirmed
@asks_for_password()
def delete() -> AnyResponse | tuple[str, int]:
    """Say what goes and what stays; with the password, delete the account."""
    user, form = current_user(), DeletionForm(request.form)
    if request.method == "POST":
        with form.catches():
            fields = FieldProblems()
            with fields.at("password"):
                require_proof(form.password.text)
            fields.raise_all()
            sign_out()
            pseudonym = delete_account(database(), user)
            database().commit()
            services().sessions.empty_log()
            flash(f"Your account is deleted. What you sent stays under the name {pseudonym}.")
            return redirect(url_for("account.sign_in"))
    page = render_template(
        "account/delete.html",
        user=user,
        has_password=has_password(user),
        fates=read_fates(database(), user),
        form=form,
    )
    return page, form.status
