"""Accounts with providers: the last way to sign in stays, however many requests come at once."""

import threading

import pytest
from sqlalchemy import select

from leaderboard.accounts.providers.ask import Identity
from leaderboard.accounts.providers.links import link, read_links, register_linked, unlink
from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.models.team import User


def name_identity(issuer: str) -> Identity:
    return Identity(f"https://{issuer}.example", "7", "ada", "Ada", None, False)


def test_of_two_links_that_are_removed_at_once_the_last_way_in_stays(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = register_linked(session, name_identity("one"))
        link(session, ada, name_identity("two"))
        keys = [row.id for row in read_links(session, ada)]
    refusals = []

    def remove_second() -> None:
        with sessions.write() as session, pytest.raises(Conflict) as caught:
            unlink(session, session.scalars(select(User)).one(), keys[1])
        refusals.append(caught.value.message)

    second = threading.Thread(target=remove_second)
    with sessions.write() as session:
        unlink(session, session.scalars(select(User)).one(), keys[0])
        second.start()
        # It waits for this transaction; if it did not, it would be through in this time.
        second.join(1.0)
    second.join()
    assert refusals == ["This is your only way to sign in."]
    with sessions.read() as session:
        ada = session.scalars(select(User)).one()
        assert [row.id for row in read_links(session, ada)] == keys[1:]
