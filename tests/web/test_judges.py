"""The page of the judges says by itself how far each may be trusted."""

import csv
import io
import json

import pytest
from sqlalchemy import delete, select

from leaderboard.calibration.gate import read_gate
from leaderboard.db import Sessions, now
from leaderboard.models.calibration import Calibration, Refit
from leaderboard.models.judging import CallOutcome, DriftCheck, JudgeCall, JudgeRun, RunState
from leaderboard.models.publication import Publication
from leaderboard.models.ranking import Slice
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction
from leaderboard.models.team import ModelCard
from tests.calibration.test_calibrations import rate_as
from tests.campaigns.campaigns import recalibrate
from tests.site import N_REPORT, Site

pytestmark = pytest.mark.one_database


def send_reports(site: Site, name: str) -> str:
    lines = [
        json.dumps({"id": f"test-report-{n:03}", "prediction": "A **short** report."})
        for n in range(N_REPORT)
    ]
    answer = site.submit(site.token(name), "\n".join(lines).encode(), f"model-{name}")
    site.evaluate_all()
    return str(answer.json()["id"])


def refit(sessions: Sessions) -> None:
    with sessions.read() as session:
        split_id = session.scalars(select(Refit.split_id)).one()
    recalibrate(sessions, split_id)


def test_a_server_without_reports_says_that_no_judge_has_rated(site: Site) -> None:
    answer = site.get("/judges")
    assert answer.status_code == 200
    assert "No judge has rated a report yet" in answer.text


def test_an_uncalibrated_judge_is_called_so_on_every_page(site: Site) -> None:
    site.add_person("bob", "team-bob", "model-bob")
    send_reports(site, "bob")
    assert "Not calibrated." in site.get("/judges").text
    assert "uncalibrated" in site.get("/?board=report").text
    assert "uncalibrated" in site.get("/models/model-bob").text
    assert site.get("/judges/999/figure.json").status_code == 404
    assert site.get("/judges?target=answers:all").status_code == 404


def test_labels_open_the_tables_and_the_figure_and_name_no_report(site: Site) -> None:
    for name in ("bob", "eve"):
        site.add_person(name, f"team-{name}", f"model-{name}")
        rate_as(site.sessions, send_reports(site, name), range(N_REPORT))
    refit(site.sessions)
    page = site.get("/judges")
    assert "0 of 10 dimensions pass the gate" in page.text
    assert "fewer than 3 models have labels" in page.text
    assert "Too few reports were rated by several raters" in page.text
    assert site.get("/api/v1/judges/tiny/test").json()["severity"] is None
    assert "After calibration, and the gate" in page.text
    figure = site.get("/judges/1/figure.json?target=dimension:diagnosis")
    assert figure.status_code == 200
    dots = next(trace for trace in figure.json()["data"] if trace["mode"] == "markers")
    assert sum(dots["customdata"]) == 2 * N_REPORT
    for text in (page.text, figure.text):
        assert "test-report" not in text
        assert "model-bob" not in text


def test_the_bias_by_model_is_the_same_on_the_page_in_the_figure_the_table_and_the_api(
    site: Site,
) -> None:
    for place, name in enumerate(("bob", "eve", "fay")):
        site.add_person(name, f"team-{name}", f"model-{name}")
        rate_as(site.sessions, send_reports(site, name), range(N_REPORT), shift=0.5 * place)
    refit(site.sessions)
    with site.sessions.read() as session:
        fit = session.scalars(
            select(Calibration).where(
                Calibration.slice == Slice.DIMENSION, Calibration.name == "diagnosis"
            )
        ).one()
        gate = read_gate(fit)
        names = {str(card.id): card for card in session.scalars(select(ModelCard))}
        known = [(names[one.model], one) for one in gate.by_model.models]
    assert len(known) == 3
    answer = site.get("/api/v1/judges/tiny/test").json()
    target = next(
        one
        for one in answer["judges"][0]["targets"]
        if (one["slice"], one["name"]) == ("dimension", "diagnosis")
    )
    assert [one["model"] for one in target["models"]] == [card.slug for card, _ in known]
    assert [one["bias"]["value"] for one in target["models"]] == [m.bias.value for _, m in known]
    assert (target["passes"], target["misses"]) == (gate.passes, list(gate.misses))
    rows = site.get("/exports/gates.json").json()["rows"]
    own = [row for row in rows if (row["slice"], row["name"]) == ("dimension", "diagnosis")]
    assert [(row["model"], row["bias_low"]) for row in own] == [
        (card.slug, one.bias.low) for card, one in known
    ]
    figure = site.get("/judges/1/bias.json?target=dimension:diagnosis").json()
    assert figure["data"][0]["x"] == [one.bias.value for _, one in known]
    assert figure["layout"]["shapes"][0]["x1"] == 0.25
    page = site.get("/judges?target=dimension:diagnosis").text
    for card, _ in known:
        assert card.name in page


