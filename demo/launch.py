"""Turns into another program that does not outlive its parent: the last step before exec.

A program of its own, not a `preexec_fn`: code between fork and exec is unsafe beside threads.
Linux alone can promise the death; elsewhere the program is started without that promise.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

PR_SET_PDEATHSIG = 1


class User(NamedTuple):
    """An account of the machine by its numbers."""

    uid: int
    gid: int


def make_command(
    argv: Sequence[str], *, death_signal: signal.Signals, user: User | None = None
) -> list[str]:
    """The command that becomes `argv` (as `user`, which needs root), in the same process.

    The program gets `death_signal` when the thread that starts it ends, however it ends. Start it
    from this process, and from a thread that lives as long as the program should.
    """
    identity = "-" if user is None else f"{user.uid}:{user.gid}"
    launcher = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    return [*launcher, str(int(death_signal)), str(os.getpid()), identity, *argv]


def main(arguments: Sequence[str]) -> None:
    """Become `arguments[3:]`; the three before are signal, parent and identity."""
    death_signal, parent, identity, *argv = arguments
    if identity != "-":
        uid, gid = (int(part) for part in identity.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit("The parent ended before its child began.")
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main(sys.argv[1:])
