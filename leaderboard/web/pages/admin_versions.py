"""The host's pages of what a version of a benchmark changes of the one before it."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from leaderboard.accounts.roles import Right
from leaderboard.models.benchmark import Benchmark
from leaderboard.packages.catalogue import (
    get_benchmark,
    get_loaded,
    get_loaded_image,
    read_versions,
)
from leaderboard.packages.item_changes import read_item_changes
from leaderboard.packages.versions import compare_versions, describe_shared, describe_split
from leaderboard.rankings.errata import warn_of_few
from leaderboard.web.rights import BENCHMARK, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import database

blueprint = Blueprint("admin_versions", __name__, url_prefix="/admin/benchmarks")
blueprint.after_request(keep_private)


@blueprint.get("/<slug>/<version>/changes")
@right_required(Right.READ_ITEMS, BENCHMARK)
def changes(slug: str, version: str) -> str:
    """What a version, prepared or open, changes of another, item by item."""
    after = get_loaded(database(), slug, version)
    before = _find_former(after)
    diff = compare_versions(database(), before, after)
    splits = {split.name: split for split in after.splits}
    return render_template(
        "admin/changes.html",
        before=before,
        after=after,
        shared=describe_shared(diff),
        splits=[
            (
                splits[name],
                describe_split(one),
                warn_of_few(splits[name], one),
                read_item_changes(database(), one),
            )
            for name, one in diff.splits.items()
        ],
    )


@blueprint.get("/<slug>/<version>/images/<sha256>")
@right_required(Right.READ_ITEMS, BENCHMARK)
def image(slug: str, version: str, sha256: str) -> Response:
    """A picture of a version, prepared or open."""
    found = get_loaded_image(database(), get_loaded(database(), slug, version), sha256)
    return Response(found.content, mimetype=found.media_type)


def _find_former(after: Benchmark) -> Benchmark:
    """The version that the address says to compare with, by default the one before."""
    asked = request.args.get("version")
    if asked:
        return get_loaded(database(), after.slug, asked)
    versions = read_versions(database(), after.slug)
    if after.opening is None:
        return get_benchmark(database(), after.slug)
    place = versions.index(after)
    return versions[min(place + 1, len(versions) - 1)]
