"""Every Eval Ever: a record of a model's scores, with its answers where those may be shown.

An archive has the folders of that project's datastore, so that it can be unpacked there. Answers
are those of multiple-choice questions of splits whose items are shown: the format asks of every
answer whether it is right, which a report is not.
"""

from __future__ import annotations

import hashlib
import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, BinaryIO, Literal, NamedTuple

import msgspec
from sqlalchemy.orm import Session

from leaderboard.agreements import covers_pages
from leaderboard.disclosure import Viewer, shows_items
from leaderboard.every_eval_ever import (
    SCHEMA_VERSION,
    AnswerAttribution,
    ConfidenceInterval,
    DetailedResults,
    Details,
    EvalLibrary,
    EvaluationLog,
    EvaluationResult,
    GenerationArgs,
    GenerationConfig,
    InstanceEvaluation,
    InstanceInput,
    InstanceLog,
    InstanceOutput,
    MetricConfig,
    ModelInfo,
    ScoreDetails,
    SourceMetadata,
    Uncertainty,
    UrlSource,
)
from leaderboard.exports.documents.document import About, Document
from leaderboard.exports.documents.facts import (
    BenchmarkFacts,
    ModelFacts,
    SplitResult,
    gather_models,
    identify,
)
from leaderboard.models.benchmark import ItemKind, Track
from leaderboard.models.ranking import Board, Metric, ScoreFields, ScorePlace, Slice
from leaderboard.models.submission import Submission
from leaderboard.readings.read import read_batches
from leaderboard.readings.reading import Reading
from leaderboard.scoring.answers import PARSER_VERSION
from leaderboard.scoring.boards import find_board

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
MEMORY_BYTES = 4 * 1024 * 1024


class _Scale(NamedTuple):
    """The unit of a metric, the ends of its scale, and how its intervals are made."""

    unit: str
    least: float
    most: float
    interval: str | None


_WILSON = "Wilson, items of one case as one cluster"
_OF_MEAN = "of the mean, items of one case as one cluster"
SCALES = {
    Metric.OVERALL: _Scale("points", 0, 100, "bootstrap within tracks, cases as clusters"),
    Metric.ACCURACY: _Scale("percent", 0, 100, _WILSON),
    Metric.PRECISION: _Scale("percent", 0, 100, _OF_MEAN),
    Metric.RECALL: _Scale("percent", 0, 100, _OF_MEAN),
    Metric.REPORT: _Scale("points", 20, 100, "of the judge's calibration, or of the mean"),
    Metric.RATING: _Scale("points", 1, 5, "of the judge's calibration, or of the mean"),
    Metric.GAP: _Scale("points", -100, 100, None),
    Metric.RELIABILITY: _Scale("points", 0, 100, _OF_MEAN),
}
MEANINGS = {
    Metric.OVERALL: "the weighted mean of the scores of groups of items, by the benchmark's rule",
    Metric.ACCURACY: "questions answered exactly right; refused, unclear and unread answers are "
    "wrong",
    Metric.PRECISION: "letters answered that are right, over questions with several answers",
    Metric.RECALL: "right letters that were answered, over questions with several answers",
    Metric.REPORT: "20 times the mean of the rubric's sections",
    Metric.RATING: "mean rating from 1 to 5",
    Metric.GAP: "accuracy on image questions minus accuracy on text questions",
    Metric.RELIABILITY: "50 + 50 times the mean reward of questions: 1 for a right answer, 0 for "
    "none, -1/(k - 1) for a wrong one of k options",
}
_SHRUNK = "hierarchical beta-binomial, drawn towards the model's other values"


def write_model(session: Session, facts: ModelFacts, stream: BinaryIO) -> None:
    """The record of a model, with the file of its answers where some may be shown."""
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_record(session, archive, facts, with_answers=True)


def write_models(session: Session, facts: BenchmarkFacts, stream: BinaryIO) -> None:
    """The records of all models with a public result, without their answers."""
    models = gather_models(session, facts.benchmark, cite=facts.cite, base_url=facts.base_url)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for model in models:
            _write_record(session, archive, model, with_answers=False)


