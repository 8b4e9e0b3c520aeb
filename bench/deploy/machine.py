"""A machine with nothing but Debian: its own systemd, processes and network, no kernel of its own.

Needs root, `debootstrap`, `systemd-nspawn` and `slirp4netns`. It reaches what this machine reaches
beyond itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from demo.settings import ROOT

SUITE = "bookworm"
PROGRAMS = ("debootstrap", "systemd-nspawn", "slirp4netns", "nsenter", "git")
OWN_PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates"
LIKE_HERE = ("etc/resolv.conf", "etc/pip.conf", "usr/local/share/ca-certificates")
"""How this machine reaches packages, for the new one to do the same."""
BOOT_SECONDS = 60.0
COMMAND_SECONDS = 1200
GIT_SETTINGS = """[url "/srv/spinebench.git"]
    insteadOf = {source}
[safe]
    directory = *
"""


class Machine(NamedTuple):
    """One that runs: the process id of its systemd, as this machine sees it, and its files."""

    leader: int
    folder: Path

    def run(self, script: str, given: str = "") -> str:
        """What `script` prints in a shell of root there, which ends with the first failure."""
        into = ["nsenter", "--target", str(self.leader), "--all"]
        clean = ["env", "-i", "HOME=/root", "LANG=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        clean += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        shell = [*into, *clean, "bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(
            shell, input=given, capture_output=True, text=True, timeout=COMMAND_SECONDS
        )
        if done.returncode:
            raise RuntimeError(f"{script}\n{done.stdout}\n{done.stderr}")
        return done.stdout


def find_missing() -> list[str]:
    """The programs that a machine needs and this one lacks."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


@contextmanager
def start_machine(folder: Path, site: str, source: str, commit: str) -> Iterator[Machine]:
    """A new machine in `folder`, where `site` is itself and `source` has `commit` of the project.

    It ends, with all that it runs, at the end of the block; its files stay in `folder`.
    """
    root = folder / "machine"
    subprocess.run(
        ["debootstrap", "--variant=minbase", f"--include={OWN_PACKAGES}", SUITE, root],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    _prepare(root, site, source, commit)
    nspawn = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network"]
    nspawn += ["--resolv-conf=off", "--console=read-only", "--boot", f"--directory={root}"]
    with (folder / "boot.log").open("wb") as log:
        started = subprocess.Popen(nspawn, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        network: subprocess.Popen[bytes] | None = None
        try:
            machine = Machine(_find_leader(started), root)
            slirp = ["slirp4netns", "--configure", "--disable-host-loopback"]
            network = subprocess.Popen(
                [*slirp, str(machine.leader), "tap0"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            machine.run("until systemctl is-active --quiet multi-user.target; do sleep 0.2; done")
            machine.run("until grep -q tap0 /proc/net/route; do sleep 0.2; done")
            yield machine
        finally:
            for process in (started, network):
                if process is not None:
                    process.send_signal(signal.SIGTERM)
                    process.wait(BOOT_SECONDS)


def _prepare(root: Path, site: str, source: str, commit: str) -> None:
    for name in LIKE_HERE:
        here, there = Path("/") / name, root / name
        if here.is_dir():
            shutil.copytree(here, there, dirs_exist_ok=True)
        elif here.exists():
            there.unlink(missing_ok=True)
            shutil.copyfile(here, there)
    bundle = Path("etc/ssl/certs/ca-certificates.crt")
    if (Path("/") / bundle).exists():
        shutil.copyfile(Path("/") / bundle, root / bundle)
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {site}\n")
    (root / "etc/gitconfig").write_text(GIT_SETTINGS.format(source=source))
    copy = root / "srv/spinebench.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", ROOT, copy], check=True)
    subprocess.run(["git", "-C", copy, "branch", "--force", "deployed", commit], check=True)
    subprocess.run(["git", "-C", copy, "symbolic-ref", "HEAD", "refs/heads/deployed"], check=True)


def _find_leader(started: subprocess.Popen[bytes]) -> int:
    """The machine's first process, a child of the one that started it."""
    ends = time.monotonic() + BOOT_SECONDS
    children = Path(f"/proc/{started.pid}/task/{started.pid}/children")
    while time.monotonic() < ends and started.poll() is None:
        for word in children.read_text().split():
            if os.readlink(f"/proc/{word}/ns/net") != os.readlink("/proc/self/ns/net"):
                return int(word)
        time.sleep(0.1)
    raise RuntimeError("The machine did not start: see boot.log.")
