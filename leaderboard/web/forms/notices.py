"""The form of where a team hears of its submissions."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import RadioField, SelectField

from leaderboard.endpoints.engine.address import MAX_CHARACTERS
from leaderboard.models.notice import TargetKind
from leaderboard.models.team import Team
from leaderboard.web.forms.form import PageForm, TextField, name_teams

KIND_WORDS = {
    TargetKind.WEBHOOK: "webhook: a JSON POST to your address",
    TargetKind.EMAIL: "e-mail",
}


class TargetForm(PageForm):
    """A new target."""

    team = SelectField("Team", render_kw={"required": True})
    kind = RadioField(
        "By",
        choices={kind.value: words for kind, words in KIND_WORDS.items()},
        default=TargetKind.WEBHOOK.value,
    )
    address = TextField("Address", render_kw={"required": True, "maxlength": MAX_CHARACTERS})

    def offer(self, teams: Sequence[Team], *, sends_mail: bool) -> None:
        """Let a person of `teams` choose, mail only where this server sends some."""
        self.team.choices = name_teams(teams)
        self.address.description = "A publicly reachable https address" + (
            ", or the e-mail address of a member of the team." if sends_mail else "."
        )
        if not sends_mail:
            self.kind.choices = {
                TargetKind.WEBHOOK.value: KIND_WORDS[TargetKind.WEBHOOK],
                TargetKind.EMAIL.value: "e-mail: this server sends no mail",
            }