def _write_record(
    session: Session, archive: zipfile.ZipFile, facts: ModelFacts, *, with_answers: bool
) -> None:
    path = f"data/{facts.benchmark.slug}/{identify(facts.model)}/{make_uuid(facts)}"
    detailed = None
    with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as samples:
        if with_answers:
            detailed = _write_samples(session, facts, samples, f"{path}_samples.jsonl")
        log = msgspec.json.format(msgspec.json.encode(make_log(facts, detailed)), indent=2)
        _add(archive, f"{path}.json", log)
        if detailed is not None:
            samples.seek(0)
            with archive.open(_entry(detailed.file_path), "w") as member:
                while piece := samples.read(64 * 1024):
                    member.write(piece)


def _write_samples(
    session: Session, facts: ModelFacts, stream: IO[bytes], path: str
) -> DetailedResults | None:
    """The lines of all answers that may be shown; None where there is none."""
    digest, n_rows = hashlib.sha256(), 0
    for one in read_answers(session, facts):
        line = msgspec.json.encode(one) + b"\n"
        digest.update(line)
        stream.write(line)
        n_rows += 1
    if not n_rows:
        return None
    return DetailedResults(
        format="jsonl",
        file_path=path,
        hash_algorithm="sha256",
        checksum=digest.hexdigest(),
        total_rows=n_rows,
        additional_details={
            "left_out": "splits whose items are not shown; reports, which are rated and are not "
            "right or wrong"
        },
    )


def make_uuid(facts: ModelFacts) -> str:
    """The name of a record: the same for the same ranking, another for the next."""
    parts = (facts.benchmark.content_hash, facts.model.slug, write_epoch(facts))
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def find_time(facts: ModelFacts) -> datetime:
    """When the newest of the rankings was made."""
    known = [one.table.ranked_at for one in facts.results if one.table.ranked_at is not None]
    return max(known, default=facts.model.created_at)


def write_epoch(facts: ModelFacts) -> str:
    """That time in seconds of Unix time, as the format asks."""
    return f"{find_time(facts).timestamp():.0f}"


def name_evaluation(facts: ModelFacts) -> str:
    """The id of a record: benchmark, model and time, as the format asks."""
    return f"{facts.benchmark.slug}/{identify(facts.model)}/{write_epoch(facts)}"


def make_log(facts: ModelFacts, detailed: DetailedResults | None) -> EvaluationLog:
    """The record of a model's scores on all splits; one without a value is left out."""
    return EvaluationLog(
        schema_version=SCHEMA_VERSION,
        evaluation_id=name_evaluation(facts),
        evaluation_timestamp=find_time(facts).isoformat(),
        retrieved_timestamp=write_epoch(facts),
        source_metadata=_describe_source(facts),
        model_info=_describe_model(facts),
        eval_library=EvalLibrary(
            name="spinebench", version="unknown", additional_details={"parser": PARSER_VERSION}
        ),
        evaluation_results=[
            _make_result(facts, result, score)
            for result in facts.results
            for score in result.scores.scores
            if score.value is not None
        ],
        detailed_evaluation_results=detailed,
    )


def _describe_source(facts: ModelFacts) -> SourceMetadata:
    n_asked = sum(one.id in facts.asked for one in _list_submissions(facts))
    n_files = len(_list_submissions(facts)) - n_asked
    team, model = facts.model.team, facts.model
    relationship: Literal["third_party", "collaborative", "other"]
    if not n_files:
        relationship = "third_party"
        says = "This site asked the model and scored its answers."
    elif team.name.casefold() == model.organisation.casefold():
        relationship = "collaborative"
        says = "The team that made the model asked it and sent the answers; this site scored them."
    else:
        relationship = "other"
        says = (
            "A team asked the model and sent the answers; this site scored them. How the team is "
            "related to the model is not known."
        )
    return SourceMetadata(
        source_name=f"{facts.site} leaderboard",
        source_type="evaluation_run",
        source_organization_name=facts.site,
        source_organization_url=facts.base_url,
        evaluator_relationship=relationship,
        additional_details={
            "relationship": says,
            "team": team.name,
            "page": facts.page,
            "citation": "\n".join(one.citation for one in facts.results),
        },
    )


def _list_submissions(facts: ModelFacts) -> list[Submission]:
    return [one for result in facts.results for one in result.row.submissions]


