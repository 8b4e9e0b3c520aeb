"""Submissions of the token's teams, and the dry run before them."""

from __future__ import annotations

import re
from typing import Annotated

from flask import request
from msgspec import UNSET, Meta, UnsetType

from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.evaluation.turns import Place, find_place, read_places
from leaderboard.models.benchmark import Track
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Scope
from leaderboard.queue import send_nudges
from leaderboard.rankings.scores import (
    read_scores,
)
from leaderboard.rankings.standing import describe_partial
from leaderboard.submissions.choose import choose, is_chosen
from leaderboard.submissions.endpoint_runs import RunFigures, find_run
from leaderboard.submissions.events import find_rest
from leaderboard.submissions.feedback import UNTIL_RELEASE, find_feedback
from leaderboard.submissions.find import get_own, read_own
from leaderboard.submissions.formats import FORMAT_WORDS
from leaderboard.submissions.runs import read_set
from leaderboard.submissions.submit import cancel
from leaderboard.web.allowance import Work
from leaderboard.web.api.operation import get, post
from leaderboard.web.api.places import Text, about
from leaderboard.web.sending import describe_upload, submit_file, submit_run
from leaderboard.web.services import current_user, database, services, spend
from leaderboard.web.uploads import read_upload
from spinebench.shapes.results import FeedbackRecord, LookRecord, Results, ScoreRecord
from spinebench.shapes.shape import Shape
from spinebench.shapes.submissions import (
    EndpointRunRecord,
    EventRecord,
    Failure,
    Progress,
    QueuePlace,
    SaidRecord,
    SubmissionList,
    SubmissionRecord,
    Validation,
)

DEFAULT_LISTED, MAX_LISTED = 20, 200
VERSION_ANSWERED = "The version whose questions are answered; refused unless it is the newest."
RUN_OF = (
    "The submission that this one repeats, as another run of the same model: their mean stands."
)
RUN_LABEL = "With run_of: what is different about this run, such as its seed."
RUNS = (
    "With an endpoint: how many runs to make, one after the other, by default 1; the answer is the "
    "first of them, and those after it are further runs of it, or all of run_of."
)
TrackName = Annotated[str, about("A track of the split.")]
FileContent = Annotated[
    str,
    Meta(
        description=f"{FORMAT_WORDS}, gzipped or not; several files of one run in several parts.",
        extra_json_schema={"format": "binary"},
    ),
]


class FileForm(Shape, frozen=True, kw_only=True):
    """A prediction file, and what it is for."""

    benchmark: Annotated[str, about("The benchmark's short name.")]
    version: Annotated[Text, about(VERSION_ANSWERED)] = UNSET
    split: Annotated[Text, about("By default the split that is ranked.")] = UNSET
    model: Annotated[Text, about("The model card's short name, to hear what a part does.")] = UNSET
    run_of: Annotated[Text, about(RUN_OF)] = UNSET
    run_label: Annotated[Text, about(RUN_LABEL)] = UNSET
    file: FileContent


class SubmissionForm(Shape, frozen=True, kw_only=True):
    """A prediction file of a model, or an endpoint to ask in place of it."""

    benchmark: Annotated[str, about("The benchmark's short name.")]
    version: Annotated[Text, about(VERSION_ANSWERED)] = UNSET
    split: Annotated[Text, about("By default the split that is ranked.")] = UNSET
    model: Annotated[str, about("The model card's short name.")]
    file: FileContent | UnsetType = UNSET
    endpoint: Annotated[Text, about("In place of a file: the endpoint's number.")] = UNSET
    track: Annotated[
        list[TrackName] | UnsetType,
        about("With an endpoint: the tracks; by default all that it can take part in."),
    ] = UNSET
    wipe_key: Annotated[Text, about("With an endpoint, 1: wipe its key at the end.")] = UNSET
    runs: Annotated[Text, about(RUNS)] = UNSET
    run_of: Annotated[Text, about(RUN_OF)] = UNSET
    run_label: Annotated[Text, about(RUN_LABEL)] = UNSET


class LimitQuery(Shape, frozen=True, kw_only=True):
    """How much of a list."""

    limit: Annotated[int, about(f"How many, up to {MAX_LISTED}.")] = DEFAULT_LISTED


@post("/validations", scope=Scope.READ, form=FileForm, errors=(409, 429), reads=True)
def validate() -> Validation:
    """Dry run: every problem of a prediction file; nothing is kept."""
    spend(Work.UPLOAD)
    upload = read_upload()
    predictions = upload.predictions
    missing = {track.value: n for track, n in predictions.missing.items()}
    n = len(predictions.texts)
    return Validation.of(
        predictions,
        valid=True,
        n_predictions=n,
        missing=missing,
        effect=describe_upload(upload),
    )


@post(
    "/submissions",
    scope=Scope.SUBMIT,
    status=201,
    form=SubmissionForm,
    errors=(409, 429),
    reads=True,
)
def create_submission() -> SubmissionRecord:
    """Submit a prediction file, or an endpoint to ask, for a model."""
    spend(Work.UPLOAD)
    if "endpoint" in request.form:
        return _show(submit_run())
    return _show(submit_file())


