"""Forms of accounts: register, sign in, a team, a token, a password."""

from __future__ import annotations

from markupsafe import Markup
from wtforms import BooleanField, SelectMultipleField
from wtforms.widgets import EmailInput, PasswordInput

from leaderboard.accounts.passwords import MAX_PASSWORD_CHARACTERS, MIN_PASSWORD_CHARACTERS
from leaderboard.accounts.teams import MAX_SLUG_CHARACTERS, MAX_TEAM_NAME_CHARACTERS, SLUG_PATTERN
from leaderboard.accounts.tokens import DEFAULT_DAYS, MAX_DAYS
from leaderboard.accounts.tokens import MAX_NAME_CHARACTERS as MAX_TOKEN_NAME_CHARACTERS
from leaderboard.accounts.users import MAX_EMAIL_CHARACTERS, MAX_NAME_CHARACTERS
from leaderboard.models.team import Scope
from leaderboard.web.forms.form import PageForm, TextField

SLUG = {
    "required": True,
    "maxlength": MAX_SLUG_CHARACTERS,
    "pattern": SLUG_PATTERN,
    "autocapitalize": "none",
    "spellcheck": "false",
}
"""Attributes of an input for a short name."""
NEW_PASSWORD = {
    "required": True,
    "minlength": MIN_PASSWORD_CHARACTERS,
    "maxlength": MAX_PASSWORD_CHARACTERS,
    "autocomplete": "new-password",
}
PRESENT_PASSWORD = {
    "required": True,
    "maxlength": MAX_PASSWORD_CHARACTERS,
    "autocomplete": "current-password",
}
SCOPE_WORDS = {
    Scope.READ: "see teams, model cards, submissions and results; check files",
    Scope.SUBMIT: "submit, cancel, create and change model cards",
}


class RegisterForm(PageForm):
    """A new account."""

    name = TextField(
        "Name",
        description="Your team sees it. Visitors do not.",
        render_kw={"required": True, "maxlength": MAX_NAME_CHARACTERS, "autocomplete": "name"},
    )
    email = TextField(
        "E-mail address",
        description="You sign in with it. The host confirms it by hand: no mail is sent.",
        widget=EmailInput(),
        render_kw={"required": True, "maxlength": MAX_EMAIL_CHARACTERS, "autocomplete": "email"},
    )
    password = TextField(
        "Password",
        description=f"At least {MIN_PASSWORD_CHARACTERS} characters; a few words are easy to "
        "remember.",
        widget=PasswordInput(),
        render_kw=NEW_PASSWORD,
    )


class SignInForm(PageForm):
    """Who comes back."""

    email = TextField(
        "E-mail address",
        widget=EmailInput(),
        render_kw={"required": True, "maxlength": MAX_EMAIL_CHARACTERS, "autocomplete": "username"},
    )
    password = TextField("Password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD)


class TeamForm(PageForm):
    """A new team."""

    name = TextField(
        "Name",
        id="team-name",
        render_kw={"required": True, "maxlength": MAX_TEAM_NAME_CHARACTERS},
    )
    slug = TextField(
        "Short name",
        id="team-slug",
        description="3 to 60 lower-case letters, digits, dots or hyphens. It cannot be changed "
        "later.",
        render_kw=SLUG,
    )


class InvitationForm(PageForm):
    """An invitation to a team."""

    email = TextField(
        "E-mail address",
        id="invitation-email",
        description="If you enter one, only the account with this address can use the link. "
        "No mail is sent.",
        widget=EmailInput(),
        render_kw={"maxlength": MAX_EMAIL_CHARACTERS},
    )


class DeletionForm(PageForm):
    """The end of an account."""

    password = TextField(
        "Current password",
        id="deletion-password",
        widget=PasswordInput(),
        render_kw=PRESENT_PASSWORD,
    )


class TokenForm(PageForm):
    """A new API token."""

    name = TextField(
        "Name",
        id="token-name",
        description="Where it is used, such as laptop.",
        render_kw={"required": True, "maxlength": MAX_TOKEN_NAME_CHARACTERS},
    )
    scope = SelectMultipleField(
        "It may",
        id="token-scope",
        choices={
            scope.value: Markup("<code>{}</code>: {}").format(scope.value, SCOPE_WORDS[scope])
            for scope in Scope
        },
        default=[scope.value for scope in Scope],
    )
    days = TextField(
        "Days until it expires",
        id="token-days",
        default=str(DEFAULT_DAYS),
        description=f"1 to {MAX_DAYS}.",
        render_kw={"required": True, "type": "number", "min": 1, "max": MAX_DAYS},
    )

    def read_scopes(self) -> list[Scope]:
        """The scopes that were chosen."""
        return [scope for scope in Scope if scope.value in (self.scope.data or ())]


class PasswordForm(PageForm):
    """Another password for the present one."""

    password = TextField(
        "Current password", id="old-password", widget=PasswordInput(), render_kw=PRESENT_PASSWORD
    )
    new_password = TextField(
        "New password",
        id="new-password",
        description=f"At least {MIN_PASSWORD_CHARACTERS} characters. Your other sessions end.",
        widget=PasswordInput(),
        render_kw=NEW_PASSWORD,
    )
    revokes_tokens = BooleanField("Also revoke my API tokens", id="revokes-tokens")
