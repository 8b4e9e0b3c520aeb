"""Forms of the terms on which a benchmark's items leave the house."""

from __future__ import annotations

from wtforms import BooleanField

from leaderboard.third_parties import ThirdParties
from leaderboard.web.forms.form import PageForm


class ThirdPartiesForm(PageForm):
    """Which servers of third parties may be sent items."""

    judges = BooleanField("Items may go to judges, and to the second reader, of third parties")
    endpoints = BooleanField("Items may go to endpoints of third parties")

    def read_choice(self) -> ThirdParties:
        """What was ticked."""
        return ThirdParties(bool(self.judges.data), bool(self.endpoints.data))
