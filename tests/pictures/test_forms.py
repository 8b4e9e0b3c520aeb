"""One picture in every form in which scans are written is the same picture, pixel for pixel."""

import itertools
from pathlib import Path
from typing import Any

import gdcm
import nibabel
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from content.phantoms.picture import draw_picture
from content.sources.report_images import make_report_pictures
from leaderboard.errors import InvalidRequest
from leaderboard.pictures import Wishes, make_window
from tests.pictures.scans import SAGITTAL, draw, make_dicom, make_enhanced, make_nifti, part, save

STEP, LOWEST = 4, -512
"""Of the scanner's values: a grey level is so many of them, and black is the lowest."""
WINDOW = {
    "WindowCenter": LOWEST + 255 * STEP / 2,
    "WindowWidth": 255 * STEP,
    "VOILUTFunction": "LINEAR_EXACT",
}
PATHS = "report-test-001-1.png"


@pytest.fixture(scope="module")
def phantom() -> NDArray[np.uint8]:
    """A sagittal phantom of the bundled benchmark (rows, columns)."""
    plans = make_report_pictures()
    plan = next(plan for path, plan in sorted(plans.items()) if path.endswith(PATHS))
    return np.asarray(draw_picture(plan), np.uint8)


def stored_as(levels: NDArray[np.uint8], intercept: int, dtype: Any) -> NDArray[Any]:
    """Stored values whose rescaled values are those of the phantom."""
    return (levels.astype(np.int64) * STEP + LOWEST - intercept).astype(dtype)


def test_every_photometric_form_is_the_same_picture(
    tmp_path: Path, phantom: NDArray[np.uint8]
) -> None:
    sagittal = {"ImageOrientationPatient": list(SAGITTAL), **WINDOW}
    negative = {"PhotometricInterpretation": "MONOCHROME1"}
    unsigned = {"RescaleSlope": 1, "RescaleIntercept": -1024}
    in_fours = {"RescaleSlope": STEP, "RescaleIntercept": LOWEST}
    linear = {
        "VOILUTFunction": None,
        "WindowCenter": LOWEST + 255 * STEP / 2 + 0.5,
        "WindowWidth": 255 * STEP + 1,
    }
    with_graphics = stored_as(phantom, -1024, np.uint16) | 0xA000
    table = part(LUTDescriptor=[256, 0, 8], LUTData=bytes(range(256)))
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    forms = {
        "signed": make_dicom(stored_as(phantom, 0, np.int16), **sagittal),
        "unsigned": make_dicom(stored_as(phantom, -1024, np.uint16), **sagittal, **unsigned),
        "12 bits": make_dicom(
            stored_as(phantom, -1024, np.uint16), **sagittal, **unsigned, BitsStored=12
        ),
        "12 bits signed": make_dicom(stored_as(phantom, 0, np.int16), **sagittal, BitsStored=12),
        "12 bits signed without sign extension": make_dicom(
            stored_as(phantom, 0, np.int16) & 0x0FFF, **sagittal, BitsStored=12
        ),
        "graphics in the upper bits": make_dicom(
            with_graphics, **sagittal, **unsigned, BitsStored=12
        ),
        "8 bits": make_dicom(phantom, **sagittal, **in_fours),
        "negative": make_dicom(
            stored_as(255 - phantom, -1024, np.uint16), **sagittal, **unsigned, **negative
        ),
        "linear": make_dicom(stored_as(phantom, 0, np.int16), **sagittal | linear),
        "table": make_dicom(phantom, **sagittal | dict.fromkeys(WINDOW), VOILUTSequence=[table]),
    }
    for name, data in forms.items():
        (drawn,) = draw(save(data, tmp_path / f"{name}.dcm"))
        assert np.array_equal(drawn.pixels, phantom), name
        assert drawn.source.inverted == (name == "negative")


