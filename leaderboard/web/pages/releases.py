"""The releases of a split, with the rankings that they left."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from leaderboard.packages.catalogue import read_versions
from leaderboard.rankings.read import read_state
from leaderboard.rankings.releases import read_releases
from leaderboard.web.address import find_split, read_place
from leaderboard.web.services import database, services

blueprint = Blueprint("releases", __name__)


@blueprint.get("/releases")
def index() -> Response:
    """Every release of a split, and the other versions of its benchmark."""
    split = find_split()
    versions = read_versions(database(), split.benchmark.slug)

    def render() -> str:
        return render_template(
            "releases/index.html",
            split=split,
            versions=versions,
            releases=read_releases(database(), split.id),
            place=read_place(split),
        )

    shown = tuple(version.content_hash for version in versions)
    return services().pages.respond((shown, read_state(database(), split)), render)
