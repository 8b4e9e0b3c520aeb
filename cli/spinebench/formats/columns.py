"""Which columns or keys of a table, a line or an object say what: the id, the output, the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spinebench.formats.format import EXTRA_TYPES, MOST_SHOWN, FileFacts
from spinebench.formats.problem import Unreadable

ID_NAMES = ("id", "item_id", "question_id", "sample_id", "custom_id", "index")
"""What the column of ids may be called, the one that counts first."""
TEXT_NAMES = ("prediction", "response", "output", "answer")
"""The same of outputs: an `answer` beside a prediction is the key that a tool checked it by."""
VLMEVALKIT = "VLMEvalKit"
_OPTION_LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Columns(NamedTuple):
    """The names of what is read. `options` are those of the options as shown, by letter."""

    id: str
    text: str
    extras: Mapping[str, str]
    options: Mapping[str, str]
    tool: str


def find_columns(names: Sequence[str]) -> Columns | None:
    """The columns among `names`, upper or lower case; None where the id or the output is not there.

    A name that occurs twice is none.
    """
    places: dict[str, str] = {}
    for name in names:
        folded = name.strip().lower()
        places[folded] = "" if folded in places else name
    id_name = next((places[one] for one in ID_NAMES if places.get(one)), "")
    text_name = next((places[one] for one in TEXT_NAMES if places.get(one)), "")
    if not id_name or not text_name:
        return None
    extras = {one: places[one] for one in EXTRA_TYPES if places.get(one)}
    is_vlmevalkit = {"index", "question", "prediction"} <= places.keys()
    options = {one: one for one in _OPTION_LETTERS if one in names} if is_vlmevalkit else {}
    return Columns(id_name, text_name, extras, options, VLMEVALKIT if is_vlmevalkit else "")


def note_columns(columns: Columns, facts: FileFacts) -> None:
    """Say which columns were taken where they are not called as in the document."""
    facts.tool = columns.tool or facts.tool
    if columns.id.strip().lower() != "id" or columns.text.strip().lower() != "prediction":
        facts.note(f'ids from "{columns.id}" and outputs from "{columns.text}"')


def refuse_columns(called: str, names: Sequence[str], nouns: str = "columns") -> Unreadable:
    """That no id or no output is among the columns or keys of a file."""
    return Unreadable(
        f"{called} has the {nouns} {show_names(names)}: {_lack(names)}.",
        f"Name them id and prediction (or {', '.join(TEXT_NAMES[1:-1])} or {TEXT_NAMES[-1]}).",
    )


def _lack(names: Sequence[str]) -> str:
    folded = {name.strip().lower() for name in names}
    has_id, has_text = folded & set(ID_NAMES), folded & set(TEXT_NAMES)
    if not has_id and not has_text:
        return "none of them is an id or a prediction"
    if not has_id:
        return "there is no id"
    if not has_text:
        return "there is no prediction"
    return "one of them occurs twice"


def show_names(names: Sequence[str]) -> str:
    """The first names in words."""
    shown = [name.strip()[:40] for name in names if name.strip()][:MOST_SHOWN]
    more = len(names) - len(shown)
    return f"{', '.join(shown) or '(none)'}{f' and {more:,} more' if more > 0 else ''}"
