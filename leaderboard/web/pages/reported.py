"""What others report, source by source, and where it stood before."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from leaderboard.models.reported import ReportedSource
from leaderboard.packages.catalogue import read_benchmarks, read_older_versions
from leaderboard.rankings.read import count_items
from leaderboard.reported.read import ShownSource, make_rows, read_sources
from leaderboard.web.services import database, services

blueprint = Blueprint("reported", __name__)


@blueprint.get("/reported")
def index() -> Response:
    """Every source that a host added beside a ranking, with its figures."""
    session = database()
    versions = [*read_benchmarks(session), *read_older_versions(session)]
    splits = [split.id for version in versions for split in version.splits]

    def render() -> str:
        sources = [show_source(source) for source in read_sources(session, splits)]
        places = {
            (f"{split.benchmark.name} {split.benchmark.version}, {split.name}"): {
                "benchmark": split.benchmark.slug,
                "version": split.benchmark.version,
                "split": split.name,
            }
            for split in (shown.source.split for shown in sources)
        }
        return render_template("reported/index.html", sources=sources, places=places.items())

    return services().pages.respond(("reported", tuple(splits)), render)


@blueprint.get("/published")
def published() -> Response:
    """The page's former address."""
    return redirect(url_for(".index"), 301)


def show_source(source: ReportedSource) -> ShownSource:
    """A source with its rows, their totals computed again."""
    return ShownSource(source, make_rows(source, count_items(database(), source.split)))
