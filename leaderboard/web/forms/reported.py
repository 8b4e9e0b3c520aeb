"""Forms of reported results: a source with its file, and the card that a model is linked with."""

from __future__ import annotations

import base64
import binascii

from wtforms import FileField, SelectField, SelectMultipleField
from wtforms.widgets import TextArea

from leaderboard.errors import InvalidRequest
from leaderboard.models.reported import Difference, SourceKind
from leaderboard.reported.lines import MOST_BYTES
from leaderboard.reported.source import (
    MAX_ADDRESS,
    MAX_CITATION,
    MAX_NOTE,
    MAX_TITLE,
    SaidOfSource,
)
from leaderboard.web.forms.form import PageForm, TextField


class SourceForm(PageForm):
    """A source of reported results; `content` is that of the file, once it was shown."""

    file = FileField(
        "File",
        description="CSV with a line for each model, or an aggregate file of Every Eval Ever "
        f"(JSON). Up to {MOST_BYTES // 1000} kB. Nothing is added before you have seen it.",
        render_kw={"required": True, "accept": ".csv,.json"},
    )
    kind = SelectField(
        "Kind of source",
        choices={"": "as the file says", **{one.value: one.label for one in SourceKind}},
    )
    title = TextField(
        "Title",
        description="Of the paper or the page. A file of Every Eval Ever names its own.",
        render_kw={"maxlength": MAX_TITLE},
    )
    address = TextField(
        "DOI or web address",
        description="Where readers can check the figures.",
        render_kw={"maxlength": MAX_ADDRESS, "spellcheck": "false"},
    )
    citation = TextField(
        "Citation", widget=TextArea(), render_kw={"rows": 2, "maxlength": MAX_CITATION}
    )
    measured_on = TextField(
        "Measured on",
        description="What the source calls its benchmark.",
        render_kw={"maxlength": MAX_TITLE},
    )
    counts = TextField(
        "Items by track",
        description="If the source states them, such as text=294, image=193, report=87. Totals are "
        "recomputed by them.",
        render_kw={"maxlength": 80, "spellcheck": "false"},
    )
    differs = SelectMultipleField(
        "What differs",
        description="In what the source measured otherwise than this site.",
        choices={one.value: one.label for one in Difference},
    )
    note = TextField(
        "More on what differs",
        widget=TextArea(),
        render_kw={"rows": 3, "maxlength": MAX_NOTE},
    )

    def read_said(self) -> SaidOfSource:
        """What was written of the source."""
        return SaidOfSource(
            kind=str(self.kind.data or ""),
            title=self.title.text,
            citation=self.citation.text,
            address=self.address.text,
            measured_on=self.measured_on.text,
            differs=list(self.differs.data or ()),
            note=self.note.text,
            counts=self.counts.text,
        )


def pack(raw: bytes) -> str:
    """A file as a form carries it from its preview."""
    return base64.b64encode(raw).decode()


def unpack(text: str) -> bytes:
    """The file that `pack` wrote. Raises InvalidRequest for anything else."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("There is no file.", "Choose it again.").at("file") from None
