"""The line of items of a run: how many are in memory, and which are the last."""

from collections.abc import Iterator

import pytest

from leaderboard.endpoints.engine.line import Line, Ticket
from tests.endpoints.running import make_requests


def make_tickets(n: int, made: list[Ticket]) -> Iterator[Ticket]:
    for request in make_requests(n):
        made.append(Ticket(request, b"{}"))
        yield made[-1]


@pytest.mark.parametrize("n_together", [1, 8])
def test_few_bodies_are_made_however_long_an_outage_lasts(n_together: int) -> None:
    made: list[Ticket] = []
    line = Line(make_tickets(1_000, made), n_together)
    out = [line.take(is_down=False) for _ in range(n_together)]
    for outage in range(200):
        for ticket in out:
            assert ticket is not None
            ticket.outages.add(outage)
            assert line.count_stragglers() is None
            line.put_back(ticket)
        out = [line.take(is_down=True) for _ in range(n_together)]
    # One lot in line, one on its way, one to try, and one ahead.
    assert len(made) <= 2 * n_together + 2


def test_asking_how_many_are_left_makes_no_ticket() -> None:
    made: list[Ticket] = []
    line = Line(make_tickets(10, made), 2)
    ticket = line.take(is_down=False)
    assert ticket is not None
    ticket.outages.add(1)
    n_made = len(made)
    assert [line.count_stragglers() for _ in range(5)] == [None] * 5
    assert len(made) == n_made == 2


def test_stragglers_are_counted_once_all_that_is_left_was_lost_before() -> None:
    line = Line(make_tickets(3, []), 3)
    tickets = [line.take(is_down=False) for _ in range(3)]
    assert line.take(is_down=False) is None
    for n, ticket in enumerate(tickets):
        assert ticket is not None
        assert line.count_stragglers() is None, n
        ticket.outages.add(1)
    assert line.count_stragglers() == 3
    assert tickets[0] is not None
    line.let_go(tickets[0])
    assert line.count_stragglers() == 2


def test_every_ticket_is_handed_out_once_in_order_and_those_put_back_come_first() -> None:
    line = Line(make_tickets(4, []), 2)
    first = line.take(is_down=False)
    assert first is not None
    line.put_back(first)
    taken = [line.take(is_down=False) for _ in range(5)]
    assert [one and one.request.key for one in taken] == ["q0", "q1", "q2", "q3", None]
