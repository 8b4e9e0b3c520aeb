"""Another commit of this project in a folder of its own, set up from its own lock files."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEFORE = "3fb13f6"
"""The head before the house was moved: what later commits are compared with."""
SET_UP = ("venv", "small-model")
"""What `make test` and `make bench` need, as targets of the commit's own Makefile."""
OF_THIS_RUN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHONPATH", "VIRTUAL_ENV")
STAMP = Path(".venv") / "set-up-by-bench"


class CheckoutError(RuntimeError):
    """The commit cannot be had; the message ends with the remedy."""


def get_checkout(commit: str, *, project: Path = ROOT, cache: Path | None = None) -> Path:
    """The folder of `commit` of `project` with its own .venv, made at the first call.

    It is kept in the user's cache for all who measure. Raises CheckoutError for an unknown commit,
    a folder that somebody changed and a set-up that fails.
    """
    sha = _resolve(project, commit)
    cache = cache or find_cache()
    folder = cache / sha[:12]
    cache.mkdir(parents=True, exist_ok=True)
    with _lock(cache / f"{sha[:12]}.lock"):
        if not folder.exists():
            _clone(project, sha, folder)
        _refuse_changed(folder)
        if not (folder / STAMP).exists():
            _set_up(folder)
    return folder


def find_cache() -> Path:
    """Where checkouts are kept: spinebench/commits in XDG_CACHE_HOME, by default ~/.cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "spinebench" / "commits"


def make_environ(tree: Path, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`environ` for a command of `tree`: its .venv first, without what steers this run's own."""
    kept = {name: value for name, value in environ.items() if name not in OF_THIS_RUN}
    return {**kept, "PATH": f"{tree / '.venv' / 'bin'}{os.pathsep}{environ.get('PATH', '')}"}


def _resolve(project: Path, commit: str) -> str:
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}")
    done = _git(project, *asked)
    if done.returncode != 0:
        raise CheckoutError(
            f"There is no commit {commit!r} in {project}. Name one that `git log --all` shows, "
            "or fetch it first (a shallow clone needs `git fetch --unshallow`)."
        )
    return done.stdout.strip()


def _clone(project: Path, sha: str, folder: Path) -> None:
    """A whole clone or none: it is made beside `folder` and then named."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for steps in (
        (project, "clone", "--quiet", "--no-checkout", str(project), str(fresh)),
        (fresh, "checkout", "--quiet", "--detach", sha),
    ):
        done = _git(*steps)
        if done.returncode != 0:
            raise CheckoutError(
                f"{sha[:12]} could not be checked out into {folder}: {done.stderr.strip()} "
                "Mend what git says, or give the cache another place with XDG_CACHE_HOME."
            )
    fresh.rename(folder)


def _refuse_changed(folder: Path) -> None:
    changed = _git(folder, "status", "--porcelain").stdout.splitlines()
    if changed:
        raise CheckoutError(
            f"{folder} is no longer as its commit says ({changed[0].strip()}"
            f"{f' and {len(changed) - 1} more' if len(changed) > 1 else ''}). "
            "Delete the folder: it is made again."
        )


def _set_up(folder: Path) -> None:
    print(f"Setting up {folder} (minutes, the first time) ...", file=sys.stderr, flush=True)
    done = _run(["make", "-s", *SET_UP], folder, make_environ(folder))
    if done.returncode != 0:
        ending = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise CheckoutError(
            f"`make {' '.join(SET_UP)}` failed in {folder}:\n{ending}\n"
            "Mend what it says and run this again, or delete the folder to start afresh."
        )
    # Compiled once, or the first run would be charged for it.
    _run([".venv/bin/python", "-m", "compileall", "-q", "."], folder, make_environ(folder))
    (folder / STAMP).touch()


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """One at a time makes a checkout; the others wait for it."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(["git", "-C", str(folder), *arguments], folder, os.environ)


def _run(
    argv: Sequence[str], folder: Path, environ: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        argv, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False
    )
