"""How often burned-in text is found that was drawn into pictures, and how often where none is.

Invented names, dates and numbers are drawn in several sizes and grey levels, with and without an
outline, into pictures without text: pydicom's CT and MR samples, noise, gradients, and phantoms
below their marks. Half of it is JPEG of quality 75. Pictures in which text is found where none is
are counted and left out.
"""

from __future__ import annotations

import io
import random
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont
from pydicom.data import get_testdata_file

from content.phantoms.picture import draw_picture
from content.sources.report_images import make_report_pictures
from leaderboard.pictures import ScanFile, Wishes, draw_stacks, find_scans, find_text, order_scans

SEED, N_DRAWN, SIDE = 20261130, 600, 512
SAMPLES = ("CT_small.dcm", "MR_small.dcm", "693_J2KI.dcm", "examples_overlay.dcm")
SIZES, INKS = (9, 10, 12, 14, 18, 24, 32), (255, 230, 200, 160, 0)
WORDS = (
    "MUSTER^ANNA Lopez,Maria KOWALSKI,JAN 1961-04-02 ID:4711802 St.-Josef-Hospital 12.03.2019 "
    "Acc#88231 M/067Y DOB:03/04/58 Nguyen"
).split()


def measure() -> None:
    """Print the share of texts that are found, by size, ink and outline, and false finds."""
    rng = random.Random(SEED)
    backgrounds = make_backgrounds()
    before = time.process_time()
    plain = [one for one in backgrounds if find_text(one) is None]
    spent = (time.process_time() - before) / len(backgrounds)
    n_false = len(backgrounds) - len(plain)
    print(f"{n_false} of {len(backgrounds)} pictures without text have some; {1000 * spent:.1f} ms")
    found: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for number in range(N_DRAWN):
        picture, kinds = draw_text(rng.choice(plain), rng)
        if number % 2:
            stream = io.BytesIO()
            picture.save(stream, "JPEG", quality=75)
            picture = Picture.open(stream)
            kinds.append("as JPEG")
        is_found = find_text(np.asarray(picture)) is not None
        drawn.update(["all", *kinds])
        found.update(["all", *kinds] if is_found else [])
    for kind in sorted(drawn):
        print(f"{kind:16}{found[kind]:5} of {drawn[kind]:4}  {found[kind] / drawn[kind]:.3f}")


def make_backgrounds() -> list[NDArray[np.uint8]]:
    """Pictures of 512 by 512 without text."""
    rng = np.random.default_rng(SEED)
    ramp = np.tile(np.linspace(0, 255, SIDE), (SIDE, 1))
    made = [rng.normal(60, 20, (SIDE, SIDE)), ramp, ramp.T, np.full((SIDE, SIDE), 20.0)]
    wishes = Wishes("all", orientation="unknown")
    for name in SAMPLES:
        files = [one for _, one in find_scans(Path(str(get_testdata_file(name))), wishes)]
        stacks = order_scans([one for one in files if isinstance(one, ScanFile)], wishes)
        made += [one.pixels.astype(float) for one in draw_stacks(stacks, wishes)]
    for _, plan in sorted(make_report_pictures().items())[:12]:
        levels = draw_picture(plan)
        # The marks stand at the edges.
        rows, columns = (n // 8 for n in levels.shape)
        made.append(levels[rows:-rows, columns:-columns].astype(float))
    pictures = [Picture.fromarray(one.clip(0, 255).astype(np.uint8)) for one in made]
    return [np.asarray(one.resize((SIDE, SIDE))) for one in pictures]


def draw_text(background: NDArray[np.uint8], rng: random.Random) -> tuple[Picture.Image, list[str]]:
    """A picture with two words in it, and the kinds of text that they are."""
    picture = Picture.fromarray(background)
    size, ink = rng.choice(SIZES), rng.choice(INKS)
    is_bitmap = size == SIZES[0]
    has_outline = not is_bitmap and rng.random() < 0.5
    font = ImageFont.load_default_imagefont() if is_bitmap else ImageFont.load_default(size)
    place = rng.randrange(0, 260), rng.choice([5, 20, 470, rng.randrange(0, 480)])
    text = " ".join(rng.sample(WORDS, 2))
    outline = {"stroke_width": 1, "stroke_fill": 255 - ink} if has_outline else {}
    ImageDraw.Draw(picture).text(place, text, ink, font, **outline)  # type: ignore[arg-type]
    kinds = [f"size {'bitmap' if is_bitmap else size}", f"ink {ink}"]
    return picture, [*kinds, "outlined" if has_outline else "plain"]
