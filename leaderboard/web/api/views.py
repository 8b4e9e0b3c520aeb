"""The addresses of the API."""

from __future__ import annotations

import msgspec
from flask import Response, request

from leaderboard.accounts.teams import (
    change_model_card,
    describe_model_card,
    get_own_model_card,
    get_team,
    make_model_card,
    read_model_cards,
    read_teams,
)
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import Conflict
from leaderboard.models.benchmark import Benchmark, Track
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Scope
from leaderboard.packages.catalogue import get_benchmark, get_split, read_benchmarks
from leaderboard.rankings.read import count_items, read_ranking, read_scores
from leaderboard.rankings.releases import read_releases
from leaderboard.submissions.endpoint_runs import find_run, find_saw_hidden
from leaderboard.submissions.find import get_own, read_own
from leaderboard.submissions.submit import cancel
from leaderboard.web.api import ablation_views as ablation_views
from leaderboard.web.api import breakdown_views as breakdown_views
from leaderboard.web.api import comparison_views as comparison_views
from leaderboard.web.api import endpoint_views as endpoint_views
from leaderboard.web.api import model_records, records
from leaderboard.web.api import robustness_views as robustness_views
from leaderboard.web.api.access import current_token, requires
from leaderboard.web.api.blueprint import answer, blueprint, read_body
from leaderboard.web.api.make_rankings import make_ranking, make_releases
from leaderboard.web.api.make_records import (
    make_benchmark,
    make_benchmark_detail,
    make_model,
    make_quota,
    make_results,
    make_submission,
)
from leaderboard.web.api.openapi import make_document
from leaderboard.web.pages.benchmarks import send_questions
from leaderboard.web.pages.endpoints import submit_form
from leaderboard.web.pages.leaderboards import find_selection
from leaderboard.web.pages.submissions import read_own_quotas, read_upload, submit_upload
from leaderboard.web.services import current_user, database, services

