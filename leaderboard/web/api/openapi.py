"""The OpenAPI document, written from the records and the table of operations below."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from leaderboard.models.team import Scope
from leaderboard.web.api import records

Body = Literal["model", "file", "file and model"]
JSON = "application/json"
PARAMETERS = {
    "slug": "The benchmark's short name.",
    "split": "The split's name, such as dev or test.",
    "key": "The submission's number.",
}
QUERY = {
    "version": ("The benchmark's version; the newest by default.", {"type": "string"}),
    "limit": ("How many, up to 200.", {"type": "integer", "default": 20}),
    "board": (
        "What to order by.",
        {"enum": ["overall", "text", "image", "closed", "report"], "default": "overall"},
    ),
}


class Operation(NamedTuple):
    """One method of one address: its summary, answer, and what it takes."""

    method: Literal["get", "post"]
    path: str
    summary: str
    answer: type[records.Record] | Literal["zip", "document"]
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
    Operation("get", "/models", "Your teams' model cards", records.ModelList, scope=Scope.READ),
    Operation(
        "post",
        "/models",
        "Make a model card",
        records.ModelRecord,
        201,
        Scope.SUBMIT,
        "model",
        errors=(400, 404, 409),
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
        "Submit a prediction file for a model",
        records.SubmissionRecord,
        201,
        Scope.SUBMIT,
        "file and model",
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
        "/rankings/{slug}/{split}",
        "The ranking of a split",
        records.RankingRecord,
        query=("board", "version"),
        errors=(400, 404),
    ),
)


def make_document(base_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API at `base_url`."""
    kinds: list[Any] = [op.answer for op in OPERATIONS if not isinstance(op.answer, str)]
    names = [*dict.fromkeys([*kinds, records.NewModel, records.ErrorAnswer])]
    _, components = msgspec.json.schema_components(
        names, ref_template="#/components/schemas/{name}"
    )
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "SpineBench leaderboard", "version": "1"},
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(operation: Operation) -> dict[str, Any]:
    errors = operation.errors + ((401, 403) if operation.scope else ())
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": _name(operation),
        "parameters": _parameters(operation),
        "responses": {
            str(operation.status): {"description": "Done", "content": _content(operation)},
            **{str(status): _error() for status in sorted(errors)},
            "default": _error(),
        },
    }
    if operation.scope:
        described["security"] = [{"token": []}]
        described["description"] = f"Needs a token with the scope {operation.scope.value}."
    if operation.body:
        described["requestBody"] = {"required": True, "content": _body(operation.body)}
    return described


def _name(operation: Operation) -> str:
    words = [part for part in operation.path.split("/") if part and not part.startswith("{")]
    ending = "_one" if operation.path.endswith("}") else ""
    return "_".join([operation.method, *words]).replace(".", "_") + ending


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [name for name in PARAMETERS if f"{{{name}}}" in operation.path]
    string = {"type": "string"}
    return [
        {"name": n, "in": "path", "required": True, "description": PARAMETERS[n], "schema": string}
        for n in in_path
    ] + [
        {"name": n, "in": "query", "description": QUERY[n][0], "schema": QUERY[n][1]}
        for n in operation.query
    ]


def _content(operation: Operation) -> dict[str, Any]:
    if operation.answer == "zip":
        return {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
    if isinstance(operation.answer, str):
        return {JSON: {"schema": {"type": "object"}}}
    return {JSON: {"schema": _reference(operation.answer)}}


def _body(body: Body) -> dict[str, Any]:
    if body == "model":
        return {JSON: {"schema": _reference(records.NewModel)}}
    fields = {
        "benchmark": {"type": "string", "description": "The benchmark's short name."},
        "split": {"type": "string", "description": "By default the split that is ranked."},
        "file": {
            "type": "string",
            "format": "binary",
            "description": "JSONL or CSV of id and prediction, gzipped or not.",
        },
    }
    required = ["benchmark", "file"]
    if body == "file and model":
        fields["model"] = {"type": "string", "description": "The model card's short name."}
        required.append("model")
    schema = {"type": "object", "properties": fields, "required": required}
    return {"multipart/form-data": {"schema": schema}}


def _error() -> dict[str, Any]:
    return {
        "description": "What went wrong, and the remedy",
        "content": {JSON: {"schema": _reference(records.ErrorAnswer)}},
    }


def _reference(kind: type[records.Record]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
