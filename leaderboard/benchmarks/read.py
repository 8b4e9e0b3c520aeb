"""Read a benchmark package: everything in it, or every problem of it at once."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
from jsonschema import Draft202012Validator
from PIL import Image as Picture

from leaderboard.benchmarks.check import Line, check_item, check_manifest, check_together
from leaderboard.benchmarks.files import PackageFiles, content_hash
from leaderboard.benchmarks.package import (
    Manifest,
    PackageItem,
    SplitFile,
    package_schema,
)
from leaderboard.errors import InvalidPackage, Problem

MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
MAX_PIXELS = 40_000_000


class PackagePicture(NamedTuple):
    """An image file that was looked at: its type and its size in pixels."""

    content: bytes
    media_type: str
    width: int
    height: int


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
        self._schema = package_schema()

    def read(self) -> Package:
        manifest = self._read_manifest()
        lines = [line for split in manifest.splits for line in self._read_items(split)]
        self._problems += check_manifest(manifest)
        for line in lines:
            self._problems += check_item(manifest, line)
        self._problems += check_together(lines)
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
            "Mend them all, then check it again with `flask benchmark check`.",
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

    def _read_file(self, path: str) -> bytes | None:
        if path not in self._contents:
            try:
                self._contents[path] = self._files.read(path)
            except KeyError:
                return None
        return self._contents[path]

    def _read_manifest(self) -> Manifest:
        content = self._read_file("manifest.json")
        if content is None:
            self._add("There is no manifest.json.", "Add one at the top.", "manifest.json")
            raise self._invalid()
        try:
            return msgspec.json.decode(content, type=Manifest)
        except msgspec.DecodeError as error:
            self._explain(content, "Manifest", error, "manifest.json")
            raise self._invalid() from None
        except UnicodeDecodeError as error:
            self._add(f"Not UTF-8: {error}.", "Save it as UTF-8.", "manifest.json")
            raise self._invalid() from None

    def _read_items(self, split: SplitFile) -> Iterator[Line]:
        content = self._read_file(split.items)
        if content is None:
            self._add(
                f"There is no file {split.items}.", "Add it, or mend the path.", "manifest.json"
            )
            return
        decoder = msgspec.json.Decoder(PackageItem)
        for number, raw in enumerate(content.split(b"\n"), start=1):
            if not raw.strip():
                continue
            try:
                item = decoder.decode(raw)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                self._explain(raw, None, error, split.items, number)
                continue
            if item.split != split.name:
                self._add(
                    f"The item says split {item.split!r}, its file is that of {split.name!r}.",
                    "Move the line, or mend its split.",
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
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._add(f"Not valid JSON: {error}.", "Write one JSON object.", path, line)
            return
        kinds = {"mcq": "McqItem", "report": "ReportItem"}
        kind = value.get("kind") if isinstance(value, dict) else None
        name = name or kinds.get(kind if isinstance(kind, str) else "")
        item_id = value.get("id") if isinstance(value, dict) else None
        item_id = item_id if isinstance(item_id, str) else None
        if name is None:
            self._add('"kind" must be "mcq" or "report".', "Mend it.", path, line, item_id)
            return
        schema = {"$ref": f"#/$defs/{name}", "$defs": self._schema["$defs"]}
        departures = list(Draft202012Validator(schema).iter_errors(value))
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
        for line in lines:
            for image in line.item.images:
                if image.path in pictures:
                    continue
                content = self._read_file(image.path)
                picture = None if content is None else find_picture(content)
                if picture is None:
                    self._add(
                        f"{image.path} is missing or is no PNG, JPEG or WebP that can be read.",
                        "Add the file, or export it again.",
                        line.path,
                        line.number,
                        line.item.id,
                    )
                else:
                    pictures[image.path] = picture
        return pictures


def find_picture(content: bytes) -> PackagePicture | None:
    """The picture in `content`, or None if it cannot be read, is too large or of another type."""
    try:
        with Picture.open(io.BytesIO(content), formats=list(MEDIA_TYPES)) as picture:
            width, height = picture.size
            if width * height > MAX_PIXELS:
                return None
            picture.verify()
            return PackagePicture(content, MEDIA_TYPES[picture.format or ""], width, height)
    except (OSError, SyntaxError, ValueError, KeyError):
        return None
