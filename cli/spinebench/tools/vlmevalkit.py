"""Data files and a configuration for VLMEvalKit."""

from __future__ import annotations

import base64
import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from string import Template

from spinebench.tools.task import MAX_TOKENS, URL, Task, TaskItem, write_text

_README = """$title, for VLMEvalKit. Write your model and its address into config.json, then:

    export OPENAI_API_KEY=none LMUData=$$PWD/$folder
    python run.py --config $folder/config.json --mode infer --work-dir outputs

The questions and their pictures are in the .tsv files. --mode infer asks without scoring here.
VLMEvalKit sends every picture as a JPEG of middling quality, and by default asks servers that know
"detail" for a small one: config.json sets it to high. What could not be asked stands in the results
as "Failed to obtain answer via API.", and the run exits with 0. It writes your key into its log.

The answers are in outputs/NAME/T*/NAME_*.xlsx. Submit these files as they are:

    spinebench submit outputs/NAME/T*/NAME_*.xlsx --benchmark $benchmark --split $split \\
        --model YOUR-MODEL
"""


def write_vlmevalkit(task: Task, folder: Path) -> None:
    """A TSV for each track with its pictures inside, the configuration, and the commands."""
    for track, items in task.tracks.items():
        _write_table(items, folder, folder / f"{task.name}_{track}.tsv")
    names = [f"{task.name}_{track}" for track in task.tracks]
    model = {
        # The class that asks chat completions of any address.
        "class": "GPT4V",
        "model": "NAME",
        "api_base": f"{URL}/chat/completions",
        "temperature": 0,
        "max_tokens": max(MAX_TOKENS[track] for track in task.tracks),
        "img_detail": "high",
    }
    data = {name: {"class": "CustomVQADataset", "dataset": name} for name in names}
    settings = json.dumps({"model": {"NAME": model}, "data": data}, indent=2)
    write_text(folder, "config.json", settings + "\n")
    write_text(folder, "README.txt", Template(_README).substitute(task._asdict(), title=task.title))
    (folder / "items.jsonl").unlink()
    shutil.rmtree(folder / "images", ignore_errors=True)


def _write_table(items: Sequence[TaskItem], folder: Path, path: Path) -> None:
    """A row for each item; where no item has a picture, an empty list says so."""
    has_images = any(item.images for item in items)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(["index", "id", "question", "image" if has_images else "image_path"])
        for index, item in enumerate(items):
            pictures = [base64.b64encode((folder / one).read_bytes()) for one in item.images]
            texts = [picture.decode("ascii") for picture in pictures]
            cell = texts[0] if len(texts) == 1 else json.dumps(texts)
            table.writerow([index, item.id, item.prompt, cell])
