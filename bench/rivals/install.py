"""Environments of their own for what we measure against: made once from a lock file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make_rivals(name: str = "", interpreter: str = sys.executable) -> str:
    """The Python of .venv-rivals, or of .venv-rivals-NAME, with its lock file's packages.

    `name` is for packages that cannot live with the others, `interpreter` for those that need
    another Python. Installs unless they are there.
    """
    suffix = f"-{name}" if name else ""
    folder = ROOT / f".venv-rivals{suffix}"
    lock = ROOT / "requirements" / f"rivals{suffix}.txt"
    stamp, python = folder / "installed", str(folder / "bin" / "python")
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return python
    print(f"Installing {lock.name} into {folder.name} ...", flush=True)
    environ = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CONFIG": "1"}
    uv = [sys.executable, "-m", "uv"]
    sync = [*uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
    for command in (
        [*uv, "venv", "--quiet", "--clear", "--python", interpreter, str(folder)],
        [*sync, str(lock), "--python", python],
    ):
        subprocess.run(command, check=True, env=environ)
    stamp.write_bytes(lock.read_bytes())
    return python
