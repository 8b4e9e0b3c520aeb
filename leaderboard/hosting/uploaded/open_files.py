"""From the pieces of an uploaded file to the files of a package, in a folder of a worker."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.errors import InvalidPackage, Problem
from leaderboard.hosting.uploaded.shapes import Said
from leaderboard.models.uploaded import UploadedPackage, UploadedPiece
from leaderboard.packages.check import MANIFEST
from leaderboard.packages.files import PackageFiles, open_package
from leaderboard.packages.importing import ENDINGS, Asked, Facts, import_source
from leaderboard.packages.zip_files import ZipFiles
from leaderboard.pictures import Confirmed

ZIP = b"PK\3\4"
MOST_NAMED = 20


class ConfirmedFiles:
    """The files of a package, with what hosts confirmed on the page added to its manifest."""

    def __init__(self, files: PackageFiles, confirmed: Sequence[Confirmed]) -> None:
        self._files = files
        self._confirmed = confirmed

    def read(self, path: str) -> bytes:
        """The bytes at `path`; of the manifest with what was confirmed."""
        content = self._files.read(path)
        if path != MANIFEST or not self._confirmed:
            return content
        manifest = msgspec.json.decode(content)
        more = [msgspec.to_builtins(one) for one in self._confirmed]
        manifest["confirmed"] = [*manifest.get("confirmed", []), *more]
        return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def write_file(session: Session, kept: UploadedPackage, folder: Path) -> Path:
    """The uploaded file, written into `folder` piece by piece."""
    place = folder / "uploaded"
    query = select(UploadedPiece.place).where(UploadedPiece.uploaded_id == kept.id)
    with place.open("wb") as file:
        for number in session.scalars(query.order_by(UploadedPiece.place)).all():
            piece = session.get_one(UploadedPiece, (kept.id, number))
            file.write(piece.content)
            session.expunge(piece)
    return place


def open_files(
    place: Path, file_name: str, layout: str, said: Said, folder: Path, most_bytes: int
) -> PackageFiles:
    """The files of the package that the file at `place` is, or is imported as.

    Unpacked it may have `most_bytes`. Raises InvalidPackage with every problem, those of what an
    importer asks for by the field that answers it.
    """
    if not layout:
        return ConfirmedFiles(open_package(place), said.confirmed)
    source, images = _find_source(place, file_name, said, folder / "source", most_bytes)
    fields = dict(one.partition("=")[::2] for one in said.fields)
    given = {key: getattr(said, key) for key in Facts.__dataclass_fields__ if hasattr(said, key)}
    import_source(layout, source, Facts(**given), Asked(images, fields), folder / "package")
    return ConfirmedFiles(open_package(folder / "package"), said.confirmed)


def _find_source(
    place: Path, file_name: str, said: Said, folder: Path, most_bytes: int
) -> tuple[Path, Path | None]:
    """The file of questions, and the folder of its pictures if they came in one zip."""
    folder.mkdir()
    with place.open("rb") as file:
        is_zip = file.read(len(ZIP)) == ZIP
    if not is_zip:
        ending = PurePosixPath(file_name).suffix.lower()
        source = folder / f"source{ending if ending in ENDINGS else ''}"
        place.rename(source)
        return source, None
    names = ZipFiles(place).extract(folder, most_bytes)
    found = [one for one in names if PurePosixPath(one).suffix.lower() in ENDINGS]
    if said.place in (names if not said.place.endswith("/") else ()):
        return folder / said.place, folder
    if (
        said.place
        and (folder / said.place).is_dir()
        and ".." not in PurePosixPath(said.place).parts
    ):
        return folder / said.place, folder
    if len(found) == 1:
        return folder / found[0], folder
    listed = ", ".join(found[:MOST_NAMED]) or "none that can be"
    raise InvalidPackage(
        "The file of questions is not known.",
        "Name it.",
        [
            Problem(
                f"Which file of the zip holds the questions is not known: there are {listed}.",
                "Name it, or the folder of several.",
                field="place",
            )
        ],
    )