def test_every_transfer_syntax_is_the_same_picture(
    tmp_path: Path, phantom: NDArray[np.uint8]
) -> None:
    stored = stored_as(phantom, -1024, np.uint16)
    fields = {
        "ImageOrientationPatient": list(SAGITTAL),
        "RescaleIntercept": -1024,
        "RescaleSlope": 1,
        "BitsStored": 12,
        **WINDOW,
    }
    places = {
        syntax.name: save(
            make_dicom(stored, **fields, transfer_syntax=syntax), tmp_path / f"{number}.dcm"
        )
        for number, syntax in enumerate(
            (ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
        )
    }
    for syntax in (RLELossless, JPEG2000Lossless):
        data = make_dicom(stored, **fields)
        data.compress(syntax, encoding_plugin="pylibjpeg" if syntax == JPEG2000Lossless else "")
        places[syntax.name] = save(data, tmp_path / f"{syntax}.dcm")
    plain = save(make_dicom(stored, **fields), tmp_path / "plain.dcm")
    for name in ("JPEGLosslessProcess14_1", "JPEGLosslessProcess14", "JPEGLSLossless"):
        places[name] = transcode(plain, getattr(gdcm.TransferSyntax, name))
    for name, place in places.items():
        (drawn,) = draw(place)
        assert np.array_equal(drawn.pixels, phantom), name


def transcode(place: Path, syntax: int) -> Path:
    """The same file, compressed by GDCM."""
    reader, change, writer = (
        gdcm.ImageReader(),
        gdcm.ImageChangeTransferSyntax(),
        gdcm.ImageWriter(),
    )
    reader.SetFileName(str(place))
    assert reader.Read()
    change.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    change.SetInput(reader.GetImage())
    assert change.Change()
    made = place.with_name(f"{syntax}.dcm")
    writer.SetFileName(str(made))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return made


@pytest.fixture(scope="module")
def volume() -> NDArray[np.uint8]:
    """Grey levels by place: to the patient's left, to the back and to the head (LPS)."""
    return np.random.default_rng(7).integers(0, 256, (9, 7, 5), np.uint8)


def shown_axial(volume: NDArray[np.uint8], place: int) -> NDArray[np.uint8]:
    """As radiologists read it: the patient's left to the right, the back at the bottom."""
    return volume[:, :, place].T


def test_all_48_orientations_of_a_nifti_volume_give_the_same_pictures(
    tmp_path: Path, volume: NDArray[np.uint8]
) -> None:
    wishes = {
        plane: Wishes("all", make_window(127.5, 255, "given", "linear_exact"), plane)
        for plane in ("axial", "sagittal", "coronal")
    }
    to_lps = np.diag([-2.0, -3.0, 4.0, 1.0])
    to_lps[:3, 3] = 10, 20, 30
    n_seen = 0
    for axes in itertools.permutations(range(3)):
        for flips in itertools.product((1, -1), repeat=3):
            turned = nibabel.orientations.apply_orientation(
                volume, np.array(list(zip(axes, flips, strict=True)))
            )
            inverse = nibabel.orientations.inv_ornt_aff(
                np.array(list(zip(axes, flips, strict=True))), volume.shape
            )
            place = make_nifti(tmp_path / "turned.nii", turned, to_lps @ inverse)
            axial = draw(place, wishes["axial"])
            assert [one.source.orientation.right for one in axial] == ["L"] * 5  # type: ignore[union-attr]
            for number, one in enumerate(axial):
                assert np.array_equal(one.pixels, shown_axial(volume, number)), (axes, flips)
                assert one.source.spacing == [3, 2]
                assert one.source.position == [-10, -20, 30 + 4 * number]
            for number, one in enumerate(draw(place, wishes["sagittal"])):
                assert np.array_equal(one.pixels, volume[number, :, ::-1].T), (axes, flips)
            for number, one in enumerate(draw(place, wishes["coronal"])):
                assert np.array_equal(one.pixels, volume[:, number, ::-1].T), (axes, flips)
            n_seen += 1
    assert n_seen == 48


def test_all_48_orientations_of_a_dicom_series_give_the_same_pictures(
    tmp_path: Path, volume: NDArray[np.uint8]
) -> None:
    window = Wishes("all", make_window(127.5, 255, "given", "linear_exact"))
    spacing = np.array([2.0, 3.0, 4.0])
    expected = {
        "axial": [volume[:, :, n].T for n in range(5)],
        "sagittal": [volume[n, :, ::-1].T for n in range(9)],
        "coronal": [volume[:, n, ::-1].T for n in range(7)],
    }
    for count, (right, down) in enumerate(itertools.permutations(range(3), 2)):
        across = 3 - right - down
        for signs in itertools.product((1, -1), repeat=2):
            folder = tmp_path / f"{count}{signs}"
            directions = np.zeros((2, 3))
            directions[0, right], directions[1, down] = signs
            for number in range(volume.shape[across]):
                plane = np.take(volume, number, axis=across)
                plane = plane if down < right else plane.T
                stored = plane[:: signs[1], :: signs[0]]
                first = np.zeros(3)
                first[across] = number
                first[right] = 0 if signs[0] > 0 else volume.shape[right] - 1
                first[down] = 0 if signs[1] > 0 else volume.shape[down] - 1
                data = make_dicom(
                    np.ascontiguousarray(stored),
                    ImageOrientationPatient=directions.ravel().tolist(),
                    ImagePositionPatient=(first * spacing).tolist(),
                    PixelSpacing=[spacing[down], spacing[right]],
                    # Numbers of instances run the other way: places decide.
                    InstanceNumber=100 - number,
                )
                save(data, folder / f"{number}.dcm")
            drawn = draw(folder, window)
            plane_name = str(drawn[0].source.plane)
            assert len(drawn) == len(expected[plane_name])
            for number, (one, levels) in enumerate(
                zip(drawn, expected[plane_name], strict=True), start=1
            ):
                assert np.array_equal(one.pixels, levels), (plane_name, signs, number)
                assert (one.source.slice, one.source.n_slices) == (number, len(drawn))
            shown = drawn[0].source
            assert min(shown.position) == 0  # type: ignore[arg-type]
            assert np.allclose(np.abs(np.sum(shown.directions, axis=1)), 1)  # type: ignore[arg-type]


def test_each_frame_of_an_enhanced_object_has_its_own_slope_window_and_place(
    tmp_path: Path, phantom: NDArray[np.uint8]
) -> None:
    frames = np.stack([phantom.astype(np.uint16), phantom.astype(np.uint16) * 4])
    groups = [
        part(
            PixelValueTransformationSequence=[
                part(RescaleSlope=slope, RescaleIntercept=0, RescaleType="US")
            ],
            FrameVOILUTSequence=[
                part(WindowCenter=127.5, WindowWidth=255, VOILUTFunction="LINEAR_EXACT")
            ],
            PlanePositionSequence=[part(ImagePositionPatient=[x, 0, 0])],
        )
        for slope, x in ((1, 6), (0.25, 3))
    ]
    shared = part(
        PlaneOrientationSequence=[part(ImageOrientationPatient=list(SAGITTAL))],
        PixelMeasuresSequence=[part(PixelSpacing=[0.5, 0.5], SliceThickness=3)],
    )
    data = make_enhanced(frames, groups, SharedFunctionalGroupsSequence=[shared])
    drawn = draw(save(data, tmp_path / "enhanced.dcm"))
    assert [one.source.slope for one in drawn] == [0.25, 1]
    assert [one.source.position for one in drawn] == [[3, 0, 0], [6, 0, 0]]
    for one in drawn:
        assert np.array_equal(one.pixels, phantom)
        assert one.source.spacing == [0.5, 0.5]


def test_padding_is_black_and_no_part_of_the_window(tmp_path: Path) -> None:
    stored = np.full((8, 8), -2000, np.int16)
    stored[2:6, 2:6] = np.arange(16).reshape(4, 4) * 10
    for form in ("MONOCHROME1", "MONOCHROME2"):
        data = make_dicom(stored, PixelPaddingValue=-2000, PhotometricInterpretation=form)
        (drawn,) = draw(save(data, tmp_path / f"{form}.dcm"))
        outside = np.ones((8, 8), bool)
        outside[2:6, 2:6] = False
        assert not drawn.pixels[outside].any()
        inside = drawn.pixels[2:6, 2:6].ravel().tolist()
        assert inside == sorted(inside, reverse=form == "MONOCHROME1")
        assert (inside[0], inside[-1]) == ((0, 255) if form == "MONOCHROME2" else (255, 0))
        assert drawn.source.window.rule == "percentiles"


def test_colours_are_the_same_however_they_are_stored(tmp_path: Path) -> None:
    colours = np.random.default_rng(3).integers(0, 256, (6, 5, 3), np.uint8)
    fields = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "Modality": "OT"}
    size = {"Rows": 6, "Columns": 5}
    by_plane = np.ascontiguousarray(colours.transpose(2, 0, 1))
    for planar, stored in ((0, colours), (1, by_plane)):
        data = make_dicom(stored, **fields, **size, PlanarConfiguration=planar)
        (drawn,) = draw(save(data, tmp_path / f"{planar}.dcm"))
        assert np.array_equal(drawn.pixels, colours)
        assert drawn.source.window.rule == "none"
    voxels = np.zeros((6, 5, 2), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    for channel, name in enumerate("RGB"):
        voxels[name][:, :, 0] = colours[..., channel]
    first, _ = draw(make_nifti(tmp_path / "rgb.nii", voxels, np.diag([-1.0, -1, 2, 1])))
    assert np.array_equal(first.pixels, colours.transpose(1, 0, 2))


@pytest.mark.parametrize(
    ("window", "function", "value", "shown"),
    [
        # DICOM PS3.3, C.11.2.1.2: ((x - (c - .5)) / (w - 1) + .5) times 255.
        ((2048, 4096), "linear", 2048, 128),
        ((100, 1), "linear", 99, 0),
        ((100, 1), "linear", 100, 255),
        ((40, 400), "linear", -160, 0),
        ((40, 400), "linear_exact", 40, 128),
        # 255 / (1 + exp(-4 (x - c) / w))
        ((40, 400), "sigmoid", 140, 186),
    ],
)
def test_a_window_shows_what_the_standard_says(
    tmp_path: Path, window: tuple[float, float], function: str, value: int, shown: int
) -> None:
    data = make_dicom(
        np.full((2, 2), value, np.int16),
        WindowCenter=window[0],
        WindowWidth=window[1],
        VOILUTFunction=function.upper(),
    )
    (drawn,) = draw(save(data, tmp_path / "one.dcm"))
    assert drawn.pixels[0, 0] == shown


def test_a_window_without_width_is_refused(tmp_path: Path) -> None:
    data = make_dicom(np.zeros((2, 2), np.int16), WindowCenter=0, WindowWidth=0)
    with pytest.raises(InvalidRequest, match="shows nothing"):
        draw(save(data, tmp_path / "one.dcm"))


def test_values_in_other_bits_than_the_lowest_are_refused(tmp_path: Path) -> None:
    data = make_dicom(np.zeros((2, 2), np.uint16), BitsStored=12, HighBit=15)
    with pytest.raises(InvalidRequest, match="lowest bits"):
        draw(save(data, tmp_path / "one.dcm"))
