"""What verifies is a distribution of its own: all of it is in its list, and nothing else is."""

import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MIXED = PROJECT["tool"]["setuptools"]["py-modules"]
WHOLE = [
    one.removesuffix("*") for one in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
]


def list_modules() -> tuple[set[str], set[str]]:
    """What `leaderboard.bundles.verifying` loads of ours, and of others'."""
    code = (
        "import sys, leaderboard.bundles.verifying; from leaderboard import late; "
        "late.load_numbers(); "
        "print(*(m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    names = ran.stdout.split()
    ours = {name for name in names if name.split(".")[0] == "leaderboard"}
    return ours, {name.split(".")[0] for name in names} - {"leaderboard"}


def is_package(name: str) -> bool:
    return (ROOT / Path(*name.split("."))).is_dir()


def test_the_distribution_lists_every_module_that_verifying_loads() -> None:
    ours, _ = list_modules()
    loaded = {name for name in ours if not any(name.startswith(whole) for whole in WHOLE)}
    assert {name for name in loaded if not is_package(name)} == set(MIXED)


def test_it_requires_what_verifying_loads_and_no_server() -> None:
    _, others = list_modules()
    required = {Requirement(one).name for one in PROJECT["project"]["dependencies"]}
    assert required <= others
    assert not others & {"flask", "sqlalchemy", "redis", "rq", "pydantic", "alembic"}


def test_the_command_offers_it_as_an_extra() -> None:
    extras = [one for one in requires("spinebench") or [] if "extra" in one]
    cli = tomllib.loads((ROOT / "cli" / "pyproject.toml").read_text(encoding="utf-8"))
    assert cli["project"]["optional-dependencies"]["verify"] == [PROJECT["project"]["name"]]
    assert extras is not None