def _describe_model(facts: ModelFacts) -> ModelInfo:
    """The card; who ran the model is known where this site asked for all of its answers."""
    model = facts.model
    is_asked = all(one.id in facts.asked for one in _list_submissions(facts))
    known = {
        "deployment_type": "externally_managed" if is_asked else "unknown",
        "model_availability": "open_weights" if model.open_weights else "closed_weights",
        "parameters_billion": model.parameters_billion,
        "licence": model.licence,
        "base_model": model.base_model,
        "trained_on_split": model.trained_on_split,
        "url": model.url,
        "card_checked_by_host": "yes" if model.is_verified else "no",
    }
    return ModelInfo(
        name=model.name,
        id=identify(model),
        developer=model.organisation,
        additional_details={key: str(value) for key, value in known.items() if value is not None},
    )


def name_result(result: SplitResult, score: ScoreFields) -> str:
    """The id of a result within a record."""
    return f"{result.split.name}/{score.metric.value}/{score.slice.value}/{score.name}"


def _make_result(facts: ModelFacts, result: SplitResult, score: ScoreFields) -> EvaluationResult:
    table, benchmark = result.table, facts.benchmark
    scale = SCALES[score.metric]
    board = _find_board(score)
    about = board.label if board else f"{score.slice.value} {score.name}"
    return EvaluationResult(
        evaluation_result_id=name_result(result, score),
        evaluation_name=f"{benchmark.name} {benchmark.version}, {result.split.name}: {about}",
        evaluation_timestamp=table.ranked_at.isoformat() if table.ranked_at else None,
        source_data=_describe_items(facts, result),
        metric_config=MetricConfig(
            evaluation_description=MEANINGS[score.metric],
            metric_id="accuracy"
            if score.metric is Metric.ACCURACY
            else f"spinebench.{score.metric.value}",
            metric_name=score.metric.value.capitalize(),
            metric_kind=score.metric.value,
            metric_unit=scale.unit,
            lower_is_better=False,
            score_type="continuous",
            min_score=scale.least,
            max_score=scale.most,
            additional_details={"slice": score.slice.value, "name": score.name}
            | _describe_judge(result, score),
        ),
        score_details=_make_score(result, score, board),
        generation_config=_describe_asking(facts, result, board),
    )


def _find_board(score: ScoreFields) -> Board | None:
    return find_board(ScorePlace(score.metric, score.slice, score.name))


def _describe_judge(result: SplitResult, score: ScoreFields) -> Details:
    """Who rated the reports, of a score that rests on that."""
    report = result.row.report
    if report is None or score.metric not in (Metric.REPORT, Metric.RATING, Metric.OVERALL):
        return {}
    found = {"judge": report.judge, "calibration": report.badge, "n_labels": str(report.n_labels)}
    return found | ({"labels_by": report.label_kind.value} if report.label_kind else {})


def _make_score(result: SplitResult, score: ScoreFields, board: Board | None) -> ScoreDetails:
    assert score.value is not None
    scale, row = SCALES[score.metric], result.row
    details = {"n_unscored": str(score.n_unscored)}
    if score.n_correct is not None:
        details["n_correct"] = str(score.n_correct)
    if score.is_shrunk:
        details["estimate"] = _SHRUNK
    if board is not None and board in row.ranks:
        rank = row.ranks[board]
        n_ranked = sum(board in one.ranks for one in result.table.rows)
        details |= {"rank_low": str(rank.low), "rank_high": str(rank.high)}
        details["n_ranked"] = str(n_ranked)
    if row.runs:
        details["runs"] = "the mean of several runs of the model; the interval counts their spread"
    interval = None
    if score.low is not None and score.high is not None:
        method = _SHRUNK if score.is_shrunk else scale.interval
        interval = ConfidenceInterval(
            lower=score.low,
            upper=score.high,
            confidence_level=0.95,
            method=None if row.runs else method,
        )
    return ScoreDetails(
        score=score.value,
        details=details,
        uncertainty=Uncertainty(confidence_interval=interval, num_samples=score.n),
    )


def _describe_items(facts: ModelFacts, result: SplitResult) -> UrlSource:
    benchmark, split, table = facts.benchmark, result.split, result.table
    place = f"{facts.base_url}/benchmarks/{benchmark.slug}"
    release = {"release": str(table.release.number)} if table.release else {}
    return UrlSource(
        dataset_name=benchmark.name,
        url=[f"{place}/splits/{split.name}/package?version={benchmark.version}"],
        additional_details={
            "version": benchmark.version,
            "content_sha256": benchmark.content_hash,
            "licence": benchmark.licence,
            "split": split.name,
            "answers": split.answers.value,
            "n_items": str(sum(table.n_items.values())),
            **release,
        },
    )


