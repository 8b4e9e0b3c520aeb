"""What a process loads before anybody asks it for something."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LATE = {"pandas", "pyarrow", "scipy"}
"""Packages that take long to load or much memory, and that most requests do without."""
WEB = "from leaderboard.app import create_app; create_app()"


@pytest.mark.parametrize("code", [WEB, "import workers.__main__"], ids=["web", "worker"])
def test_a_process_starts_without_what_it_may_never_need(code: str) -> None:
    environ = {
        "DATABASE_URL": "sqlite://",
        "REDIS_URL": "redis://127.0.0.1:1",
        "SECRET_KEY": "s" * 40,
    }
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environ,
    )
    assert not LATE & {name.split(".")[0] for name in ran.stdout.split()}
