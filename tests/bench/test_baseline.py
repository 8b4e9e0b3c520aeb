"""`python -m bench baseline`, with a small repository as the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.baseline import Side, main, run_command
from bench.checkout import CheckoutError, find_cache, get_checkout

MEASUREMENT = '''"""A measurement."""


def measure() -> None:
    print("old")
'''
MAKEFILE = f"""venv:
\tmkdir -p .venv/bin
\tln -sf {sys.executable} .venv/bin/python
\techo made >> .venv/times

small-model:
"""


class Project:
    """A repository with a commit `old` and a tree that has gone on from there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "bench").mkdir(parents=True)
        self.git("init", "--quiet")
        self.old = self.commit(
            {
                "Makefile": MAKEFILE,
                ".gitignore": ".venv/\n__pycache__/\n",
                "bench/__init__.py": "",
                "bench/speed.py": MEASUREMENT,
                "bench/dropped.py": MEASUREMENT,
                "work.py": "print(sum(n * n for n in range(3_000_000)))\n",
            }
        )
        (folder / "bench" / "dropped.py").unlink()
        self.commit(
            {
                "bench/speed.py": MEASUREMENT.replace("old", "new"),
                "bench/fresh.py": MEASUREMENT,
                "work.py": "print('nothing to do')\n",
            }
        )
        subprocess.run(["make", "-s", "venv"], cwd=folder, check=True)

    def git(self, *arguments: str) -> str:
        name = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        done = subprocess.run(
            ["git", *name, *arguments], cwd=self.folder, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str]) -> str:
        for name, text in files.items():
            (self.folder / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def measure(self, *arguments: str) -> int:
        return main([*arguments, "--commit", self.old], project=self.folder)

    def compare(self, *command: str) -> int:
        return main(["--runs", "1", "--commit", self.old, "--", *command], project=self.folder)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Project(tmp_path / "project")


def test_a_measurement_runs_in_both_trees_and_ratios_are_of_the_whole_command(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.measure("speed", "--runs", "2") == 0
    shown, said = capsys.readouterr()
    assert f"== baseline {project.old}, last run of 2\nold\n== present, last run of 2\nnew" in shown
    assert "present/baseline" in shown
    for figure in ("user + system CPU (s)", "user CPU (s)", "wall (s)", "peak memory (MB)"):
        assert figure in shown
    order = [line.split(":")[0].split(", ")[1].split()[0] for line in said.splitlines()[1:]]
    assert order == ["baseline", "present", "present", "baseline"], "neither is always first"


def test_a_command_with_less_work_has_a_ratio_below_one(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.compare("python", "work.py") == 0
    row = next(line for line in capsys.readouterr().out.splitlines() if "user CPU" in line)
    old, new, ratio = map(float, row.split()[-3:])
    assert new < old
    assert ratio == pytest.approx(new / old, abs=0.3)


def test_processes_that_a_command_starts_are_counted(project: Project) -> None:
    child = "sum(n * n for n in range(3_000_000))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    side = Side("present", project.folder)
    alone = run_command(side, ["python", "-c", "pass"]).usage
    with_child = run_command(side, ["python", "-c", parent]).usage
    assert with_child.user > alone.user + 0.05


def test_a_measurement_that_one_commit_lacks_runs_where_it_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.measure("fresh", "--runs", "1") == 0
    shown = capsys.readouterr().out
    assert f"baseline {project.old} has no measurement 'fresh'" in shown
    assert "present/baseline" not in shown
    assert project.measure("dropped", "--runs", "1") == 0
    assert "present has no measurement 'dropped'" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["nothing", "../work", "__init__"])
def test_an_unknown_measurement_is_refused_with_those_that_exist(
    project: Project, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert project.measure(name) == 2
    assert f"There is no measurement {name!r}; there are fresh, speed." in capsys.readouterr().err


def test_a_failing_command_is_shown_and_not_measured(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.compare("python", "-c", "raise SystemExit('no such test')") == 2
    shown, said = capsys.readouterr()
    assert "ended with status 1" in said
    assert "no such test" in said
    assert "ratio" not in shown


def test_a_command_that_is_nowhere_is_named(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert project.compare("no-such-program") == 2
    assert "has no command 'no-such-program'" in capsys.readouterr().err


def test_a_checkout_is_made_once_and_set_up_by_its_own_makefile(project: Project) -> None:
    folder = get_checkout(project.old[:8], project=project.folder)
    assert get_checkout(project.old, project=project.folder) == folder
    assert folder.parent == find_cache()
    assert (folder / "bench" / "speed.py").read_text() == MEASUREMENT
    assert (folder / ".venv" / "times").read_text() == "made\n"


def test_an_unknown_commit_is_refused(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["speed", "--commit", "no-such-commit"], project=project.folder)
    assert status == 2
    assert "There is no commit 'no-such-commit'" in capsys.readouterr().err


def test_a_changed_checkout_is_refused_and_stays(project: Project) -> None:
    folder = get_checkout(project.old, project=project.folder)
    (folder / "work.py").write_text("pass\n")
    with pytest.raises(CheckoutError, match=r"work\.py.*Delete the folder"):
        get_checkout(project.old, project=project.folder)
    assert (folder / "work.py").read_text() == "pass\n"


def test_a_set_up_that_fails_says_why_and_is_tried_again(project: Project) -> None:
    broken = project.commit({"Makefile": "venv:\n\t@echo the index cannot be reached; exit 1\n"})
    for _ in range(2):
        with pytest.raises(CheckoutError, match="the index cannot be reached"):
            get_checkout(broken, project=project.folder)


def test_neither_or_both_of_name_and_command_is_a_mistake(project: Project) -> None:
    for arguments in ([], ["speed", "--", "true"], ["speed", "--runs", "0"]):
        with pytest.raises(SystemExit):
            main(arguments, project=project.folder)
