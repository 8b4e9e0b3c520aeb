"""Forms of the second factor: set it up, enter a code, make recovery codes, turn it off."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.widgets import PasswordInput

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
    """The second step of signing in."""

    code = TextField(
        "Code",
        description="Six digits of your authenticator app, or one of your recovery codes.",
        render_kw={**CODE, "autofocus": True},
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
