"""A task folder for lm_eval (EleutherAI's lm-evaluation-harness), for `--include_path`."""

from __future__ import annotations

from pathlib import Path
from string import Template

from spinebench.tools.task import MAX_TOKENS, URL, Task, write_items, write_text

# `until: []` matters: without it lm_eval stops a model at its first empty line.
_YAML = """task: $name
custom_dataset: !function tracks.load_$track
test_split: test
output_type: generate_until
doc_to_text: prompt
doc_to_target: ""
${images}generation_kwargs:
  until: []
  do_sample: false
  temperature: 0
  max_gen_toks: $max_tokens
metric_list:
  - metric: bypass
metadata:
  version: "$version"
"""
_TRACKS = '''"""$title, for lm_eval: written by `spinebench download --for lm_eval`."""

import json
from pathlib import Path

from datasets import Dataset, DatasetDict

HERE = Path(__file__).resolve().parent
has_images = {}


def load(track, settings):
    """The items of a track; `settings` holds what --model_args says."""
    lines = (HERE / "items.jsonl").read_text(encoding="utf-8").splitlines()
    items = [item for item in map(json.loads, lines) if item["track"] == track]
    n_images = max(len(item["images"]) for item in items)
    has_images[track] = n_images > 0
    if len(set(has_images.values())) > 1:
        raise SystemExit(
            "Run tracks with images and tracks without in runs of their own: "
            "in one run lm_eval sends no image of any task."
        )
    if n_images and "pretrained" in settings:
        raise SystemExit(
            "Serve the model with an OpenAI-compatible server and use --model "
            "local-chat-completions: lm_eval's own models place images by marks in the question."
        )
    if n_images > int(settings.get("max_images", 1)):
        raise SystemExit(
            f"Add max_images={n_images} to --model_args: "
            "otherwise lm_eval sends only the first images of an item."
        )
    rows = [{key: item[key] for key in ("id", "prompt", "images")} for item in items]
    return DatasetDict(test=Dataset.from_list(rows))


def open_images(item):
    """The pictures of an item in their order."""
    # lm_eval does not install Pillow.
    from PIL import Image

    return [Image.open(HERE / path) for path in item["images"]]
'''
_LOAD = """

def load_$track(**settings):
    return load("$track", settings)
"""
_README = """$title, for lm_eval. Run it from the folder that holds $folder.

$commands
Images need Pillow, which lm_eval does not install: pip install "lm_eval[api]" pillow. Use
OPENAI_API_KEY for a server that wants a key. Where a run has tasks with and without images, lm_eval
sends no image at all and does not say so: keep to the runs above.

The answers are in results/*/samples_*.jsonl. Submit these files as they are:

    spinebench submit results/*/samples_*.jsonl --benchmark $benchmark --split $split \\
        --model YOUR-MODEL
"""
_COMMAND = """    lm_eval --model local-chat-completions \\
        --model_args model=NAME,base_url=$url/chat/completions,num_concurrent=8$images \\
        --tasks $tasks \\
        --include_path $folder --apply_chat_template --log_samples --output_path results
"""


def write_lm_eval(task: Task, folder: Path) -> None:
    """A YAML file for each track, the items and their pictures, and the commands to run them."""
    write_items(task, folder)
    loads = "".join(Template(_LOAD).substitute(track=track) for track in task.tracks)
    write_text(folder, "tracks.py", Template(_TRACKS).substitute(title=task.title) + loads)
    for track, items in task.tracks.items():
        has_images = any(item.images for item in items)
        text = Template(_YAML).substitute(
            name=f"{task.name}_{track}",
            track=track,
            images="doc_to_image: !function tracks.open_images\n" if has_images else "",
            max_tokens=MAX_TOKENS[track],
            version=task.version,
        )
        write_text(folder, f"{task.name}_{track}.yaml", text)
    commands = "\n".join(_make_commands(task))
    readme = Template(_README).substitute(task._asdict(), title=task.title, commands=commands)
    write_text(folder, "README.txt", readme)


def _make_commands(task: Task) -> list[str]:
    """A run for the tracks without pictures, and one for those with."""
    with_images = {track: any(one.images for one in items) for track, items in task.tracks.items()}
    plain = [f"{task.name}_{track}" for track, has_images in with_images.items() if not has_images]
    shown = [f"{task.name}_{track}" for track, has_images in with_images.items() if has_images]
    return [
        Template(_COMMAND).substitute(
            url=URL, folder=task.folder, tasks=",".join(names), images=images
        )
        for names, images in ((plain, ""), (shown, f",max_images={task.n_images}"))
        if names
    ]
