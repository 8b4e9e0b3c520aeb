"""Hugging Face's description of a benchmark: `eval.yaml` of its dataset repository."""

from __future__ import annotations

from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from leaderboard.exports.documents.document import About, Document
from leaderboard.exports.documents.eval_results import name_task
from leaderboard.exports.documents.facts import BenchmarkFacts
from leaderboard.exports.documents.yaml_text import write_yaml

FRAMEWORK = "spinebench"
"""The name under which the Hub would have to list this way of evaluating."""


def write_eval_yaml(session: Session, facts: BenchmarkFacts, stream: BinaryIO) -> None:
    """The version with a task for each board of each split that has all of its tracks."""
    benchmark, manifest = facts.benchmark, facts.benchmark.manifest
    tasks: list[dict[str, Any]] = [
        {"id": name_task(split, board), "config": "default", "split": split.name}
        for split in benchmark.splits
        for board in benchmark.boards
        if all(facts.n_items[split.name][track] for track in board.take(benchmark.tracks))
    ]
    described = {
        "name": f"{benchmark.name} {benchmark.version}",
        "description": f"{manifest['description']} Licence: {benchmark.licence}. Scores, intervals "
        f"and citation: {facts.page}",
        "evaluation_framework": FRAMEWORK,
        "tasks": tasks,
    }
    stream.write(
        write_yaml(
            described,
            "To stand as eval.yaml in the benchmark's dataset repository on Hugging Face. The Hub",
            "takes names of evaluation frameworks from its own list: ask it to add this one.",
        )
    )


EVAL_YAML = Document(
    key="eval-yaml",
    about=About.BENCHMARK,
    title="Hugging Face eval.yaml",
    use="The description for its dataset repository on Hugging Face, with a task for each score.",
    media_type="application/yaml",
    ending="yaml",
    name_file=lambda facts: "eval",
    write=write_eval_yaml,
)
