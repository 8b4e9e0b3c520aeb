"""Forms of objections: to object, and to answer."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectField
from wtforms.widgets import TextArea

from leaderboard.hosting.objections import MAX_ANSWER
from leaderboard.models.objection import Effect, ObjectionKind
from leaderboard.objections.send import MAX_TEXT, WORDS
from leaderboard.web.forms.form import PageForm, TextField

EFFECTS = {
    Effect.NONE: "nothing",
    Effect.CORRECTION: "a correction, in the next version",
    Effect.CAMPAIGN: "a campaign, which scores everything again",
}


class ObjectionForm(PageForm):
    """What somebody objects to, and why."""

    kind = SelectField("What is wrong", render_kw={"required": True})
    text = TextField(
        "Your objection",
        description="What is wrong, and how you know. Only you and the benchmark's hosts read it: "
        "no data of patients, please.",
        widget=TextArea(),
        render_kw={"rows": 8, "required": True, "maxlength": MAX_TEXT},
    )

    def offer(self, kinds: Sequence[ObjectionKind]) -> None:
        """Let somebody choose one of `kinds`."""
        self.kind.choices = {kind.value: WORDS[kind] for kind in kinds}


class AnswerForm(PageForm):
    """A host's answer."""

    text = TextField(
        "Answer",
        widget=TextArea(),
        render_kw={"rows": 4, "required": True, "maxlength": MAX_ANSWER},
    )
    effect = SelectField(
        "What follows",
        choices={"": "choose one", **{one.value: words for one, words in EFFECTS.items()}},
        render_kw={"required": True},
    )
