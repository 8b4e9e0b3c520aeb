"""Whether this process lives, and whether the site as a whole works: for the host's monitor."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from leaderboard.hosting.readiness import read_age, read_schema
from leaderboard.storage import STORAGE
from leaderboard.web.failures import AWAY_SECONDS
from leaderboard.web.services import database, services

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)
OK = "ok"


@blueprint.get("/healthz")
def health() -> Response:
    """200 as long as this process answers, whatever else does not."""
    return jsonify(status=OK)


@blueprint.get("/readyz")
def readiness() -> Response:
    """200 if every part of the site is at work, else 503, and what is missing."""
    schema, age = _read_database()
    queue = services().queue.find_state()
    unknown = "unknown: Redis is away"
    if queue is None:
        redis, worker, reconciler = "away", unknown, unknown
    else:
        redis = OK
        worker = OK if queue.workers else "none is at work"
        reconciler = OK if queue.has_reconciler else "none is at work"
    checks = {
        "database": "away" if schema is None else OK,
        "migration": "unknown: the database is away" if schema is None else schema,
        "redis": redis,
        "worker": worker,
        "reconciler": reconciler,
    }
    if STORAGE.is_on:
        checks["storage"] = OK if STORAGE.answers() else "away"
    is_ready = set(checks.values()) == {OK}
    n_jobs = None if queue is None else sum(queue.n_jobs.values())
    response = jsonify(
        status="ready" if is_ready else "not ready",
        checks=checks,
        queue={"n_jobs": n_jobs, "oldest_seconds": age},
    )
    response.headers["Cache-Control"] = "no-store"
    if not is_ready:
        response.status_code = 503
        response.headers["Retry-After"] = str(AWAY_SECONDS)
    return response


def _read_database() -> tuple[str | None, int | None]:
    """What is wrong with the tables, or OK; None where the database is away. The queue's age."""
    try:
        difference = read_schema(database())
        return difference or OK, None if difference else read_age(database())
    except SQLAlchemyError as error:
        log.warning("the database is away: %s", type(error).__name__)
        return None, None
