"""Forms of uploaded packages: the file, what it does not say, and who looked at pictures."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, FileField, SelectField
from wtforms.widgets import TextArea

from leaderboard.errors import InvalidRequest
from leaderboard.hosting.uploaded.keep import MAX_BY, MAX_FOUND
from leaderboard.hosting.uploaded.shapes import Missing, Said
from leaderboard.models.benchmark import Benchmark
from leaderboard.models.role import SITE
from leaderboard.packages.importing import SOURCES
from leaderboard.web.forms.form import PageForm, TextField

NEW = "-"
"""Stands for SITE in a list, which no benchmark's short name is."""
MAX_WORDS = 200
MAX_TEXT = 4000


class UploadForm(PageForm):
    """A file to be looked at, of whose benchmark, and its layout."""

    benchmark = SelectField("For", render_kw={"required": True})
    layout = SelectField(
        "Layout",
        choices={"": "a package (zip)", **{name: name for name in SOURCES}},
        description="Another benchmark's layout is converted. Put its pictures into one zip with "
        "the file of questions.",
    )
    file = FileField("File", render_kw={"required": True})

    def offer(self, benchmarks: Sequence[Benchmark], *, is_whole: bool) -> None:
        """Let the host choose one of `benchmarks` or, if so, a new one."""
        new = {NEW: "a new benchmark"} if is_whole else {}
        self.benchmark.choices = {one.slug: one.name for one in benchmarks} | new

    def read_place(self) -> str:
        """The benchmark that was chosen, or SITE. Raises InvalidRequest."""
        chosen = str(self.benchmark.data or "")
        if chosen not in [value for value, *_ in self.benchmark.iter_choices()]:
            raise InvalidRequest("You cannot upload for it.", "Choose one of the list.").at(
                "benchmark"
            )
        return SITE if chosen == NEW else chosen


class AnswersForm(PageForm):
    """What the command asks for by options, of a file in another layout."""

    name = TextField("Name", render_kw={"maxlength": MAX_WORDS})
    licence = TextField(
        "Licence",
        description="Of items and pictures, such as CC-BY-4.0.",
        render_kw={"maxlength": 100},
    )
    description = TextField(
        "Description",
        description="What it measures, in one paragraph.",
        widget=TextArea(),
        render_kw={"rows": 3, "maxlength": MAX_TEXT},
    )
    answers = SelectField(
        "Answers", choices={"": "choose one", "hidden": "hidden", "public": "public"}
    )
    alt = TextField(
        "Kind of pictures",
        description="Such as “X-ray of the spine”, never what they show. Left empty without "
        "pictures.",
        render_kw={"maxlength": MAX_WORDS},
    )
    slug = TextField(
        "Short name",
        description="In addresses; made of the name where it is empty.",
        render_kw={"maxlength": 80, "autocomplete": "off", "spellcheck": "false"},
    )
    version = TextField("Version", render_kw={"maxlength": 40, "autocomplete": "off"})
    split = TextField("Split", render_kw={"maxlength": 40, "autocomplete": "off"})
    place = TextField(
        "File of questions",
        description="Its path in the zip, or that of a folder of several; left empty where there "
        "is only one.",
        render_kw={"maxlength": MAX_WORDS, "autocomplete": "off", "spellcheck": "false"},
    )
    naming = TextField(
        "Names of fields",
        description="One per line, NAME=FIELD, such as question=prompt. Of the layouts jsonl, "
        "croissant and spinebench-pathology alone.",
        widget=TextArea(),
        render_kw={"rows": 3, "spellcheck": "false"},
    )

    def show(self, said: Said) -> None:
        """Begin with what was said before."""
        for name in self.list_said():
            self[name].data = getattr(said, name)
        self.naming.data = "\n".join(said.fields)

    def mark(self, missing: Sequence[Missing]) -> None:
        """Say at each field what the source does not say."""
        for one in missing:
            field = self.find_field(one.field)
            if field is not None:
                field.errors = [*field.errors, one.message]
                field.render_kw = {**(field.render_kw or {}), "required": True}

    def read_said(self) -> Said:
        """What was sent."""
        said = Said()
        for name in self.list_said():
            setattr(said, name, str(self[name].data or "").strip())
        said.fields = [line.strip() for line in self.naming.text.splitlines() if "=" in line]
        said.version, said.split = said.version or "1.0.0", said.split or "test"
        return said

    def list_said(self) -> list[str]:
        """The names of what is one text each."""
        return [name for name in self.list_fields() if name != "naming"]


class LoadForm(PageForm):
    """Who looked at the pictures, and what they found."""

    looked = BooleanField(
        "Each picture was looked at: its sides, its contrast, and whether "
        "anything in it tells who the patient is"
    )
    by = TextField(
        "Who looked",
        description="Name and profession, such as A. Example, radiologist.",
        render_kw={"required": True, "maxlength": MAX_BY, "autocomplete": "off"},
    )
    found = TextField(
        "What was found",
        description="Such as: side marks alone. It stays with the version, with the date of today.",
        widget=TextArea(),
        render_kw={"required": True, "rows": 2, "maxlength": MAX_FOUND},
    )
