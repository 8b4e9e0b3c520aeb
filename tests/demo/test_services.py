"""The demo's port."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from demo.services import PortTakenError, open_port
from tests.waiting import HANG_SECONDS


def test_a_taken_port_is_refused_with_a_remedy() -> None:
    with closing(open_port(None)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"Port {port} cannot be used.*PORT="):
            open_port(port)


def test_without_a_wish_a_second_demo_gets_another_port() -> None:
    with closing(open_port(None)) as first, closing(open_port(None)) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_the_demo_is_reachable_from_this_machine_alone() -> None:
    with closing(open_port(None)) as listener:
        host, port = listener.getsockname()
        assert host == "127.0.0.1"
        with socket.create_connection((host, port), timeout=HANG_SECONDS):
            pass
