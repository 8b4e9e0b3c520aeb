"""What the product exports for other software, validated by that software's own packages.

The bundled benchmark with one model scored, on a site in a temporary SQLite. Every Eval Ever needs
Python 3.12 or newer, which is python3.12 of the PATH or what EVERY_EVAL_EVER_PYTHON names; without
it the schemas of that project check instead, and the line says so. Nothing is fetched.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.rivals.install import ROOT, make_rivals
from config import Config
from demo.redis_server import start_redis
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.teams import make_model_card, make_team
from leaderboard.accounts.users import register
from leaderboard.app import create_app
from leaderboard.db import Sessions, make_sessions
from leaderboard.evaluation.run import evaluate
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.migrate import upgrade
from leaderboard.models.identity import Means
from leaderboard.packages.catalogue import get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.submissions.content import Content
from leaderboard.submissions.quota import Quota
from leaderboard.submissions.read import read_predictions
from leaderboard.submissions.submit import read_known_items, submit

BENCHMARK, MODEL = "spinebench-mini", "gemma"
PASSWORD = "a long one for the exports 7"
SPLITS = ("dev", "test")
SETTING = "EVERY_EVAL_EVER_PYTHON"
SCHEMAS = ROOT / "tests" / "exports" / "schemas"
SHOWN = 20


class Verdict(NamedTuple):
    """What a validator says of its files."""

    validator: str
    version: str
    n_files: int
    errors: Sequence[str]
    warnings: Sequence[str]
    notes: Sequence[str] = ()

    def write(self) -> str:
        """A line, below it what is wrong."""
        counts = f"{len(self.errors)} errors, {len(self.warnings)} warnings"
        files = "1 file" if self.n_files == 1 else f"{self.n_files} files"
        head = f"{self.validator} {self.version}: {files}, {counts}"
        said = [f"  error: {one}" for one in self.errors[:SHOWN]]
        said += [f"  warning: {one}" for one in self.warnings[:SHOWN]]
        return "\n".join(["; ".join([head, *self.notes]), *said])


def measure() -> None:
    """A line for each validator. Exits with 1 where one found an error."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_exports(folder)
        verdicts = [check_croissant(folder), check_hub(folder), check_records(folder)]
    for verdict in verdicts:
        print(verdict.write())
    if any(verdict.errors for verdict in verdicts):
        raise SystemExit(1)


def write_exports(folder: Path) -> None:
    """The files of every format, and the questions of both splits, as the site sends them."""
    version = f"/api/v1/benchmarks/{BENCHMARK}"
    model = f"{version}/models/{MODEL}/exports"
    with _open_site(folder) as get:
        for split in SPLITS:
            _write(folder, f"{split}.zip", get(f"/benchmarks/{BENCHMARK}/splits/{split}/package"))
        _write(folder, "croissant.json", get(f"{version}/exports/croissant"))
        _write(folder, "eval_results.yaml", get(f"{model}/eval-results?dataset=lab/spine"))
        _write(folder, "README.md", get(f"{model}/model-index?dataset=lab/spine"))
        # Apart, for a record of all models is named as that of the model, which has answers too.
        for name, about in (("model", model), ("models", f"{version}/exports")):
            with zipfile.ZipFile(io.BytesIO(get(f"{about}/every-eval-ever"))) as opened:
                opened.extractall(folder / "records" / name)


def check_croissant(folder: Path) -> Verdict:
    """The description of both splits, and all their records from the zips that it describes."""
    files = [f"{split}.zip={folder / f'{split}.zip'}" for split in SPLITS]
    script = [make_rivals("exports"), "validate_croissant.py"]
    return _ask("mlcroissant", script, [str(folder / "croissant.json"), *files], 1)


def check_hub(folder: Path) -> Verdict:
    """The `.eval_results` and the model-index."""
    files = [str(folder / name) for name in ("eval_results.yaml", "README.md")]
    return _ask("huggingface_hub", [make_rivals("exports"), "validate_hub.py"], files, len(files))