def test_a_model_without_a_public_result_is_not_named_beside_its_bias(site: Site) -> None:
    for name in ("bob", "eve", "fay"):
        site.add_person(name, f"team-{name}", f"model-{name}")
        key = send_reports(site, name)
        rate_as(site.sessions, key, range(N_REPORT))
    refit(site.sessions)
    with site.sessions.write() as session:
        session.execute(delete(Publication).where(Publication.submission_id == key))
        hidden = session.scalars(select(ModelCard).where(ModelCard.slug == "model-fay")).one().name
    page = site.get("/judges").text
    assert "(no public result)" in page
    assert hidden not in page
    answer = site.get("/api/v1/judges/tiny/test").json()
    models = [one["model"] for one in answer["judges"][0]["targets"][0]["models"]]
    assert models.count(None) == 1


def test_the_agreement_to_take_away_is_that_of_the_page_and_of_the_stored_fit(site: Site) -> None:
    for name in ("bob", "eve"):
        site.add_person(name, f"team-{name}", f"model-{name}")
        rate_as(site.sessions, send_reports(site, name), range(N_REPORT))
    refit(site.sessions)
    assert "/exports/agreement.csv" in site.get("/judges").text
    rows = site.get("/exports/agreement.json").json()["rows"]
    with site.sessions.read() as session:
        fits = {(fit.slice, fit.name): fit for fit in session.scalars(select(Calibration))}
    assert {(row["slice"], row["name"]) for row in rows} == set(fits)
    for row in rows:
        fit = fits[row["slice"], row["name"]]
        stored = fit.agreement if row["compared"] == "raw" else fit.calibrated_agreement
        if row["compared"] != "labels":
            assert stored is not None
            assert row["n"] == stored["n"] == 2 * N_REPORT
            assert row["bias"] == stored["limits"][0][0]
    assert {row["compared"] for row in rows} == {"raw", "calibrated", "labels"}


def test_runs_drift_and_cost_of_a_language_model_are_shown(site: Site) -> None:
    site.add_person("bob", "team-bob", "model-bob")
    key = send_reports(site, "bob")
    with site.sessions.write() as session:
        rater = Rater(kind=RaterKind.JUDGE, name="reader", version="v1")
        prediction_id = session.scalars(
            select(Prediction.id).where(Prediction.submission_id == key)
        ).first()
        run = JudgeRun(
            submission_id=key, rater=rater, started_at=now(), state=RunState.VOID,
            reason="drift: for the host alone", canaries=[],
        )  # fmt: skip
        session.add_all([rater, run])
        session.flush()
        check = {"n": 30, "change": -0.25, "low": -0.31, "high": -0.19, "is_stable": False}
        session.add(DriftCheck(judge_run_id=run.id, checked_at=now(), **check))
        for attempt, outcome in enumerate((CallOutcome.BAD_OUTPUT, CallOutcome.OK)):
            session.add(
                JudgeCall(
                    prediction_id=prediction_id, rater_id=rater.id, dimension="diagnosis",
                    repeat=0, attempt=attempt, seed=1, prompt_hash="0" * 64, model="m",
                    reply="{}", input_tokens=1_200, output_tokens=80, cost=0.75,
                    outcome=outcome, reason="", started_at=now(), seconds=1.0,
                )
            )  # fmt: skip
        session.add(
            Rating(prediction_id=prediction_id, rater_id=rater.id, dimension="diagnosis",
                   value=None, reason="", evidence=[])
        )  # fmt: skip
    page = site.get("/judges").text
    for text in ("reader", "void", "−0.25", "−0.31 to −0.19", "50.0", "2,400 in", "1.50"):
        assert text in page, text
    assert "for the host alone" not in page


def test_two_judges_are_held_against_each_other_on_the_page_in_the_table_and_in_the_api(
    site: Site,
) -> None:
    site.add_person("bob", "team-bob", "model-bob")
    key = send_reports(site, "bob")
    assert "Judge against judge" not in site.get("/judges").text
    assert site.get("/api/v1/judges/tiny/test").json()["pairs"] == []
    rate_as(site.sessions, key, range(N_REPORT), kind=RaterKind.JUDGE, name="other")
    (pair,) = site.get("/api/v1/judges/tiny/test").json()["pairs"]
    assert (pair["first"], pair["second"]) == ("checklist", "other")
    report = next(one for one in pair["targets"] if one["slice"] == "track")
    assert report["n"] == N_REPORT
    rows = csv.DictReader(io.StringIO(site.get("/exports/judges.csv").text))
    row = next(row for row in rows if row["slice"] == "track")
    assert row["n"] == str(N_REPORT)
    assert float(row["bias"]) == pytest.approx(report["bias"]["value"])
    # A second judge's ratings come with a run, which is what makes a kept page old.
    with site.sessions.write() as session:
        other = session.scalars(select(Rater).where(Rater.name == "other")).one()
        session.add(
            JudgeRun(
                submission_id=key, rater=other, started_at=now(), state=RunState.OK,
                reason="", canaries=[],
            )
        )  # fmt: skip
    page = site.get("/judges").text
    assert "Judge against judge" in page
    assert "other (version 1)" in page
