"""Submit what a request sends, a file or an endpoint to ask: for pages and API alike."""

from __future__ import annotations

import re

from flask import request

from leaderboard.accounts.teams import get_own_model_card, read_teams
from leaderboard.endpoints.registry.endpoints import get_own_endpoint
from leaderboard.errors import FieldProblems, InvalidRequest, NotFound
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.submission import Status, Submission
from leaderboard.packages.catalogue import read_benchmarks
from leaderboard.queue import EVALUATE, RUN_ENDPOINT
from leaderboard.rankings.standing import describe_partial
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.submissions.daily import read_daily_state
from leaderboard.submissions.endpoint_runs import submit_endpoint
from leaderboard.submissions.find import get_own
from leaderboard.submissions.quota import QuotaState, TeamQuota, read_quotas
from leaderboard.submissions.runs import (
    RunOf,
    describe_run,
    read_label,
    require_run,
    require_same_endpoint,
)
from leaderboard.submissions.submit import submit as add_submission
from leaderboard.web.services import (
    begin_writing,
    current_user,
    database,
    find_current_user,
    services,
)
from leaderboard.web.uploads import Upload, find_asked_split, read_upload


def submit_file() -> Submission:
    """Submit this request's file for the model that it names: commit, then enqueue.

    The file is read before anything is written. Raises every problem of benchmark, split, model and
    file.
    """
    fields, model = FieldProblems(), request.form.get("model", "")
    with fields.at("model"):
        get_own_model_card(database(), current_user(), model)
    with fields.inside():
        _find_run_of()
    upload = read_upload(fields)
    begin_writing()
    submission = add_submission(
        database(),
        user=current_user(),
        model_card=get_own_model_card(database(), current_user(), model),
        split=database().get_one(Split, upload.split.id),
        predictions=upload.predictions,
        file_name=upload.file_name,
        quota=services().quota,
        asks_approval=services().asks_approval,
        daily=services().daily,
        run_of=_find_run_of(),
    )
    database().commit()
    if submission.status is Status.QUEUED:
        services().queue.enqueue(EVALUATE, submission.id)
    return submission


def describe_upload(upload: Upload) -> str:
    """What this request's file would do to the model that it names, if it leaves a track out, and
    what as another run.

    Empty where it names none. Raises NotFound for one that is not one's own, and what is wrong with
    a run.
    """
    run_of = _find_run_of()
    name = request.form.get("model") or (run_of.first.model_card.slug if run_of else "")
    if not name:
        return ""
    card = get_own_model_card(database(), current_user(), name)
    said = describe_partial(database(), card, upload.split, upload.predictions.tracks)
    if run_of is None:
        return said
    predictions = upload.predictions
    require_run(database(), run_of, card, upload.split, predictions.tracks, predictions.texts)
    require_same_endpoint(database(), run_of.first, None)
    return " ".join(part for part in (describe_run(database(), run_of.first), said) if part)


def _find_run_of() -> RunOf | None:
    """Which submission this request repeats; None where it repeats none.

    Raises NotFound for one that is not one's own, in the words for one that does not exist.
    """
    key = request.form.get("run_of", "").strip()
    if not key:
        return None
    try:
        first = get_own(database(), current_user(), key)
    except NotFound as error:
        raise error.at("run_of") from None
    return RunOf(first, read_label(request.form.get("run_label", "")), services().max_runs)


def submit_run() -> Submission:
    """Submit the endpoint that this request's form names: commit, then enqueue.

    Returns the first where several runs are asked for. Raises every problem of its fields.
    """
    begin_writing()
    form, fields = request.form, FieldProblems()
    split = find_asked_split(fields)
    with fields.at("model"):
        card = get_own_model_card(database(), current_user(), form.get("model", ""))
    with fields.at("endpoint"):
        endpoint = get_own_endpoint(database(), current_user(), form.get("endpoint", ""))
    with fields.at("track"):
        tracks = [_read_track(name, split) for name in form.getlist("track")]
    run_of = None
    with fields.inside():
        run_of = _find_run_of()
    with fields.at("runs"):
        n_runs = _read_runs(form.get("runs", "").strip())
    fields.raise_all()
    assert split is not None, "its problem was raised"
    made = submit_endpoint(
        database(),
        user=current_user(),
        model_card=card,
        split=split,
        endpoint=endpoint,
        tracks=tracks,
        wipes_key=form.get("wipe_key") in ("1", "true", "on"),
        vault=services().vault,
        policy=services().address_policy,
        quota=services().quota,
        asks_approval=services().asks_approval,
        daily=services().daily,
        run_of=run_of,
        n_runs=n_runs,
        max_runs=services().max_runs,
    )
    database().commit()
    for submission in made:
        if submission.status is Status.QUEUED:
            services().queue.enqueue(RUN_ENDPOINT, submission.id)
    return made[0]


def _read_runs(text: str) -> int:
    """How many runs are asked for, 1 where nothing is said. Raises InvalidRequest."""
    if text and not re.fullmatch(r"[0-9]{1,4}", text):
        raise InvalidRequest(
            f"{text[:40]!r} is not a number of runs.", f"Ask for 1 to {services().max_runs}."
        )
    return int(text or "1")


def _read_track(name: str, split: Split | None) -> Track:
    known = DEFAULT_TRACKS if split is None else split.benchmark.tracks
    if name not in known:
        raise InvalidRequest(
            f"There is no track {name[:40]!r}.", f"The tracks are {', '.join(known)}."
        )
    return Track(name)


def find_own_day() -> QuotaState | None:
    """How many submissions the current user may still send today; None without a limit."""
    user = find_current_user()
    return read_daily_state(database(), user, services().daily) if user else None


def read_own_quotas() -> list[TeamQuota]:
    """How the current user's teams stand on the newest benchmarks' splits; signed out, nothing."""
    user = find_current_user()
    if user is None:
        return []
    splits = [split for one in read_benchmarks(database()) for split in one.splits]
    teams = read_teams(database(), user)
    return read_quotas(database(), user, teams, splits, services().quota)
