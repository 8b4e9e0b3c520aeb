"""The page of the judges says by itself how far each may be trusted."""

import json

from leaderboard.db import Sessions
from leaderboard.evaluation.recalibrate import recalibrate
from leaderboard.models.calibration import Refit
from tests.evaluation.test_calibrations import rate_as
from tests.site import N_REPORT, Site


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
        split_id = session.query(Refit.split_id).scalar()
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
    assert "After calibration, and the gate" in page.text
    figure = site.get("/judges/1/figure.json?target=dimension:diagnosis")
    assert figure.status_code == 200
    dots = next(trace for trace in figure.json()["data"] if trace["mode"] == "markers")
    assert sum(dots["customdata"]) == 2 * N_REPORT
    for text in (page.text, figure.text):
        assert "test-report" not in text
        assert "model-bob" not in text
