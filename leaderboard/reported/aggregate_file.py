"""Reported results from aggregate files of Every Eval Ever: one model each."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import msgspec

from leaderboard.errors import InvalidRequest, Problem
from leaderboard.every_eval_ever import (
    SCHEMA_VERSION,
    EvaluationLog,
    EvaluationResult,
    HuggingFaceSource,
    MetricConfig,
    Uncertainty,
)
from leaderboard.models.ranking import Board, Metric, Slice
from leaderboard.models.reported import SourceKind
from leaderboard.names import show_line
from leaderboard.problems import FileProblems
from leaderboard.reported.lines import (
    LEVEL,
    MAX_METRIC,
    FigureLine,
    ModelLine,
    ReportedFile,
    count_decimals,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS

BOARD_WORDS = {"total": Board.OVERALL, "mcq": Board.CLOSED}
"""What boards are called beside their keys and labels."""
RELATIONSHIPS = {
    "first_party": "by the model's makers",
    "third_party": "by a third party",
    "collaborative": "by the model's makers with others",
    "other": "by somebody whose relation to the model is not stated",
}
OPENNESS = {"open_weights": True, "closed_weights": False}
MOST_DECIMALS = 6
_METRICS, _SLICES = "|".join(Metric), "|".join(Slice)
_OWN = re.compile(rf"(?P<split>[^/]+)/(?P<place>({_METRICS})/({_SLICES})/.*)", re.DOTALL)


def read_aggregate(
    raw: bytes,
    path: str | None,
    split: str,
    problems: FileProblems,
    boards: Sequence[Board] = DEFAULT_BOARDS,
) -> ReportedFile:
    """The models of a JSON file, one or a list; what is wrong goes to `problems` by its place.

    Of a record of this software, the figures on `boards` of the split of this name are taken.
    """
    try:
        found = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problems.append(
            Problem(
                f"Not an aggregate file of Every Eval Ever: {str(error)[:200]}.",
                f"Give a file of schema {SCHEMA_VERSION} that its own validator accepts, or a CSV.",
                path=path,
            )
        )
        return ReportedFile([])
    read = [_Reading(one, path, split, problems, boards) for one in found]
    models = [model for one in read if (model := one.read_model()) is not None]
    left_out = [words for one in read for words in one.left_out]
    if not found:
        return ReportedFile(models)
    source = found[0].source_metadata
    named = source.source_name or source.source_organization_name
    return ReportedFile(
        models,
        kind=SourceKind.EVERY_EVAL_EVER,
        title=show_line(named)[:200],
        citation=show_line(source.source_organization_name)[:1000],
        address=(source.source_organization_url or "")[:300],
        measured_on=", ".join(_name_data(found))[:200],
        note=_say_how(found[0]),
        left_out=left_out,
    )


def _decode(raw: bytes) -> list[EvaluationLog]:
    """The file's one object, or those of a list. Raises msgspec.DecodeError, with the place."""
    if raw.lstrip()[:1] == b"[":
        return msgspec.json.decode(raw, type=list[EvaluationLog])
    return [msgspec.json.decode(raw, type=EvaluationLog)]


class _Reading:
    """One object under way: what is wrong with it is noted by its place in the file."""

    def __init__(
        self,
        log: EvaluationLog,
        path: str | None,
        split: str,
        problems: FileProblems,
        boards: Sequence[Board],
    ) -> None:
        self._log, self._path, self._split, self._problems = log, path, split, problems
        self._boards = boards
        self._name = show_line(log.model_info.name)[:120]
        self.left_out: list[str] = []

    def read_model(self) -> ModelLine | None:
        """The model with the figures that can be taken; None where anything is wrong."""
        before = self._problems.n_all
        self._check_head()
        figures = list(self._read_figures())
        if not figures and self._problems.n_all == before:
            self._complain("The file has no figure that can be taken.", "Leave the file out.")
        info = self._log.model_info
        maker, _, rest = info.id.partition("/")
        return (
            ModelLine(
                name=self._name,
                organisation=show_line(info.developer or (maker if rest else ""))[:120] or None,
                parameters_billion=None,
                open_weights=OPENNESS.get(info.additional_details.get("model_availability", "")),
                url=None,
                note="",
                figures=figures,
            )
            if self._problems.n_all == before
            else None
        )

    def _check_head(self) -> None:
        version = self._log.schema_version
        if version.rpartition(".")[0] != SCHEMA_VERSION.rpartition(".")[0]:
            self._complain(
                f"schema_version is {version[:40]!r}.",
                f"Files of schema {SCHEMA_VERSION} are taken: convert it with its own tool.",
            )
        if not self._name.strip():
            self._complain("model_info.name is empty.", "Name the model.")

    def _read_figures(self) -> Iterator[FigureLine]:
        taken: dict[Board, str] = {}
        places = {"/".join(one.place): one for one in self._boards}
        for place, result in enumerate(self._log.evaluation_results):
            at, own = (
                f"evaluation_results[{place}]",
                _OWN.fullmatch(result.evaluation_result_id or ""),
            )
            board = places.get(own["place"]) if own else find_board(result, self._boards)
            if own and (board is None or own["split"] != self._split):
                continue
            try:
                figure = _read_figure(result, board)
            except InvalidRequest as error:
                if board is None:
                    self.left_out.append(f"{self._name}, {at}: {error.message} {error.remedy}")
                else:
                    self._complain(f"{at}: {error.message}", error.remedy)
                continue
            if board is not None and board in taken:
                self._complain(
                    f"{at} is on the board {board.value}, as {taken[board]} is.",
                    "Keep one of them, or name the other after no board.",
                )
                continue
            if board is not None:
                taken[board] = at
            yield figure

    def _complain(self, message: str, remedy: str) -> None:
        self._problems.append(Problem(message, remedy, id=self._name or None, path=self._path))


