"""Read a benchmark package: everything in it, or every problem of it at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec
from msgspec.structs import replace

from leaderboard.errors import InvalidPackage, InvalidRequest, Problem
from leaderboard.packages.check import (
    MANIFEST,
    WHOLE,
    Line,
    check_item,
    check_manifest,
    check_overall,
    check_together,
    check_tracks,
    check_used,
)
from leaderboard.packages.files import PackageFiles, content_hash
from leaderboard.packages.harm import check_harm
from leaderboard.packages.package import (
    Manifest,
    McqItem,
    PackageItem,
    ReportItem,
    SplitFile,
    package_schema,
)
from leaderboard.packages.pictures import PackagePicture, read_picture
from leaderboard.packages.salvage import salvage

MAX_PACKAGE_BYTES = 1024 * 1024 * 1024
MAX_OBJECT_BYTES = 1_000_000
"""Of the manifest, and of one line of an items file."""
MOST_DEPARTURES = 50
"""From the schema, of one object."""
MOST_UNREADABLE = 100
"""Lines of one file; further ones that cannot be read are counted, and the others looked at."""
MOST_ALIKE = 3
"""Items with one and the same problem that are named one by one; of more the lines are listed."""
MOST_LINES = 10
ADD_FILE = "Add the file."
_NUMBERS = re.compile(r"\d+")
KINDS: dict[str, type[McqItem | ReportItem]] = {"mcq": McqItem, "report": ReportItem}


@dataclass(frozen=True)
class Package:
    """A package without problems: items in the order of their files, pictures by path."""

    manifest: Manifest
    items: dict[str, list[PackageItem]]
    pictures: dict[str, PackagePicture]
    content_hash: str


@dataclass(frozen=True)
class Survey:
    """All that can be said of a package: what of it can be read, every problem, and the package
    where there is none."""

    manifest: Manifest | None
    lines: list[Line]
    pictures: dict[str, PackagePicture]
    problems: list[Problem]
    package: Package | None


UNGRADED = frozenset(("id", "split", "question", "images", "subcondition", "axis", "modality"))
"""Fields of an item that say nothing on its harm."""


def join_alike(problems: Sequence[Problem]) -> list[Problem]:
    """The problems in their order; what more than MOST_ALIKE items of a file share stands once.

    Missing pictures share it whatever numbers their names have.
    """
    alike = defaultdict(list)
    for one in problems:
        alike[_find_kind(one)].append(one)
    joined = []
    for one in problems:
        same = alike[_find_kind(one)]
        if one.line is None or len(same) <= MOST_ALIKE:
            joined.append(one)
        elif one is same[0]:
            named = ", ".join(str(other.line) for other in same[1 : MOST_LINES + 1])
            end = " ..." if len(same) > MOST_LINES + 1 else ""
            is_one = all(other.message == one.message for other in same)
            what = "The same" if is_one else "So are those of other numbers"
            also = f" {what} in {len(same) - 1:,} more lines: {named}{end}"
            joined.append(one._replace(message=one.message + also))
    return joined


def _find_kind(problem: Problem) -> tuple[str | None, str, str]:
    is_file = problem.remedy == ADD_FILE
    message = _NUMBERS.sub("0", problem.message) if is_file else problem.message
    return problem.path, message, problem.remedy


def read_package(files: PackageFiles) -> Package:
    """The package in `files`. Raises InvalidPackage with every problem found."""
    return _Reader(files, MAX_PACKAGE_BYTES).read()


def survey_package(files: PackageFiles, most_bytes: int = MAX_PACKAGE_BYTES) -> Survey:
    """What is in `files`, with every problem found; nothing but the problem if it is too large."""
    try:
        return _Reader(files, most_bytes).survey()
    except InvalidPackage as error:
        return Survey(None, [], {}, list(error.problems), None)


def _salvage_manifest(value: dict[str, Any]) -> tuple[Manifest, frozenset[str]]:
    """What of a manifest is in order, with the splits whose files can be found."""
    manifest, broken = salvage(Manifest, value)
    if "splits" not in broken:
        return manifest, broken
    named = value.get("splits")
    objects = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    found = [salvage(SplitFile, one) for one in objects]
    splits = [one.made for one in found if one.broken.isdisjoint(("name", "items"))]
    return replace(manifest, splits=splits), broken


class _Reader:
    """Collects problems while it reads; one reader reads one package."""

    def __init__(self, files: PackageFiles, most_bytes: int) -> None:
        self._files = files
        self._most_bytes = most_bytes
        self._problems: list[Problem] = []
        self._contents: dict[str, bytes] = {}
        self._n_bytes = 0
        self._schema = package_schema()

    def read(self) -> Package:
        package = self.survey().package
        if package is None:
            raise self._invalid()
        return package

    def survey(self) -> Survey:
        manifest, broken = self._read_manifest()
        splits = (manifest.splits if manifest else None) or []
        lines = [line for split in splits for line in self._read_items(split)]
        if manifest is not None:
            self._check(manifest, lines, broken)
        pictures = self._read_pictures([line for line in lines if line.has("images")])
        package = None
        if not self._problems and manifest is not None:
            items: dict[str, list[PackageItem]] = {split.name: [] for split in splits}
            for line in lines:
                items[line.item.split].append(line.item)
            package = Package(manifest, items, pictures, content_hash(self._contents.items()))
        return Survey(manifest, lines, pictures, join_alike(self._problems), package)

    def _check(self, manifest: Manifest, lines: list[Line], broken: frozenset[str]) -> None:
        self._problems += check_manifest(manifest, broken)
        self._problems += check_used(manifest, lines, broken)
        self._problems += check_tracks(manifest, lines, broken)
        self._problems += check_overall(manifest, lines, broken)
        for line in lines:
            self._problems += check_item(manifest, line, broken)
        self._problems += check_together(lines)
        if not broken & {"harm", "rubric"}:
            graded = [line for line in lines if line.broken <= UNGRADED]
            self._problems += check_harm(manifest, graded, is_whole=len(graded) == len(lines))

    def _invalid(self) -> InvalidPackage:
        return InvalidPackage(
            f"The benchmark package has {len(self._problems)} problem(s); nothing was loaded.",
            "Fix them all, then check it again with `flask benchmark check`.",
            join_alike(self._problems),
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
            if self._n_bytes > self._most_bytes:
                limit = f"{self._most_bytes:,} bytes"
                self._add(f"The package has more than {limit}.", "Make it smaller.", path)
                raise self._invalid()
            self._contents[path] = content
        return self._contents[path]

    def _read_manifest(self) -> tuple[Manifest | None, frozenset[str]]:
        """The manifest; of one that departs from the format what is in order, and what is not."""
        missing = Problem("There is no manifest.json.", "Add one at the top.", path=MANIFEST)
        content = self._read_file(MANIFEST, missing)
        if content is None or not self._is_fit(content, MANIFEST):
            return None, WHOLE
        try:
            return msgspec.json.decode(content, type=Manifest), WHOLE
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            value = self._explain(content, "Manifest", error, MANIFEST)
            return (None, WHOLE) if value is None else _salvage_manifest(value)

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
            line = self._read_line(decoder, split, number, raw, n_unreadable < MOST_UNREADABLE)
            n_unreadable += line is None or bool(line.broken)
            if line is not None:
                yield line
        if n_unreadable > MOST_UNREADABLE:
            message = f"{n_unreadable:,} lines cannot be read; only the first are explained."
            self._add(message, "Write one JSON object per line.", split.items)

    def _read_line(
        self,
        decoder: msgspec.json.Decoder[PackageItem],
        split: SplitFile,
        number: int,
        raw: bytes,
        explains: bool,
    ) -> Line | None:
        """The item of a line, as far as it is in order; None of one that is no item at all."""
        line: Line | None = None
        try:
            if not self._is_fit(raw, split.items, number):
                return None
            line = Line(split.items, number, decoder.decode(raw))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            value = self._explain(raw, None, error, split.items, number) if explains else None
            if value is not None:
                kind = KINDS[value["kind"]]
                line = Line(split.items, number, *salvage(kind, value))
        if line is not None and line.has("split") and line.item.split != split.name:
            self._problems.append(
                line.problem(
                    f"The item says split {line.item.split!r}, but it is in the file of "
                    f"{split.name!r}.",
                    "Move the line, or fix its split.",
                )
            )
        return line

    def _explain(
        self,
        raw: bytes,
        name: str | None,
        error: Exception,
        path: str,
        line: int | None = None,
    ) -> dict[str, Any] | None:
        """Every way in which `raw` departs from the schema, where the decoder stops at one.

        What it says, if it is an object of a known kind.
        """
        try:
            value: Any = msgspec.json.decode(raw)
        except RecursionError:
            self._add("Its JSON is nested far too deeply.", "Write one flat object.", path, line)
            return None
        except UnicodeDecodeError as broken:
            self._add(f"Not UTF-8: {broken.reason}.", "Save it as UTF-8.", path, line)
            return None
        except msgspec.DecodeError:
            self._add(f"Not valid JSON: {error}.", "Write one JSON object.", path, line)
            return None
        kind = value.get("kind") if isinstance(value, dict) else None
        made = KINDS.get(kind if isinstance(kind, str) else "")
        name = name or (made.__name__ if made else None)
        item_id = value.get("id") if isinstance(value, dict) else None
        item_id = item_id if isinstance(item_id, str) else None
        if name is None:
            self._add('"kind" must be "mcq" or "report".', "Fix it.", path, line, item_id)
            return None
        schema = {"$ref": f"#/$defs/{name}", "$defs": self._schema["$defs"]}
        # Loaded for a file with mistakes alone.
        from jsonschema import Draft202012Validator

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
        return value if isinstance(value, dict) else None

    def _read_pictures(self, lines: list[Line]) -> dict[str, PackagePicture]:
        pictures: dict[str, PackagePicture] = {}
        refused: set[str] = set()
        for line in lines:
            for image in line.item.images:
                if image.path in pictures or image.path in refused:
                    continue
                missing = line.problem(f"{image.path} is missing.", ADD_FILE)
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