DEFAULT_LISTED, MAX_LISTED = 20, 200


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI document of this API."""
    document = make_document(services().base_url)
    return Response(msgspec.json.encode(document), mimetype="application/json")


@blueprint.get("/me")
@requires(Scope.READ)
def me() -> Response:
    """Who the token speaks for, and what it may do."""
    user, token = current_user(), current_token()
    return answer(
        records.Me(
            user=records.UserRecord(name=user.name, email=user.email),
            teams=[
                records.TeamRecord(slug=team.slug, name=team.name)
                for team in read_teams(database(), user)
            ],
            quotas=[make_quota(row) for row in read_own_quotas()],
            token=records.TokenRecord(
                name=token.name,
                prefix=token.prefix,
                scopes=token.scopes,
                expires_at=token.expires_at,
            ),
        )
    )


@blueprint.get("/benchmarks")
def list_benchmarks() -> Response:
    """All benchmarks in their newest versions."""
    rows = read_benchmarks(database())
    made = [make_benchmark(row, _counts(row), services().base_url) for row in rows]
    return answer(records.BenchmarkList(benchmarks=made))


@blueprint.get("/benchmarks/<slug>")
def show_benchmark(slug: str) -> Response:
    """One benchmark with its taxonomy, rubric and prompts."""
    row = get_benchmark(database(), slug, request.args.get("version"))
    return answer(make_benchmark_detail(row, _counts(row), services().base_url))


@blueprint.get("/benchmarks/<slug>/splits/<split>/package")
def download_package(slug: str, split: str) -> Response:
    """The questions of a split as a zip; with answers only where they are public."""
    return send_questions(get_benchmark(database(), slug, request.args.get("version")), split)


@blueprint.get("/models")
@requires(Scope.READ)
def list_models() -> Response:
    """The model cards of your teams."""
    cards = read_model_cards(database(), current_user())
    return answer(model_records.ModelList(models=[make_model(card) for card in cards]))


@blueprint.post("/models")
@requires(Scope.SUBMIT)
def create_model() -> Response:
    """Make a model card."""
    new = read_body(model_records.NewModel, "model card")
    team = get_team(database(), current_user(), new.team)
    card = make_model_card(database(), team, msgspec.structs.asdict(new))
    database().commit()
    return answer(make_model(card), 201)


@blueprint.patch("/models/<model>")
@requires(Scope.SUBMIT)
def patch_model(model: str) -> Response:
    """Change what the body holds of a model card of your teams."""
    card = get_own_model_card(database(), current_user(), model)
    sent = msgspec.to_builtins(read_body(model_records.ChangedModel, "change"))
    change_model_card(database(), card, {**describe_model_card(card), **sent})
    database().commit()
    return answer(make_model(card))


@blueprint.post("/validations")
@requires(Scope.READ)
def validate() -> Response:
    """Read a prediction file and say every problem of it; nothing is kept."""
    predictions = read_upload().predictions
    return answer(
        records.Validation(
            valid=True,
            n_predictions=len(predictions.texts),
            tracks=[track.value for track in predictions.tracks],
            file_hash=predictions.file_hash,
        )
    )


@blueprint.post("/submissions")
@requires(Scope.SUBMIT)
def create_submission() -> Response:
    """Submit a prediction file for a model, or the endpoint that is asked for predictions."""
    if "endpoint" in request.form:
        return _answer_submission(submit_form(), 201)
    return _answer_submission(submit_upload(read_upload(), request.form.get("model", "")), 201)


@blueprint.get("/submissions")
@requires(Scope.READ)
def list_submissions() -> Response:
    """The newest submissions of your teams."""
    limit = request.args.get("limit", DEFAULT_LISTED, type=int)
    rows = read_own(database(), current_user(), max(1, min(limit, MAX_LISTED)))
    made = [make_submission(r, find_run(database(), r.id), services().base_url) for r in rows]
    return answer(records.SubmissionList(submissions=made))


@blueprint.get("/submissions/<key>")
@requires(Scope.READ)
def show_submission(key: str) -> Response:
    """One submission of your teams."""
    row = get_own(database(), current_user(), key)
    return _answer_submission(row)


@blueprint.post("/submissions/<key>/cancel")
@requires(Scope.SUBMIT)
def cancel_submission(key: str) -> Response:
    """Cancel a submission that has not ended."""
    row = get_own(database(), current_user(), key)
    cancel(database(), row)
    database().commit()
    database().refresh(row, ["events"])
    return _answer_submission(row)


@blueprint.get("/submissions/<key>/results")
@requires(Scope.READ)
def show_results(key: str) -> Response:
    """The scores of a submission."""
    row = get_own(database(), current_user(), key)
    if row.status is not Status.SCORED:
        raise Conflict(
            f"The submission is {row.status.value}: it has no scores.",
            "Wait until it is scored, or look at why it was not.",
        )
    if not disclosure(row, Viewer.TEAM).scores:
        raise Conflict(
            "No significant change against your team's best result on this split.",
            "Scores are shown for results that beat it by more than the standard error.",
        )
    return answer(make_results(row, read_scores(database(), row, Viewer.TEAM)))


@blueprint.get("/rankings/<slug>/<split>")
def show_ranking(slug: str, split: str) -> Response:
    """The ranking of a split, of the models and in the order that the query asks for."""
    row, selection = get_benchmark(database(), slug, request.args.get("version")), find_selection()
    ranking = read_ranking(
        database(), get_split(row, split), selection.board, release=selection.release
    )
    table = selection.apply(ranking)
    saw_hidden = find_saw_hidden(database(), [entry.submission.id for entry in table.rows])
    return answer(make_ranking(table, saw_hidden))


@blueprint.get("/releases/<slug>/<split>")
def list_releases(slug: str, split: str) -> Response:
    """The releases of a split, newest first."""
    row = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    return answer(make_releases(row, read_releases(database(), row.id)))


def _answer_submission(row: Submission, status: int = 200) -> Response:
    asked = find_run(database(), row.id)
    return answer(make_submission(row, asked, services().base_url), status)


def _counts(row: Benchmark) -> dict[str, dict[Track, int]]:
    return {split.name: count_items(database(), split) for split in row.splits}
