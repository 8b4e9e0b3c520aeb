"""Small benchmark packages for tests, written to a folder."""

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image as Picture

SECTIONS = {
    "imaging": ["imaging_report"],
    "diagnosis": ["diagnosis"],
    "treatment": ["patient_guidance", "evidence_based_treatment", "technical_feasibility"],
    "prognosis": ["risk_prognosis"],
    "reasoning": ["coverage", "relevance", "granularity", "explainability"],
}
DIMENSIONS = [key for keys in SECTIONS.values() for key in keys]
SUBCONDITIONS = ["disc_herniation", "lumbar_stenosis"]


def make_manifest(**changes: Any) -> dict[str, Any]:
    """A manifest that has no problems."""
    anchors = {"1": "poor", "3": "fair", "5": "good"}
    return {
        "format": 1,
        "slug": "tiny",
        "name": "Tiny",
        "version": "1.0.0",
        "licence": "CC0-1.0",
        "description": "For tests.",
        "notice": "Not validated.",
        "demonstration": True,
        "tracks": [{"key": key, "name": key} for key in ("text", "image", "report")],
        "prompts": dict.fromkeys(("text", "image", "report"), "{question}\n{options}"),
        "taxonomy": {
            "subconditions": [{"key": key, "name": key.title()} for key in SUBCONDITIONS],
            "axes": [{"key": key, "name": key} for key in ("level", "pathology", "planning")],
            "modalities": [{"key": key, "name": key} for key in ("xray", "ct", "mri")],
        },
        "rubric": {
            "sections": [
                {
                    "key": section,
                    "name": section,
                    "dimensions": [
                        {
                            "key": key,
                            "name": key,
                            "question": f"How good is {key}?",
                            "anchors": anchors,
                        }
                        for key in keys
                    ],
                }
                for section, keys in SECTIONS.items()
            ]
        },
        "splits": [
            {"name": "dev", "items": "items/dev.jsonl", "answers": "public"},
            {"name": "test", "items": "items/test.jsonl", "answers": "hidden"},
        ],
    } | changes


def make_mcq(
    number: int, split: str = "test", *, image: bool = False, **changes: Any
) -> dict[str, Any]:
    """A question whose right answer is B."""
    kind = "image" if image else "text"
    key = f"{split}-{kind}-{number:03}"
    images = [{"path": f"images/{key}.png", "alt": "A phantom"}] if image else []
    return {
        "id": key,
        "split": split,
        "kind": "mcq",
        "question": f"Question {number}?",
        "options": {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "L2/L3"},
        "multiple": False,
        "answer": ["B"],
        "images": images,
        "subcondition": SUBCONDITIONS[number % 2],
        "axis": "level",
        "levels": ["L4/L5"],
        "modality": "mri" if image else None,
        "case_id": f"case-{key}",
        "provenance": {"kind": "written", "reference": f"secret source {key}"},
        "explanation": f"secret explanation {key}",
    } | changes


def make_case(number: int, split: str = "test", **changes: Any) -> dict[str, Any]:
    """A case whose checklist asks each dimension for the word excellent."""
    key = f"{split}-report-{number:03}"
    return {
        "id": key,
        "split": split,
        "kind": "report",
        "question": f"Write report {number}.",
        "images": [],
        "subcondition": SUBCONDITIONS[number % 2],
        "axis": "pathology",
        "levels": [],
        "modality": None,
        "case_id": f"case-{key}",
        "provenance": {"kind": "written", "reference": f"secret source {key}"},
        "reference_report": f"secret reference {key}",
        "checklist": [
            {
                "kind": "mention",
                "key": "praise",
                "dimensions": DIMENSIONS,
                "any_of": ["excellent alignment"],
            }
        ],
    } | changes


def write_package(
    folder: Path, items: list[dict[str, Any]], manifest: dict[str, Any] | None = None
) -> Path:
    """Write a package of `items` to `folder`, with an own picture for each image named."""
    manifest = manifest or make_manifest()
    (folder / "items").mkdir(parents=True, exist_ok=True)
    (folder / "images").mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for split in manifest["splits"]:
        lines = [json.dumps(item) + "\n" for item in items if item["split"] == split["name"]]
        (folder / split["items"]).write_text("".join(lines), encoding="utf-8")
    paths = sorted({image["path"] for item in items for image in item.get("images", ())})
    for number, path in enumerate(paths):
        (folder / path).write_bytes(make_png(number))
    return folder


def make_png(number: int) -> bytes:
    """A little picture, another one for each number below 65,536."""
    stream = io.BytesIO()
    Picture.new("RGB", (4, 4), (number // 256, number % 256, 0)).save(stream, "PNG")
    return stream.getvalue()


def make_items(
    n_text: int, n_image: int, n_report: int, split: str = "test"
) -> list[dict[str, Any]]:
    """Items of all three tracks."""
    return [
        *(make_mcq(number, split) for number in range(n_text)),
        *(make_mcq(number, split, image=True) for number in range(n_image)),
        *(make_case(number, split) for number in range(n_report)),
    ]


def make_questions(manifest: dict[str, Any]) -> dict[str, Any]:
    """`manifest` with six questions in each dimension: five good yes, and a good no."""
    for section in manifest["rubric"]["sections"]:
        for dimension in section["dimensions"]:
            dimension["questions"] = [
                *({"key": f"says_{n}", "text": f"Does it say {n}?"} for n in range(1, 6)),
                {"key": "invents", "text": "Does it invent?", "good": "no"},
            ]
    return manifest
