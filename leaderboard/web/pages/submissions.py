"""Send predictions, and follow what becomes of them."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from leaderboard.accounts.teams import read_model_cards, read_teams
from leaderboard.db import now
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.endpoints.registry.endpoints import read_endpoints
from leaderboard.endpoints.registry.splits import may_see
from leaderboard.evaluation.turns import find_before, find_place
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board, boards_of
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import ranked_split, read_benchmarks
from leaderboard.queue import send_nudges
from leaderboard.rankings.confidence import count_confidences, find_submission_confidence
from leaderboard.rankings.harm import find_submission_harm
from leaderboard.rankings.read import count_items
from leaderboard.rankings.scores import (
    read_board_scores,
    read_scores,
)
from leaderboard.rankings.standing import describe_partial, find_parts, find_report
from leaderboard.scoring.replies import MOST_CHARACTERS
from leaderboard.submissions.choose import choose as choose_result
from leaderboard.submissions.choose import is_chosen
from leaderboard.submissions.endpoint_runs import RunFigures, find_run
from leaderboard.submissions.feedback import UNTIL_RELEASE, find_feedback
from leaderboard.submissions.find import get_own, read_own
from leaderboard.submissions.quota import group_alike
from leaderboard.submissions.runs import list_repeatable, read_set
from leaderboard.submissions.submit import cancel as cancel_submission
from leaderboard.web.allowance import Work
from leaderboard.web.downloads import send_bundle
from leaderboard.web.forms.submissions import PredictionsForm, RunForm
from leaderboard.web.pages.progress import Progress, make_progress
from leaderboard.web.security import keep_private
from leaderboard.web.sending import (
    describe_upload,
    find_own_day,
    read_own_quotas,
    submit_file,
    submit_run,
)
from leaderboard.web.services import (
    current_user,
    database,
    find_current_user,
    note_benchmark,
    reading_first,
    services,
    signed_in,
    spend,
)
from leaderboard.web.uploads import Upload, read_upload

blueprint = Blueprint("submissions", __name__)
blueprint.after_request(keep_private)
LISTED = 100


@blueprint.get("/submit")
def submit() -> str:
    """The form, or, signed out, what one needs in order to submit."""
    return _form(PredictionsForm(), RunForm())


@blueprint.post("/submit")
@reading_first
@signed_in
def create() -> AnyResponse | tuple[str, int]:
    """Read the file; show its problems, or the dry run's result, or submit it."""
    spend(Work.UPLOAD)
    by_endpoint = "endpoint" in request.form
    file_form = PredictionsForm(None if by_endpoint else request.form)
    run_form = RunForm(request.form if by_endpoint else None)
    form = run_form if by_endpoint else file_form
    with form.catches():
        if "dry_run" in request.form and not by_endpoint:
            upload = read_upload()
            return _form(file_form, run_form, upload, describe_upload(upload)), 200
        submission = submit_run() if by_endpoint else submit_file()
        return redirect(url_for("submissions.submission", key=submission.id))
    return _form(file_form, run_form), form.status


@blueprint.get("/submissions")
@signed_in
def index() -> str:
    """The submissions of all teams of the user, newest first."""
    rows = read_own(database(), current_user(), LISTED)
    return render_template(
        "submissions/index.html",
        submissions=rows,
        scores=read_board_scores(database(), rows, Viewer.TEAM),
        boards=Board,
        limit=LISTED,
    )


