"""Rows in, the API's records out; no queries of its own."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.models.benchmark import Benchmark, Split, Track
from leaderboard.models.ranking import Score
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.read import SubmissionScores
from leaderboard.submissions.endpoint_runs import RunFigures
from leaderboard.submissions.quota import TeamQuota
from leaderboard.web.api.make_endpoints import make_run
from leaderboard.web.api.model_records import ModelRecord
from leaderboard.web.api.records import (
    BenchmarkDetail,
    BenchmarkRecord,
    EventRecord,
    Failure,
    Progress,
    QuotaRecord,
    Results,
    ScoreRecord,
    SplitRecord,
    SubmissionRecord,
)

FINAL = {Status.SCORED, Status.FAILED, Status.CANCELLED}
FINAL_EVENTS = {EventKind.SCORED, EventKind.FAILED, EventKind.CANCELLED}
Counts = Mapping[str, Mapping[Track, int]]


def make_benchmark(row: Benchmark, counts: Counts, base_url: str) -> BenchmarkRecord:
    """A benchmark; `counts` are its splits' items by track."""
    return BenchmarkRecord(
        slug=row.slug,
        name=row.name,
        version=row.version,
        licence=row.licence,
        notice=row.manifest.get("notice"),
        content_hash=row.content_hash,
        url=f"{base_url}/benchmarks/{row.slug}",
        splits=[_make_split(split, counts[split.name]) for split in row.splits],
    )


def make_benchmark_detail(row: Benchmark, counts: Counts, base_url: str) -> BenchmarkDetail:
    """A benchmark with what its manifest says."""
    short = make_benchmark(row, counts, base_url)
    values = {name: getattr(short, name) for name in short.__struct_fields__}
    return BenchmarkDetail(
        **values,
        taxonomy=row.manifest["taxonomy"],
        rubric=row.manifest["rubric"],
        prompts=row.manifest["prompts"],
    )


def _make_split(split: Split, counts: Mapping[Track, int]) -> SplitRecord:
    n_items = {track.value: count for track, count in counts.items()}
    return SplitRecord(name=split.name, answers=split.answers.value, n_items=n_items)


def make_model(card: ModelCard) -> ModelRecord:
    """A model card."""
    return ModelRecord(
        slug=card.slug,
        name=card.name,
        team=card.team.slug,
        organisation=card.organisation,
        parameters_billion=card.parameters_billion,
        open_weights=card.open_weights,
        licence=card.licence,
        base_model=card.base_model,
        base=card.variant.base.slug if card.variant else None,
        variant=card.variant.label if card.variant else None,
        url=card.url,
        description=card.description,
    )


def make_quota(row: TeamQuota) -> QuotaRecord:
    """How a team stands on a split."""
    return QuotaRecord(
        team=row.team.slug,
        benchmark=row.split.benchmark.slug,
        split=row.split.name,
        limit=row.state.limit,
        days=row.state.days,
        n_used=row.state.n_used,
        n_left=row.state.n_left,
        next_at=row.state.next_at,
    )


def make_submission(row: Submission, asked: RunFigures | None, base_url: str) -> SubmissionRecord:
    """A submission with its events, and the figures of its endpoint run if it has one."""
    last = next((e for e in reversed(row.events) if e.kind in FINAL_EVENTS), None)
    ended = last if row.status in FINAL else None
    failure = None
    if row.status is Status.HELD:
        last = next((e for e in reversed(row.events) if e.kind is EventKind.HELD), None)
    if row.status in (Status.FAILED, Status.HELD) and last is not None:
        failure = Failure(message=last.message, remedy=last.remedy)
    return SubmissionRecord(
        id=row.id,
        benchmark=row.split.benchmark.slug,
        split=row.split.name,
        model=row.model_card.slug,
        status=row.status.value,
        step=row.step.value,
        progress=Progress(n_done=row.n_done, n_total=row.n_total),
        file_name=row.file_name,
        file_hash=row.file_hash,
        n_predictions=row.n_predictions,
        tracks=row.tracks,
        created_at=row.created_at,
        finished_at=None if ended is None else ended.at,
        failure=failure,
        endpoint=None if asked is None else make_run(asked),
        decision=None if row.acceptance is None else row.acceptance.decision.value,
        events=[EventRecord(at=e.at, kind=e.kind.value, message=e.message) for e in row.events],
        url=f"{base_url}/submissions/{row.id}",
    )


def make_results(row: Submission, scores: SubmissionScores) -> Results:
    """The scores of a submission."""
    counts: dict[str, int] = {}
    for of_track in scores.outcomes.values():
        for outcome, n in of_track.items():
            counts[outcome] = counts.get(outcome, 0) + n
    return Results(
        submission=row.id,
        benchmark=row.split.benchmark.slug,
        split=row.split.name,
        model=row.model_card.slug,
        scores=[_make_score(score) for score in scores.scores],
        counts=counts,
    )


def _make_score(score: Score) -> ScoreRecord:
    return ScoreRecord(
        metric=score.metric.value,
        slice=score.slice.value,
        name=score.name,
        value=score.value,
        low=score.low,
        high=score.high,
        n=score.n,
        k=score.n_correct,
        n_unscored=score.n_unscored,
        is_shrunk=score.is_shrunk,
    )
