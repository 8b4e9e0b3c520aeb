"""`flask benchmark pictures` and `levels`: scans become pictures, masks become names of levels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from leaderboard.errors import InvalidPackage, InvalidRequest, Problem, SpineBenchError
from leaderboard.pictures import (
    LIST,
    SHEET,
    TOOLS,
    ScanFile,
    Window,
    Wishes,
    Written,
    find_scans,
    make_window,
    order_scans,
    read_levels,
    write_list,
    write_pictures,
    write_sheet,
)

KEPT = "modality, plane, sides, directions, position, spacing, slice, slope, intercept and window"


@click.command("pictures")
@click.argument("place", type=click.Path(path_type=Path, exists=True))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--slices", default="adaptive", show_default=True, help="adaptive (at most 25), all, or 3,8-10."
)
@click.option("--window", help="CENTER/WIDTH in the scanner's units, instead of the scan's own.")
@click.option(
    "--plane",
    type=click.Choice(["axial", "sagittal", "coronal"]),
    help="How to cut NIfTI volumes; by default across their widest voxels.",
)
@click.option(
    "--orientation",
    help="RIGHT/BOTTOM of what is stored, such as L/F, or unknown, for scans that do not say.",
)
@click.option("--split-gaps", is_flag=True, help="Parallel slices apart are separate stacks.")
@click.option("--leave-out", is_flag=True, help="Leave out files that cannot be used.")
@click.option("--drop-headers", is_flag=True, help="Go on although headers identify people.")
def pictures_command(
    place: Path,
    out: Path,
    slices: str,
    window: str | None,
    plane: str | None,
    orientation: str | None,
    split_gaps: bool,
    leave_out: bool,
    drop_headers: bool,
) -> None:
    """Turn the DICOM, NIfTI and 16-bit PNG files in PLACE into pictures for a package in OUT.

    OUT gets the images, a line for each with its source (pictures.jsonl), and sheet.html, which
    shows each with the sides of the patient. Look at all of them before you publish.
    """
    if out.exists():
        raise click.UsageError(f"{out} is there already.")
    wishes = Wishes(
        slices,
        _read_window(window),
        plane,  # type: ignore[arg-type]
        orientation,
        split_gaps,
    )
    files = _read_files(place, wishes, leaves_out=leave_out)
    _stop_at_headers(place, files, goes_on=drop_headers)
    stacks = order_scans(files, wishes)
    out.parent.mkdir(parents=True, exist_ok=True)
    # What is not finished is not there.
    with TemporaryDirectory(dir=out.parent) as folder:
        made, written = Path(folder) / "made", []
        for one in write_pictures(made, stacks, wishes):
            written.append(one)
            _say_progress(f"Pictures written: {len(written):,}")
        write_list(made, written)
        write_sheet(made, written)
        made.rename(out)
    click.echo("", err=True)
    _echo_written(out, written, len(stacks))


@click.command("levels")
@click.argument("mask", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--tool", type=click.Choice(list(TOOLS)), required=True, help="The tool and task that made it."
)
def levels_command(mask: Path, tool: str) -> None:
    """Name the vertebrae and discs in MASK, a NIfTI file of a segmentation tool.

    By the tool's own table; levels that only transitional anatomy has are named beneath.
    """
    levels = read_levels(mask, tool)
    click.echo(f"By {levels.source}; mm from the patient's right, front and foot:")
    for one in levels.found:
        x, y, z = one.middle
        click.echo(f"  {one.name:<8}{one.n_voxels:>9,} voxels around {x:g}, {y:g}, {z:g}")
    if levels.transitional:
        click.echo(
            f"Transitional anatomy: {', '.join(levels.transitional)}. Items that name these levels "
            "need a numbering."
        )


def _read_window(text: str | None) -> Window | None:
    if text is None:
        return None
    center, _, width = text.partition("/")
    try:
        return make_window(float(center), float(width), "given")
    except ValueError as error:
        raise click.UsageError("--window is CENTER/WIDTH, such as 400/1800.") from error


def _read_files(place: Path, wishes: Wishes, *, leaves_out: bool) -> list[ScanFile]:
    files: list[ScanFile] = []
    problems: list[Problem] = []
    for path, found in find_scans(place, wishes):
        if isinstance(found, SpineBenchError):
            name = str(path.relative_to(place)) if path != place else path.name
            problems.append(Problem(found.message, found.remedy, path=name))
        else:
            files.append(found)
        _say_progress(f"Files read: {len(files) + len(problems):,}")
    click.echo("", err=True)
    if problems and not leaves_out:
        raise InvalidPackage(
            f"{len(problems)} of {len(files) + len(problems)} files cannot be used; nothing was "
            "written.",
            "Fix or remove them, or leave them out with --leave-out.",
            problems,
        )
    if not files:
        raise InvalidRequest("There is no DICOM, NIfTI or 16-bit PNG file.", "Check the path.")
    return files


def _stop_at_headers(place: Path, files: Sequence[ScanFile], *, goes_on: bool) -> None:
    """Say which fields of how many files identify people, never their values; stop there."""
    n_files = Counter((kind, name) for file in files for name, kind in file.identifiers.items())
    if not n_files:
        return
    for (kind, name), n in sorted(n_files.items()):
        click.echo(f"  {kind}: {name} in {n:,} files", err=True)
    click.echo(f"Of headers a package keeps only: {KEPT}.", err=True)
    if not goes_on:
        raise InvalidRequest(
            f"The headers of files in {place} identify people; nothing was written.",
            "Look at the list. Say --drop-headers to go on: none of these fields is kept.",
        )


def _say_progress(text: str) -> None:
    click.echo(f"\r{text}", nl=False, err=True)


def _echo_written(out: Path, written: Sequence[Written], n_stacks: int) -> None:
    for one in written:
        for text in one.warnings:
            click.echo(f"Warning: {one.path} {text}.")
    for concern, n in sorted(Counter(c for one in written for c in one.concerns).items()):
        click.echo(f"To be confirmed in the manifest ({concern.value}): {concern.label}: {n:,}.")
    click.echo(f"{len(written):,} pictures of {n_stacks:,} stacks.")
    click.echo(f"Look at each of them in {out / SHEET}; take their lines from {out / LIST}.")
