"""The host's pages of single items: what answers and raters say of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from leaderboard.accounts.roles import Right
from leaderboard.lens.read import read_lens
from leaderboard.lens.sign import Sign
from leaderboard.models.benchmark import Split, Track
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.web.rights import BENCHMARK, read_own_benchmarks, right_required
from leaderboard.web.security import keep_private
from leaderboard.web.services import database

LISTED = 200
blueprint = Blueprint("admin_items", __name__, url_prefix="/admin/items")
blueprint.after_request(keep_private)


@blueprint.get("")
@right_required(Right.CHECK_ITEMS)
def index() -> str:
    """The splits, each with a link to its items."""
    splits = [split for one in read_own_benchmarks() for split in one.splits]
    return render_template("admin/item_splits.html", splits=splits)


@blueprint.get("/<slug>/<version>/<name>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def split(slug: str, version: str, name: str) -> str:
    """The items of a split, most suspicious first, by track, subcondition and sign."""
    lens = read_lens(database(), _get_split(slug, version, name))
    asked_track, asked_sign = request.args.get("track", ""), request.args.get("sign", "")
    track = Track(asked_track) if asked_track in set(Track) else None
    sign = Sign(asked_sign) if asked_sign in set(Sign) else None
    subcondition = request.args.get("subcondition", "")
    return render_template(
        "admin/items.html",
        lens=lens,
        rows=lens.choose(track, subcondition, sign),
        listed=LISTED,
        track=track,
        subcondition=subcondition,
        sign=sign,
        tracks=Track,
        signs=lens.count_signs(),
    )


@blueprint.get("/<slug>/<version>/<name>/item/<key>")
@right_required(Right.CHECK_ITEMS, BENCHMARK)
def item(slug: str, version: str, name: str, key: str) -> str:
    """One item with its key, and what is said of it."""
    lens = read_lens(database(), _get_split(slug, version, name))
    return render_template("admin/item.html", lens=lens, one=lens.get(key))


def _get_split(slug: str, version: str, name: str) -> Split:
    return get_split(get_benchmark(database(), slug, version), name)
