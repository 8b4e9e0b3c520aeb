"""The host's page of signs that somebody reads out a hidden split. It decides nothing."""

from __future__ import annotations

from flask import Blueprint, render_template

from leaderboard.accounts.roles import Right
from leaderboard.evidence.read import get_hidden_split, read_evidence, read_hidden_splits
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.web.rights import BENCHMARK, current_reach, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import database

LISTED = 200
blueprint = Blueprint("admin_evidence", __name__, url_prefix="/admin/evidence")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.READ_EVIDENCE)
def index() -> str:
    """The hidden splits, each with a link to its signs."""
    splits = read_hidden_splits(database(), current_reach())
    return render_template("admin/evidence_splits.html", splits=splits)


@blueprint.get("/<slug>/<version>/<name>")
@right_required(Right.READ_EVIDENCE, BENCHMARK)
def split(slug: str, version: str, name: str) -> str:
    """The signs of a split, newest first."""
    found = get_hidden_split(get_benchmark(database(), slug, version), name)
    evidence = read_evidence(database(), found)
    return render_template("admin/evidence.html", evidence=evidence, listed=LISTED)
