"""Forms of the terms on which a benchmark's items leave the house."""

from __future__ import annotations

from wtforms import BooleanField
from wtforms.widgets import TextArea

from leaderboard.agreements import MAX_TEXT, MAX_VERSION
from leaderboard.third_parties import ThirdParties
from leaderboard.web.forms.form import PageForm, TextField


class ThirdPartiesForm(PageForm):
    """Which servers of third parties may be sent items."""

    judges = BooleanField("Items may go to judges, and to the second reader, of third parties")
    endpoints = BooleanField("Items may go to endpoints of third parties")

    def read_choice(self) -> ThirdParties:
        """What was ticked."""
        return ThirdParties(bool(self.judges.data), bool(self.endpoints.data))


class AgreementForm(PageForm):
    """The text that teams are asked to accept."""

    version = TextField(
        "Version",
        description="Such as 1 or 2027-01. Whoever accepted another one is asked again.",
        render_kw={"required": True, "maxlength": MAX_VERSION, "autocomplete": "off"},
    )
    text = TextField(
        "Text",
        description="In Markdown; links are not followed.",
        widget=TextArea(),
        render_kw={"required": True, "rows": 14, "maxlength": MAX_TEXT},
    )
    covers_pages = BooleanField("It covers pages that show items too")
