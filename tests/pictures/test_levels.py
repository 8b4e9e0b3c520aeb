"""Labels of segmentation tools are read by the tool's own table, and named."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from leaderboard.errors import InvalidRequest
from leaderboard.pictures import TOOLS, read_levels
from leaderboard.scoring.levels import ALL_DISCS, ALL_VERTEBRAE


def write_mask(folder: Path, labels: list[int], own: dict[int, str] | None = None) -> Path:
    """A mask with a block of each label, from the head down."""
    voxels = np.zeros((4, 4, 4 * len(labels)), np.int16)
    for number, label in enumerate(reversed(labels)):
        voxels[1:3, 1:3, 4 * number : 4 * number + 3] = label
    image = nibabel.Nifti1Image(voxels, np.diag([1.0, 1, 2, 1]))
    if own:
        rows = "".join(
            f'<Label Key="{key}" Red="1"><![CDATA[{name}]]></Label>' for key, name in own.items()
        )
        image.header.extensions.append(nibabel.nifti1.Nifti1Extension(0, rows.encode()))
    place = folder / "mask.nii.gz"
    nibabel.save(image, place)
    return place


@pytest.mark.parametrize(
    ("tool", "labels", "names", "transitional"),
    [
        ("totalsegmentator:total", [28, 27, 26, 25], ["L4", "L5", "S1"], []),
        ("totalsegmentator:total_v3", [28, 27, 26, 25], ["L4", "L5", "L6"], ["L6"]),
        ("totalsegmentator:vertebrae_mr", [25, 7, 2, 1], ["C1", "T12", "L5"], []),
        ("totalsegmentator:vertebrae_pp", [1, 19, 20, 24], ["C1", "T12", "L1", "L5"], []),
        ("verse:vert", [19, 28, 20, 25], ["T12", "T13", "L1", "L6"], ["T13", "L6"]),
        (
            "spineps:vert",
            [19, 119, 20, 24, 124, 26],
            ["T12", "T12/L1", "L1", "L5", "L5/S1", "S1"],
            [],
        ),
        (
            "spineps:vert",
            [19, 119, 28, 128, 20, 24, 124, 25, 125, 26, 226],
            "T12 T12/T13 T13 T13/L1 L1 L5 L5/L6 L6 L6/S1 S1".split(),
            ["T12/T13", "T13", "T13/L1", "L5/L6", "L6", "L6/S1"],
        ),
        ("totalspineseg:step2", [45, 100, 50], ["L5", "L5/S1"], []),
        (
            "totalspineseg:step2",
            [32, 91, 41, 45, 96, 46, 100, 50],
            "T12 T12/L1 L1 L5 L5/L6 L6 L6/S1".split(),
            ["L5/L6", "L6", "L6/S1"],
        ),
    ],
)
def test_levels_are_named_by_the_tools_own_table(
    tmp_path: Path, tool: str, labels: list[int], names: list[str], transitional: list[str]
) -> None:
    levels = read_levels(write_mask(tmp_path, labels), tool)
    assert [one.name for one in levels.found] == names
    assert levels.transitional == transitional
    assert all(one.n_voxels == 12 for one in levels.found)
    assert levels.found[0].middle == (-1.5, -1.5, 2.0 * (4 * (len(labels) - 1) + 1))


def test_tables_have_the_names_of_levels_alone() -> None:
    for tool in TOOLS.values():
        assert {name for name in tool.vertebrae.values() if name} <= set(ALL_VERTEBRAE)
        assert {name for name in tool.discs.values() if name} <= ALL_DISCS


def test_what_the_table_does_not_say_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="There is no table for 'totalsegmentator'"):
        read_levels(write_mask(tmp_path, [27]), "totalsegmentator")
    with pytest.raises(InvalidRequest, match="has the label 51, which is not in the table"):
        read_levels(write_mask(tmp_path, [51]), "totalsegmentator:total")
    own = {26: "vertebrae_L6", 25: "sacrum"}
    with pytest.raises(InvalidRequest, match="calls label 26 L6, the table of"):
        read_levels(write_mask(tmp_path, [27, 26], own), "totalsegmentator:total")
    with pytest.raises(InvalidRequest, match="L5 lies above L4"):
        read_levels(write_mask(tmp_path, [27, 28]), "totalsegmentator:total")
    with pytest.raises(InvalidRequest, match="C2 lies above C1"):
        read_levels(write_mask(tmp_path, [3, 2, 1]), "totalsegmentator:vertebrae_pp")
