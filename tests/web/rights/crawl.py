"""Everybody asks for everything: what each gets, and whether it tells what is sealed."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import requests
from sqlalchemy import select

from leaderboard.models.sealed import AnswerSalt, CommittedValues
from tests.web.rights.forms import FORMS
from tests.web.rights.table import API, PAGES, SIGN_IN, Cell, read_cells
from tests.web.rights.world import World

CHANGING = ("/static", "/healthz", "/readyz", "/account/second-factor")
"""Addresses that know no benchmark and show another secret or state each time."""
ASKERS = ("read token", "visitor", "owner", "expert", "other host")
"""Whose answers are kept: of each kind one who is no host of tiny. The token is the first, because
its owner's pages say when it was used."""
FOR_HOSTS = "/admin/submissions/{scored}/bundle"
"""A submission's archive for hosts holds the seed (docs/proofs.md); the table keeps others out."""


class Seen(NamedTuple):
    """What came back: the status as the table has it, and whether it opens a commitment.

    The text is that of an asker's page, without what is another one each time.
    """

    status: int
    opens: bool
    text: str


Asked = tuple[str, str, str]
"""Who, by which method, for which address."""


def crawl(world: World) -> Mapping[Asked, Seen]:
    """Every cell of the table: first what the askers read, in their order, then the rest."""
    opens, found = make_search(world), {}
    for cell in sorted(read_cells((*PAGES, *API)), key=_turn_of):
        answer = world.ask(
            cell.who, cell.method, cell.address, FORMS.get(f"{cell.method} {cell.address}", {})
        )
        found[cell[:3]] = Seen(
            read_status(answer),
            answer.ok and cell.address != FOR_HOSTS and opens(answer.content),
            normalise(answer) if is_kept(cell) else "",
        )
    return found


def crawl_again(world: World) -> Mapping[Asked, Seen]:
    """What the askers read now."""
    cells = filter(is_kept, read_cells((*PAGES, *API)))
    answers = {
        cell[:3]: world.ask(cell.who, cell.method, cell.address, {})
        for cell in sorted(cells, key=_turn_of)
    }
    return {
        key: Seen(read_status(answer), False, normalise(answer)) for key, answer in answers.items()
    }


def is_kept(cell: Cell) -> bool:
    """Whether the text of the answer is kept."""
    is_read = cell.method == "GET" and not cell.address.startswith(CHANGING)
    return is_read and cell.who in ASKERS


def _turn_of(cell: Cell) -> int:
    return ASKERS.index(cell.who) if is_kept(cell) else len(ASKERS)


def read_status(answer: requests.Response) -> int:
    """The status; SIGN_IN for one that leads to the page to sign in."""
    goes = answer.headers.get("Location", "")
    return (
        SIGN_IN
        if answer.status_code == 302 and goes.startswith("/sign-in")
        else (answer.status_code)
    )


def normalise(answer: requests.Response) -> str:
    """The text of an answer without what is another one each time: forms' tokens and times."""
    kind = answer.headers.get("Content-Type", "")
    if "zip" in kind or "image/" in kind:
        return hashlib.sha256(answer.content).hexdigest()
    text = re.sub(r'(csrf[_-]token"\s+(?:value|content)=)"[^"]*"', r"\1", answer.text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)?", "TIME", text)


def make_search(world: World) -> Callable[[bytes], bool]:
    """Whether an answer holds what opens a commitment, however somebody may spell it."""
    spelled, clean = _spell(world), set[bytes]()

    def opens(content: bytes) -> bool:
        digest = hashlib.sha256(content).digest()
        if digest in clean:
            return False
        whole = read_whole(content)
        if any(one in whole for one in spelled):
            return True
        clean.add(digest)
        return False

    return opens


def _spell(world: World) -> Sequence[bytes]:
    with world.site.sessions.read() as session:
        secrets = [*session.scalars(select(AnswerSalt.salt))]
        secrets += session.scalars(select(CommittedValues.seed))
    assert len(secrets) > 22
    return [
        spelling
        for secret in secrets
        for spelling in (
            secret,
            secret.hex().encode(),
            base64.b64encode(secret).rstrip(b"="),
            base64.urlsafe_b64encode(secret).rstrip(b"="),
        )
    ]


def read_whole(content: bytes) -> bytes:
    """The bytes of an answer; of a zip file those of its parts too."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return content + b"".join(archive.read(name) for name in archive.namelist())
