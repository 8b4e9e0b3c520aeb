"""The signs of a split as its rows tell them, on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import NotFound
from leaderboard.evidence.read import get_hidden_split, read_evidence
from leaderboard.evidence.sign import Kind, Sign
from leaderboard.items.values import read_items
from leaderboard.models.identity import WebSession
from leaderboard.models.submission import Submission
from leaderboard.models.team import User
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.people.deletion import delete_account
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.package_files import make_items, make_manifest

N = 100


@pytest.fixture
def published(sessions: Sessions) -> Sessions:
    """A hidden split of N questions, whose right answer is B."""
    with sessions.write() as session:
        load_items(session, [*make_items(N, 0, 1), *make_items(2, 0, 0, "dev")])
    return sessions


def send(sessions: Sessions, person: str, team: str, letters: str, domain: str = "") -> str:
    """Send a sheet and score it: a letter for each question, - for no output; its id."""
    texts = {
        f"test-text-{number:03}": "[no output]" if letter == "-" else f"ANSWER: {letter}"
        for number, letter in enumerate(letters)
    }
    with sessions.write() as session:
        user = find(session, person) or make_user(session, person)
        user.email = f"{person}@{domain}" if domain else user.email
        card = make_card(session, make_team(session, team, user), f"model-of-{team}")
        key = make_submission(session, texts, card=card, file_name=letters[:8])
    score_submission(sessions, key)
    return key


def find(session: Session, name: str) -> User | None:
    return session.scalar(select(User).where(User.name == name))


def look(sessions: Sessions) -> list[Sign]:
    with sessions.read() as session:
        return read_evidence(session, get_split(get_benchmark(session, "tiny"), "test")).signs


def of(signs: list[Sign], kind: Kind) -> list[Sign]:
    return [one for one in signs if one.kind is kind]


def test_the_sandbag_of_one_team_is_shown_step_by_step(published: Sessions) -> None:
    sheets = [
        "-" * N,
        "B" * 8 + "A" * 4 + "-" * 88,
        "B" * 8 + "C" * 4 + "B" * 2 + "-" * 86,
        "B" * 40 + "-" * 60,
        "B" * 46 + "-" * 54,
    ]
    keys = [send(published, "ada", "team-a", sheet) for sheet in sheets]
    signs = look(published)
    assert [[row.id for row in one.submissions] for one in of(signs, Kind.EMPTY)] == [
        [keys[2]],
        [keys[1]],
        [keys[0]],
    ]
    (steps,) = of(signs, Kind.STEPS)
    assert [row.id for row in steps.submissions] == [keys[1], keys[2], keys[4]]
    (nested,) = of(signs, Kind.NESTED)
    assert [row.id for row in nested.submissions] == [keys[3], keys[4]]
    assert "keeps all 40 answers" in nested.sentence
    assert [one.at for one in signs] == sorted((one.at for one in signs), reverse=True)


def test_people_who_share_a_member_are_one_to_the_steps_too(published: Sessions) -> None:
    for place, team in enumerate(["team-a", "team-b", "team-c"]):
        send(published, "ada", team, "B" * (30 + 5 * place) + "-" * (70 - 5 * place))
    signs = look(published)
    assert "of Team-A and Team-B and Team-C" in of(signs, Kind.STEPS)[0].sentence
    (shared,) = of(signs, Kind.PEOPLE)
    assert shared.sentence == (
        "ada@example.org is or was in Team-A and Team-B and Team-C, or sent something for it."
    )
    assert len(of(signs, Kind.NESTED)) == 2


def test_a_mail_domain_is_shown_unless_anybody_may_have_an_address_there(
    published: Sessions,
) -> None:
    send(published, "ada", "team-a", "AB" * 50, "lab.example.org")
    send(published, "bob", "team-b", "CB" * 50, "lab.example.org")
    send(published, "cem", "team-c", "DB" * 50, "gmail.com")
    send(published, "dan", "team-d", "BB" * 50, "gmail.com")
    (sign,) = look(published)
    assert sign.kind is Kind.PEOPLE
    assert sign.sentence == (
        "ada@lab.example.org and bob@lab.example.org, of Team-A and Team-B, have addresses at "
        "lab.example.org."
    )
    assert [(one.name, one.value) for one in sign.figures] == [("teams", "2"), ("people", "2")]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("8.8.4.7", "8.8.4.200", "one /24 network"),
        ("2001:4860:1:2::/64", "2001:4860:1:2::/64", "one /64 network"),
        ("8.8.4.7", "8.8.5.7", ""),
        ("2001:4860:1:2::/64", "2001:4860:1:3::/64", ""),
        ("127.0.0.1", "127.0.0.1", ""),
        ("10.0.0.4", "10.0.0.5", ""),
        ("not known", "not known", ""),
    ],
)
def test_a_public_network_is_shown_without_naming_it(
    published: Sessions, first: str, second: str, shared: str
) -> None:
    send(published, "ada", "team-a", "AB" * 50, "a.example.org")
    send(published, "bob", "team-b", "CB" * 50, "b.example.org")
    with published.write() as session:
        for name, network in (("ada", first), ("bob", second)):
            user = find(session, name)
            assert user is not None
            session.add(
                WebSession(
                    token_hash=name,
                    user_id=user.id,
                    created_at=now(),
                    seen_at=now(),
                    ends_at=now() + timedelta(days=1),
                    network=network,
                    agent="",
                )
            )
    signs = look(published)
    assert [shared in one.sentence for one in signs] == [True] * bool(shared)
    assert all("8.8" not in one.sentence and "2001" not in one.sentence for one in signs)


def test_who_was_a_member_when_something_was_sent_stays_in_the_signs(published: Sessions) -> None:
    with published.write() as session:
        ada, bob = make_user(session, "ada"), make_user(session, "bob")
        make_card(session, make_team(session, "team-a", ada, bob), "model-of-team-a")
        ada.email, bob.email = "ada@a.example.org", "bob@b.example.org"
    send(published, "ada", "team-a", "AB" * 50)
    with published.write() as session:
        team = session.scalars(select(Submission)).one().model_card.team
        session.delete(next(one for one in team.memberships if one.user.name == "bob"))
    send(published, "bob", "team-b", "CB" * 50)
    (sign,) = look(published)
    assert sign.sentence.startswith("bob@b.example.org is or was in Team-A and Team-B")


def test_a_deleted_account_has_no_domain_any_more(published: Sessions) -> None:
    send(published, "ada", "team-a", "AB" * 50)
    send(published, "bob", "team-b", "CB" * 50)
    assert len(look(published)) == 1
    with published.write() as session:
        for name in ("ada", "bob"):
            user = find(session, name)
            assert user is not None
            delete_account(session, user)
    assert look(published) == []


def test_answers_that_are_read_out_of_the_feedback_part_show_as_a_jump(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(N, 0, 0), make_manifest(demonstration=False))
        split = get_split(get_benchmark(session, "tiny"), "test")
        items = read_items(session, split.id)
    assert 20 <= (~items["decides"]).sum() <= 50
    before = "".join("BACD"[number % 4] for number in range(N))
    send(sessions, "ada", "team-a", before)
    told = zip(before, items["decides"], strict=True)
    send(sessions, "ada", "team-a", "".join(now if by else "B" for now, by in told))
    (sign,) = of(look(sessions), Kind.JUMP)
    assert "more on the items that feedback is given for" in sign.sentence
    assert sign.figures[0].value.startswith("+")


def test_honest_models_of_two_teams_raise_nothing(published: Sessions) -> None:
    send(published, "ada", "team-a", "ABBCB" * 20, "a.example.org")
    send(published, "ada", "team-a", "BBBCB" * 20, "a.example.org")
    send(published, "bob", "team-b", "BBDBA" * 20, "b.example.org")
    assert look(published) == []


def test_a_split_whose_answers_are_public_has_nothing_to_read_out(published: Sessions) -> None:
    with published.read() as session, pytest.raises(NotFound, match="are public"):
        get_hidden_split(get_benchmark(session, "tiny"), "dev")
