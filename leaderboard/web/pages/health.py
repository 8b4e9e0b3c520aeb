"""Whether this process can serve: for the host's monitor."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from leaderboard.web.services import database

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def health() -> Response:
    """200 if the database answers."""
    database().execute(text("SELECT 1"))
    return jsonify(status="ok")