def find_board(result: EvaluationResult, boards: Sequence[Board] = DEFAULT_BOARDS) -> Board | None:
    """The one of `boards` that a score is on, by the last part of its names, if by any."""
    details = result.score_details.details or {}
    metric = result.metric_config
    labels, keys = {one.label.lower(): one for one in boards}, {one.value: one for one in boards}
    words = BOARD_WORDS | labels | keys
    for text in (
        details.get("board"),
        result.evaluation_result_id,
        metric.metric_id,
        result.evaluation_name,
        metric.metric_name,
    ):
        part = re.split(r"[/.:,|]", text or "")[-1].strip().lower()
        if part in words:
            return words[part]
    return None


def _read_figure(result: EvaluationResult, board: Board | None) -> FigureLine:
    """The figure on 0..100. Raises InvalidRequest for one that is on another scale."""
    metric, score = result.metric_config, result.score_details.score
    if metric.lower_is_better:
        raise InvalidRequest("Of this metric a lower score is better.", "Leave it out.")
    factor = _find_factor(metric)
    value = _on_scale(score, factor)
    decimals = min(MOST_DECIMALS, max(0, count_decimals(repr(score)) - (2 if factor > 1 else 0)))
    named = [result.evaluation_name, metric.metric_name or ""]
    name = show_line(": ".join(dict.fromkeys(one for one in named if one)))[:MAX_METRIC]
    uncertainty = result.score_details.uncertainty or Uncertainty()
    data = result.source_data
    n = uncertainty.num_samples or None
    if n is None and isinstance(data, HuggingFaceSource):
        n = data.samples_number or None
    if uncertainty.confidence_interval is None:
        return FigureLine(board, name, value, decimals, n=n)
    interval = uncertainty.confidence_interval
    low, high = _on_scale(interval.lower, factor), _on_scale(interval.upper, factor)
    if not low <= value <= high:
        raise InvalidRequest(
            f"The score {value:g} is outside its interval from {low:g} to {high:g}.",
            "Correct lower and upper, whose order the schema does not check.",
        )
    level = interval.confidence_level or LEVEL
    method = show_line(interval.method or "")[:200]
    return FigureLine(board, name, value, decimals, low, high, level, method, n)


def _find_factor(metric: MetricConfig) -> float:
    """What a score is multiplied with to be on 0..100. Raises InvalidRequest."""
    low, high = metric.min_score, metric.max_score
    unit = (metric.metric_unit or "").lower()
    if high == 1 and low in (0, None):
        return 100.0
    if high == 100:
        return 1.0
    if high is None and unit in ("proportion", "fraction"):
        return 100.0
    if high is None and unit in ("percent", "percentage", "points"):
        return 1.0
    known = "unknown" if high is None else f"{low} to {high}"
    raise InvalidRequest(
        f"The range of the metric is {known}.",
        "Give min_score and max_score as 0 and 1 or 0 and 100, or give the figure in a CSV.",
    )


def _on_scale(score: float, factor: float) -> float:
    """A score on 0..100, without the noise of the multiplication. Raises InvalidRequest."""
    value = round(score * factor, 10)
    if not 0 <= value <= 100 or not math.isfinite(value):
        raise InvalidRequest(
            f"{score:g} is outside the metric's range.", "Correct the score or the range."
        )
    return value


def _name_data(found: Sequence[EvaluationLog]) -> list[str]:
    names = [
        show_line(result.source_data.dataset_name)
        for one in found
        for result in one.evaluation_results
    ]
    return sorted(set(names))


def _say_how(log: EvaluationLog) -> str:
    library = log.eval_library
    by = RELATIONSHIPS[log.source_metadata.evaluator_relationship]
    return show_line(f"Evaluated {by}, with {library.name} {library.version}.")[:1000]
