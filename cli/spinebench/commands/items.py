"""The items of a submission one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from spinebench.api import Api
from spinebench.invocation import Invocation
from spinebench.package import new_file
from spinebench.reading import read_answer
from spinebench.shapes.readings import ReadingList
from spinebench.tables import items_table

View = TypeVar("View", bound=Callable[..., Any])
FILTERS = {
    "filter": "With --items: only wrong, right, missed, unread, refused, ambiguous, unparsed or "
    "read-by-model ones.",
    "track": "With --items: only those of a track.",
    "subcondition": "With --items: only those of a condition.",
    "axis": "With --items: only those of an axis.",
    "level": "With --items: only those of a vertebra (L4) or disc (L4/L5).",
}
"""What the server can choose items by; it knows which values there are, and says so."""


def item_options(view: View) -> View:
    """Give a command the options that choose items, and the file to write them to."""
    kind = click.Path(dir_okay=False, path_type=Path)
    view = click.option(
        "--csv", type=kind, metavar="FILE", help="With --items: write all of them to a CSV file."
    )(view)
    for name, help_ in reversed(FILTERS.items()):
        view = click.option(f"--{name}", metavar="VALUE", help=help_)(view)
    return view


def show_items(
    invocation: Invocation, id: str, filters: Mapping[str, str], csv: Path | None
) -> None:
    """Show the items that the filters leave, or write them to a file."""
    terminal = invocation.terminal
    with invocation.api() as api:
        if csv is not None:
            with (
                terminal.transfer("Downloading", then="Downloaded") as moved,
                new_file(csv) as file,
            ):
                api.download_items(id, filters, file, moved)
            if terminal.as_json:
                terminal.show_json({"submission": id, "path": str(csv)})
            else:
                terminal.show(f"Wrote {csv}")
            return
        raw = _get_all(api, id, filters)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    found = read_answer(ReadingList, raw)
    if found.readings:
        terminal.show_table(items_table(found))
    terminal.show(f"{found.n:,} of {found.n_all:,} predictions.")
    if found.readings:
        terminal.say(f"With texts and verdicts: spinebench results {id} --items --csv FILE")


def _get_all(api: Api, id: str, filters: Mapping[str, str]) -> Any:
    """The server's answer with the readings of all its pages."""
    raw = api.get_items(id, 1, filters)
    found = read_answer(ReadingList, raw)
    for page in range(2, found.n_pages + 1):
        more = api.get_items(id, page, filters)
        read_answer(ReadingList, more)
        raw["readings"] += more["readings"]
    return raw | {"page": 1, "n_pages": 1}
