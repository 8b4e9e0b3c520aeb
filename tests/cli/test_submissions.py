"""Following, listing, ending submissions and reading their scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.answers import RESULTS, items, reading, submission
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import Spinebench

PATH = "/submissions/42"


def event(message: str) -> dict[str, str]:
    return {"at": "2026-11-24T03:14:06Z", "kind": "step", "message": message}


def test_watching_tells_each_event_once_and_ends_with_the_scores(
    server: ApiServer, spinebench: Spinebench
) -> None:
    taken, rated = event("Taken by a worker."), event("Reports rated.")
    half = {"n_done": 49, "n_total": 98}
    server.on(
        "GET",
        PATH,
        submission(),
        submission("running", events=[taken], progress=half),
        submission("running", events=[taken], progress=half),
        submission("scored", events=[taken, rated]),
    )
    server.on("GET", f"{PATH}/results", RESULTS)
    outcome = spinebench("status", "42", "--watch")
    assert outcome.code == 0
    assert outcome.err.splitlines()[:4] == [
        "Waiting for a worker 0/98",
        "  Taken by a worker.",
        "Rating the reports 49/98",
        "  Reports rated.",
    ]
    assert outcome.waits == [1.0, 1.25, 1.5625]
    assert "Submission 42: scored." in outcome.out
    rows = [line.split() for line in outcome.out.splitlines() if line]
    assert ["all", "overall", "overall", "50.0", "[39.0,", "64.4]", "98", "0"] in rows


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (1, "next in the queue"),
        (2, "2nd of 130 in the queue"),
        (3, "3rd of 130 in the queue"),
        (4, "4th of 130 in the queue"),
        (11, "11th of 130 in the queue"),
        (21, "21st of 130 in the queue"),
        (112, "112th of 130 in the queue"),
        (123, "123rd of 130 in the queue"),
    ],
)
def test_a_submission_that_waits_says_where(
    server: ApiServer, spinebench: Spinebench, place: int, words: str
) -> None:
    queue = {"place": place, "n_waiting": 130, "n_running": 2}
    server.on("GET", PATH, submission(queue=queue))
    outcome = spinebench("status", "42")
    assert f"Status      queued: waiting for a worker, {words}, 0/98" in outcome.out


@pytest.mark.parametrize("status", ["failed", "cancelled", "held", "pending"])
def test_a_watched_submission_that_is_not_scored_is_status_6(
    server: ApiServer, spinebench: Spinebench, status: str
) -> None:
    failure = {"message": "The model did not answer.", "remedy": "Check the endpoint."}
    server.on("GET", PATH, submission(status, failure=None if status == "cancelled" else failure))
    outcome = spinebench("status", "42", "--watch")
    assert outcome.code == 6
    assert f"Submission 42: {status}." in outcome.out
    assert ("Check the endpoint." in outcome.out) is (status != "cancelled")


def test_a_look_at_a_failed_submission_is_no_failure_itself(
    server: ApiServer, spinebench: Spinebench
) -> None:
    failure = {"message": "The model did not answer.", "remedy": "Check the endpoint."}
    server.on("GET", PATH, submission("failed", failure=failure, events=[event("Begun.")]))
    outcome = spinebench("status", "42")
    assert outcome.code == 0
    assert "The model did not answer.\nCheck the endpoint." in outcome.out
    assert "2026-11-24 03:14:06  Begun." in outcome.out


def test_watching_outlasts_a_server_that_is_away_for_a_moment(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", PATH, *[Answer(503)] * 7, submission("scored"))
    server.on("GET", f"{PATH}/results", RESULTS)
    outcome = spinebench("status", "42", "--watch")
    assert outcome.code == 0
    assert sum(outcome.waits) > 40


def test_watching_is_right_about_the_end_even_without_the_scores(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", PATH, submission("scored"))
    server.on("GET", f"{PATH}/results", refusal(500, "internal", "Oops."))
    assert spinebench("status", "42", "--watch").code == 0


def test_watching_without_an_id_follows_the_latest(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/submissions", {"submissions": [submission()]}, {"submissions": []})
    server.on("GET", PATH, submission("cancelled"))
    outcome = spinebench("status", "-w")
    assert outcome.code == 6
    assert "42 (the latest)" in outcome.err
    assert server.requests[0].path.endswith("/submissions?limit=1")
    assert spinebench("status", "-w").code == 2


def test_status_alone_lists_the_latest(server: ApiServer, spinebench: Spinebench) -> None:
    listed = {"submissions": [submission("running", progress={"n_done": 7, "n_total": 98})]}
    server.on("GET", "/submissions", listed)
    outcome = spinebench("status")
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1].split() == [
        *("42", "running", "7/98", "my-vlm", "spinebench-mini", "test"),
        *("2026-11-24", "03:14", "predictions.jsonl"),
    ]
    assert spinebench("status", "--json").json == listed


def test_status_of_one_shows_where_it_is(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", PATH, submission("running", progress={"n_done": 7, "n_total": 98}))
    outcome = spinebench("status", "42")
    assert "running: rating the reports, 7/98" in outcome.out
    assert "https://example.org/submissions/42" in outcome.out


def test_an_unknown_submission_is_status_8(server: ApiServer, spinebench: Spinebench) -> None:
    assert spinebench("status", "43").code == 8
    assert spinebench("results", "43").code == 8
    assert spinebench("cancel", "43").code == 8


@pytest.mark.parametrize("id", ["..", "4/2", "", "4 2"])
def test_an_id_cannot_leave_its_place_in_the_address(
    server: ApiServer, spinebench: Spinebench, id: str
) -> None:
    assert spinebench("cancel", id).code == 2
    assert server.requests == []


def test_results_show_every_slice_with_one_decimal_and_reasons_for_dashes(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", f"{PATH}/results", RESULTS)
    outcome = spinebench("results", "42")
    rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "all overall overall 50.0 [39.0, 64.4] 98 0" in rows
    assert "track text accuracy 51.8 [39.0, 64.4] 29/56 0" in rows
    assert "track report report - 14 14" in rows
    assert "subcondition disc herniation accuracy 44.4* [39.0, 64.4] 3/6 0" in rows
    assert "*: few items" in outcome.out
    assert "dimension patient guidance rating 3.2 [2.5, 4.0] 56 0" in rows
    assert "-: no item of this slice" in outcome.out
    assert "80 answered, 2 refused, 1 ambiguous, 1 unparsed" in outcome.out
    assert spinebench("results", "42", "--json").json == RESULTS


def test_results_by_item_show_what_was_read_of_all_pages_and_what_came_of_it(
    server: ApiServer, spinebench: Spinebench
) -> None:
    judges = [
        {
            "judge": "checklist",
            "version": "3",
            "dimensions": [
                {"dimension": key, "name": key, "value": value, "reason": "", "checks": []}
                for key, value in (("diagnosis", 1.8), ("coverage", 3.0), ("style", None))
            ],
        }
    ]
    report = reading("report-1", answer=None, verdict=None, judges=judges)
    first = items(reading("text-1"), n=2, n_pages=2)
    second = items(report, n=2, page=2, n_pages=2)
    server.on("GET", f"{PATH}/items", first, second)
    outcome = spinebench("results", "42", "--items", "--filter", "wrong", "--level", "L4/L5")
    rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "text-1 text disc herniation B answer-line A no -" in rows
    assert "report-1 text disc herniation - - - - checklist 1.8 to 3.0" in rows
    assert "2 of 10 predictions." in rows
    asked = [one.path for one in server.requests]
    assert [path.partition("page=")[2][:1] for path in asked] == ["1", "2"]
    assert all("filter=wrong" in path and "level=L4%2FL5" in path for path in asked)


def test_results_by_item_as_json_hold_the_readings_of_all_pages(
    server: ApiServer, spinebench: Spinebench
) -> None:
    pages = [items(reading(f"text-{n}"), n=2, page=n, n_pages=2) for n in (1, 2)]
    server.on("GET", f"{PATH}/items", *pages)
    told = spinebench("results", "42", "--items", "--json").json
    assert [one["item"]["id"] for one in told["readings"]] == ["text-1", "text-2"]


def test_items_whose_key_is_hidden_are_shown_without_columns_for_it(
    server: ApiServer, spinebench: Spinebench
) -> None:
    unread = {**reading("text-1")["answer"], "outcome": "refused", "letters": "", "rule": "refusal"}
    server.on(
        "GET",
        f"{PATH}/items",
        items(reading("text-1", answer=unread, verdict=None), shows_key=False),
    )
    outcome = spinebench("results", "42", "--items")
    rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "text-1 text disc herniation refused refusal" in rows
    assert "key" not in outcome.out


def test_items_are_written_to_a_file_as_the_server_sends_them(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    server.on("GET", f"{PATH}/items.csv", Answer(body=b"item,text\r\na,b\r\n"))
    target = tmp_path / "items.csv"
    outcome = spinebench("results", "42", "--items", "--filter", "unread", "--csv", str(target))
    assert outcome.code == 0
    assert target.read_bytes() == b"item,text\r\na,b\r\n"
    assert server.requests[-1].path.endswith("items.csv?filter=unread")


def test_options_for_items_without_items_are_refused_before_anything_is_asked(
    server: ApiServer, spinebench: Spinebench
) -> None:
    outcome = spinebench("results", "42", "--filter", "wrong")
    assert outcome.code == 2
    assert "Add --items." in outcome.err
    assert server.requests == []


def test_results_before_the_end_are_refused_in_the_servers_words(
    server: ApiServer, spinebench: Spinebench
) -> None:
    no = refusal(409, "conflict", "It is not scored yet.", "Wait for it.")
    server.on("GET", f"{PATH}/results", no)
    outcome = spinebench("results", "42")
    assert outcome.code == 1
    assert "It is not scored yet." in outcome.err


def test_cancel_ends_a_submission(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("POST", f"{PATH}/cancel", submission("cancelled"))
    outcome = spinebench("cancel", "42")
    assert (outcome.code, outcome.out) == (0, "Submission 42: cancelled.\n")


def test_a_cut_connection_while_cancelling_says_where_to_look(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("POST", f"{PATH}/cancel", Answer(cut=True))
    outcome = spinebench("cancel", "42")
    assert outcome.code == 7
    assert "spinebench status 42" in outcome.err


def test_choose_has_the_model_stand_by_a_submission(
    server: ApiServer, spinebench: Spinebench
) -> None:
    chosen = submission("scored", is_chosen=True)
    server.on("POST", f"{PATH}/choose", chosen)
    outcome = spinebench("choose", "42")
    assert (outcome.code, outcome.out) == (
        0,
        "my-vlm stands by submission 42: from the next release on where results wait for one, "
        "otherwise as soon as the split is ranked again.\n",
    )
    assert spinebench("choose", "42", "--json").json == chosen


def test_what_cannot_be_chosen_is_refused_in_the_servers_words(
    server: ApiServer, spinebench: Spinebench
) -> None:
    no = refusal(409, "conflict", "It is public already.", "There is nothing to choose.")
    server.on("POST", f"{PATH}/choose", no)
    outcome = spinebench("choose", "42")
    assert outcome.code == 1
    assert "It is public already." in outcome.err
    server.on("POST", f"{PATH}/choose", Answer(cut=True))
    assert "run it again" in spinebench("choose", "42").err
    assert spinebench("choose", "43").code == 8


def test_keys_and_states_added_later_do_no_harm(server: ApiServer, spinebench: Spinebench) -> None:
    later: dict[str, Any] = submission("paused", step="think", colour="blue")
    server.on("GET", PATH, later)
    outcome = spinebench("status", "42")
    assert outcome.code == 0
    assert "paused: think" in outcome.out
