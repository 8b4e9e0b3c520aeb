"""The questions of a split as a zip to take home: items, images, and how to answer."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from collections.abc import Mapping
from threading import Lock
from typing import Any, BinaryIO, NamedTuple, cast

import msgspec
from cachetools import LRUCache
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Answers, Image, Item, ItemKind, Split
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.packages.catalogue import read_items, read_open_items
from leaderboard.packages.prompts import make_prompt
from leaderboard.scoring.boards import write_key

PIECE_BYTES = 1024 * 1024
MEMORY_BYTES = 16 * 1024 * 1024
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
README = """{name} {version}, split {split}: {n} items. Licence: {licence}.
{notice}
items.jsonl   one item per line{answers}
images/       the pictures that the items refer to, in order

Write one line for each item, {{"id": "...", "prediction": "what your model wrote"}}, then

    spinebench submit predictions.jsonl --benchmark {slug} --split {split} --model YOUR-MODEL
"""


class QuestionFile(NamedTuple):
    """The zip of a split: the SHA-256 of its bytes, and how many they are."""

    sha256: str
    n_bytes: int


class QuestionFiles:
    """What the zips of splits are; a published version never changes, so each is made once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: LRUCache[tuple[str, str], QuestionFile] = LRUCache(256)

    def find(self, session: Session, split: Split) -> QuestionFile:
        """The zip of `split` as `write_questions` makes it."""
        key = (split.benchmark.content_hash, split.name)
        with self._lock:
            known = self._known.get(key)
        if known is None:
            with write_questions(session, split) as stream:
                digest = hashlib.sha256()
                while piece := stream.read(PIECE_BYTES):
                    digest.update(piece)
                known = QuestionFile(digest.hexdigest(), stream.tell())
            with self._lock:
                self._known[key] = known
        return known


def write_questions(session: Session, split: Split) -> BinaryIO:
    """A zip of the items, at its beginning; answers are in it only where they are public."""
    # The response that sends it closes it.
    spooled = tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES)  # noqa: SIM115
    stream = cast(BinaryIO, spooled)
    try:
        _write_questions(session, split, stream)
    except BaseException:
        stream.close()
        raise
    stream.seek(0)
    return stream


def _write_questions(session: Session, split: Split, stream: BinaryIO) -> None:
    references: dict[int, ItemReference] = {}
    harms: dict[int, ItemHarm] = {}
    if split.answers is Answers.PUBLIC:
        pairs = read_open_items(session, split)
        items = [pair.item for pair in pairs]
        references = {pair.item.id: pair.reference for pair in pairs}
        graded = select(ItemHarm).join(Item).where(Item.split_id == split.id)
        harms = {one.item_id: one for one in session.scalars(graded)}
    else:
        items = read_items(session, split)
    manifest = split.benchmark.manifest
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = b"".join(
            msgspec.json.encode(
                _make_line(item, manifest, references.get(item.id), harms.get(item.id)),
                enc_hook=write_key,
            )
            + b"\n"
            for item in items
        )
        archive.writestr(zipfile.ZipInfo("README.txt", ZIP_TIME), _make_readme(split, len(items)))
        archive.writestr(
            zipfile.ZipInfo("items.jsonl", ZIP_TIME), lines, compress_type=zipfile.ZIP_DEFLATED
        )
        _write_images(session, archive, items)


def _make_readme(split: Split, n_items: int) -> str:
    manifest = split.benchmark.manifest
    return README.format(
        name=manifest["name"],
        version=manifest["version"],
        slug=manifest["slug"],
        licence=manifest["licence"],
        notice=manifest.get("notice") or "",
        split=split.name,
        n=n_items,
        answers=", with its answer" if split.answers is Answers.PUBLIC else ", without its answer",
    )


def _make_line(
    item: Item,
    manifest: Mapping[str, Any],
    reference: ItemReference | None,
    harm: ItemHarm | None,
) -> dict[str, Any]:
    line: dict[str, Any] = {
        "id": item.key,
        "kind": item.kind,
        "track": item.track,
        "question": item.question,
        # Word for word what a run of an endpoint asks.
        "prompt": make_prompt(manifest, item),
        "images": [{"path": image.path, "alt": image.alt} for image in item.images],
        "subcondition": item.subcondition,
        "axis": item.axis,
        "modality": item.modality,
        "case_id": item.case_key,
    }
    if item.kind is ItemKind.MCQ:
        line |= {"options": item.options, "multiple": item.multiple}
    if reference is not None and item.attributes:
        line["attributes"] = item.attributes
    if reference is not None and item.kind is ItemKind.MCQ:
        line |= {"answer": reference.answer, "explanation": reference.explanation}
        if harm is not None:
            line["harm"] = harm.content
    elif reference is not None:
        line |= {
            "reference_report": reference.reference_report,
            "checklist": reference.checklist,
        }
    return line


def _write_images(session: Session, archive: zipfile.ZipFile, items: list[Item]) -> None:
    written: set[str] = set()
    for item in items:
        for shown in item.images:
            if shown.path in written:
                continue
            written.add(shown.path)
            content = session.scalars(
                select(Image.content).where(Image.sha256 == shown.sha256)
            ).one()
            archive.writestr(zipfile.ZipInfo(shown.path, ZIP_TIME), content)
