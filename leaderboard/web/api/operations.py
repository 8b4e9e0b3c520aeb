"""What the API does: a row for each method of each address."""

from __future__ import annotations

from typing import Literal, NamedTuple

from leaderboard.models.team import Scope
from leaderboard.web.api import (
    ablation_records,
    breakdown_records,
    comparison_records,
    endpoint_records,
    model_records,
    ranking_records,
    records,
    robustness_records,
)
from leaderboard.web.api.record import Record

SELECTING = (
    "weights",
    "size_from",
    "size",
    "licence",
    "track",
    "verified",
    "organisation",
    "since",
    "until",
    "q",
    "sort",
    "direction",
)
"""What chooses models of a ranking and their order."""
Body = Literal["model", "changed model", "file", "submission", "endpoint", "changed endpoint"]


class Operation(NamedTuple):
    """One method of one address: its summary, answer, and what it takes."""

    method: Literal["get", "post", "patch", "delete"]
    path: str
    summary: str
    answer: type[Record] | Literal["zip", "document"]
    status: int = 200
    scope: Scope | None = None
    body: Body | None = None
    query: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()


OPERATIONS = (
    Operation("get", "/openapi.json", "This document", "document"),
    Operation("get", "/me", "Who the token speaks for", records.Me, scope=Scope.READ),
    Operation("get", "/benchmarks", "All benchmarks", records.BenchmarkList),
    Operation(
        "get",
        "/benchmarks/{slug}",
        "One benchmark with taxonomy, rubric and prompts",
        records.BenchmarkDetail,
        query=("version",),
        errors=(404,),
    ),
    Operation(
        "get",
        "/benchmarks/{slug}/splits/{split}/package",
        "The questions of a split with their images; answers only where they are public",
        "zip",
        query=("version",),
        errors=(404,),
    ),
    Operation(
        "get", "/models", "Your teams' model cards", model_records.ModelList, scope=Scope.READ
    ),
    Operation(
        "post",
        "/models",
        "Make a model card",
        model_records.ModelRecord,
        201,
        Scope.SUBMIT,
        "model",
        errors=(400, 404, 409),
    ),
    Operation(
        "patch",
        "/models/{model}",
        "Change a model card; what is left out stays",
        model_records.ModelRecord,
        200,
        Scope.SUBMIT,
        "changed model",
        errors=(400, 404),
    ),
    Operation(
        "post",
        "/validations",
        "Dry run: every problem of a prediction file; nothing is kept",
        records.Validation,
        200,
        Scope.READ,
        "file",
        errors=(400, 404, 413, 422),
    ),
    Operation(
        "post",
        "/submissions",
        "Submit a prediction file, or an endpoint to ask, for a model",
        records.SubmissionRecord,
        201,
        Scope.SUBMIT,
        "submission",
        errors=(400, 404, 409, 413, 422),
    ),
    Operation(
        "get",
        "/submissions",
        "Your teams' newest submissions",
        records.SubmissionList,
        scope=Scope.READ,
        query=("limit",),
    ),
    Operation(
        "get",
        "/submissions/{key}",
        "One submission with its progress and events",
        records.SubmissionRecord,
        scope=Scope.READ,
        errors=(404,),
    ),
    Operation(
        "post",
        "/submissions/{key}/cancel",
        "Cancel a submission that is queued or running",
        records.SubmissionRecord,
        scope=Scope.SUBMIT,
        errors=(404, 409),
    ),
    Operation(
        "get",
        "/submissions/{key}/results",
        "The scores of a submission",
        records.Results,
        scope=Scope.READ,
        errors=(404, 409),
    ),
    Operation(
        "get",
        "/endpoints",
        "Your teams' model endpoints",
        endpoint_records.EndpointList,
        scope=Scope.READ,
    ),
    Operation(
        "post",
        "/endpoints",
        "Register a model endpoint",
        endpoint_records.EndpointRecord,
        201,
        Scope.SUBMIT,
        "endpoint",
        errors=(400, 404, 409),
    ),
    Operation(
        "get",
        "/endpoints/{endpoint}",
        "One endpoint with its last test",
        endpoint_records.EndpointRecord,
        scope=Scope.READ,
        errors=(404,),
    ),
    Operation(
        "patch",
        "/endpoints/{endpoint}",
        "Change an endpoint; what is left out stays",
        endpoint_records.EndpointRecord,
        200,
        Scope.SUBMIT,
        "changed endpoint",
        errors=(400, 404, 409),
    ),
    Operation(
        "delete",
        "/endpoints/{endpoint}",
        "Delete an endpoint and its key",
        endpoint_records.Deleted,
        scope=Scope.SUBMIT,
        errors=(404, 409),
    ),
    Operation(
        "post",
        "/endpoints/{endpoint}/test",
        "Have a worker test the connection on public items",
        endpoint_records.EndpointRecord,
        202,
        Scope.SUBMIT,
        errors=(404, 409),
    ),
    Operation(
        "get",
        "/rankings/{slug}/{split}",
        "The ranking of a split",
        ranking_records.RankingRecord,
        query=("board", "version", "release", *SELECTING),
        errors=(400, 404),
    ),
    Operation(
        "get",
        "/ablations/{slug}/{split}",
        "A model and its variants, each against it",
        ablation_records.AblationRecord,
        query=("base", "version"),
        errors=(404,),
    ),
    Operation(
        "get",
        "/breakdowns/{slug}/{split}",
        "The models of a split by subcondition or another slice",
        breakdown_records.BreakdownRecord,
        query=("slice", "board", "version"),
        errors=(400, 404),
    ),
    Operation(
        "get",
        "/robustness/{slug}/{split}",
        "The robustness audits of a split's models",
        robustness_records.RobustnessRecord,
        query=("version",),
        errors=(404,),
    ),
    Operation(
        "get",
        "/releases/{slug}/{split}",
        "The releases of a split, whose rankings stay readable",
        ranking_records.ReleaseList,
        query=("version",),
        errors=(404,),
    ),
    Operation(
        "get",
        "/comparisons/{slug}/{split}",
        "Two to six models compared by their paired differences",
        comparison_records.ComparisonRecord,
        query=("models", "version"),
        errors=(400, 404),
    ),
)
