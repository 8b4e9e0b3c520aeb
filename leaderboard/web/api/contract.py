"""The contract of each operation, and the OpenAPI document that spectree makes from all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Request
from flask import Response as FlaskResponse
from spectree import Response, SecurityScheme, SpecTree
from spectree.model_adapter.msgspec_adapter import MsgspecModelAdapter
from spectree.model_adapter.protocol import SchemaMode
from spectree.models import SecureType, SecuritySchemeData
from spectree.plugins.base import Context
from spectree.plugins.flask_plugin import FlaskPlugin

from leaderboard.errors import FieldProblems, InvalidRequest, TooLarge
from leaderboard.json_text import MOST_DEEP, is_nested_beyond
from leaderboard.models.team import Scope
from leaderboard.scoring.boards import write_key
from spinebench.shapes.errors import ErrorAnswer
from spinebench.shapes.shape import Body

ROOT = "/api/v1"
JSON = "application/json"
TOKEN = "token"
SEE = "See /docs/api."
MOST_JSON_BYTES = 2**18
ALWAYS = (500, 503)
OF_TOKEN = (401, 403)
OF_ADDRESS = (400, 404)
OF_QUERY = (400,)
OF_BODY = (400, 413)
OF_FORM = (400, 404, 413, 422)
"""The statuses of an error that come with what an operation has: they are named nowhere else."""
WHEN = {
    400: "A value cannot be used.",
    401: "There is no token, or it is mistyped, expired or revoked.",
    403: "The token lacks the scope, or the host does not allow it.",
    404: "There is no such thing, or it is another team's.",
    409: "The state of things does not allow it.",
    413: "What was sent is over the limit, as sent or decompressed.",
    422: "The file has problems.",
    429: "Too many of these for now: `Retry-After` says when to come again; where a team's "
    "submissions are used, `next_at` says when it may go on.",
    500: "A defect of the server; the remedy holds a number for the host.",
    503: "The database is away or being upgraded: `Retry-After` says when to come again.",
}


class Answers(Response):
    """What an operation can answer: `shape` (or a file of a type that it `sends`), or an error."""

    def __init__(
        self,
        status: int,
        shape: type | None,
        errors: Sequence[int],
        sends: Sequence[str] = (JSON,),
    ) -> None:
        models: dict[str, Any] = {f"HTTP_{error}": (ErrorAnswer, WHEN[error]) for error in errors}
        models[f"HTTP_{status}"] = (shape, HTTPStatus(status).phrase)
        super().__init__(**models)
        self.status, self.sends = str(status), sends

    def generate_spec(self, *arguments: Any) -> dict[str, Any]:
        """The answers as OpenAPI has them, in the order of their statuses."""
        found = super().generate_spec(*arguments)
        if "content" not in found[self.status]:
            binary = {"type": "string", "format": "binary"}
            found[self.status]["content"] = {
                kind: {"schema": {"type": "object"} if kind == JSON else binary}
                for kind in self.sends
            }
        return dict(sorted(found.items()))


class ApiPlugin(FlaskPlugin):
    """Reads a request's body strictly and in our words; a form and a query are read by the view."""

    def parse_path(
        self, route: Any, path_parameter_descriptions: Mapping[str, str] | None
    ) -> tuple[str, list[Any]]:
        """The address below the server's, and what stands in it."""
        path, parameters = super().parse_path(route, path_parameter_descriptions)
        return path.removeprefix(ROOT), parameters

    def request_validation(
        self, request: Request, query: Any, json: type[Body] | None, *others: Any
    ) -> None:
        """Keep the body for the view. Raises InvalidRequest."""
        body = None if json is None else read_body(read_raw(request), json)
        request.context = Context(None, body, None, None, None)  # type: ignore[attr-defined]

    def validate_response(
        self, resp: Any, resp_model: Response | None, *others: Any, **more: Any
    ) -> tuple[FlaskResponse, Exception | None]:
        """A shape as JSON with the operation's status; a response of the view's own stays."""
        if isinstance(resp, FlaskResponse) or not isinstance(resp_model, Answers):
            return resp, None
        answer = (resp, int(resp_model.status))
        found: tuple[FlaskResponse, Exception | None]
        found = super().validate_response(answer, resp_model, *others, **more)
        return found


