"""What a person sees in a real terminal, and what a program reads in a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from spinebench.terminal import plain
from tests.cli.answers import ME, RANKING, RESULTS, VERDICT, submission
from tests.cli.api_server import Answer, ApiServer
from tests.cli.conftest import TOKEN, Spinebench
from tests.cli.screen import COMMAND, Screen

CLI = Path(__file__).parents[2] / "cli"

Open = Callable[..., Screen]


@pytest.fixture
def environ(server: ApiServer, config_dir: Path) -> dict[str, str]:
    """The environment of a new process, signed in, in a plain colour terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "PYTHONPATH": str(CLI),
        "PYTHONUTF8": "1",
        "TERM": "xterm-256color",
        "SPINEBENCH_CONFIG_DIR": str(config_dir),
        "SPINEBENCH_URL": server.url,
        "SPINEBENCH_TOKEN": TOKEN,
    }


@pytest.fixture
def screen(environ: dict[str, str]) -> Iterator[Open]:
    """Opens terminals and closes them afterwards."""
    opened: list[Screen] = []

    def open_screen(*arguments: str, width: int = 100, **more: str) -> Screen:
        opened.append(Screen(list(arguments), {**environ, **more}, width))
        return opened[-1]

    yield open_screen
    for one in opened:
        one.close()


def without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


PART = VERDICT | {
    "tracks": ["text"],
    "missing": {"image": 28, "report": 14},
    "effect": "A file of text questions: my-vlm stands on the other tracks as before.",
}


@pytest.mark.parametrize(("answer", "code", "n_sent"), [("y", 0, 1), ("n", 130, 0), ("", 130, 0)])
def test_in_a_terminal_one_hears_what_a_part_will_do_before_it_is_sent(
    server: ApiServer, screen: Open, predictions: Path, answer: str, code: int, n_sent: int
) -> None:
    server.on("POST", "/validations", PART)
    server.on("POST", "/submissions", Answer(201, submission()))
    at = ("-b", "spinebench-mini", "-m", "my-vlm", "--version", "1.2.0")
    opened = screen("submit", str(predictions), *at, width=200)
    opened.wait_for("Send it?")
    assert PART["effect"] in opened.seen
    assert server.asked("POST", "/submissions") == []
    opened.type(f"{answer}\n")
    assert opened.wait() == code
    assert len(server.asked("POST", "/submissions")) == n_sent
    assert ("Nothing was submitted." in opened.seen) == (n_sent == 0)
    asked = server.asked("POST", "/validations")[0].read_form()
    assert (asked["model"][1], asked["version"][1]) == (b"my-vlm", b"1.2.0")


def test_a_whole_file_or_one_with_yes_is_sent_without_a_question(
    server: ApiServer, screen: Open, predictions: Path
) -> None:
    server.on("POST", "/validations", VERDICT)
    server.on("POST", "/submissions", Answer(201, submission()))
    at = ("submit", str(predictions), "-b", "spinebench-mini", "-m", "my-vlm")
    assert screen(*at).wait() == 0
    assert len(server.asked("POST", "/validations")) == 1
    server.on("POST", "/validations", PART)
    assert screen(*at, "--yes").wait() == 0
    assert len(server.asked("POST", "/validations")) == 1
    assert len(server.asked("POST", "/submissions")) == 2


def test_login_asks_and_never_shows_the_token(server: ApiServer, screen: Open) -> None:
    server.on("GET", "/me", ME)
    person = screen("login", SPINEBENCH_URL="", SPINEBENCH_TOKEN="")
    person.wait_for("Server")
    person.type(f"{server.url}\n")
    person.wait_for(f"{server.url}/account")
    # The last blank comes once the echo is off; what is typed earlier is thrown away.
    person.wait_for("Token (not shown): ")
    person.type(f"{TOKEN}\n")
    assert person.wait() == 0
    assert "Signed in" in person.seen
    assert TOKEN not in person.seen
    assert server.requests[0].token == TOKEN


def test_ctrl_c_while_watching_leaves_the_submission_alone_and_says_so(
    server: ApiServer, screen: Open
) -> None:
    server.on("GET", "/submissions/42", submission("running"))
    person = screen("status", "42", "--watch")
    person.wait_for("Rating the reports")
    person.interrupt()
    assert person.wait() == 130
    seen = without_colours(person.seen)
    assert "Submission 42 continues" in seen
    assert "spinebench cancel 42" in seen
    assert "Traceback" not in seen
    assert {request.method for request in server.requests} == {"GET"}


def test_ctrl_c_while_sending_says_how_to_see_whether_it_arrived(
    server: ApiServer, screen: Open, predictions: Path
) -> None:
    is_interrupted = threading.Event()
    server.on("POST", "/validations", VERDICT)
    server.on("POST", "/submissions", Answer(201, submission(), after=is_interrupted))
    person = screen("submit", str(predictions), "-b", "mini", "-m", "my-vlm")
    person.wait_for("The server is taking it")
    person.interrupt()
    assert person.wait() == 130
    is_interrupted.set()
    assert "spinebench status" in person.seen
    assert "Traceback" not in person.seen