def check_records(folder: Path) -> Verdict:
    """Every Eval Ever's aggregates and answers, by its package or else by its schemas."""
    files = sorted(str(one) for one in (folder / "records").rglob("*.json*"))
    if not any(one.endswith(".jsonl") for one in files):
        raise RuntimeError("The records have no answers.")
    interpreter = os.environ.get(SETTING) or _find_python()
    if interpreter is None:
        script = [make_rivals("exports"), "validate_schemas.py"]
        name = "every_eval_ever's schemas 0.3.0 (no Python 3.12), by jsonschema"
        return _ask(name, script, [str(SCHEMAS), *files], len(files))
    python = Path(make_rivals("every-eval-ever", interpreter))
    program = python.with_name("every_eval_ever")
    said = _run([str(program), "validate", "--format", "json", *files], is_verdict=True)
    errors = [
        f"{Path(one['file']).name}: {error['loc']}: {error['msg']}"
        for one in json.loads(said)
        for error in one["errors"]
    ]
    code = "from importlib.metadata import version; print(version('every_eval_ever'))"
    version = _run([str(python), "-c", code]).strip()
    n = sum(one.endswith(".jsonl") for one in files)
    notes = [f"{len(files) - n} of scores, {n} of answers"]
    return Verdict("every_eval_ever", version, len(files), errors, [], notes)


def _find_python() -> str | None:
    """python3.12 of the PATH; None where there is none that runs."""
    code = "import sys; print(sys.executable)"
    try:
        done = subprocess.run(["python3.12", "-c", code], capture_output=True, text=True)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _ask(name: str, script: Sequence[str], arguments: Sequence[str], n_files: int) -> Verdict:
    python, file = script
    found = json.loads(_run([python, str(ROOT / "bench" / "rivals" / file), *arguments]))
    notes = found.get("notes", [])
    return Verdict(name, found["version"], n_files, found["errors"], found["warnings"], notes)


def _run(command: Sequence[str], *, is_verdict: bool = False) -> str:
    """What a command writes. Raises RuntimeError where it fails otherwise than by a verdict."""
    environ = {**os.environ, "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    if done.returncode != 0 and not (is_verdict and done.stdout.startswith("[")):
        raise RuntimeError(f"{command[0]} ended with {done.returncode}:\n{done.stderr[-2_000:]}")
    return done.stdout


def _write(folder: Path, name: str, raw: bytes) -> None:
    (folder / name).write_bytes(raw)


@contextmanager
def _open_site(folder: Path) -> Iterator[_Get]:
    """A site with the bundled benchmark, and a model scored on both of its splits."""
    url = f"sqlite:///{folder / 'site.sqlite3'}"
    upgrade(url)
    sessions = make_sessions(url)
    _fill(sessions)
    with start_redis(folder / "redis") as redis:
        settings = {"DATABASE_URL": url, "REDIS_URL": redis.url, "SECRET_KEY": "s" * 40}
        yield _Get(Config.from_env(settings))
    sessions.engine.dispose()


class _Get:
    """Asks the application for an address."""

    def __init__(self, config: Config) -> None:
        self._client = create_app(config).test_client()

    def __call__(self, address: str) -> bytes:
        answer = self._client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}: {answer.text[:500]}")
        return answer.get_data()


def _fill(sessions: Sessions) -> None:
    raw = (ROOT / "content" / "predictions" / "gemma-3-270m" / "predictions.jsonl").read_bytes()
    with sessions.write() as session:
        package = read_package(open_package(ROOT / "content" / BENCHMARK))
        benchmark = load_package(session, package).benchmark
        user = register(session, email="ada@example.org", name="Ada", password=PASSWORD)
        confirm(session, user, Means.HOST)
        team = make_team(session, user, slug="lab", name="Lab")
        facts = {"slug": MODEL, "name": "Gemma", "organisation": "Lab"}
        card = make_model_card(session, team, facts)
        keys = []
        for name in SPLITS:
            split = get_split(benchmark, name)
            items = read_known_items(session, split)
            lines = raw if name == "test" else _answer_all(items)
            sent = submit(
                session,
                user=user,
                model_card=card,
                split=split,
                predictions=read_predictions(Content(lines, "h" + name, len(raw)), items),
                file_name="predictions.jsonl",
                quota=Quota(0, 7),
            )
            keys.append(sent.id)
    for key in keys:
        evaluate(sessions, key, [ChecklistJudge()], max_attempts=1)


def _answer_all(items: Iterable[str]) -> bytes:
    """The first option for every item."""
    lines = [json.dumps({"id": key, "prediction": "ANSWER: A"}) for key in items]
    return "\n".join(lines).encode()
