"""An operation of the API: one declaration is its route, its guard and its contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any, TypeVar, get_type_hints

from flask import Blueprint

from leaderboard.models.team import Scope
from leaderboard.web.api.access import requires
from leaderboard.web.api.contract import ALWAYS, JSON, ROOT, TOKEN, Answers, contract, list_errors
from leaderboard.web.protection import csrf
from spinebench.shapes.shape import Shape

View = TypeVar("View", bound=Callable[..., Any])

blueprint = Blueprint("api", __name__, url_prefix=ROOT)
csrf.exempt(blueprint)
PLACES = {
    "slug": "The benchmark's short name.",
    "split": "The split's name, such as dev or test.",
    "key": "The submission's number.",
    "endpoint": "The endpoint's number.",
    "objection": "The objection's number.",
    "model": "The model card's short name.",
    "format": "The format's key, as `/exports` lists it.",
}
"""What stands in an address."""


def operation(
    method: str,
    rule: str,
    *,
    scope: Scope | None = None,
    status: int = 200,
    query: type[Shape] | None = None,
    form: type[Shape] | None = None,
    errors: tuple[int, ...] = (),
    sends: str | tuple[str, ...] = JSON,
    reads: bool = False,
) -> Callable[[View], View]:
    """Let a view answer to `method` at `rule`, and say so in the OpenAPI document.

    Its docstring is what the document says of it, its return type what it answers with `status`
    (a file of a type that it `sends` where that is a Response), its parameter `json` the body that
    it takes. `query` and `form` say what else it reads. `scope` lets only tokens with it pass.
    `errors` are statuses beyond those that come with token, address, query, form and body. A view
    that `reads` has a session that reads until it calls `begin_writing`, whatever its method is.
    """

    def declare(view: View) -> View:
        hints = get_type_hints(view)
        answer, body = hints["return"], hints.get("json")
        shape = answer if issubclass(answer, Shape) else None
        types = (sends,) if isinstance(sends, str) else sends
        every = list_errors(rule, scope, query=query, form=form, body=body) | set(errors)
        checked = contract.validate(
            query=query,
            form=form,
            resp=Answers(status, shape, sorted(every), types),
            validation_error_status=ALWAYS[0],
            security=[{TOKEN: [scope.value]}] if scope else [],
            tags=[PurePath(view.__module__.replace(".", "/")).name],
            path_parameter_descriptions=PLACES,
            operation_id=_name(method, rule),
        )(view)
        guarded = requires(scope, reads=reads)(checked) if scope else checked
        blueprint.add_url_rule(rule, view.__name__, guarded, methods=[method])
        return view

    return declare


def _name(method: str, rule: str) -> str:
    words = [part for part in re.split(r"[/.]", rule) if part and not part.startswith("<")]
    ending = "_one" if rule.endswith(">") else ""
    return "_".join([method.lower(), *words]) + ending


get = partial(operation, "GET")
post = partial(operation, "POST")
patch = partial(operation, "PATCH")
delete = partial(operation, "DELETE")