def read_raw(request: Request) -> bytes:
    """The body of a request that brings JSON. Raises TooLarge: decoded it takes many times that."""
    raw = request.get_data()
    if len(raw) > MOST_JSON_BYTES:
        raise TooLarge(
            f"The JSON is longer than {MOST_JSON_BYTES // 2**10:,} KiB.", f"Send less of it. {SEE}"
        )
    return raw


def read_body(raw: bytes, kind: type[Body]) -> Body:
    """The JSON of a request. Raises InvalidRequest, or InvalidFields with every field's problem."""
    try:
        if not is_nested_beyond(raw, MOST_DEEP):
            return _decode_body(raw, kind)
        problem = "it is nested too deeply"
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = str(error)
    raise InvalidRequest(f"The {kind.called} cannot be read: {problem}.", SEE)


def _decode_body(raw: bytes, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        _refuse_fields(msgspec.json.decode(raw), kind)
        raise


def _refuse_fields(value: Any, kind: type[Body]) -> None:
    """Raise what is wrong with the fields of an object, all of it; nothing where it is not one."""
    if not isinstance(value, dict):
        return
    known = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    fields = FieldProblems()
    for name in dict.fromkeys((*known, *value)):
        with fields.at(name):
            if name not in known:
                raise InvalidRequest(f"There is no field {name[:60]!r}.", SEE)
            if name in value:
                _check_field(name, value[name], known[name].type)
            elif known[name].required:
                raise InvalidRequest(f"The field {name!r} is missing.", SEE)
    fields.raise_all()


def _check_field(name: str, value: Any, kind: Any) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found, _, place = str(error).partition(" - at `$")
        inner = place.strip(".`")
        whole = f"{name}.{inner}" if inner else name
        problem = InvalidRequest(
            f"The field {whole!r} cannot be read: {found[:1].lower()}{found[1:]}.", SEE
        )
        raise (problem.at(inner) if inner else problem) from None


def _make_adapter() -> MsgspecModelAdapter:
    """What writes answers; keys of tracks and boards as text."""
    adapter = MsgspecModelAdapter()
    adapter.encoder = msgspec.json.Encoder(enc_hook=write_key)
    return adapter


class LateContract(SpecTree):
    """Makes the schemas of shapes once the document is asked for, not at each start."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._shapes: list[tuple[Any, SchemaMode]] = []

    def _add_model(self, model: Any, mode: SchemaMode = "validation") -> str:
        self._shapes.append((model, mode))
        return self.naming_strategy(model)

    def _generate_spec(self) -> dict[str, Any]:
        for model, mode in dict.fromkeys(self._shapes):
            super()._add_model(model, mode)
        return super()._generate_spec()


contract = LateContract(
    backend=ApiPlugin,
    model_adapter=_make_adapter(),
    mode="strict",
    title="SpineBench leaderboard",
    version="1",
    page_templates={},
    security_schemes=[
        SecurityScheme(name=TOKEN, data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))
    ],
    naming_strategy=lambda shape: shape.__name__,
    nested_naming_strategy=lambda parent, child: child,
)


def list_errors(
    rule: str,
    scope: Scope | None,
    *,
    query: type | None,
    form: type | None,
    body: type | None,
) -> set[int]:
    """The statuses of the errors that an operation can end in because of what it has."""
    reasons = (
        (True, ALWAYS),
        (scope, OF_TOKEN),
        ("<" in rule, OF_ADDRESS),
        (query, OF_QUERY),
        (form, OF_FORM),
        (body, OF_BODY),
    )
    return {status for has, statuses in reasons if has for status in statuses}
