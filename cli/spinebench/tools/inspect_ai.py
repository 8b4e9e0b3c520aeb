"""A task file for inspect_ai."""

from __future__ import annotations

from pathlib import Path
from string import Template

from spinebench.tools.task import MAX_TOKENS, URL, Task, write_items, write_text

_TASKS = '''"""$title, for inspect_ai: written by `spinebench download --for inspect`.

Answers are not scored here: submit the logs.
"""

import json
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ContentImage, ContentText, GenerateConfig
from inspect_ai.solver import generate

HERE = Path(__file__).resolve().parent


def make_task(track, max_tokens):
    """The questions of a track, each as one message: its words, then its pictures."""
    lines = (HERE / "items.jsonl").read_text(encoding="utf-8").splitlines()
    items = [item for item in map(json.loads, lines) if item["track"] == track]
    return Task(
        dataset=MemoryDataset([make_sample(item) for item in items], name=f"$name_{track}"),
        solver=generate(),
        config=GenerateConfig(temperature=0.0, max_tokens=max_tokens),
        version="$version",
    )


def make_sample(item):
    if not item["images"]:
        return Sample(id=item["id"], input=item["prompt"])
    pictures = [ContentImage(image=str(HERE / path)) for path in item["images"]]
    content = [ContentText(text=item["prompt"]), *pictures]
    return Sample(id=item["id"], input=[ChatMessageUser(content=content)])
'''
_TASK = """

@task
def ${name}_$track():
    return make_task("$track", $max_tokens)
"""
_README = """$title, for inspect_ai. Run it from the folder that holds $folder.

    export LOCAL_BASE_URL=$url LOCAL_API_KEY=none
    inspect eval $folder/$name.py --model openai-api/local/NAME \\
        --no-log-images --no-fail-on-error

openai-api/local/NAME asks the chat completions of LOCAL_BASE_URL; any other word than "local" reads
the variables of that word. openai/NAME asks the Responses API instead, where a model may answer
otherwise. One track alone: $folder/$name.py@$name_text.

inspect exits with 0 also after a run that failed: look at the status of each log. The answers are
in logs/*.eval. Submit these files as they are:

    spinebench submit logs/*.eval --benchmark $benchmark --split $split --model YOUR-MODEL
"""


def write_inspect(task: Task, folder: Path) -> None:
    """A Python file with a task for each track, the items and their pictures, and the commands."""
    write_items(task, folder)
    names = {"title": task.title, "name": task.name, "version": task.version}
    tasks = [
        Template(_TASK).substitute(name=task.name, track=track, max_tokens=MAX_TOKENS[track])
        for track in task.tracks
    ]
    text = Template(_TASKS.replace("$name_", "${name}_")).substitute(names) + "".join(tasks)
    write_text(folder, f"{task.name}.py", text)
    readme = Template(_README.replace("$name_", "${name}_")).substitute(
        task._asdict(), title=task.title, name=task.name, url=URL
    )
    write_text(folder, "README.txt", readme)
