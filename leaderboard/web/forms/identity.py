"""Forms by which an address is shown to be one's own, and of what follows from it."""

from __future__ import annotations

from wtforms import BooleanField
from wtforms.widgets import EmailInput, PasswordInput

from leaderboard.accounts.passwords import MIN_PASSWORD_CHARACTERS
from leaderboard.accounts.users import MAX_EMAIL_CHARACTERS, MAX_NAME_CHARACTERS
from leaderboard.web.forms.accounts import NEW_PASSWORD, PRESENT_PASSWORD
from leaderboard.web.forms.form import PageForm, TextField

HINT = f"At least {MIN_PASSWORD_CHARACTERS} characters; a few words are easy to remember."


class MailForm(PageForm):
    """An e-mail address that a link is sent to."""

    email = TextField(
        "E-mail address",
        widget=EmailInput(),
        render_kw={"required": True, "maxlength": MAX_EMAIL_CHARACTERS, "autocomplete": "email"},
    )


class NewAccountForm(PageForm):
    """What a new account needs beside its address, which a link has shown."""

    name = TextField(
        "Name",
        description="Your team sees it. Visitors do not.",
        render_kw={"required": True, "maxlength": MAX_NAME_CHARACTERS, "autocomplete": "name"},
    )
    password = TextField(
        "Password", description=HINT, widget=PasswordInput(), render_kw=NEW_PASSWORD
    )


class ResetForm(PageForm):
    """A new password in place of one that was forgotten."""

    password = TextField(
        "New password", description=HINT, widget=PasswordInput(), render_kw=NEW_PASSWORD
    )
    revokes_tokens = BooleanField("Also revoke my API tokens")


class AddressForm(PageForm):
    """Another e-mail address for the present one."""

    email = TextField(
        "New e-mail address",
        id="new-email",
        widget=EmailInput(),
        render_kw={"required": True, "maxlength": MAX_EMAIL_CHARACTERS, "autocomplete": "off"},
    )
    password = TextField(
        "Current password",
        id="address-password",
        widget=PasswordInput(),
        render_kw=PRESENT_PASSWORD,
    )
