"""`make demo`: everything on this machine, up to a ranked page."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import requests

from config import ConfigError
from demo.commands import CommandFailedError
from demo.display import make_console
from demo.host import NothingBundledError
from demo.journey import run
from demo.participant import StalledError
from demo.processes import ChildFailedError
from demo.redis_server import RedisStartError
from demo.services import PortTakenError
from demo.settings import Settings
from demo.state import DemoRunsError

INTERRUPTED = 130
EXPECTED_ERRORS = (
    ChildFailedError,
    CommandFailedError,
    DemoRunsError,
    NothingBundledError,
    PortTakenError,
    RedisStartError,
    ConfigError,
    StalledError,
    requests.RequestException,
)


def main() -> int:
    """Run the demo; the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    console = make_console()
    try:
        return run(Settings.from_env(os.environ), os.environ, console)
    except KeyboardInterrupt:
        return INTERRUPTED
    except EXPECTED_ERRORS as error:
        sys.stdout.flush()
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
