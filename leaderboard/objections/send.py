"""Object to an item, or to what an item gave in a submission of one's team."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotFound
from leaderboard.makers import OBJECTIONS, require_room
from leaderboard.models.benchmark import Benchmark, Item, Split
from leaderboard.models.objection import Objection, ObjectionAnswer, ObjectionKind
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import User
from leaderboard.names import read_prose
from leaderboard.packages.catalogue import find_successor

MAX_TEXT = 2000
WORDS = {
    ObjectionKind.ITEM: "the item itself",
    ObjectionKind.READING: "what was read of the model's text",
    ObjectionKind.VERDICT: "whether it counts as right, or how it was rated",
}


def get_item(session: Session, benchmark: Benchmark, key: str) -> Item:
    """The item of a benchmark's version with this id. Raises NotFound."""
    query = select(Item).join(Split, Split.id == Item.split_id)
    found = session.scalar(query.where(Split.benchmark_id == benchmark.id, Item.key == key))
    if found is None:
        raise NotFound(
            f"{benchmark.name} {benchmark.version} has no item {key[:120]!r}.",
            "Its questions can be downloaded on the benchmark's page: each has its id there.",
        )
    return found


def list_kinds(submission: Submission | None) -> list[ObjectionKind]:
    """What a team may object to: of a result only what it sees, and an item in any case."""
    kinds = [ObjectionKind.ITEM]
    if submission is not None:
        seen = disclosure(submission, Viewer.TEAM)
        kinds += [ObjectionKind.READING] * seen.texts + [ObjectionKind.VERDICT] * seen.verdicts
    return kinds


def require_newest(session: Session, benchmark: Benchmark) -> None:
    """Raise Conflict for a version that another one followed."""
    newest = find_successor(session, benchmark)
    if newest is not None:
        raise Conflict(
            f"Version {benchmark.version} of {benchmark.name} is no longer in use.",
            f"Look whether the item is the same in version {newest.version}, and object there.",
        )


def require_answered(session: Session, submission: Submission, item: Item) -> None:
    """Raise NotFound unless the submission has a prediction for the item."""
    query = select(Prediction.id).where(
        Prediction.submission_id == submission.id, Prediction.item_id == item.id
    )
    if session.scalar(query) is None:
        raise NotFound(
            f"Submission {submission.id} has no prediction for {item.key}.",
            "Follow the link beside one of its items.",
        )


def send_objection(
    session: Session,
    user: User,
    item: Item,
    kind: str,
    text: str,
    submission: Submission | None = None,
) -> Objection:
    """Keep an objection of `user`, who is a member of the team of `submission`.

    It is about the submission only where `kind` is not the item. Raises InvalidRequest, each under
    its field, for a kind that is none of theirs and a text that cannot be used; Conflict for a
    version that another one followed, for what they have objected to already, and once they have
    objected too often within a day; NotFound for an item without a prediction.
    """
    require_newest(session, session.get_one(Split, item.split_id).benchmark)
    if submission is not None:
        require_answered(session, submission, item)
    fields = FieldProblems()
    with fields.at("kind"):
        kinds = list_kinds(submission)
        if kind not in kinds:
            raise InvalidRequest("The subject is missing.", f"Choose one of {', '.join(kinds)}.")
    with fields.at("text"):
        said = read_prose(text.replace("\r\n", "\n"), "The text", MAX_TEXT)
        if not said:
            raise InvalidRequest("The text is empty.", "Say what is wrong, and why.")
    fields.raise_all()
    require_room(session, user, OBJECTIONS)
    chosen = ObjectionKind(kind)
    about = None if submission is None or chosen is ObjectionKind.ITEM else submission.id
    _require_new(session, user, item, chosen, about)
    row = Objection(
        item_id=item.id, kind=chosen, submission_id=about, text=said, user_id=user.id, at=now()
    )
    session.add(row)
    session.flush()
    return row


def _require_new(
    session: Session, user: User, item: Item, kind: ObjectionKind, submission_id: str | None
) -> None:
    same = select(Objection.id).where(
        Objection.user_id == user.id,
        Objection.item_id == item.id,
        Objection.kind == kind,
        Objection.submission_id.is_not_distinct_from(submission_id),
        Objection.id.not_in(select(ObjectionAnswer.objection_id)),
    )
    if session.scalar(same) is not None:
        raise Conflict(
            "You have objected to this already, and it is not answered yet.",
            "The page My objections has what you wrote.",
        )
