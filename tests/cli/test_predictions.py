"""Trying and submitting prediction files."""

from __future__ import annotations

import json
import os
import tracemalloc
from pathlib import Path

import pytest

from spinebench.multipart import MultipartForm
from tests.cli.answers import MINI, MODEL, PROBLEMS, RESULTS, VERDICT, submission
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import TOKEN, Spinebench


def test_a_submission_arrives_byte_for_byte_with_its_fields(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    content = b'{"id": "a", "prediction": "\xc3\xa9"}\r\n--boundary\r\n' * 20_000
    file = tmp_path / 'früh "1".jsonl'
    file.write_bytes(content)
    server.on("POST", "/submissions", Answer(201, submission()))
    outcome = spinebench("submit", str(file), "-b", "spinebench-mini", "-m", "my-vlm")
    assert outcome.code == 0
    (request,) = server.asked("POST", "/submissions")
    assert request.token == TOKEN
    assert "Transfer-Encoding" not in request.headers
    form = request.read_form()
    assert form["file"][1] == content
    assert {name: value for name, (_, value) in form.items() if name != "file"} == {
        "benchmark": b"spinebench-mini",
        "split": b"test",
        "model": b"my-vlm",
    }
    assert 'filename="früh %221%22.jsonl"'.encode() in request.body


def test_a_forms_length_is_what_it_sends_and_every_byte_of_the_file_is_told(
    tmp_path: Path,
) -> None:
    file = tmp_path / "predictions.csv"
    file.write_bytes(bytes(200_000))
    told: list[int] = []
    with MultipartForm({"split": "test"}, file, told.append) as form:
        assert len(b"".join(form)) == len(form)
    assert sum(told) == 200_000
    assert len(told) > 1


def test_a_large_file_is_sent_in_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    n_bytes = 64 * 1024 * 1024
    with file.open("wb") as target:
        target.truncate(n_bytes)
    tracemalloc.start()
    try:
        with MultipartForm({"split": "test"}, file, lambda n_sent: None) as form:
            assert sum(map(len, form)) == len(form) > n_bytes
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_file_whose_name_is_not_text_is_sent_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    file.write_bytes(b"{}")
    with MultipartForm({}, file, lambda n_sent: None) as form:
        assert b'name="file"; filename="caf?.jsonl"' in b"".join(form)


def test_submit_prints_the_id_and_the_address(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("POST", "/submissions", Answer(201, submission()))
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini", "-m", "my-vlm")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "Submitted as 42: 98 predictions of my-vlm on spinebench-mini test.",
        "https://example.org/submissions/42",
    ]
    assert "spinebench status 42 --watch" in outcome.err


def test_a_script_is_not_asked_and_names_the_version_it_answers(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("POST", "/submissions", Answer(201, submission()))
    at = ("-b", "spinebench-mini", "-m", "my-vlm", "--version", "1.2.0")
    assert spinebench("submit", str(predictions), *at).code == 0
    assert server.asked("POST", "/validations") == []
    assert server.asked("POST", "/submissions")[0].read_form()["version"][1] == b"1.2.0"


def test_quiet_submit_prints_the_id_alone(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("POST", "/submissions", Answer(201, submission()))
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini", "-m", "my-vlm", "-q")
    assert (outcome.out, outcome.err) == ("42\n", "")


def test_submit_and_watch_ends_with_the_scores(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("POST", "/submissions", Answer(201, submission()))
    server.on("GET", "/submissions/42", submission("running"), submission("scored"))
    server.on("GET", "/submissions/42/results", RESULTS)
    outcome = spinebench("submit", str(predictions), "-b", "m", "-m", "my-vlm", "--watch")
    assert outcome.code == 0
    assert "Submission 42: scored." in outcome.out
    rows = [" ".join(line.split()) for line in outcome.out.splitlines()]
    assert "track text accuracy 51.8 [39.0, 64.4] 29/56 0" in rows
    assert "disc herniation" not in outcome.out


def test_submit_and_watch_with_json_prints_the_last_state_alone(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    failed = submission("failed", failure={"message": "The judge is away.", "remedy": "Wait."})
    server.on("POST", "/submissions", Answer(201, submission()))
    server.on("GET", "/submissions/42", submission("running"), failed)
    outcome = spinebench("submit", str(predictions), "-b", "m", "-m", "my-vlm", "-w", "--json")
    assert outcome.code == 6
    assert outcome.json == failed


def test_the_only_benchmark_need_not_be_named(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("GET", "/benchmarks", {"benchmarks": [MINI]})
    server.on("POST", "/validations", VERDICT)
    outcome = spinebench("validate", str(predictions))
    assert outcome.code == 0
    assert outcome.out == "Valid: 98 predictions (text, image, report).\n"
    assert "spinebench-mini (the only one)" in outcome.err
    form = server.asked("POST", "/validations")[0].read_form()
    assert form["benchmark"][1] == b"spinebench-mini"


def test_a_check_says_which_tracks_are_missing_for_an_overall_score(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    part = {"tracks": ["text"], "n_predictions": 56, "missing": {"image": 193, "report": 1}}
    server.on("POST", "/validations", {**VERDICT, **part})
    outcome = spinebench("validate", str(predictions), "-b", "spinebench-mini")
    assert outcome.out.splitlines() == [
        "Valid: 56 predictions (text).",
        "There will be no overall score: image (193 items) and report (1 item) are missing.",
    ]
    assert "Submit it: spinebench submit" in outcome.err


def test_among_several_benchmarks_none_is_guessed(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("GET", "/benchmarks", {"benchmarks": [MINI, {**MINI, "slug": "other"}]})
    outcome = spinebench("validate", str(predictions))
    assert outcome.code == 2
    assert "spinebench-mini, other" in outcome.err
    assert server.asked("POST", "/validations") == []


def test_a_model_is_never_guessed(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("GET", "/models", {"models": [MODEL]}, {"models": []})
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini")
    assert outcome.code == 2
    assert "--model: my-vlm" in outcome.err
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini")
    assert outcome.code == 2
    assert "spinebench models create" in outcome.err


@pytest.mark.parametrize("command", ["validate", "submit"])
def test_every_problem_is_shown_with_its_line_and_remedy(
    server: ApiServer, spinebench: Spinebench, predictions: Path, command: str
) -> None:
    no = refusal(
        422, "invalid_predictions", "2 problems.", "Fix them.", problems=PROBLEMS, n_problems=2
    )
    server.on("POST", "/validations", no)
    server.on("POST", "/submissions", no)
    model = ["-m", "my-vlm"] if command == "submit" else []
    outcome = spinebench(command, str(predictions), "-b", "spinebench-mini", *model)
    assert outcome.code == 5
    first, second = outcome.out.splitlines()[-2:]
    assert first.split() == [
        *("3", "test-text-001", "This", "id", "is", "on", "line", "1", "already."),
        *("Keep", "one", "of", "the", "two", "lines."),
    ]
    assert second.split() == ["-", "test-text-002", "There", "is", "no", "prediction.", "-"]
    assert "Fix them." in outcome.err


def test_problems_left_out_by_the_server_are_counted(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    counted = {"line": 7, "id": None, "message": "1,000.", "remedy": "So.", "n_lines": 1_000}
    no = refusal(
        422, "invalid_predictions", "Many.", problems=[PROBLEMS[0], counted], n_problems=2_201
    )
    server.on("POST", "/validations", no)
    outcome = spinebench("validate", str(predictions), "-b", "spinebench-mini")
    assert "... and 1,200 more." in outcome.out
    no = refusal(422, "invalid_predictions", "Many.", problems=PROBLEMS, n_problems=1202)
    server.on("POST", "/validations", no)
    outcome = spinebench("validate", str(predictions), "-b", "spinebench-mini")
    assert "1,202 problems" in outcome.out
    assert "... and 1,200 more." in outcome.out
    as_json = spinebench("validate", str(predictions), "-b", "spinebench-mini", "--json")
    assert as_json.json["error"]["problems"] == PROBLEMS
    assert as_json.code == 5


def test_the_same_file_twice_is_status_4_and_points_at_the_first(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    first = "https://example.org/submissions/41"
    no = refusal(409, "duplicate_submission", f"Sent before: {first}", "Look there.", url=first)
    server.on("POST", "/submissions", no)
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini", "-m", "my-vlm")
    assert outcome.code == 4
    assert first in outcome.err


def test_the_first_submissions_address_is_shown_when_the_message_leaves_it_out(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    first = "https://example.org/submissions/41"
    server.on("POST", "/submissions", refusal(409, "duplicate_submission", "Twice.", url=first))
    outcome = spinebench("submit", str(predictions), "-b", "spinebench-mini", "-m", "my-vlm")
    assert outcome.code == 4
    assert first in outcome.err


@pytest.mark.parametrize("answer", [refusal(413, "too_large", "At most 1 MB."), Answer(413)])
def test_a_file_too_large_for_the_server_is_named_with_its_size(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, answer: Answer
) -> None:
    file = tmp_path / "large.jsonl"
    file.write_bytes(bytes(2_500_000))
    server.on("POST", "/submissions", answer)
    outcome = spinebench("submit", str(file), "-b", "spinebench-mini", "-m", "my-vlm")
    assert outcome.code == 5
    assert "large.jsonl has 2.5 MB." in outcome.err


def test_an_empty_file_is_not_sent(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path
) -> None:
    (tmp_path / "empty.csv").touch()
    outcome = spinebench("validate", str(tmp_path / "empty.csv"))
    assert outcome.code == 5
    assert server.requests == []


@pytest.mark.parametrize("name", ["absent.jsonl", "."])
def test_what_is_not_a_file_is_a_mistake_in_the_command(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, name: str
) -> None:
    outcome = spinebench("validate", str(tmp_path / name), "--json")
    assert outcome.code == 2
    assert outcome.json["error"]["code"] == "usage"
    assert server.requests == []


RECORDED = Path(__file__).parents[1] / "submissions" / "recorded"


def test_convert_writes_what_counts_of_a_log_and_says_what_it_was(
    spinebench: Spinebench, tmp_path: Path
) -> None:
    log = str(RECORDED / "inspect_dataset_shuffled.eval")
    made = tmp_path / "made.jsonl"
    outcome = spinebench("convert", log, "-o", str(made))
    assert outcome.code == 0
    assert "Read as: inspect_ai log 0.3.285, 10 samples" in outcome.err
    assert "1 failed request has no answer" in outcome.err
    lines = [json.loads(line) for line in made.read_text("utf-8").splitlines()]
    assert len(lines) == 10
    assert lines[0]["id"] == "test-text-001"
    assert set(lines[0]["options"]) == set("ABCD")
    assert spinebench("convert", log, "-o", str(made)).code == 2
    asked = spinebench("convert", log, "-o", str(made), "--force", "--json").json
    assert asked["recognised"]["tool"] == "inspect_ai log"


def test_several_files_are_sent_as_what_counts_of_them(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("POST", "/validations", Answer(200, VERDICT))
    names = ("lm_eval_samples_text.jsonl.gz", "lm_eval_samples_image.jsonl.gz")
    files = [str(RECORDED / name) for name in names]
    assert spinebench("validate", *files, "-b", "spinebench-mini").code == 0
    (request,) = server.asked("POST", "/validations")
    sent = request.read_form()["file"][1].splitlines()
    assert len(sent) == 84
    assert json.loads(sent[0]).keys() == {"id", "prediction", "read_from"}
    assert json.loads(sent[1]).keys() == {"id", "prediction"}


def test_a_file_that_cannot_be_converted_says_why(spinebench: Spinebench) -> None:
    outcome = spinebench("convert", str(RECORDED / "lm_eval_results.json.gz"), "--json")
    assert outcome.code == 5
    assert "lm_eval's summary of a run" in outcome.json["error"]["problems"][0]["message"]


def test_submit_says_what_the_file_was_taken_for(server: ApiServer, spinebench: Spinebench) -> None:
    made = submission()
    words = "2 predictions received in log.eval. Read as: inspect_ai log, 2 samples."
    made["events"] = [{"at": made["created_at"], "kind": "submitted", "message": words}]
    server.on("POST", "/submissions", Answer(201, made))
    log = str(RECORDED / "inspect_failed_run.eval")
    outcome = spinebench("submit", log, "-b", "spinebench-mini", "-m", "my-vlm")
    assert "Read as: inspect_ai log, 2 samples." in outcome.out
