"""A real small language model as the judge, over real HTTP: it judges badly, and a page says so."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from content.predictors.serving import find_smollm2, serve_weights
from leaderboard.calibration.refits import request_refit
from leaderboard.calibration.trust import read_judges
from leaderboard.db import Sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.items.reports import get_rubric
from leaderboard.judges.canaries import FLOOR
from leaderboard.judges.roster import make_judges
from leaderboard.judges.runs import read_call_figures, read_runs
from leaderboard.judges.settings import JudgeSettings
from leaderboard.models.judging import CallOutcome, CanaryCall, JudgeCall, RunState
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.opening import open_version
from leaderboard.packages.read import read_package
from tests.campaigns.campaigns import recalibrate
from tests.factories import make_user
from tests.judges.attacks import ATTACKS
from tests.judges.rubric import GOOD, MANIFEST
from tests.loaded import Submit
from tests.package_files import make_case, write_package
from tests.site import Site

SECONDS = 300.0
ONE_DIMENSION = copy.deepcopy(MANIFEST) | {"version": "2.0.0"}
ONE_DIMENSION["rubric"]["sections"] = ONE_DIMENSION["rubric"]["sections"][:1]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    # One thread: several would wait for each other where tests share the cores.
    with serve_weights(find_smollm2(), n_threads=1) as url:
        yield f"{url}/v1"


@pytest.mark.long
@pytest.mark.one_database
def test_a_real_model_answers_by_the_schema_and_its_dimensions_fail_the_gate(
    address: str, site: Site, submit_texts: Submit, tmp_path: Path
) -> None:
    sessions = site.sessions
    publish(sessions, tmp_path)
    texts = {"test-report-000": GOOD, "test-report-001": ATTACKS["plain_order"]}
    key = submit_texts(texts, "strong", "team-strong")
    with sessions.read() as session:
        rubric = get_rubric(session, key)
    settings = JudgeSettings(
        name="smollm2", base_url=address, model="smollm2-135m-instruct", max_tokens=80,
        timeout_seconds=SECONDS, concurrency=1,
    )  # fmt: skip
    evaluate(sessions, key, make_judges([settings], rubric), 1)
    check_calls(sessions)
    with sessions.read() as session:
        status = session.get_one(Submission, key).status
        states = {run.state for run in read_runs(session)}
    if states == {RunState.VOID}:
        assert status is Status.HELD
        return
    assert status is Status.SCORED
    _, attacked = ratings(sessions, key)
    assert attacked is None or attacked <= FLOOR
    label(sessions, key, (5, 1))
    with sessions.read() as session:
        split = session.get_one(Submission, key).split
        judge = next(one for one in read_judges(session, split) if one.rater.name == "smollm2")
    assert judge.n_rankable == 0
    page = site.get("/judges?benchmark=tiny&version=2.0.0").text
    assert "smollm2" in page
    assert "0 of 1 dimensions pass the gate" in page


def publish(sessions: Sessions, folder: Path) -> None:
    cases = [make_case(n) for n in range(2)]
    for case in cases:
        case["checklist"][0]["dimensions"] = ["diagnosis"]
    place = write_package(folder / "short", cases, ONE_DIMENSION)
    with sessions.write() as session:
        make_user(session, "a")
        benchmark = load_package(session, read_package(open_package(place))).benchmark
        open_version(session, benchmark)
        # Two questions instead of six, for a model on one core.
        manifest = copy.deepcopy(benchmark.manifest)
        del manifest["rubric"]["sections"][0]["dimensions"][0]["questions"][1:5]
        benchmark.manifest = manifest


def check_calls(sessions: Sessions) -> None:
    """Every call is kept whole; the server enforces the schema but for replies that it cut."""
    with sessions.read() as session:
        calls = [*session.scalars(select(CanaryCall)), *session.scalars(select(JudgeCall))]
        (figures,) = read_call_figures(session)
    assert len(calls) >= 8  # six canaries and two reports
    assert {call.outcome for call in calls} <= {CallOutcome.OK, CallOutcome.BAD_OUTPUT}
    assert all(call.reason.startswith("cut off") for call in calls if call.reason)
    assert all(call.model and call.reply for call in calls)
    assert figures.input_tokens > 200 * len(calls)


def ratings(sessions: Sessions, key: str) -> list[float | None]:
    with sessions.read() as session:
        query = (
            select(Rating.value)
            .join(Rater)
            .join(Prediction, Prediction.id == Rating.prediction_id)
            .where(Rater.name == "smollm2", Prediction.submission_id == key)
            .order_by(Prediction.id)
        )
        return list(session.scalars(query))


def label(sessions: Sessions, key: str, values: tuple[int, int]) -> None:
    """An expert's ratings of every report, then a refit."""
    with sessions.write() as session:
        rater = Rater(kind=RaterKind.EXPERT, name="expert", version="1")
        session.add(rater)
        session.flush()
        predictions = session.scalars(
            select(Prediction).where(Prediction.submission_id == key).order_by(Prediction.id)
        )
        for prediction, value in zip(predictions, values, strict=True):
            session.add(
                Rating(prediction_id=prediction.id, rater_id=rater.id, dimension="diagnosis",
                       value=float(value), reason="", evidence=[])
            )  # fmt: skip
        split_id = session.get_one(Submission, key).split_id
        request_refit(session, split_id)
    recalibrate(sessions, split_id)
