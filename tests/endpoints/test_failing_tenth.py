"""A tenth of the requests fail in each way: the letters are those of a server that never fails."""

from __future__ import annotations

import pytest

from bench.failing_server import FAULTS, ODD_SHAPES, Result, ask
from leaderboard.endpoints.engine.progress import Ending

N_ITEMS = 60


@pytest.fixture(scope="module")
def good() -> Result:
    """A run without a fault."""
    return ask(None, N_ITEMS)


@pytest.mark.parametrize("fault", [*FAULTS, *ODD_SHAPES])
def test_a_fault_of_a_tenth_changes_no_letter_and_wastes_no_reply(good: Result, fault: str) -> None:
    result = ask(fault, N_ITEMS, concurrency=8)
    assert result.ending is Ending.COMPLETE
    assert result.letters == good.letters
    assert (result.n_failed, result.n_complete_again) == (0, 0)
    assert (result.n_requests > N_ITEMS) == (fault in FAULTS)
