"""What identifies people is found, named without its value, and never kept."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from leaderboard.host_cli.group import HostGroup
from leaderboard.host_cli.pictures import pictures_command
from leaderboard.pictures.text import find_text
from tests.pictures.scans import draw, make_dicom, part, save

NAME, NUMBER, WORD = "Muster^Anna", "4711-882", "Sonnenhof"


def write_scan(folder: Path) -> Path:
    noise = np.random.default_rng(1).integers(0, 50, (64, 64)).astype(np.int16)
    data = make_dicom(
        noise,
        PatientName=NAME,
        PatientID=NUMBER,
        StudyDate="20260102",
        InstitutionName=WORD,
        PatientComments=f"seen at {WORD}",
        BodyPartExamined="HEAD",
        RequestAttributesSequence=[part(RequestedProcedureID=NUMBER)],
    )
    data.private_block(0x0029, "MADE HERE", create=True).add_new(1, "LO", NAME)
    return save(data, folder / "one.dcm")


def run(*arguments: str) -> tuple[int, str]:
    """The exit status of the command and all that it says."""
    group = HostGroup("benchmark", commands={"pictures": pictures_command})
    done = CliRunner().invoke(group, ["pictures", *arguments])
    return done.exit_code, done.output


def test_headers_that_identify_people_stop_the_command_with_a_list_of_fields(
    tmp_path: Path,
) -> None:
    write_scan(tmp_path / "in")
    place, out = str(tmp_path / "in"), tmp_path / "out"
    status, said = run(place, str(out))
    assert status == 1
    assert not out.exists()
    for line in (
        "name: PatientName in 1 files",
        "number: PatientID in 1 files",
        "number: RequestedProcedureID in 1 files",
        "date: StudyDate in 1 files",
        "place: InstitutionName in 1 files",
        "free text: PatientComments in 1 files",
        "private element: private element in 1 files",
        "Of headers a package keeps only: modality,",
    ):
        assert line in said
    status, more = run(place, str(out), "--drop-headers")
    assert status == 0
    assert "scan-001-slice-0001.png is of a head: a face can be made" in more
    assert "(unknown)" in more
    written = b"".join(one.read_bytes() for one in out.rglob("*") if one.is_file())
    for value in (NAME, NUMBER, WORD, "20260102"):
        assert value not in said + more
        assert value.encode() not in written
    (line,) = (out / "pictures.jsonl").read_text().splitlines()
    assert json.loads(line)["alt"] == "Axial CT"
    assert ">R</span>" in (out / "sheet.html").read_text()


def test_files_that_cannot_be_used_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    save(make_dicom(np.zeros((2, 2), np.int16), Rows=None), tmp_path / "in" / "a.dcm")
    (tmp_path / "in" / "b.nii").write_bytes(b"no volume")
    (tmp_path / "in" / "c.txt").write_text("passed over")
    status, said = run(str(tmp_path / "in"), str(tmp_path / "out"))
    assert status == 1
    assert "a.dcm: It has no picture." in said
    assert "b.nii: It is not a readable NIfTI file" in said
    assert "2 of 2 files cannot be used" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [12, 20])
@pytest.mark.parametrize("ink", [0, 160, 255])
def test_text_is_found_in_pixels_and_side_marks_are_none(size: int, ink: int) -> None:
    grey = np.random.default_rng(2).normal(100 if ink != 160 else 40, 8, (256, 256)).clip(0, 255)
    picture = Picture.fromarray(grey.astype(np.uint8))
    pen, font = ImageDraw.Draw(picture), ImageFont.load_default(size)
    pen.text((10, 100), "R", ink, font)
    pen.text((230, 100), "L", ink, font)
    assert find_text(np.asarray(picture)) is None
    pen.text((40, 30), "MUSTER 1961", ink, font)
    found = find_text(np.asarray(picture))
    assert found is not None
    assert found.top >= 30
    assert found.bottom <= 30 + 1.5 * size


def test_a_scan_that_says_its_text_is_burned_in_has_that_in_its_source(tmp_path: Path) -> None:
    stored = np.arange(256, dtype=np.int16).reshape(16, 16)
    for said, kept in (("YES", "yes"), ("NO", "no"), (None, "unknown")):
        data = make_dicom(stored, BurnedInAnnotation=said)
        (drawn,) = draw(save(data, tmp_path / "one.dcm"))
        assert drawn.source.burned_in == kept


def test_a_slice_that_is_the_negative_of_its_neighbour_is_a_warning(tmp_path: Path) -> None:
    levels = np.add.outer(np.arange(64), 2 * np.arange(64)).astype(np.int16)
    window = {"WindowCenter": 95, "WindowWidth": 190}
    for number, stored in enumerate((levels, levels + 1, 189 - levels)):
        data = make_dicom(stored, ImagePositionPatient=[0, 0, number], **window)
        save(data, tmp_path / "in" / f"{number}.dcm")
    status, said = run(str(tmp_path / "in"), str(tmp_path / "out"))
    assert status == 0
    warnings = [line for line in said.splitlines() if line.startswith("Warning")]
    assert warnings == [
        "Warning: images/scan-001-slice-0003.png is the negative of the slice before it."
    ]


def test_what_cannot_be_finished_is_not_there(tmp_path: Path) -> None:
    levels = np.arange(256, dtype=np.int16).reshape(16, 16)
    save(make_dicom(levels), tmp_path / "in" / "a.dcm")
    silent = make_dicom(levels, ImageOrientationPatient=None, SeriesInstanceUID="1.2.9")
    save(silent, tmp_path / "in" / "b.dcm")
    status, said = run(str(tmp_path / "in"), str(tmp_path / "out"))
    assert status == 1
    assert "b.dcm: The scan does not say how it lies in the patient" in said
    assert [one.name for one in tmp_path.iterdir()] == ["in"]
