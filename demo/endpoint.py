"""The demo's model endpoint: a real small model where one is installed, else a scripted one."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from content.predictors.serving import can_serve_smollm2
from demo.commands import Commands
from demo.host import BENCHMARK, ENDPOINT_TEAM, SPLIT
from demo.processes import Supervisor
from demo.services import HOST

SMALL_MODEL = "SmolLM2 135M Instruct (Q4_1)"
READY_SECONDS = 300.0
# The small model reads no pictures and writes slowly: the text track, in few words.
TRACK = "text"
MAX_TOKENS = "24"


@dataclass(frozen=True)
class DemoEndpoint:
    """What serves, and what it is called; `is_real` is a language model."""

    is_real: bool
    port: int

    @property
    def base_url(self) -> str:
        """The address that is registered."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def place(self) -> str:
        """How the host's allow-list names it."""
        return f"{HOST}:{self.port}"

    @property
    def name(self) -> str:
        """The endpoint's and its model card's short name."""
        return "smollm2-135m-instruct-endpoint" if self.is_real else "scripted-endpoint"

    @property
    def words(self) -> str:
        """Which of the two it is."""
        if self.is_real:
            return f"{SMALL_MODEL}, a real small model on this CPU"
        return "the bundled scripted endpoint, no model (`make demo WITH_MODEL=1` takes a real one)"

    @property
    def command(self) -> Sequence[str]:
        """The program that serves."""
        port = ("--port", str(self.port))
        if self.is_real:
            return [sys.executable, "-m", "content.predictors.serving", *port]
        return [sys.executable, "-m", "demo.scripted_endpoint", *port]


def choose_endpoint(*, takes_model: bool) -> DemoEndpoint:
    """The small model if it may be taken and is installed, on a free port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    return DemoEndpoint(takes_model and can_serve_smollm2(), port)


def start_endpoint(
    supervisor: Supervisor, endpoint: DemoEndpoint, environ: Mapping[str, str]
) -> None:
    """Serve until the demo ends. Raises ChildFailedError."""
    child = supervisor.start("endpoint", endpoint.command, environ=environ)
    supervisor.wait_ready(child, lambda: _is_ready(endpoint.base_url), seconds=READY_SECONDS)


def submit_endpoint(commands: Commands, endpoint: DemoEndpoint) -> tuple[str, bool]:
    """Register and submit it: the submission, and whether it is new. Raises CommandFailedError.

    It has another port at each start: what an earlier run registered is replaced.
    """
    endpoint_id = _register(commands, endpoint)
    listed: Any = commands.run_participant("status", "--json").read_json()
    for row in listed["submissions"]:
        stands = row["status"] not in {"failed", "cancelled"}
        if row["model"] == endpoint.name and row["split"] == SPLIT and stands:
            return str(row["id"]), False
    _make_card(commands, endpoint)
    sent: Any = commands.run_participant(
        *("endpoints", "submit", endpoint_id, "--benchmark", BENCHMARK, "--split", SPLIT),
        *("--model", endpoint.name, "--track", TRACK, "--json"),
    ).read_json()
    return str(sent["id"]), True


def _register(commands: Commands, endpoint: DemoEndpoint) -> str:
    listed: Any = commands.run_participant("endpoints", "list", "--json").read_json()
    for row in listed["endpoints"]:
        if row["name"] == endpoint.name:
            commands.run_participant("endpoints", "remove", row["id"])
    made: Any = commands.run_participant(
        *("endpoints", "add", "--name", endpoint.name, "--base-url", endpoint.base_url),
        *("--model", endpoint.name, "--no-key", "--concurrency", "2", "--json"),
        *("--max-tokens", MAX_TOKENS, "--team", ENDPOINT_TEAM),
    ).read_json()
    return str(made["id"])


def _make_card(commands: Commands, endpoint: DemoEndpoint) -> None:
    listed: Any = commands.run_participant("models", "--json").read_json()
    if any(row["slug"] == endpoint.name for row in listed["models"]):
        return
    about = (
        (f"{SMALL_MODEL}, by its endpoint", "Hugging Face TB", "--open-weights")
        if endpoint.is_real
        else ("Scripted endpoint, no model", "SpineBench", "--closed-weights")
    )
    name, organisation, weights = about
    commands.run_participant(
        *("models", "create", "--slug", endpoint.name, "--name", name),
        *("--organisation", organisation, weights, "--team", ENDPOINT_TEAM),
        *("--description", f"Asked by the worker: {endpoint.words}. Only the text track."),
    )


def _is_ready(base_url: str) -> bool:
    """Whether it answers, whatever it says; a model that is being loaded answers 503."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            return session.get(f"{base_url}/models", timeout=5).status_code < 500
        except requests.RequestException:
            return False
