"""An e-mail address counts once it is known to be its user's, and then that address alone."""

from datetime import timedelta

import pytest

from leaderboard.accounts.confirmation import (
    ConfirmationTerms,
    confirm,
    counts_as_confirmed,
    find_confirmation,
    find_grace_end,
    require_confirmed,
)
from leaderboard.db import Sessions, now
from leaderboard.errors import Unconfirmed
from leaderboard.models.identity import ConfirmationGrace, Means
from tests.factories import make_user

TERMS = ConfirmationTerms(grace=timedelta(days=30), sends_mail=True)


def test_a_new_account_may_nothing_until_its_address_is_confirmed(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = make_user(session, "ada", is_confirmed=False)
        with pytest.raises(Unconfirmed, match=r"ada@example\.org is not confirmed"):
            require_confirmed(user, TERMS)
        confirm(session, user, Means.MAIL)
        require_confirmed(user, TERMS)
        found = find_confirmation(session, user)
        assert found is not None
        assert found.means is Means.MAIL


def test_what_to_do_depends_on_whether_this_server_sends_mail(sessions: Sessions) -> None:
    remedies = []
    with sessions.write() as session:
        user = make_user(session, "ada", is_confirmed=False)
        for sends_mail in (True, False):
            with pytest.raises(Unconfirmed) as caught:
                require_confirmed(user, TERMS._replace(sends_mail=sends_mail))
            remedies.append(caught.value.remedy)
    assert "Open the link" in remedies[0]
    assert "Ask the host" in remedies[1]


def test_another_address_must_be_confirmed_anew(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = make_user(session, "ada")
        session.add(ConfirmationGrace(user_id=user.id, email=user.email, began_at=now()))
        user.email = "other@example.org"
        session.flush()
        session.expire(user)
        assert not counts_as_confirmed(user, TERMS.grace)
        assert find_confirmation(session, user) is None
        confirm(session, user, Means.HOST)
        assert counts_as_confirmed(user, TERMS.grace)


def test_the_first_confirmation_of_an_address_stays(sessions: Sessions) -> None:
    with sessions.write() as session:
        user = make_user(session, "ada", is_confirmed=False)
        confirm(session, user, Means.MAIL)
        confirm(session, user, Means.HOST)
        found = find_confirmation(session, user)
        assert found is not None
        assert found.means is Means.MAIL


def test_an_account_from_before_counts_until_its_grace_ends(sessions: Sessions) -> None:
    begun = now() - timedelta(days=10)
    with sessions.write() as session:
        user = make_user(session, "ada", is_confirmed=False)
        session.add(ConfirmationGrace(user_id=user.id, email=user.email, began_at=begun))
        session.flush()
        session.expire(user)
        assert find_grace_end(user, TERMS.grace) == begun + TERMS.grace
        require_confirmed(user, TERMS)
        with pytest.raises(Unconfirmed):
            require_confirmed(user, TERMS._replace(grace=timedelta(days=9)))
        confirm(session, user, Means.MAIL)
        assert find_grace_end(user, TERMS.grace) is None
