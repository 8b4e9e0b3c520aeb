"""Forms of the host: an act with its reason, an announcement."""

from __future__ import annotations

from wtforms.widgets import DateInput

from leaderboard.hosting.act import MAX_REASON
from leaderboard.hosting.announcements import MAX_CHARACTERS
from leaderboard.web.forms.form import PageForm, TextField


class ActForm(PageForm):
    """An act, with the reason that the audit trail keeps; many of them stand on one page."""

    reason = TextField("Reason", render_kw={"maxlength": MAX_REASON, "placeholder": "Reason"})


class AnnouncementForm(PageForm):
    """A text above every page."""

    text = TextField(
        "Text",
        description="One or two sentences, shown to everybody at the top of every page.",
        render_kw={"required": True, "maxlength": MAX_CHARACTERS},
    )
    until = TextField(
        "Last day",
        description="In UTC, today or later.",
        widget=DateInput(),
        render_kw={"required": True},
    )
