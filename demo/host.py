"""The host's part: the benchmark, and an account that can submit to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from demo.commands import Commands, Step
from demo.settings import ROOT
from demo.state import get_secrets, keep_secrets

BENCHMARK = "spinebench-mini"
SPLIT = "test"
ENDPOINT_TEAM = "endpoint-team"
EMAIL = "demo@example.org"
PACKAGE = ROOT / "content" / BENCHMARK
REPORTED = ROOT / "content" / "reported"
SPINEMED = (
    *("--kind", "paper", "--address", "https://arxiv.org/abs/2510.03160"),
    *("--measured-on", "SpineBench of SpineMed"),
    *("--differs", "items", "--differs", "prompt", "--differs", "judge"),
    *("--items", "text=294,image=193,report=87"),
)
PATHOLOGY = (
    *("--kind", "paper", "--address", "https://arxiv.org/abs/2510.12267"),
    *("--measured-on", "SpineBench for spinal pathology analysis"),
    *("--differs", "items", "--differs", "prompt", "--differs", "metric"),
    "--note",
    "Another benchmark of the same name: 40,263 questions on diagnoses with five options, and "
    "24,615 on where lesions are, scored by the exact set.",
)
REPORTED_STEPS = tuple(
    ("reported", "import", str(REPORTED / file), "--benchmark", BENCHMARK, "--title", title, *said)
    for file, title, said in (
        ("spinal-pathology.csv", "SpineBench for spinal pathology analysis", PATHOLOGY),
        ("spinemed-ablation.csv", "SpineMed, ablation of the training data", SPINEMED),
        ("spinemed.csv", "SpineMed, main results", SPINEMED),
    )
)
"""What papers report, on other items than those of the demonstration."""
TOKEN_REFUSED = 3


@dataclass(frozen=True)
class Bundled:
    """A bundled prediction file with the model that made it."""

    model: str
    card: Path
    predictions: Path


class NothingBundledError(RuntimeError):
    """The project's own predictions are not there."""


def find_bundled(folder: Path = ROOT / "content" / "predictions") -> Sequence[Bundled]:
    """Every bundled prediction file, by model name. Raises NothingBundledError if there is none."""
    found = [
        Bundled(card.parent.name, card, card.parent / "predictions.jsonl")
        for card in sorted(folder.glob("*/model.json"))
    ]
    if not found:
        raise NothingBundledError(
            f"There are no predictions in {folder}. Restore them with `git checkout -- content`."
        )
    return found


def prepare(
    commands: Commands,
    bundled: Sequence[Bundled],
    folder: Path,
    *,
    say: Callable[[str], None],
    wait_for_web: Callable[[], None],
) -> str:
    """Load the benchmark; make account, team, models and token: the token.

    What exists already stays as it is, and nothing is done where `folder` has a token of a
    database that holds it all.
    """
    kept, content = get_secrets(folder), fingerprint(bundled)
    if kept.token is not None and kept.prepared == content:
        wait_for_web()
        if _works(commands, kept.token):
            say(f"The benchmark, the account and {len(bundled)} models exist from an earlier run.")
            return kept.token
    *_, token = commands.run_host(make_steps(bundled, kept.password))
    say(f"Benchmark {BENCHMARK} is loaded.")
    say(f"Account {EMAIL} and {len(bundled)} models, each with its own team, have been created.")
    keep_secrets(folder, replace(kept, token=token, prepared=content))
    return token


def make_steps(bundled: Sequence[Bundled], password: str) -> list[Step]:
    """The host's commands, in order; the last writes a new token.

    Each model has a team of its own, as it would have with its makers. The benchmark is a
    demonstration, so every result is public as soon as it is scored; on another benchmark's
    hidden answers a host opens a release, which publishes one new result of a team's people.
    """
    scopes = ("--scope", "read", "--scope", "submit")
    models = [
        step
        for one in bundled
        for step in (
            Step(("team", "add", one.model, "--name", f"Team {one.model}", "--member", EMAIL)),
            Step(("model", "add", one.model, "--team", one.model, "--file", str(one.card))),
        )
    ]
    return [
        Step(("benchmark", "load", str(PACKAGE))),
        *map(Step, REPORTED_STEPS),
        # Its hidden answers are open anyway: the demo's endpoint may see the split.
        Step(("endpoint", "allow", BENCHMARK, SPLIT)),
        Step(
            ("user", "add", EMAIL, "--name", "Demo", "--password-stdin", "--set-up"),
            f"{password}\n",
        ),
        # One that was there before addresses were confirmed.
        Step(("user", "confirm", EMAIL, "--set-up")),
        # An account that an earlier folder made has that folder's password.
        Step(("user", "set-password", EMAIL, "--password-stdin"), f"{password}\n"),
        Step(("user", "grant", EMAIL, "admin")),
        *models,
        Step(("team", "add", ENDPOINT_TEAM, "--name", "Endpoint team", "--member", EMAIL)),
        Step(("token", "add", EMAIL, "--name", "demo", *scopes)),
    ]


def fingerprint(bundled: Sequence[Bundled], package: Path = PACKAGE) -> str:
    """A hash of the benchmark's files and of the model cards."""
    digest = hashlib.sha256(
        b"a host; a team with an endpoint, which may see the split; reported results"
    )
    files = sorted(path for path in package.rglob("*") if path.is_file())
    for path in [*files, *(one.card for one in bundled)]:
        digest.update(hashlib.sha256(str(path).encode()).digest())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _works(commands: Commands, token: str) -> bool:
    asking = replace(commands, environ={**commands.environ, "SPINEBENCH_TOKEN": token})
    answer = asking.run_participant("whoami", "--json", accept=frozenset({0, TOKEN_REFUSED}))
    return answer.status == 0
