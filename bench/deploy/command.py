"""What the page's commands lead to, and how long they take."""

from __future__ import annotations

import argparse
import json
import secrets
import subprocess
import tempfile
import time
from pathlib import Path

from bench.deploy import visitor
from bench.deploy.machine import Machine, find_missing, start_machine
from bench.deploy.page import Part, read_parts
from bench.deploy.visitor import EMAIL
from bench.formats import make_excel, make_jsonl, make_parquet
from demo.settings import ROOT

SITE, SOURCE = "spinebench.example.org", "https://git.example.org/spinebench.git"
"""As the page has them."""
AUTHORITY = "/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
MOST_MINUTES = 15
MODELS = {
    "most-frequent-letter": ("jsonl", make_jsonl),
    "random-letter": ("parquet", make_parquet),
    "gemma-3-270m": ("xlsx", make_excel),
}
PREDICTIONS = ROOT / "content" / "predictions"
EXPECTED_PROBLEMS = {"SMTP_URL", "IMPRINT", "PRIVACY"}


def main(arguments: list[str]) -> int:
    """Run the page in a new machine; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench deploy", description=__doc__)
    parser.add_argument("--commit", default="HEAD", help="What is deployed; default: %(default)s.")
    commit = parser.parse_args(arguments).commit
    if missing := find_missing():
        print(f"Not on this machine: {', '.join(missing)}. Install them, and run it as root.")
        return 2
    named = subprocess.run(
        ["git", "-C", ROOT, "rev-parse", commit], check=True, capture_output=True, text=True
    )
    with (
        tempfile.TemporaryDirectory(prefix="spinebench-deploy-") as folder,
        start_machine(Path(folder), SITE, SOURCE, named.stdout.strip()) as machine,
    ):
        return _follow(machine)


def _follow(machine: Machine) -> int:
    """Every part of the page in its order, with a visit between."""
    parts = read_parts()
    exports = "".join(parts[0].commands)
    setting_up = [part for part in parts if part.heading[0].isdigit()]
    begun = time.monotonic()
    password = secrets.token_urlsafe(12)
    for part in setting_up[1:-1]:
        _run_part(machine, part, exports)
    _visit(machine, "register", password)
    _run_part(machine, setting_up[-1], exports)
    minutes = (time.monotonic() - begun) / 60
    print(f"{minutes:.1f} minutes from the first command to a site with a benchmark and its host")
    _visit(machine, "sign-in", password)
    token = _make_models(machine)
    scored = _submit(machine, token)
    _check_units(machine)
    for part in parts[len(setting_up) :]:
        _run_part(machine, part, exports)
        _visit(machine, "sign-in", password)
    kept = len(_list(machine, token))
    print(f"{scored} of {scored} submissions scored, {kept} there after backup and upgrade")
    return 0 if minutes <= MOST_MINUTES and kept == scored else 1


def _run_part(machine: Machine, part: Part, exports: str) -> None:
    """The page's commands as one shell has them, in the project's folder once there is one."""
    where = "[ ! -d /opt/spinebench ] || cd /opt/spinebench\n"
    begun = time.monotonic()
    script = "".join(part.commands)
    if "spinebench-host check\n" in script:
        before, after = script.split("spinebench-host check\n")
        machine.run(exports + where + before)
        _read_findings(machine)
        script = after
    machine.run(exports + where + script)
    print(f"{time.monotonic() - begun:6.1f} s  {part.heading}", flush=True)


def _read_findings(machine: Machine) -> None:
    """What `flask check` leaves: nothing that the page does not say."""
    said = machine.run("spinebench-host check --json || [ $? = 1 ]")
    left = {one["name"]: one for one in json.loads(said)["findings"] if one["weight"] == "problem"}
    print(f"          left by flask check: {', '.join(sorted(left)) or 'nothing'}")
    if unexpected := set(left) - EXPECTED_PROBLEMS:
        raise RuntimeError(f"flask check: {[left[name] for name in unexpected]}")


def _visit(machine: Machine, step: str, password: str) -> None:
    text = Path(visitor.__file__).read_text(encoding="utf-8")
    said = machine.run(f"python3 - {SITE} {AUTHORITY} {step} {password}", text)
    print(f"          {said.strip()}", flush=True)


def _make_models(machine: Machine) -> str:
    """Have the host make a team and its models; a token of a member."""
    host = ["cd /opt/spinebench", f"spinebench-host team add lab --name Lab --member {EMAIL}"]
    for model in MODELS:
        card = f"content/predictions/{model}/model.json"
        host.append(f"spinebench-host model add {model} --team lab --file {card}")
    scopes = "--scope read --scope submit"
    host.append(f"spinebench-host token add {EMAIL} --name deploy {scopes}")
    return machine.run("\n".join(host)).split()[-1]


def _submit(machine: Machine, token: str) -> int:
    """Bundled predictions as JSON lines, Parquet and Excel, each up to its score: how many.

    The last two are read in a process of their own, which must be allowed there.
    """
    ids = {}
    for model, (ending, make) in MODELS.items():
        lines = (PREDICTIONS / model / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        name = f"{model}.{ending}"
        raw = make([(row["id"], row["prediction"]) for row in rows])
        (machine.folder / "srv" / name).write_bytes(raw)
        ids[name] = machine.run(_ask(token, f"submit /srv/{name} --model {model} --yes --quiet"))
    machine.run(f"spinebench-host approval approve lab spinebench-mini --member {EMAIL}")
    for name, one in ids.items():
        machine.run(_ask(token, f"status {one.strip()} --watch"))
        print(f"          {name}: scored", flush=True)
    return len(MODELS)


def _list(machine: Machine, token: str) -> list[object]:
    listed: list[object] = json.loads(machine.run(_ask(token, "status --json")))["submissions"]
    return listed


def _ask(token: str, words: str) -> str:
    environment = (
        f"REQUESTS_CA_BUNDLE={AUTHORITY} SPINEBENCH_URL=https://{SITE} SPINEBENCH_TOKEN={token}"
    )
    return f"{environment} /opt/spinebench/.venv/bin/spinebench {words}"


def _check_units(machine: Machine) -> None:
    """That systemd finds nothing wrong with our units, and none of them has failed."""
    names = machine.run("cd /etc/systemd/system && ls spinebench*.service *.timer *.target").split()
    given = [name.replace("@.", "@1.") for name in names if name.startswith("spinebench")]
    said = machine.run(f"systemd-analyze verify {' '.join(given)} 2>&1")
    failed = machine.run("systemctl --failed --plain --no-legend")
    exposure = machine.run("systemd-analyze security --no-pager spinebench-web | tail -n 1")
    print(
        f"          systemd-analyze verify: {said or 'nothing'}; failed units: {failed or 'none'}"
    )
    print(f"          {exposure.strip()}")
    if said or failed:
        raise RuntimeError(f"{said}{failed}")
