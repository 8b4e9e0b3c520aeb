"""Forms of the host: an act with its reason, an announcement."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, SelectField
from wtforms.widgets import DateInput, EmailInput, TextArea

from leaderboard.accounts.users import MAX_EMAIL_CHARACTERS
from leaderboard.campaigns.rules import Rule
from leaderboard.errors import InvalidRequest
from leaderboard.hosting.act import MAX_REASON
from leaderboard.hosting.announcements import MAX_CHARACTERS
from leaderboard.lens.checks import MAX_CHECKER
from leaderboard.lens.corrected_checks import CheckEdit
from leaderboard.lens.next_version import MAX_NUMBER
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.role import SITE, Role
from leaderboard.web.forms.form import PageForm, TextField

MAX_DIGITS = 9
EVERY_PAGE = "-"
"""Stands for SITE in a list, which no benchmark's short name is."""


class ActForm(PageForm):
    """An act, with the reason that the audit trail keeps; many of them stand on one page."""

    reason = TextField("Reason", render_kw={"maxlength": MAX_REASON, "placeholder": "Reason"})


class RuleForm(PageForm):
    """From how many labels of experts on a new ranking is proposed."""

    min_labels = TextField(
        "Labelled reports", render_kw={"required": True, "inputmode": "numeric", "maxlength": 6}
    )
    min_models = TextField(
        "Models", render_kw={"required": True, "inputmode": "numeric", "maxlength": 6}
    )
    opens_itself = BooleanField(
        "Open the proposal without me, unless a score would lose its interval"
    )

    def read_rule(self) -> Rule:
        """The rule. Raises InvalidRequest for what is not a whole number."""
        for field in (self.min_labels, self.min_models):
            if not field.text.strip().isdecimal():
                raise InvalidRequest(
                    f"{field.text!r} is not a whole number.", "Give one from 1 on."
                ).at(field.short_name)
        numbers = int(self.min_labels.text), int(self.min_models.text)
        return Rule(*numbers, opens_itself=bool(self.opens_itself.data))


class RevealForm(PageForm):
    """Hidden answers to make public for good: of some items, or of a whole version."""

    extent = SelectField(
        "What",
        choices={"items": "the items named below", "version": "every hidden item of the version"},
        render_kw={"required": True},
    )
    items = TextField(
        "Items",
        description="Their ids, one in each line; leave it empty for the whole version.",
        widget=TextArea(),
        render_kw={"rows": 5, "spellcheck": "false"},
    )
    reason = TextField(
        "Reason",
        description="Shown beside the answers, and kept in the audit trail.",
        render_kw={"required": True, "maxlength": MAX_REASON},
    )
    confirmation = TextField(
        "Confirmation",
        render_kw={"required": True, "autocomplete": "off", "spellcheck": "false"},
    )

    def read_keys(self, name: str) -> list[str] | None:
        """The items that were named; None for all. `name` has to be typed to confirm.

        Raises InvalidRequest where it was not.
        """
        if " ".join(self.confirmation.text.split()) != name:
            raise InvalidRequest("This is not confirmed.", f"Type {name} to confirm.").at(
                "confirmation"
            )
        return None if self.extent.data == "version" else self.items.text.split()


class RevealDateForm(PageForm):
    """The moment from which on the hidden answers of a split are public."""

    split = SelectField("Split", render_kw={"required": True})
    at = TextField(
        "Date",
        description="In UTC, such as 2027-01-31 12:00. Leave it empty to take a date back.",
        render_kw={"maxlength": 40, "autocomplete": "off", "placeholder": "2027-01-31 12:00"},
    )

    def offer(self, splits: Sequence[Split]) -> None:
        """Let the host choose one of `splits`."""
        self.split.choices = {one.name: one.name for one in splits}


class DrawForm(PageForm):
    """How many keys are to be drawn at random, and of what."""

    n = TextField(
        "Keys to be drawn in all",
        description="With those that are drawn already. Choose the number before you look.",
        render_kw={"required": True, "inputmode": "numeric", "autocomplete": "off"},
    )
    track = SelectField(
        "Of", choices={"": "all questions", "text": "text questions", "image": "image questions"}
    )

    def read_number(self) -> int:
        """How many. Raises InvalidRequest where it is not a whole number."""
        text = self.n.text.strip()
        if not text.isascii() or not text.isdecimal() or len(text) > MAX_DIGITS:
            raise InvalidRequest("The number is missing.", "Write a whole number.").at("n")
        return int(text)


