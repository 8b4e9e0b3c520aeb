"""Read a benchmark package: everything in it, or every problem of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from leaderboard.errors import InvalidPackage, InvalidRequest, Problem
from leaderboard.packages.check import Line, check_item, check_manifest, check_together
from leaderboard.packages.files import PackageFiles, content_hash
from leaderboard.packages.harm import check_harm
from leaderboard.packages.package import (
    Manifest,
    PackageItem,
    SplitFile,
    package_schema,
)
from leaderboard.packages.pictures import PackagePicture, read_picture

MAX_PACKAGE_BYTES = 1024 * 1024 * 1024
MAX_OBJECT_BYTES = 1_000_000
"""Of the manifest, and of one line of an items file."""
MOST_DEPARTURES = 50
"""From the schema, of one object."""
MOST_UNREADABLE = 100
"""Lines of one file; after that many it is not an items file, and the rest is not read."""


@dataclass(frozen=True)
class Package:
    """A package without problems: items in the order of their files, pictures by path."""

    manifest: Manifest
    items: dict[str, list[PackageItem]]
    pictures: dict[str, PackagePicture]
    content_hash: str


def read_package(files: PackageFiles) -> Package:
    """The package in `files`. Raises InvalidPackage with every problem found."""
    return _Reader(files).read()


class _Reader:
    """Collects problems while it reads; one reader reads one package."""

    def __init__(self, files: PackageFiles) -> None:
        self._files = files
        self._problems: list[Problem] = []
        self._contents: dict[str, bytes] = {}
        self._n_bytes = 0
        self._schema = package_schema()

    def read(self) -> Package:
        manifest = self._read_manifest()
        lines = [line for split in manifest.splits for line in self._read_items(split)]
        self._problems += check_manifest(manifest)
        for line in lines:
            self._problems += check_item(manifest, line)
        self._problems += check_together(lines)
        self._problems += check_harm(manifest, lines)
        pictures = self._read_pictures(lines)
        if self._problems:
            raise self._invalid()
        items: dict[str, list[PackageItem]] = {split.name: [] for split in manifest.splits}
        for line in lines:
            items[line.item.split].append(line.item)
        return Package(manifest, items, pictures, content_hash(self._contents.items()))

    def _invalid(self) -> InvalidPackage:
        return InvalidPackage(
            f"The benchmark package has {len(self._problems)} problem(s); nothing was loaded.",
            "Fix them all, then check it again with `flask benchmark check`.",
            self._problems,
        )

    def _add(
        self,
        message: str,
        remedy: str,
        path: str,
        line: int | None = None,
        item_id: str | None = None,
    ) -> None:
        self._problems.append(Problem(message, remedy, line=line, id=item_id, path=path))

    def _read_file(self, path: str, missing: Problem) -> bytes | None:
        """The bytes at `path`; None where there is none to read, which is a problem by then."""
        if path not in self._contents:
            try:
                content = self._files.read(path)
            except KeyError:
                self._problems.append(missing)
                return None
            except InvalidRequest as error:
                self._add(error.message, error.remedy, path)
                return None
            self._n_bytes += len(content)
            if self._n_bytes > MAX_PACKAGE_BYTES:
                limit = f"{MAX_PACKAGE_BYTES:,} bytes"
                self._add(f"The package has more than {limit}.", "Make it smaller.", path)
                raise self._invalid()
            self._contents[path] = content
        return self._contents[path]

    def _read_manifest(self) -> Manifest:
        path = "manifest.json"
        missing = Problem("There is no manifest.json.", "Add one at the top.", path=path)
        content = self._read_file(path, missing)
        if content is None or not self._is_fit(content, path):
            raise self._invalid()
        try:
            return msgspec.json.decode(content, type=Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            self._explain(content, "Manifest", error, path)
            raise self._invalid() from None

    def _is_fit(self, raw: bytes, path: str, line: int | None = None) -> bool:
        """Whether an object is of a size to be decoded, and has no character that a database
        cannot hold."""
        if len(raw) > MAX_OBJECT_BYTES:
            message = f"It has {len(raw):,} bytes; the limit is {MAX_OBJECT_BYTES:,}."
            self._add(message, "Shorten it; put pictures into separate files.", path, line)
            return False
        if b"\\u0000" in raw:
            self._add("It contains a NUL character (\\u0000).", "Remove it.", path, line)
            return False
        return True

    def _read_items(self, split: SplitFile) -> Iterator[Line]:
        missing = Problem(
            f"There is no file {split.items}.", "Add it, or fix the path.", path="manifest.json"
        )
        content = self._read_file(split.items, missing)
        if content is None:
            return
        decoder = msgspec.json.Decoder(PackageItem)
        n_unreadable = 0
        for number, raw in enumerate(content.split(b"\n"), start=1):
            if not raw.strip():
                continue
            if n_unreadable == MOST_UNREADABLE:
                message = f"{MOST_UNREADABLE} lines cannot be read; the rest was not checked."
                self._add(message, "Write one JSON object per line.", split.items, number)
                return
            try:
                if not self._is_fit(raw, split.items, number):
                    n_unreadable += 1
                    continue
                item = decoder.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                n_unreadable += 1
                self._explain(raw, None, error, split.items, number)
                continue
            if item.split != split.name:
                self._add(
                    f"The item says split {item.split!r}, but it is in the file of {split.name!r}.",
                    "Move the line, or fix its split.",
                    split.items,
                    number,
                    item.id,
                )
                continue
            yield Line(split.items, number, item)

    def _explain(
        self,
        raw: bytes,
        name: str | None,
        error: Exception,
        path: str,
        line: int | None = None,
    ) -> None:
        """Every way in which `raw` departs from the schema, where the decoder stops at one."""
        try:
            value: Any = msgspec.json.decode(raw)
        except RecursionError:
            self._add("Its JSON is nested far too deeply.", "Write one flat object.", path, line)
            return
        except UnicodeDecodeError as broken:
            self._add(f"Not UTF-8: {broken.reason}.", "Save it as UTF-8.", path, line)
            return
        except msgspec.DecodeError:
            self._add(f"Not valid JSON: {error}.", "Write one JSON object.", path, line)
            return
        kinds = {"mcq": "McqItem", "report": "ReportItem"}
        kind = value.get("kind") if isinstance(value, dict) else None
        name = name or kinds.get(kind if isinstance(kind, str) else "")
        item_id = value.get("id") if isinstance(value, dict) else None
        item_id = item_id if isinstance(item_id, str) else None
        if name is None:
            self._add('"kind" must be "mcq" or "report".', "Fix it.", path, line, item_id)
            return
        schema = {"$ref": f"#/$defs/{name}", "$defs": self._schema["$defs"]}
        found = Draft202012Validator(schema).iter_errors(value)
        departures = list(islice(found, MOST_DEPARTURES))
        for departure in departures:
            place = "".join(f"[{part!r}]" for part in departure.absolute_path) or "the object"
            self._add(
                f"{place}: {departure.message[:300]}.",
                "See docs/benchmark-package.md.",
                path,
                line,
                item_id,
            )
        if not departures:
            self._add(f"{error}.", "See docs/benchmark-package.md.", path, line, item_id)

    def _read_pictures(self, lines: list[Line]) -> dict[str, PackagePicture]:
        pictures: dict[str, PackagePicture] = {}
        refused: set[str] = set()
        for line in lines:
            for image in line.item.images:
                if image.path in pictures or image.path in refused:
                    continue
                missing = line.problem(f"{image.path} is missing.", "Add the file.")
                content = self._read_file(image.path, missing)
                try:
                    if content is not None:
                        pictures[image.path] = read_picture(content)
                        continue
                except InvalidRequest as error:
                    message = f"{image.path}: {error.message}"
                    self._problems.append(line.problem(message, error.remedy))
                refused.add(image.path)
        return pictures
