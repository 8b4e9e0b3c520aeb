"""The API to try: a form for each address that is read, generated from the OpenAPI document."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.packages.catalogue import ranked_split, read_benchmarks
from leaderboard.web.api.contract import contract
from leaderboard.web.services import database

blueprint = Blueprint("trying", __name__, url_prefix="/docs/api/try")
ROOT = "/api/v1"


class Tried(NamedTuple):
    """An address to try; `parameters` are those of the document, `needs` a scope or nothing."""

    name: str
    path: str
    summary: str
    parameters: list[dict[str, Any]]
    needs_token: bool


@blueprint.get("")
def index() -> str:
    """A form for each address that is read."""
    return render_template("trying/index.html", tried=read_tried(), examples=_read_examples())


@blueprint.get("/<name>")
def open_address(name: str) -> Response:
    """Go to the address that a form's values make. Raises NotFound or InvalidRequest."""
    found = next((one for one in read_tried() if one.name == name), None)
    if found is None:
        raise NotFound(f"There is no address {name!r} to try.", "See the list of addresses.")
    path, query = found.path, {}
    for parameter in found.parameters:
        value = request.args.get(parameter["name"], "").strip()
        if parameter["in"] == "query":
            query.update({parameter["name"]: value} if value else {})
        elif not value:
            raise InvalidRequest(f"{parameter['name']} is empty.", parameter["description"])
        else:
            path = path.replace(f"{{{parameter['name']}}}", quote(value, safe=""))
    return redirect(f"{ROOT}{path}{'?' if query else ''}{urlencode(query)}")


def read_tried() -> list[Tried]:
    """The addresses that are read, in the document's order."""
    paths = contract.spec["paths"]
    return [
        Tried(
            name=of["get"]["operationId"],
            path=path,
            summary=of["get"]["summary"],
            parameters=of["get"]["parameters"],
            needs_token="security" in of["get"],
        )
        for path, of in paths.items()
        if "get" in of
    ]


def _read_examples() -> dict[str, str]:
    """Values that answer on this server, by the name of the parameter."""
    for benchmark in read_benchmarks(database()):
        return {"slug": benchmark.slug, "split": ranked_split(benchmark).name}
    return {}
