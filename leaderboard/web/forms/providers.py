"""The form that links a provider to an account."""

from __future__ import annotations

from wtforms.widgets import PasswordInput

from leaderboard.web.forms.accounts import PRESENT_PASSWORD
from leaderboard.web.forms.form import PageForm, TextField


class LinkForm(PageForm):
    """That it is the account's owner who links."""

    password = TextField(
        "Your password", id="link-password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD
    )