def test_watching_draws_a_bar_below_the_events(server: ApiServer, screen: Open) -> None:
    event = {"at": "2026-11-24T03:14:06Z", "kind": "step", "message": "Taken by a worker."}
    half = {"n_done": 49, "n_total": 98}
    server.on(
        "GET",
        "/submissions/42",
        submission("running", events=[event], progress=half),
        submission("scored", events=[event]),
    )
    server.on("GET", "/submissions/42/results", RESULTS)
    person = screen("status", "42", "--watch")
    assert person.wait() == 0
    seen = without_colours(person.seen)
    assert "49/98" in seen
    assert seen.index("Taken by a worker.") < seen.index("Submission 42: scored.")
    assert seen.count("Taken by a worker.") == 1


def test_sending_a_file_shows_how_far_it_is(
    server: ApiServer, screen: Open, tmp_path: Path
) -> None:
    file = tmp_path / "predictions.jsonl"
    file.write_bytes(b"x" * 3_000_000)
    is_shown = threading.Event()
    server.on("POST", "/validations", Answer(body=VERDICT, after=is_shown))
    person = screen("validate", str(file), "-b", "mini")
    person.wait_for("The server is reading it")
    is_shown.set()
    assert person.wait() == 0
    assert "3.0/3.0 MB" in without_colours(person.seen)
    assert "The server is reading it" in person.seen


@pytest.mark.parametrize(
    ("width", "shown", "left_out"),
    [(60, "rank", "coverage"), (40, "overall", "text"), (132, "coverage", None)],
)
def test_a_narrow_window_keeps_rank_model_and_overall_and_names_the_rest(
    server: ApiServer, screen: Open, width: int, shown: str, left_out: str | None
) -> None:
    server.on("GET", "/rankings/mini/test", RANKING)
    person = screen("rankings", "mini", width=width)
    assert person.wait() == 0
    lines = without_colours(person.seen).splitlines()
    header = next(line for line in lines if line.lstrip().startswith("rank "))
    assert shown in header
    assert all(name in header for name in ("rank", "model", "overall"))
    assert all(len(line) <= width for line in lines)
    assert ("Left out" in person.seen) is (left_out is not None)
    if left_out is not None:
        assert left_out not in header
        assert left_out in person.seen[person.seen.index("Left out") :]


def test_no_color_is_respected(server: ApiServer, screen: Open) -> None:
    server.on("GET", "/rankings/mini/test", RANKING)
    colours = re.compile(r"\x1b\[[0-9;]*3[0-9][0-9;]*m")
    person = screen("rankings", "mini", NO_COLOR="1")
    assert person.wait() == 0
    assert not colours.search(person.seen)
    person = screen("rankings", "absent", NO_COLOR="1")
    assert person.wait() == 8
    assert not colours.search(person.seen)


def test_a_pipe_gets_every_column_and_no_control_characters(
    server: ApiServer, environ: dict[str, str]
) -> None:
    server.on("GET", "/rankings/mini/test", RANKING)
    done = subprocess.run(
        [*COMMAND, "rankings", "mini"], env=environ, capture_output=True, check=True, text=True
    )
    assert "attempts" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_a_pipe_closed_early_is_no_crash(server: ApiServer, environ: dict[str, str]) -> None:
    entry = RANKING["entries"][0]
    long = {**entry, "model": {"slug": "m", "name": "M" * 1_000, "organisation": "O"}}
    many = {**RANKING, "entries": [long] * 200}
    server.on("GET", "/rankings/mini/test", many)
    with subprocess.Popen(
        [*COMMAND, "rankings", "mini"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.readline()
        reader.stdout.close()
        assert b"Traceback" not in reader.stderr.read()


def test_a_terminal_without_unicode_shows_question_marks_instead_of_crashing(
    server: ApiServer, environ: dict[str, str]
) -> None:
    server.on("GET", "/me", {**ME, "user": {"name": "Žofie 脊", "email": "z@example.org"}})
    ascii_only = {**environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([*COMMAND, "whoami"], env=ascii_only, capture_output=True, check=True)
    assert b"?ofie ?" in done.stdout
    done = subprocess.run(
        [*COMMAND, "whoami", "--json"], env=ascii_only, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["user"]["name"] == "Žofie 脊"


def test_other_peoples_names_cannot_command_the_terminal(
    server: ApiServer, spinebench: Spinebench
) -> None:
    nasty = "\x1b[2J\x9b31m\u202e[bold]evil[/bold] :smile:"
    entry = {**RANKING["entries"][0], "model": {"slug": "e", "name": nasty, "organisation": "O"}}
    server.on("GET", "/rankings/mini/test", {**RANKING, "entries": [entry]})
    outcome = spinebench("rankings", "mini")
    assert not {"\x1b", "\x9b", "\u202e"} & set(outcome.out)
    assert "[bold]evil[/bold] :smile:" in outcome.out


def test_letters_of_every_script_stay_as_they_are() -> None:
    text = "Žofie 脊柱 العمود नमस्ते e\u0301\nend"
    assert plain(text) == text


def test_the_version_is_there_without_waiting_for_slow_imports(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "spinebench", "--version"],
        env=environ,
        capture_output=True,
        check=True,
        text=True,
    )
    assert re.fullmatch(r"spinebench \d+\.\d+\.\d+\n", done.stdout)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "spinebench.transport" in imported
    assert not {"requests", "rich.console", "rich.table", "rich.progress"} & imported
