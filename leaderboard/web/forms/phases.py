"""The form of a split's phase."""

from __future__ import annotations

from wtforms import BooleanField

from leaderboard.packages.phases import MAX_NAME
from leaderboard.web.forms.form import PageForm, TextField


class PhaseForm(PageForm):
    """When a phase takes submissions, and what its end means."""

    name = TextField(
        "Name",
        description="Of a new phase, or of the one to change.",
        render_kw={"required": True, "maxlength": MAX_NAME, "autocomplete": "off"},
    )
    opens = TextField(
        "Opens",
        description="In UTC, such as 2027-01-31 12:00.",
        render_kw={"required": True, "maxlength": 40, "autocomplete": "off"},
    )
    closes = TextField(
        "Closes",
        description="In UTC. What was received before counts, even if it is scored later.",
        render_kw={"required": True, "maxlength": 40, "autocomplete": "off"},
    )
    units = TextField(
        "Submissions",
        description="How many a team may send in the phase, beside the limit of the site.",
        render_kw={"inputmode": "numeric", "maxlength": 8, "autocomplete": "off"},
    )
    is_final = BooleanField("The ranking at its end stays as it is")
