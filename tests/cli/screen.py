"""The command in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

from tests.waiting import HANG_SECONDS

COMMAND = [sys.executable, "-m", "spinebench"]


class Screen:
    """What a person at the keyboard sees of one command."""

    def __init__(self, arguments: list[str], environ: dict[str, str], width: int) -> None:
        self._keyboard, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
        self._process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=environ,
            start_new_session=True,
        )
        os.close(terminal)
        self.seen = ""

    def wait_for(self, text: str) -> None:
        """Reads on until the text has appeared."""
        while text not in self.seen:
            assert self._read(), f"{text!r} never came: {self.seen}"

    def type(self, text: str) -> None:
        """What the person types."""
        os.write(self._keyboard, text.encode())

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """Reads to the end; the exit status."""
        end = time.monotonic() + HANG_SECONDS
        while self._read():
            assert time.monotonic() < end, f"It does not end: {self.seen[-500:]}"
        return self._process.wait(HANG_SECONDS)

    def close(self) -> None:
        """Ends the command if it still runs."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._keyboard)

    def _read(self) -> bool:
        """Reads a piece; False at the end."""
        ready, _, _ = select.select([self._keyboard], [], [], HANG_SECONDS)
        assert ready, f"Nothing more came: {self.seen}"
        try:
            piece = os.read(self._keyboard, 65536)
        except OSError:
            return False
        self.seen += piece.decode("utf-8", "replace")
        return bool(piece)