@get("/submissions", scope=Scope.READ, query=LimitQuery)
def list_submissions() -> SubmissionList:
    """The newest submissions of your teams."""
    rows = read_own(database(), current_user(), _read_limit())
    places = read_places(database()) if any(row.status is Status.QUEUED for row in rows) else {}
    return SubmissionList(submissions=[_fill(row, places.get(row.id)) for row in rows])


def _read_limit() -> int:
    """How many are asked for, at most MAX_LISTED. Raises InvalidRequest."""
    text = request.args.get("limit", str(DEFAULT_LISTED))
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise InvalidRequest(
            f"limit={text[:40]!r} is not a whole number from 1 on.",
            f"Ask for 1 to {MAX_LISTED} submissions, or leave it out for {DEFAULT_LISTED}.",
        ).at("limit")
    return min(int(text), MAX_LISTED)


@get("/submissions/<key>", scope=Scope.READ)
def show_submission(key: str) -> SubmissionRecord:
    """One submission with its progress and events."""
    return _show(get_own(database(), current_user(), key))


@post("/submissions/<key>/cancel", scope=Scope.SUBMIT, errors=(409,))
def cancel_submission(key: str) -> SubmissionRecord:
    """Cancel a submission that is queued or running."""
    row = get_own(database(), current_user(), key)
    cancel(database(), row)
    database().commit()
    database().refresh(row, ["events"])
    return _show(row)


@post("/submissions/<key>/choose", scope=Scope.SUBMIT, errors=(409,))
def choose_submission(key: str) -> SubmissionRecord:
    """Have its model stand by a submission: at the next release where answers are hidden, else now,
    until newer ones come."""
    row = get_own(database(), current_user(), key)
    rank = choose(database(), row)
    database().commit()
    send_nudges(services().queue, rank)
    return _show(row)


@get("/submissions/<key>/results", scope=Scope.READ, errors=(409,))
def show_results(key: str) -> Results:
    """The scores of a submission, or what is told of it before a release makes them public."""
    row = get_own(database(), current_user(), key)
    if row.status is not Status.SCORED:
        raise Conflict(
            f"The submission is {row.status.value}: it has no scores.",
            "Wait until it is scored, or look at why it was not.",
        )
    found = read_scores(database(), row, Viewer.TEAM)
    counts: dict[str, int] = {}
    for of_track in found.outcomes.values():
        for outcome, n in of_track.items():
            counts[outcome] = counts.get(outcome, 0) + n
    return Results(
        submission=row.id,
        benchmark=row.split.benchmark.slug,
        split=row.split.name,
        model=row.model_card.slug,
        scores=[ScoreRecord.of(score, k=score.n_correct) for score in found.scores],
        counts=counts,
        feedback=_show_feedback(row),
        read_by_models=found.second_readings,
    )


def _show(row: Submission) -> SubmissionRecord:
    return _fill(row, find_place(database(), row))


def _fill(row: Submission, place: Place | None) -> SubmissionRecord:
    rest = find_rest(row)
    failed = row.status in (Status.PENDING, Status.FAILED, Status.HELD)
    asked, own = find_run(database(), row.id), read_set(database(), row)
    return SubmissionRecord.of(
        row,
        benchmark=row.split.benchmark.slug,
        split=row.split.name,
        model=row.model_card.slug,
        queue=QueuePlace.of(place) if place else None,
        progress=Progress.of(row),
        finished_at=rest.at if rest and row.status.is_final else None,
        failure=Failure.of(rest) if rest and failed else None,
        endpoint=_show_run(asked) if asked else None,
        decision=row.acceptance.decision if row.acceptance else None,
        is_public=disclosure(row, Viewer.PUBLIC).scores,
        is_chosen=is_chosen(database(), row),
        effect=_describe(row),
        run_of=None if own.first.id == row.id else own.first.id,
        runs=[one.id for one in own.runs] if len(own.runs) > 1 else [],
        run_label=own.labels.get(row.id, ""),
        events=[EventRecord.of(event) for event in row.events],
        url=f"{services().base_url}/submissions/{row.id}",
    )


def _describe(row: Submission) -> str:
    """What it will do to its model, until it is scored."""
    if row.status.is_final:
        return ""
    return describe_partial(database(), row.model_card, row.split, [Track(t) for t in row.tracks])


def _show_feedback(row: Submission) -> FeedbackRecord | None:
    told = find_feedback(row)
    if told is None:
        return None
    return FeedbackRecord(
        first_looks=[
            LookRecord(track=one.track.value, score=one.value, n=one.n) for one in told.looks
        ],
        better_by=told.better_by,
        sentences=[*told.sentences, *(() if row.publication else (UNTIL_RELEASE,))],
    )


def _show_run(asked: RunFigures) -> EndpointRunRecord:
    """How the submission's endpoint is or was asked."""
    run, replies = asked.run, asked.replies
    return EndpointRunRecord.of(
        run,
        endpoint=run.endpoint_id,
        name=run.endpoint_name,
        saw_hidden_items=run.saw_hidden,
        n_sent=asked.n_sent,
        n_failed=asked.n_failed,
        reasons=asked.reasons,
        said=[SaidRecord.of(one, items=list(one.items)) for one in asked.said],
        n_cut=replies.n_cut,
        n_only_reasoning=replies.n_only_reasoning,
        n_filtered=replies.n_filtered,
        n_silent=replies.n_silent,
        notes=replies.notes,
    )