def _describe_asking(
    facts: ModelFacts, result: SplitResult, board: Board | None
) -> GenerationConfig | None:
    """What a model was asked where this site asked it: of a track, whose prompt is known."""
    if board is None or not board.is_of_one_track:
        return None
    track = Track(board.value)
    stands_by = result.row.stands_by.get(track, ())
    if not stands_by or not all(one.id in facts.asked for one in stands_by):
        return None
    return GenerationConfig(
        generation_args=GenerationArgs(
            prompt_template=facts.benchmark.manifest["prompts"][track.value]
        )
    )


def read_answers(session: Session, facts: ModelFacts) -> Iterator[InstanceLog]:
    """Each answer to a multiple-choice question of a split that shows its items to everybody."""
    if covers_pages(session, facts.benchmark.slug):
        return
    for result in facts.results:
        if not shows_items(result.split):
            continue
        for track, submissions in result.row.stands_by.items():
            if track.is_report:
                continue
            for submission in submissions:
                for batch in read_batches(session, submission, Viewer.PUBLIC, {}):
                    for reading in batch:
                        if reading.item.track == track and reading.verdict is not None:
                            yield _make_instance(facts, result, submission, reading)


def _make_instance(
    facts: ModelFacts, result: SplitResult, submission: Submission, reading: Reading
) -> InstanceLog:
    item, verdict, answer = reading.item, reading.verdict, reading.answer
    assert item.kind is ItemKind.MCQ
    assert verdict is not None
    reference = list(verdict.key)
    known = {
        "track": item.track.value,
        "subcondition": item.subcondition,
        "axis": item.axis,
        "modality": item.modality,
        "images_sha256": " ".join(one.sha256 for one in item.images) or None,
        "submission": submission.id,
        "split": result.split.name,
    }
    board = Board(item.track.value)
    read = []
    if answer is not None and answer.letters:
        by = f"language model {answer.reader}" if answer.reader else "spinebench answer parser"
        read.append(
            AnswerAttribution(
                turn_idx=0,
                source="output.raw",
                extracted_value=answer.letters,
                extraction_method=f"{by}, version {answer.parser_version}",
                is_terminal=True,
            )
        )
    benchmark = facts.benchmark
    return InstanceLog(
        schema_version=SCHEMA_VERSION,
        evaluation_id=name_evaluation(facts),
        model_id=identify(facts.model),
        evaluation_name=f"{benchmark.name} {benchmark.version}, {result.split.name}: {board.label}",
        evaluation_result_id=f"{result.split.name}/{Metric.ACCURACY}/{Slice.TRACK}/{board.value}",
        sample_id=item.key,
        sample_hash=hashlib.sha256((item.question + "".join(reference)).encode()).hexdigest(),
        interaction_type="single_turn",
        input=InstanceInput(
            raw=item.question,
            reference=reference,
            choices=[f"{letter}. {text}" for letter, text in item.options.items()],
        ),
        output=InstanceOutput(raw=[reading.text]),
        answer_attribution=read,
        evaluation=InstanceEvaluation(
            score=float(verdict.is_right), is_correct=verdict.is_right, num_turns=1
        ),
        error=None if read or answer is None else answer.outcome.value,
        metadata={key: value for key, value in known.items() if value is not None},
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_entry(name), content)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, ZIP_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


MODEL = Document(
    key="every-eval-ever",
    about=About.MODEL,
    title="Every Eval Ever",
    use="The record of its scores for the archive of all evaluations, with its answers where items "
    "are shown.",
    media_type="application/zip",
    ending="zip",
    name_file=lambda facts: f"{facts.model.slug}-{facts.benchmark.slug}-every-eval-ever",
    write=write_model,
)
MODELS = Document(
    key="every-eval-ever",
    about=About.BENCHMARK,
    title="Every Eval Ever",
    use="The records of the scores of all its models for the archive of all evaluations.",
    media_type="application/zip",
    ending="zip",
    name_file=lambda facts: f"{facts.benchmark.slug}-{facts.benchmark.version}-every-eval-ever",
    write=write_models,
)
