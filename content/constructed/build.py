"""`python -m content.constructed.build [--check]`: write the constructed reports and ratings.

The same sources give the same files. `--check` compares them with those that are there and exits
with 1 if any differs. See README.md in this folder for the rule by which ratings follow.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from content.build import read_items
from content.constructed.flaws import FLAWS, Flaw
from content.constructed.sentences import SECTIONS, read_sentences
from leaderboard.experts.ratings_csv import hash_report

HERE = Path(__file__).parent
SEED = 20261125
HIGHEST, LOWEST = 5, 1
RATERS = ("constructed-1", "constructed-2", "constructed-3")
SHIFTS = (-1, 0, 1)
SHIFT_WEIGHTS = {"constructed-1": (10, 80, 10), "constructed-2": (25, 70, 5)}
SHIFT_WEIGHTS["constructed-3"] = (5, 75, 20)
HEADINGS = (
    "Structured Imaging Report",
    "AI-Assisted Diagnosis",
    "Treatment Recommendations",
    "Risk & Prognosis Management",
    "Reasoning & Disclaimer",
)
COLUMNS = ("model", "item", "rater", "dimension", "value", "comment", "rated_at", "report_hash")
RATED_AT = "2026-11-25T12:00:00+00:00"


class Quality(NamedTuple):
    """How a constructed model's reports are made.

    Each report draws one of `n_flaws`; flaws of `always` come on top. Without `is_labelled` no
    ratings are written.
    """

    slug: str
    words: str
    n_flaws: Sequence[int]
    always: Sequence[str] = ()
    is_labelled: bool = True


QUALITIES = (
    Quality("constructed-strong", "strong: none to three flaws a report", (0, 0, 1, 1, 2, 3)),
    Quality("constructed-plain", "good, but in lay words", (1, 2, 2, 3), ("lay words",)),
    Quality("constructed-mixed", "mixed: strong or weak from case to case", (0, 1, 7, 9)),
    Quality("constructed-weak", "weak: six to ten flaws a report", (6, 7, 8, 10)),
    Quality("constructed-unlabelled", "middling, and never rated", (3, 4, 5), (), False),
)


class Constructed(NamedTuple):
    """A report and the flaws that it has."""

    item_id: str
    text: str
    flaws: tuple[Flaw, ...]


def make_files() -> dict[str, str]:
    """Every file of this folder that is built, by its path in it."""
    cases = [i for i in read_items("report_items.jsonl") if i["split"] == "test"]
    rubric = json.loads((HERE.parent / "sources" / "manifest.json").read_text("utf-8"))["rubric"]
    dimensions = [d["key"] for section in rubric["sections"] for d in section["dimensions"]]
    files: dict[str, str] = {}
    rows: list[Mapping[str, object]] = []
    for quality in QUALITIES:
        reports = [construct(str(c["id"]), str(c["reference_report"]), quality) for c in cases]
        files[f"models/{quality.slug}/model.json"] = make_card(quality)
        files[f"models/{quality.slug}/predictions.jsonl"] = "".join(
            json.dumps({"id": r.item_id, "prediction": r.text}, ensure_ascii=False) + "\n"
            for r in reports
        )
        if quality.is_labelled:
            for place, report in enumerate(reports):
                rows += _make_rows(quality, place, report, dimensions)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return files | {"ratings.csv": stream.getvalue()}


def construct(item_id: str, reference: str, quality: Quality) -> Constructed:
    """The reference report of a case with flaws drawn by a generator of its own.

    A flaw that would change nothing of this report is not among those drawn.
    """
    chance = random.Random(f"{SEED}:{quality.slug}:{item_id}")
    sentences = read_sentences(reference)
    possible = [f for f in FLAWS if f.gravity and f.change(sentences) != sentences]
    drawn = chance.sample(possible, min(chance.choice(quality.n_flaws), len(possible)))
    flaws = []
    for flaw in FLAWS:
        changed = flaw.change(sentences)
        if (flaw in drawn or flaw.key in quality.always) and changed != sentences:
            flaws.append(flaw)
            sentences = changed
    bodies = {
        heading: " ".join(s.text for s in sentences if s.section == section)
        for section, heading in zip(SECTIONS, HEADINGS, strict=True)
    }
    text = "\n\n".join(f"## {heading}\n{body}" for heading, body in bodies.items() if body)
    return Constructed(item_id, text, tuple(flaws))


def rate(flaws: Sequence[Flaw], dimension: str) -> int:
    """5 less the gravities of the flaws for the dimension, at least 1."""
    return max(LOWEST, HIGHEST - sum(flaw.gravity.get(dimension, 0) for flaw in flaws))


def _make_rows(
    quality: Quality, place: int, report: Constructed, dimensions: Sequence[str]
) -> Iterator[Mapping[str, object]]:
    """Ratings by two of the three raters, in turn."""
    silent = RATERS[place % len(RATERS)]
    for rater in RATERS:
        chance = random.Random(f"{SEED}:{rater}:{quality.slug}:{report.item_id}")
        for dimension in dimensions:
            [shift] = chance.choices(SHIFTS, SHIFT_WEIGHTS[rater])
            touching = [f.key for f in report.flaws if dimension in f.gravity]
            if rater != silent:
                yield {
                    "model": quality.slug,
                    "item": report.item_id,
                    "rater": rater,
                    "dimension": dimension,
                    "value": min(HIGHEST, max(LOWEST, rate(report.flaws, dimension) + shift)),
                    "comment": "; ".join(touching),
                    "rated_at": RATED_AT,
                    "report_hash": hash_report(report.text),
                }


def make_card(quality: Quality) -> str:
    """The model card: it says that no model wrote the reports."""
    name = quality.slug.removeprefix("constructed-")
    card = {
        "slug": quality.slug,
        "name": f"Constructed reports, {name}",
        "organisation": "SpineBench (constructed)",
        "open_weights": False,
        "licence": "CC-BY-4.0",
        "description": "No AI model: reports made from the reference reports of "
        f"SpineBench-Mini with flaws put in on purpose ({quality.words}; seed {SEED}), to show "
        "calibration. Reports alone. See content/constructed/README.md.",
    }
    return json.dumps(card, indent=2) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write or check the files; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    files = make_files()
    if options.check:
        differing = [path for path, text in files.items() if not _is_same(HERE / path, text)]
        print("\n".join(f"{path} differs." for path in differing) or "Nothing differs.")
        return 1 if differing else 0
    for path, text in files.items():
        (HERE / path).parent.mkdir(parents=True, exist_ok=True)
        (HERE / path).write_text(text, encoding="utf-8")
    print(f"{len(files)} files written.")
    return 0


def _is_same(place: Path, text: str) -> bool:
    return place.exists() and place.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
