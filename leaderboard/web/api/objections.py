"""Objections of whoever the token belongs to: sent, listed, and read with their answers."""

from __future__ import annotations

from leaderboard.models.team import Scope
from leaderboard.objections.read import Told, get_own_objection, read_own_objections
from leaderboard.objections.send import get_item, send_objection
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.submissions.find import get_own
from leaderboard.web.api.operation import get, post
from leaderboard.web.services import current_user, database
from spinebench.shapes.objections import NewObjection, ObjectionList, ObjectionRecord


@get("/objections", scope=Scope.READ)
def list_objections() -> ObjectionList:
    """What you objected to, with the answers."""
    rows = read_own_objections(database(), current_user())
    return ObjectionList(objections=[_show(one) for one in rows])


@post("/objections", scope=Scope.SUBMIT, status=201, errors=(404, 409))
def create_objection(json: NewObjection) -> ObjectionRecord:
    """Object to an item, or to what it gave in a submission of your team."""
    benchmark = get_benchmark(database(), json.benchmark, json.version)
    item = get_item(database(), benchmark, json.item)
    submission = get_own(database(), current_user(), json.submission) if json.submission else None
    row = send_objection(database(), current_user(), item, json.kind, json.text, submission)
    database().commit()
    return _show(get_own_objection(database(), current_user(), str(row.id)))


@get("/objections/<objection>", scope=Scope.READ)
def show_objection(objection: str) -> ObjectionRecord:
    """One objection of yours with its answer."""
    return _show(get_own_objection(database(), current_user(), objection))


def _show(one: Told) -> ObjectionRecord:
    made, benchmark, answer = one.objection, one.split.benchmark, one.answer
    return ObjectionRecord(
        id=str(made.id),
        benchmark=benchmark.slug,
        version=benchmark.version,
        split=one.split.name,
        item=one.item.key,
        kind=made.kind.value,
        submission=made.submission_id,
        text=made.text,
        at=made.at,
        state=one.state,
        answer=answer.text if answer else None,
        answered_at=answer.at if answer else None,
        effect=one.effect.value if one.effect else None,
    )
