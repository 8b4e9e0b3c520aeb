"""Hugging Face's results of a model: `.eval_results/*.yaml`, and the `model-index` before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy.orm import Session

from leaderboard.exports.documents.document import About, Document
from leaderboard.exports.documents.facts import ModelFacts, SplitResult
from leaderboard.exports.documents.yaml_text import write_yaml
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Board
from leaderboard.rankings.scores import BoardScore


class _Standing(NamedTuple):
    """A model's score on a board of a split."""

    result: SplitResult
    board: Board
    score: BoardScore


def name_task(split: Split, board: Board) -> str:
    """The task of a board of a split: the one name in eval.yaml and in results."""
    return f"{split.name}_{board.value}"


def write_eval_results(session: Session, facts: ModelFacts, stream: BinaryIO) -> None:
    """An entry for each score that a ranking orders by, on 0 to 100."""
    entries = [_make_entry(facts, one) for one in _read_standings(facts)]
    stream.write(
        write_yaml(
            entries,
            f"Results of {_line(facts.model.name)} on {_line(facts.benchmark.name)}, to stand as",
            f".eval_results/{facts.benchmark.slug}.yaml in the model's repository.",
        )
    )


def _make_entry(facts: ModelFacts, one: _Standing) -> dict[str, Any]:
    at = one.result.table.ranked_at
    date = {"date": at.isoformat(timespec="seconds").replace("+00:00", "Z")} if at else {}
    return {
        "dataset": {"id": facts.dataset, "task_id": name_task(one.result.split, one.board)},
        "value": round(one.score.value, 4),
        **date,
        "source": {"url": _name_page(facts, one.result), "name": f"{facts.site} leaderboard"},
        "notes": _note(facts, one),
    }


def write_model_index(session: Session, facts: ModelFacts, stream: BinaryIO) -> None:
    """The front matter of a README, with a result for each split and a metric for each board."""
    results = [_make_result(facts, result) for result in facts.results]
    index = [{"name": facts.model.name, "results": [one for one in results if one["metrics"]]}]
    stream.write(b"---\n" + write_yaml({"model-index": index}) + b"---\n")


def _make_result(facts: ModelFacts, result: SplitResult) -> dict[str, Any]:
    benchmark, split = facts.benchmark, result.split
    return {
        "task": {"type": "question-answering", "name": "Spine care"},
        "dataset": {
            "name": f"{benchmark.name} {benchmark.version}, {split.name} split",
            "type": facts.dataset,
            "split": split.name,
        },
        "metrics": [
            {
                "type": name_task(split, one.board),
                "value": round(one.score.value, 4),
                "name": f"{one.board.label} score, 0 to 100",
                "args": _describe(facts, one),
            }
            for one in _read_standings(facts)
            if one.result is result
        ],
        "source": {"url": _name_page(facts, result), "name": f"{facts.site} leaderboard"},
    }


def _read_standings(facts: ModelFacts) -> Iterator[_Standing]:
    for result in facts.results:
        for board in facts.benchmark.boards:
            if (score := result.row.scores.get(board)) is not None:
                yield _Standing(result, board, score)


def _name_page(facts: ModelFacts, result: SplitResult) -> str:
    return f"{facts.page}&split={result.split.name}"


def _describe(facts: ModelFacts, one: _Standing) -> dict[str, Any]:
    """What a score is of, by name; what is not known is left out."""
    score, board, row = one.score, one.board, one.result.row
    rank, report, release = row.ranks.get(board), row.report, one.result.table.release
    known = {
        "n": score.n,
        "ci95_low": None if score.low is None else round(score.low, 4),
        "ci95_high": None if score.high is None else round(score.high, 4),
        "rank": f"{rank.low} to {rank.high}" if rank else None,
        "benchmark_version": facts.benchmark.version,
        "benchmark_licence": facts.benchmark.licence,
        "release": release.number if release else None,
        "judge": report.judge if report and board.is_judged else None,
        "calibration": report.badge if report and board.is_judged else None,
        "submission": row.name_files(board),
    }
    return {key: value for key, value in known.items() if value is not None}


def _note(facts: ModelFacts, one: _Standing) -> str:
    said = _describe(facts, one)
    low, high = said.pop("ci95_low", None), said.pop("ci95_high", None)
    interval = f"95 % interval {low:.1f} to {high:.1f}, " if None not in (low, high) else ""
    others = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in said.items())
    return f"{one.board.label} score, 0 to 100: {interval}{others}"


def _line(text: str) -> str:
    return " ".join(text.split())


EVAL_RESULTS = Document(
    key="eval-results",
    about=About.MODEL,
    title="Hugging Face results",
    use="A file for the folder .eval_results of its repository on Hugging Face.",
    media_type="application/yaml",
    ending="yaml",
    name_file=lambda facts: f"{facts.benchmark.slug}",
    write=write_eval_results,
    needs_dataset=True,
)
MODEL_INDEX = Document(
    key="model-index",
    about=About.MODEL,
    title="Hugging Face model-index",
    use="The older form of the same: front matter for the README of its repository.",
    media_type="text/markdown",
    ending="md",
    name_file=lambda facts: f"{facts.model.slug}-model-index",
    write=write_model_index,
    needs_dataset=True,
)
