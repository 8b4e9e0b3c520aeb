"""Forms of the second factor: the app, codes, passkeys; set up, passed, removed."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.widgets import PasswordInput

from leaderboard.accounts.passkeys import MAX_NAME_CHARACTERS
from leaderboard.web.forms.accounts import PRESENT_PASSWORD
from leaderboard.web.forms.form import PageForm, TextField

CODE = {
    "required": True,
    "maxlength": 40,
    "autocomplete": "one-time-code",
    "autocapitalize": "none",
    "spellcheck": "false",
}
APP_CODE = {**CODE, "inputmode": "numeric"}


class EnterForm(PageForm):
    """The second step of signing in: by what a passkey answered, or by a code."""

    passkey = HiddenField(id="use-passkey")
    code = TextField(
        "Code",
        description="Six digits of your authenticator app, or one of your recovery codes.",
        render_kw=CODE,
    )


class SetUpForm(PageForm):
    """A new authenticator, by its first code."""

    sealed = HiddenField()
    password = TextField(
        "Your password", id="set-up-password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD
    )
    code = TextField(
        "Code",
        id="set-up-code",
        description="The six digits that the app shows now.",
        render_kw=APP_CODE,
    )


class RecoveryForm(PageForm):
    """New recovery codes in place of the old ones."""

    code = TextField(
        "Code", id="recovery-code", description="Six digits of your app.", render_kw=CODE
    )


class TurnOffForm(PageForm):
    """No second factor any more."""

    password = TextField(
        "Your password", id="off-password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD
    )
    code = TextField(
        "Code",
        id="off-code",
        description="Six digits of your app, or one of your recovery codes.",
        render_kw=CODE,
    )


class AddPasskeyForm(PageForm):
    """A new passkey: its name, and what the device answered when it was asked for one."""

    name = TextField(
        "Name of the passkey",
        id="passkey-name",
        description="So that you know it again, such as Laptop or Blue key.",
        render_kw={"required": True, "maxlength": MAX_NAME_CHARACTERS, "autocomplete": "off"},
    )
    password = TextField(
        "Your password",
        id="passkey-password",
        widget=PasswordInput(),
        render_kw=PRESENT_PASSWORD,
    )
    passkey = HiddenField(id="make-passkey")


class RemovePasskeyForm(PageForm):
    """A passkey less."""

    password = TextField("Your password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD)
