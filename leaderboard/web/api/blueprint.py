"""The API's blueprint, and how every answer of it is written."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from flask import Blueprint, Response, request

from leaderboard.errors import InvalidRequest
from leaderboard.web.api.record import Record
from leaderboard.web.protection import csrf

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)

Body = TypeVar("Body", bound=Record)


def answer(record: Record, status: int = 200) -> Response:
    """`record` as JSON."""
    return Response(msgspec.json.encode(record), status, mimetype="application/json")


def read_body(kind: type[Body], what: str) -> Body:
    """The request's JSON as a record; `what` names it in the error. Raises InvalidRequest."""
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The {what} cannot be read: {error}.", "See /docs/api.") from None
