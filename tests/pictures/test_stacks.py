"""Series are put in order by the orientation and place of every slice, or refused."""

from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from PIL import Image as Picture
from pydicom.data import get_testdata_file

from leaderboard.errors import InvalidRequest
from leaderboard.pictures import Wishes
from leaderboard.pictures.stacks import choose_slices
from tests.pictures.scans import SAGITTAL, draw, make_dicom, make_nifti, read_stacks, save


def write_series(folder: Path, places: list[float], **fields: Any) -> Path:
    """An axial series with a slice at each place, whose values tell the place."""
    for number, place in enumerate(places):
        data = make_dicom(
            np.full((4, 4), int(place), np.int16),
            **{"ImagePositionPatient": [0, 0, place], "InstanceNumber": number} | fields,
        )
        name = f"{number}-{len(list(folder.glob('*')))}.dcm"
        save(data, folder / name)
    return folder


def test_slices_of_several_orientations_become_several_stacks(tmp_path: Path) -> None:
    tilted = [1, 0, 0, 0, np.cos(0.35), -np.sin(0.35)]
    write_series(tmp_path, [30, 10, 20])
    write_series(tmp_path, [50, 60], ImageOrientationPatient=tilted)
    write_series(tmp_path, [0], ImageOrientationPatient=list(SAGITTAL))
    drawn = read_stacks(write_series(tmp_path, [5], SeriesInstanceUID="1.2.3"))
    assert sorted(len(stack.slices) for stack in drawn) == [1, 1, 2, 3]


def test_a_missing_slice_and_two_slices_at_one_place_are_refused(tmp_path: Path) -> None:
    gap = write_series(tmp_path / "gap", [0, 3, 6, 12, 15])
    with pytest.raises(InvalidRequest, match="1 gaps, where about 1 slices are missing"):
        read_stacks(gap)
    split = read_stacks(gap, Wishes(splits_gaps=True))
    assert [len(stack.slices) for stack in split] == [3, 2]
    with pytest.raises(InvalidRequest, match="lie at the place of another one"):
        read_stacks(write_series(tmp_path / "twice", [0, 3, 3, 6]))


def test_echoes_of_one_series_are_stacks_of_their_own(tmp_path: Path) -> None:
    write_series(tmp_path, [0, 3], EchoTime=10)
    write_series(tmp_path, [0, 3], EchoTime=90)
    assert [len(stack.slices) for stack in read_stacks(tmp_path)] == [2, 2]


@pytest.mark.parametrize(
    ("n", "wanted", "chosen"),
    [
        (3, "adaptive", [0, 1, 2]),
        (25, "adaptive", list(range(25))),
        (49, "adaptive", list(range(0, 49, 2))),
        (30, "2,5-7", [1, 4, 5, 6]),
        (30, "all", list(range(30))),
    ],
)
def test_chosen_slices(n: int, wanted: str, chosen: list[int]) -> None:
    assert choose_slices(n, wanted) == chosen


def test_the_adaptive_choice_has_25_slices_with_both_ends(tmp_path: Path) -> None:
    for n in (26, 100, 333):
        chosen = choose_slices(n, "adaptive")
        assert (len(set(chosen)), chosen[0], chosen[-1]) == (25, 0, n - 1)
    with pytest.raises(InvalidRequest, match="There is no slice 31"):
        choose_slices(30, "31")


def test_sides_that_nobody_states_are_refused_and_never_guessed(tmp_path: Path) -> None:
    stored = np.arange(16, dtype=np.int16).reshape(4, 4)
    silent = save(make_dicom(stored, ImageOrientationPatient=None), tmp_path / "a.dcm")
    with pytest.raises(InvalidRequest, match="left and right are unknown"):
        draw(silent)
    (stated,) = draw(silent, Wishes(orientation="R/A"))
    assert stated.pixels[0, 0] == 255
    assert stated.source.orientation is not None
    assert stated.source.orientation.stated_by == "host"
    (unknown,) = draw(silent, Wishes(orientation="unknown"))
    assert (unknown.source.orientation, unknown.pixels[0, 0]) == (None, 0)
    halfway = [0.7071068, 0.7071068, 0, -0.7071068, 0.7071068, 0]
    between = make_dicom(stored, ImageOrientationPatient=halfway)
    with pytest.raises(InvalidRequest, match="halfway between two planes"):
        draw(save(between, tmp_path / "b.dcm"))


