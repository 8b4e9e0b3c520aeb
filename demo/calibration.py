"""The host's labels: constructed ratings of the constructed reports, up to calibrated scores."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from demo.commands import Commands, Step
from demo.host import BENCHMARK, SPLIT, Bundled, find_bundled
from demo.participant import STALL_SECONDS, StalledError
from demo.settings import ROOT

CONSTRUCTED = ROOT / "content" / "constructed"
UNCALIBRATED = "uncalibrated"
PAUSE_SECONDS = 0.5


def find_constructed() -> Sequence[Bundled]:
    """The reports of known quality, which no model wrote. Raises NothingBundledError."""
    return find_bundled(CONSTRUCTED / "models")


def calibrate(commands: Commands, *, check: Callable[[], None]) -> bool:
    """Import the constructed ratings and wait until report scores are calibrated by them.

    False, at once, where they are already. Raises CommandFailedError and StalledError.
    """
    if _is_calibrated(_read_ranking(commands)):
        return False
    place = str(CONSTRUCTED / "ratings.csv")
    kind = ("--split", SPLIT, "--kind", "constructed")
    # The demo has no host who would look at the proposal and open it.
    rule = Step(("campaign", "rule", BENCHMARK, "--opens-itself"))
    commands.run_host([rule, Step(("expert", "import", BENCHMARK, place, *kind))])
    until = time.monotonic() + STALL_SECONDS
    while not _is_calibrated(_read_ranking(commands)):
        check()
        if time.monotonic() > until:
            raise StalledError(
                f"Report scores were not calibrated within {STALL_SECONDS:.0f} seconds. "
                "The worker's log says why."
            )
        time.sleep(PAUSE_SECONDS)
    return True


def _read_ranking(commands: Commands) -> Mapping[str, Any]:
    outcome = commands.run_participant("rankings", BENCHMARK, "--split", SPLIT, "--json")
    ranking: Mapping[str, Any] = outcome.read_json()
    return ranking


def _is_calibrated(ranking: Mapping[str, Any]) -> bool:
    badges = [
        entry["report_provenance"]["badge"]
        for entry in ranking["entries"]
        if entry["report_provenance"]
    ]
    return bool(badges) and UNCALIBRATED not in badges
