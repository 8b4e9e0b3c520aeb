"""The questions of SpineBench-Mini as a predictor sees them: prompts, never answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from leaderboard.packages.prompts import fill_prompt

PACKAGE = Path(__file__).resolve().parent.parent / "spinebench-mini"
PREDICTIONS = Path(__file__).resolve().parent.parent / "predictions"


class Question(NamedTuple):
    """An item's id, its track, its letters (none for a report) and its filled-in prompt.

    `bare` is the question with its options alone, for models that follow no instructions;
    `multiple` says whether several letters may be right.
    """

    id: str
    track: str
    letters: tuple[str, ...]
    prompt: str
    bare: str
    multiple: bool


def read_items(split: str) -> list[dict[str, Any]]:
    """The items of a split of the bundled package, in their order."""
    lines = (PACKAGE / "items" / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_questions(split: str) -> list[Question]:
    """The questions of a split, each with the prompt of its track."""
    manifest = json.loads((PACKAGE / "manifest.json").read_text(encoding="utf-8"))
    return [_make_question(item, manifest["prompts"]) for item in read_items(split)]


def _make_question(item: Mapping[str, Any], prompts: Mapping[str, str]) -> Question:
    track = "report" if item["kind"] == "report" else "image" if item.get("images") else "text"
    options: Mapping[str, str] = item.get("options", {})
    prompt = fill_prompt(prompts[track], item["question"], options)
    bare = fill_prompt("{question}\n{options}", item["question"], options)
    multiple = bool(item.get("multiple", False))
    return Question(item["id"], track, tuple(options), prompt, bare, multiple)


def write_predictions(
    slug: str,
    card: Mapping[str, Any],
    texts: Mapping[str, str],
    confidences: Mapping[str, float] | None = None,
) -> Path:
    """Write a model card and a prediction file to content/predictions/<slug>.

    `confidences` are the model's own probabilities that its answers are right, where it has one.
    """
    folder = PREDICTIONS / slug
    folder.mkdir(parents=True, exist_ok=True)
    card_text = json.dumps({"slug": slug, **card}, indent=2, ensure_ascii=False)
    (folder / "model.json").write_text(card_text + "\n", encoding="utf-8")
    known = {} if confidences is None else confidences
    lines = [
        json.dumps(
            {"id": key, "prediction": text}
            | ({"confidence": round(known[key], 4)} if key in known else {}),
            ensure_ascii=False,
        )
        for key, text in texts.items()
    ]
    (folder / "predictions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
