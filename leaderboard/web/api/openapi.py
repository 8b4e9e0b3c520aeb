"""The OpenAPI document, and every address that it is made from."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from flask import Flask, Response, jsonify

from leaderboard.web.api.contract import JSON, ROOT, contract
from leaderboard.web.api.operation import blueprint, get
from leaderboard.web.services import services


@get("/openapi.json", sends=JSON)
def openapi() -> Response:
    """This document."""
    return jsonify(make_document(services().base_url))


def make_document(base_url: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API at `base_url`; a query stands in it as parameters."""
    parts = contract.spec["components"]
    shapes = {name: of for name, of in parts["schemas"].items() if not name.endswith("Query")}
    return {
        **contract.spec,
        "servers": [{"url": f"{base_url}{ROOT}"}],
        "components": {**parts, "schemas": shapes},
    }


def install(app: Flask) -> None:
    """Let `app` answer at the addresses that the modules beside this one declare."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__package__}.{module.name}")
    app.register_blueprint(blueprint)
