"""A tool's folder, made and run as its README.txt says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.rivals.install import ROOT, make_rivals
from bench.tools.questions import BENCHMARK, SPLIT, Questions
from spinebench.package import unpack
from spinebench.tools import URL, WRITERS, read_task

ENVIRONMENTS = {"lm_eval": "", "inspect": "", "vlmevalkit": "vlmeval"}
"""The name of each tool's environment, as `make_rivals` has it."""
MODEL = "scripted"


def write_folder(questions: Questions, tool: str, where: Path) -> Path:
    """What `spinebench download --for` writes."""
    folder = where / f"{BENCHMARK}-{SPLIT}-{tool}"

    def prepare(fresh: Path) -> None:
        task = read_task(fresh, folder.name, BENCHMARK, questions.version, SPLIT)
        WRITERS[tool](task, fresh)

    questions.package.seek(0)
    unpack(questions.package, folder, prepare)
    return folder


def run_tool(tool: str, folder: Path, url: str) -> list[Path]:
    """Run the commands of the folder's README.txt against `url`; the logs that it names.

    The model and its address are replaced, and for VLMEvalKit its run.py: the package that can be
    installed has it as a module.
    """
    for name in ("README.txt", "config.json"):
        if (path := folder / name).exists():
            text = re.sub(r"\bNAME(?![A-Z])", MODEL, path.read_text(encoding="utf-8"))
            path.write_text(text.replace(URL, url), encoding="utf-8")
    commands = _read_commands(folder / "README.txt")
    binaries = Path(make_rivals(ENVIRONMENTS[tool])).parent
    environ = {**os.environ, "HF_HUB_OFFLINE": "1"}
    environ["PATH"] = f"{binaries}{os.pathsep}{environ['PATH']}"
    script = "\n".join(["set -e", *commands[:-1]])
    script = script.replace("python run.py", f"python {ROOT / 'bench/rivals/run_vlmeval.py'}")
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder.parent, env=environ, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{tool} ended with {done.returncode}:\n{done.stderr[-2_000:]}")
    # ms-vlmeval leaves out the folder of the run's time.
    pattern = commands[-1].split()[2].replace("/T*/", "/**/")
    return sorted(folder.parent.glob(pattern))


def read_logs(logs: Sequence[Path], where: Path) -> Path:
    """The predictions that the participants' command reads from them, as JSONL."""
    target = where / "predictions.jsonl"
    command = [sys.executable, "-m", "spinebench", "convert", "--force", "-o", str(target)]
    subprocess.run([*command, *map(str, logs)], check=True, capture_output=True, cwd=ROOT)
    return target


def _read_commands(readme: Path) -> list[str]:
    """The indented lines of the file; one that ends with a backslash goes on in the next."""
    lines = readme.read_text(encoding="utf-8").splitlines()
    code = "\n".join(line.strip() for line in lines if line.startswith("    "))
    return [line for line in code.replace("\\\n", "").splitlines() if line]
