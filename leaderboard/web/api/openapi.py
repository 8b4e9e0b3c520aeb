"""The OpenAPI document, written from the records and the table of operations."""

from __future__ import annotations

from typing import Any

import msgspec

from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.rankings.breakdowns import SLICE_METRICS
from leaderboard.rankings.columns import COLUMNS
from leaderboard.rankings.selection import DIRECTIONS
from leaderboard.submissions.formats import FORMAT_WORDS
from leaderboard.web.api import endpoint_records, model_records
from leaderboard.web.api.error_records import ErrorAnswer
from leaderboard.web.api.operations import OPERATIONS, Body, Operation
from leaderboard.web.api.record import Record

JSON = "application/json"
PARAMETERS = {
    "slug": "The benchmark's short name.",
    "split": "The split's name, such as dev or test.",
    "key": "The submission's number.",
    "endpoint": "The endpoint's number.",
    "model": "The model card's short name.",
}
QUERY = {
    "version": ("The benchmark's version; the newest by default.", {"type": "string"}),
    "limit": ("How many, up to 200.", {"type": "integer", "default": 20}),
    "base": ("The base's short name.", {"type": "string"}),
    "models": ("Two to six models by short name, with commas.", {"type": "string"}),
    "slice": (
        "What to break down by.",
        {"enum": [slice_.value for slice_ in SLICE_METRICS], "default": "subcondition"},
    ),
    "release": ("The number of a closed release; the open one by default.", {"type": "integer"}),
    "board": (
        "What to order by.",
        {"enum": [board.value for board in Board], "default": "overall"},
    ),
    "weights": ("Models with such weights alone.", {"enum": ["open", "closed"]}),
    "size_from": ("At least so many billions of parameters.", {"type": "number"}),
    "size": ("Up to so many billions of parameters.", {"type": "number"}),
    "licence": ("Models of this licence.", {"type": "string"}),
    "track": ("Models that sent this track.", {"enum": [track.value for track in Track]}),
    "verified": ("1: models whose card the host has checked.", {"enum": ["1"]}),
    "organisation": ("Models of this organisation.", {"type": "string"}),
    "since": ("Submitted on this day (UTC) or later.", {"type": "string", "format": "date"}),
    "until": ("Submitted on this day (UTC) or earlier.", {"type": "string", "format": "date"}),
    "q": ("Words that are all in the model's name or organisation.", {"type": "string"}),
    "sort": ("What to sort by.", {"enum": list(COLUMNS), "default": "rank"}),
    "direction": ("The usual one of the sort by default.", {"enum": list(DIRECTIONS)}),
}


JSON_BODIES: dict[str, type[Record]] = {
    "model": model_records.NewModel,
    "changed model": model_records.ChangedModel,
    "endpoint": endpoint_records.NewEndpoint,
    "changed endpoint": endpoint_records.ChangedEndpoint,
}
_ENDPOINT_FIELDS = {
    "model": {"type": "string", "description": "The model card's short name."},
    "endpoint": {"type": "string", "description": "In place of a file: the endpoint's number."},
    "track": {
        "type": "array",
        "items": {"enum": ["text", "image", "report"]},
        "description": "With an endpoint: its tracks; all that it can take part in by default.",
    },
    "wipe_key": {"type": "string", "description": "With an endpoint, 1: wipe its key at the end."},
}


def make_document(base_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API at `base_url`."""
    kinds: list[Any] = [op.answer for op in OPERATIONS if not isinstance(op.answer, str)]
    names = [*dict.fromkeys([*kinds, *JSON_BODIES.values(), ErrorAnswer])]
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
    if body in JSON_BODIES:
        return {JSON: {"schema": _reference(JSON_BODIES[body])}}
    fields: dict[str, Any] = {
        "benchmark": {"type": "string", "description": "The benchmark's short name."},
        "split": {"type": "string", "description": "By default the split that is ranked."},
        "file": {
            "type": "string",
            "format": "binary",
            "description": f"{FORMAT_WORDS} of id and prediction, gzipped or not.",
        },
    }
    schema: dict[str, Any] = {"type": "object", "properties": fields}
    if body == "submission":
        fields.update(_ENDPOINT_FIELDS)
        schema["required"] = ["benchmark", "model"]
        schema["oneOf"] = [{"required": ["file"]}, {"required": ["endpoint"]}]
    else:
        schema["required"] = ["benchmark", "file"]
    return {"multipart/form-data": {"schema": schema}}


def _error() -> dict[str, Any]:
    return {
        "description": "What went wrong, and the remedy",
        "content": {JSON: {"schema": _reference(ErrorAnswer)}},
    }


def _reference(kind: type[Record]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