class VerdictForm(PageForm):
    """What a clinician says of a key."""

    verdict = SelectField(
        "The key is",
        choices={"": "choose one", "right": "right", "wrong": "wrong", "unsure": "unsure"},
        render_kw={"required": True},
    )
    checked_by = TextField(
        "Checked by",
        description="The clinician's name or initials, for hosts alone.",
        render_kw={"required": True, "maxlength": MAX_CHECKER},
    )
    note = TextField(
        "Note",
        description="For hosts alone.",
        render_kw={"maxlength": MAX_REASON},
    )


class CorrectionForm(PageForm):
    """The right letters of a question as the next version will have them, and why."""

    answer = TextField(
        "The right answer is",
        description="A letter, or several with commas between where the question allows it.",
        render_kw={"required": True, "maxlength": 40, "autocomplete": "off"},
    )
    reason = TextField(
        "Reason",
        description="For hosts alone; it is kept in the audit trail.",
        render_kw={"required": True, "maxlength": MAX_REASON},
    )


class CheckForm(PageForm):
    """What a check of a report asks in the next version, and why."""

    terms = TextField(
        "Words that it looks for",
        description="One per line; leave this empty for a check of a level or a side.",
        widget=TextArea(),
        render_kw={"rows": 3},
    )
    expected = TextField(
        "Expected",
        description="Levels with commas between, a side (left, right, bilateral, central), "
        "present or absent, or an amount with its tolerance, such as 20 ± 2; empty for a check of "
        "words alone.",
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    weight = TextField(
        "Weight",
        description="Its points are 4 times this, divided by the weight of all checks of the "
        "dimension.",
        render_kw={"required": True, "maxlength": 20, "autocomplete": "off"},
    )
    reason = TextField(
        "Reason",
        description="For hosts alone; it is kept in the audit trail.",
        render_kw={"required": True, "maxlength": MAX_REASON},
    )

    def read_edit(self) -> CheckEdit:
        """What was sent."""
        return CheckEdit(self.terms.text, self.expected.text, self.weight.text)


class NextVersionForm(PageForm):
    """The number of a benchmark's next version."""

    version = TextField(
        "Version", render_kw={"required": True, "maxlength": MAX_NUMBER, "autocomplete": "off"}
    )


class AnnouncementForm(PageForm):
    """A text above every page, or above those of a benchmark."""

    benchmark = SelectField("Shown on", render_kw={"required": True})
    text = TextField(
        "Text",
        description="One or two sentences, shown to everybody at the top of these pages.",
        render_kw={"required": True, "maxlength": MAX_CHARACTERS},
    )
    until = TextField(
        "Last day",
        description="In UTC, today or later.",
        widget=DateInput(),
        render_kw={"required": True},
    )

    def offer(self, benchmarks: Sequence[Benchmark], *, is_whole: bool) -> None:
        """Let the host choose one of `benchmarks`, or, if so, every page of the site."""
        every = {EVERY_PAGE: "every page"} if is_whole else {}
        self.benchmark.choices = every | {one.slug: f"pages of {one.name}" for one in benchmarks}

    def read_place(self) -> str:
        """The benchmark that was chosen, or SITE. Raises InvalidRequest."""
        chosen = str(self.benchmark.data or EVERY_PAGE)
        if chosen not in [value for value, *_ in self.benchmark.iter_choices()]:
            raise InvalidRequest("You cannot announce there.", "Choose one of the list.").at(
                "benchmark"
            )
        return SITE if chosen == EVERY_PAGE else chosen


class RoleForm(PageForm):
    """An invitation to a role."""

    email = TextField(
        "E-mail address",
        description="Only the person with this address can accept.",
        widget=EmailInput(),
        render_kw={"required": True, "maxlength": MAX_EMAIL_CHARACTERS, "autocomplete": "off"},
    )
    role = SelectField("Role", render_kw={"required": True})
    benchmark = SelectField("Benchmark", render_kw={"required": True})

    def offer(self, roles: Sequence[Role], benchmarks: Sequence[Benchmark]) -> None:
        """Let somebody choose one of `roles` on one of `benchmarks`."""
        self.role.choices = {role.value: role.value for role in roles}
        self.benchmark.choices = {one.slug: one.name for one in benchmarks}

    def read_choice(self) -> tuple[str, str]:
        """The role and its benchmark, or SITE: an administrator's benchmark is not asked for."""
        role = str(self.role.data or "")
        return role, SITE if role == Role.ADMIN else str(self.benchmark.data or "")
