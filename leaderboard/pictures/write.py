"""Pictures from scans as files: the images, a line for each, and a sheet to look at them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec import UnsetType
from PIL import Image as Picture

from leaderboard.pictures.concerns import Concern, look_at
from leaderboard.pictures.contrast import find_odd_contrast, is_inverted_against, make_fields
from leaderboard.pictures.convert import Drawn, Wishes, draw_stacks
from leaderboard.pictures.facts import find_edges, list_facts
from leaderboard.pictures.source import PictureSource
from leaderboard.pictures.stacks import Stack

IMAGES, LIST, SHEET = "images", "pictures.jsonl", "sheet.html"
PNG_LEVEL, PNG_STRATEGY = 1, zlib.Z_RLE
"""Of compression: grey scans come out a fifth smaller than at level 3 of the usual strategy, in
half its time, since noise repeats nothing but its neighbours."""
_KINDS = {
    **dict.fromkeys(("CR", "DX", "RG", "RF"), "radiograph"),
    **{"MR": "MRI", "CT": "CT", "US": "ultrasound", "NM": "scintigram", "PT": "PET"},
}


class Written(NamedTuple):
    """A picture that was written: its path in the package, and what there is to say of it."""

    path: str
    alt: str
    source: PictureSource
    concerns: tuple[Concern, ...]
    warnings: tuple[str, ...]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    """What an item says of its picture."""

    path: str
    alt: str
    source: PictureSource


def write_pictures(out: Path, stacks: Sequence[Stack], wishes: Wishes) -> Iterator[Written]:
    """Write the chosen slices of `stacks` below `out`, each as it is drawn.

    Names of files say nothing of whoever is in them.
    """
    (out / IMAGES).mkdir(parents=True)
    before, fields_before = -1, None
    for drawn in draw_stacks(stacks, wishes):
        path = f"{IMAGES}/scan-{drawn.stack + 1:03}-slice-{drawn.source.slice:04}.png"
        Picture.fromarray(drawn.pixels).save(
            out / path, compress_level=PNG_LEVEL, compress_type=PNG_STRATEGY
        )
        warnings = []
        if odd := find_odd_contrast(drawn.pixels):
            warnings.append(odd)
        fields = make_fields(drawn.pixels)
        is_next = drawn.stack == before and fields is not None and fields_before is not None
        if is_next and is_inverted_against(fields, fields_before):  # type: ignore[arg-type]
            warnings.append("is the negative of the slice before it")
        if drawn.source.head:
            warnings.append("is of a head: a face can be made from such scans")
        before, fields_before = drawn.stack, fields
        concerns = look_at(drawn.pixels, drawn.source, has_texts=False)
        yield Written(path, _describe(drawn), drawn.source, concerns, tuple(warnings))


def write_list(out: Path, pictures: Sequence[Written]) -> None:
    """The lines that items take over as their images: `path`, `alt` and `source`."""
    lines = [_Line(path=one.path, alt=one.alt, source=one.source) for one in pictures]
    (out / LIST).write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


class Shown(NamedTuple):
    """A picture on a sheet: its path, where its bytes are, and what there is to say of it."""

    path: str
    address: str
    alt: str
    source: PictureSource | None
    concerns: tuple[Concern, ...]
    warnings: tuple[str, ...]


def write_sheet(out: Path, pictures: Sequence[Written]) -> None:
    """A page that shows every picture with the sides of the patient at its edges."""
    shown = [
        Shown(one.path, one.path, one.alt, one.source, one.concerns, one.warnings)
        for one in pictures
    ]
    (out / SHEET).write_text(make_sheet(shown), encoding="utf-8")


def make_sheet(pictures: Sequence[Shown]) -> str:
    """The page of `pictures`; sides that nothing states are question marks."""
    figures = "\n".join(_figure(one) for one in pictures)
    return _PAGE.format(n=len(pictures), figures=figures)


def _describe(drawn: Drawn) -> str:
    """What kind of picture it is; never what it shows."""
    source = drawn.source
    modality = "" if isinstance(source.modality, UnsetType) else source.modality
    kind = _KINDS.get(modality, "scan")
    plane = "" if isinstance(source.plane, UnsetType) else f"{source.plane} "
    which = f", slice {source.slice} of {source.n_slices}" if source.n_slices > 1 else ""
    said = f"{plane}{kind}{which}"
    return said[0].upper() + said[1:]


def _figure(one: Shown) -> str:
    edges = find_edges(one.source)
    said = [one.alt]
    said += [f"{fact.name}: {fact.value}" for fact in list_facts(one.source)]
    said += [concern.label for concern in one.concerns]
    warnings = "".join(f"<strong>It {escape(text)}.</strong> " for text in one.warnings)
    return (
        f'<figure><div><span class="top">{edges.top}</span><span class="left">{edges.left}</span>'
        f'<img src="{escape(one.address)}" alt="{escape(one.alt)}" loading="lazy">'
        f'<span class="right">{edges.right}</span><span class="bottom">{edges.bottom}</span></div>'
        f"<figcaption><code>{escape(one.path)}</code><br>{warnings}"
        f"{escape('; '.join(said))}.</figcaption></figure>"
    )


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Look at each picture</title>
<style>
body {{ font: 1rem/1.4 system-ui, sans-serif; margin: 1rem; background: #fff; color: #111; }}
main {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); }}
figure {{ margin: 0; }}
div {{ display: grid; grid-template: "a t c" 1.5rem "l i r" auto "d b f" 1.5rem / 1.5rem 1fr 1.5rem;
  place-items: center; background: #000; color: #fff; }}
img {{ grid-area: i; width: 100%; height: auto; }}
.top {{ grid-area: t; }} .left {{ grid-area: l; }} .right {{ grid-area: r; }}
.bottom {{ grid-area: b; }}
</style>
</head>
<body>
<h1>Look at each picture</h1>
<p>{n} pictures. Letters at the edges are sides of the patient: L left, R right, A front, P back,
H head, F foot. Compare each with its original: side, contrast, and whether anything in it tells who
the patient is.</p>
<main>
{figures}
</main>
</body>
</html>
"""
