"""Every answer of the API that any test receives, held against the OpenAPI document."""

from __future__ import annotations

import copy
import gzip
import json
from functools import cache
from typing import Any

from flask import Flask, Request, Response, request
from jsonschema import Draft202012Validator
from werkzeug.datastructures import ImmutableMultiDict

from leaderboard.web.api.contract import ROOT, contract


class NotedValues(ImmutableMultiDict[str, str]):
    """The values of an address or form, with the names that a view asked for."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.asked: set[str] = set()

    def get(self, key: Any, *others: Any, **more: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *others, **more)

    def getlist(self, key: Any, *others: Any, **more: Any) -> Any:
        self.asked.add(key)
        return super().getlist(key, *others, **more)

    def __getitem__(self, key: Any) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)


class NotingRequest(Request):
    """A request that knows which of its values were asked for."""

    parameter_storage_class = NotedValues


class ContractWatch:
    """Notes in `broken` every answer that is not as the document says."""

    def __init__(self, app: Flask) -> None:
        self.broken: list[str] = []
        app.request_class = NotingRequest
        app.after_request(self._look)

    def take(self) -> list[str]:
        """What was noted since the last time."""
        found, self.broken = self.broken, []
        return found

    def _look(self, response: Response) -> Response:
        rule = request.url_rule
        if rule is not None and rule.rule.startswith(ROOT) and request.method != "HEAD":
            path = rule.rule.removeprefix(ROOT).replace("<", "{").replace(">", "}")
            operation = contract.spec["paths"][path].get(request.method.lower())
            if operation is not None:
                found = [*_compare(operation, response), *_find_unread(operation, response)]
                self.broken += [f"{request.method} {request.full_path}: {one}" for one in found]
        return response


def _compare(operation: dict[str, Any], response: Response) -> list[str]:
    described = operation["responses"].get(str(response.status_code))
    if described is None:
        return [f"{response.status_code} is not documented"]
    content = described["content"].get(response.mimetype)
    if content is None:
        return [f"{response.mimetype} is not documented with {response.status_code}"]
    if response.mimetype != "application/json":
        return []
    validator = Draft202012Validator(content["schema"] | {"components": _read_strict()})
    return [f"{response.status_code}: {e.message}" for e in validator.iter_errors(_read(response))]


def _read(response: Response) -> Any:
    raw = response.get_data()
    is_packed = response.headers.get("Content-Encoding") == "gzip"
    return json.loads(gzip.decompress(raw) if is_packed else raw)


@cache
def _read_strict() -> dict[str, Any]:
    """The document's components, with no field but those it names."""
    strict: dict[str, Any] = copy.deepcopy(contract.spec["components"])
    for schema in strict["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


def _find_unread(operation: dict[str, Any], response: Response) -> list[str]:
    if response.status_code >= 300:
        return []
    asked = request.args.asked if isinstance(request.args, NotedValues) else set()
    names = {one["name"] for one in operation["parameters"] if one["in"] == "query"}
    return [f"the parameter {name} is documented but not read" for name in sorted(names - asked)]