@blueprint.get("/submissions/<key>")
@signed_in
def submission(key: str) -> str:
    """One submission of a team of the user: state, events, results."""
    found = get_own(database(), current_user(), key)
    note_benchmark(found.split.benchmark.slug)
    asked = find_run(database(), key)
    return render_template(
        "submissions/submission.html",
        submission=found,
        asked=asked,
        progress=_find_progress(found, asked),
        scores=read_scores(database(), found, Viewer.TEAM),
        feedback=find_feedback(found),
        is_chosen=is_chosen(database(), found),
        own_set=read_set(database(), found),
        replaced={
            track: part
            for track, part in find_parts(database(), found.model_card, found.split).items()
            if track in found.tracks and part.id != key
        },
        effect=""
        if found.status.is_final
        else describe_partial(
            database(), found.model_card, found.split, [Track(one) for one in found.tracks]
        ),
        until_release=UNTIL_RELEASE,
        has_breakdown=disclosure(found, Viewer.TEAM).breakdown,
        harm=find_submission_harm(database(), found, Viewer.TEAM),
        confidence=find_submission_confidence(database(), found, Viewer.TEAM),
        n_confidences=count_confidences(database(), found),
        report=find_report(database(), found),
        boards=boards_of([one for one, n in count_items(database(), found.split).items() if n]),
        tracks=found.split.benchmark.tracks,
    )


@blueprint.get("/submissions/<key>/progress")
@signed_in
def progress(key: str) -> Response:
    """How a submission stands, for the script of its page; `is_final` asks for a last reload."""
    found = get_own(database(), current_user(), key)
    standing = _find_progress(found, find_run(database(), key))
    return jsonify(
        status=found.status.value,
        step=found.step.value,
        line=standing.line,
        time=standing.time,
        is_final=standing.is_final,
        n_done=found.n_done,
        n_total=found.n_total,
        n_events=len(found.events),
        events=render_template("submissions/events.html", events=found.events),
    )


@blueprint.get("/submissions/<key>/bundle")
@signed_in
def bundle(key: str) -> AnyResponse:
    """What the scores of a submission follow from, as an archive to verify."""
    return send_bundle(get_own(database(), current_user(), key), Viewer.TEAM)


@blueprint.post("/submissions/<key>/cancel")
@signed_in
def cancel(key: str) -> AnyResponse:
    """Cancel a submission that has not ended."""
    cancel_submission(database(), get_own(database(), current_user(), key))
    database().commit()
    return redirect(url_for("submissions.submission", key=key))


@blueprint.post("/submissions/<key>/choose")
@signed_in
def choose(key: str) -> AnyResponse:
    """Have a model stand by a submission, now or at the next release."""
    found = get_own(database(), current_user(), key)
    rank = choose_result(database(), found)
    database().commit()
    send_nudges(services().queue, rank)
    when = "on its tracks as soon as the split is ranked again" if rank else "at the next release"
    flash(f"{found.model_card.name} stands by this result {when}.", "success")
    return redirect(url_for("submissions.submission", key=key))


def _find_progress(found: Submission, asked: RunFigures | None) -> Progress:
    place, before = find_place(database(), found), find_before(database(), found)
    return make_progress(found, now(), asked, place, before)


def _form(
    file_form: PredictionsForm, run_form: RunForm, upload: Upload | None = None, effect: str = ""
) -> str:
    user = find_current_user()
    benchmarks = read_benchmarks(database())
    # The ranked ones first: the list begins with what the form proposes.
    splits = [ranked_split(one) for one in benchmarks] + [s for b in benchmarks for s in b.splits]
    cards = read_model_cards(database(), user) if user else []
    endpoints = read_endpoints(database(), user) if user else []
    seen = [s for b in benchmarks for s in b.splits if may_see(database(), s)]
    repeatable = list_repeatable(database(), cards)
    file_form.offer(benchmarks, splits, cards, repeatable)
    run_form.offer(endpoints, benchmarks, seen, cards, repeatable)
    return render_template(
        "submissions/submit.html",
        benchmarks=benchmarks,
        teams=read_teams(database(), user) if user else [],
        model_cards=cards,
        user=user,
        endpoints=endpoints,
        endpoint_splits=seen,
        endpoints_on=services().vault.is_open,
        file_form=file_form,
        run_form=run_form,
        repeatable=repeatable,
        upload=upload,
        effect=effect,
        quotas=group_alike(read_own_quotas()),
        asks_approval=services().asks_approval,
        day=find_own_day(),
        max_mebibytes=services().max_upload_bytes / 2**20,
        max_characters=MOST_CHARACTERS,
        base_url=services().base_url,
    )