def test_a_radiograph_says_its_sides_in_letters(tmp_path: Path) -> None:
    stored = np.arange(16, dtype=np.uint16).reshape(4, 4)
    data = make_dicom(
        stored,
        Modality="DX",
        ImageOrientationPatient=None,
        PatientOrientation=["R", "F"],
        PixelSpacing=None,
        ImagerPixelSpacing=[0.2, 0.1],
    )
    (drawn,) = draw(save(data, tmp_path / "one.dcm"))
    assert drawn.source.plane == "coronal"
    assert drawn.pixels[0].tolist() == sorted(drawn.pixels[0].tolist(), reverse=True)
    assert (drawn.source.spacing, drawn.source.spacing_of) == ([0.2, 0.1], "detector")


def test_a_volume_whose_two_forms_disagree_is_refused(tmp_path: Path) -> None:
    voxels = np.zeros((4, 4, 4), np.int16)
    place = make_nifti(tmp_path / "one.nii", voxels, np.diag([2.0, 2, 2, 1]))
    image = nibabel.load(place)
    assert isinstance(image, nibabel.Nifti1Image)
    image.set_qform(np.diag([-2.0, 2, 2, 1]), 1)
    nibabel.save(image, place)
    with pytest.raises(InvalidRequest, match="sform and its qform place the volume differently"):
        draw(place)
    neither = make_nifti(tmp_path / "two.nii", voxels, np.diag([2.0, 2, 2, 1]), forms="")
    with pytest.raises(InvalidRequest, match="left and right are unknown"):
        draw(neither)


@pytest.mark.parametrize("slope", [0, np.nan, 1])
def test_a_slope_of_zero_or_nan_is_none(tmp_path: Path, slope: float) -> None:
    voxels = np.arange(8, dtype=np.int16).reshape(2, 2, 2)
    header: dict[str, Any] = {"scl_slope": slope, "scl_inter": 0}
    place = make_nifti(tmp_path / "one.nii", voxels, np.diag([-1.0, -1, 1, 1]), **header)
    drawn = draw(place)
    assert drawn[0].pixels[0, 0] == 0
    assert drawn[1].pixels[1, 1] == 255
    assert (drawn[0].source.slope, drawn[0].source.intercept) == (1, 0)


def test_real_scans_of_other_packages_have_their_sides() -> None:
    (ct,) = draw(Path(str(get_testdata_file("CT_small.dcm"))))
    # The table lies behind the patient, and is brighter than the air in front.
    assert (ct.source.plane, ct.source.window.rule) == ("axial", "percentiles")
    assert ct.pixels[100:].mean() > ct.pixels[:14].mean()
    (mr,) = draw(Path(str(get_testdata_file("MR_small.dcm"))))
    assert (mr.source.window.center, mr.source.window.width) == (600, 1600)
    stored = pydicom.dcmread(str(get_testdata_file("MR_small.dcm"))).pixel_array
    shown = np.clip(((stored - 599.5) / 1599 + 0.5) * 255, 0, 255)
    assert np.array_equal(mr.pixels, np.rint(shown).astype(np.uint8))
    sample = Path(nibabel.__file__).parent / "tests" / "data" / "anatomical.nii"
    drawn = draw(sample)
    image = nibabel.as_closest_canonical(nibabel.load(sample))
    shape = image.shape
    assert [one.pixels.shape for one in drawn] == [(shape[1], shape[0])] * shape[2]
    # RAS to the picture: right to left, front to back, foot to head.
    values = np.asarray(image.dataobj)[::-1, ::-1, :].T
    window = drawn[0].source.window
    low = float(window.center) - float(window.width) / 2  # type: ignore[arg-type]
    shown = np.clip((values - low) / float(window.width) * 255, 0, 255)  # type: ignore[arg-type]
    assert np.abs(np.stack([one.pixels for one in drawn]) - shown).max() <= 0.51


def test_a_png_with_16_bits_is_windowed_and_not_black(tmp_path: Path) -> None:
    values = np.linspace(128, 2191, 100 * 100).reshape(100, 100).astype(np.uint16)
    Picture.fromarray(values).save(tmp_path / "deep.png")
    with pytest.raises(InvalidRequest, match="left and right are unknown"):
        draw(tmp_path / "deep.png")
    (drawn,) = draw(tmp_path / "deep.png", Wishes(orientation="L/F"))
    low, high = np.percentile(values, [1, 99])
    shown = np.clip((values - low) / (high - low) * 255, 0, 255)
    assert np.abs(drawn.pixels - shown).max() <= 0.51
    assert drawn.source.window.rule == "percentiles"
    assert drawn.source.format == "png"
