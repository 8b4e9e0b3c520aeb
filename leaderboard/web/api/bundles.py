"""Proofs to take away: the archive of what a score follows from, and the keys that sign them."""

from __future__ import annotations

from flask import Response

from leaderboard.bundles.signing import ALGORITHM, find_public_key, name_key
from leaderboard.disclosure import Viewer
from leaderboard.models.team import Scope
from leaderboard.submissions.find import get_own
from leaderboard.web.api.operation import get
from leaderboard.web.downloads import ZIP, send_bundle
from leaderboard.web.services import current_user, database, services
from spinebench.shapes.shape import Shape


class KeyRecord(Shape, frozen=True, kw_only=True):
    """A public key in base64 and its fingerprint."""

    algorithm: str
    key: str
    fingerprint: str


class KeyList(Shape, frozen=True, kw_only=True):
    """The keys by which archives of this site are checked: the first signs; none, none is."""

    keys: list[KeyRecord]


@get("/submissions/<key>/bundle", scope=Scope.READ, errors=(409, 429), sends=ZIP)
def download_bundle(key: str) -> Response:
    """What the scores of a submission follow from, signed, for `spinebench verify`."""
    return send_bundle(get_own(database(), current_user(), key), Viewer.TEAM)


@get("/keys")
def list_keys() -> KeyList:
    """The public keys that this site signs proofs with, newest first."""
    public = [find_public_key(private) for private in services().bundle_keys]
    return KeyList(
        keys=[KeyRecord(algorithm=ALGORITHM, key=one, fingerprint=name_key(one)) for one in public]
    )
