"""People behind the teams of a split: who shares a person, an e-mail domain or a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.belonging import link_people
from leaderboard.evidence.sheets import Sheets
from leaderboard.evidence.sign import Figure, Kind, Sign
from leaderboard.late import csgraph, sparse
from leaderboard.models.deletion import DeletedUser
from leaderboard.models.identity import WebSession
from leaderboard.models.submission import Submission
from leaderboard.models.team import Team, User

PUBLIC_MAIL = frozenset(
    """
    163.com 126.com aol.com aol.de cock.li duck.com fastmail.com fastmail.fm foxmail.com
    freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com
    hotmail.co.uk hotmail.com hotmail.de hotmail.fr icloud.com inbox.lv laposte.net libero.it
    live.com live.de mac.com mail.com mail.de mail.ru mailbox.org mailfence.com me.com msn.com
    naver.com orange.fr outlook.com outlook.de pm.me posteo.de proton.me protonmail.ch
    protonmail.com qq.com rediffmail.com rocketmail.com sina.com t-online.de tuta.com
    tutanota.com virgilio.it wanadoo.fr web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.co.uk
    yahoo.com yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com
    """.split()
)
"""Domains of providers where anybody has an address: sharing one says nothing."""


@dataclass(frozen=True)
class People:
    """The people of each team that submitted to a split: members now or once, and who sent for it.

    By the ids of teams and users; deleted accounts have neither an address nor a network.
    """

    teams: Mapping[int, Team]
    of_team: Mapping[int, frozenset[int]]
    users: Mapping[int, User]
    domains: Mapping[int, frozenset[str]]
    networks: Mapping[int, frozenset[str]]


def read_people(session: Session, submissions: Sequence[Submission]) -> People:
    """Whoever stands behind `submissions`, from what the site keeps anyhow."""
    team_of = {one.id: one.model_card.team for one in submissions}
    of_team: dict[int, set[int]] = {team.id: set() for team in team_of.values()}
    links = link_people()
    for team_id, user_id in session.execute(select(links).where(links.c.team_id.in_(of_team))):
        of_team[team_id].add(user_id)
    everybody = {user for users in of_team.values() for user in users}
    known = {one.id: one for one in session.scalars(select(User).where(User.id.in_(everybody)))}
    gone = set(session.scalars(select(DeletedUser.user_id)))
    there = [one for one in known.values() if one.id not in gone]
    return People(
        {team.id: team for team in team_of.values()},
        {team: frozenset(users) for team, users in of_team.items()},
        known,
        {user.id: _read_domain(user.email) for user in there},
        _read_networks(session, [user.id for user in there]),
    )


def group_by_people(sheets: Sheets, people: People) -> NDArray[np.int64]:
    """(S,) a number for each sheet, the same for teams that share people, also through others."""
    teams = sorted(people.of_team)
    users = sorted(people.users)
    place = {user: len(teams) + n for n, user in enumerate(users)}
    links = [(n, place[user]) for n, team in enumerate(teams) for user in people.of_team[team]]
    size = len(teams) + len(users)
    ends = np.array(links, np.int64).reshape(-1, 2).T
    graph = sparse.coo_matrix((np.ones(len(links), bool), (ends[0], ends[1])), shape=(size, size))
    _, groups = csgraph.connected_components(graph, directed=False)
    of_team = dict(zip(teams, groups[: len(teams)], strict=True))
    return np.array([of_team[one] for one in sheets.teams], np.int64)


def find_shared(sheets: Sheets, people: People) -> Iterator[Sign]:
    """A sign for each person, domain and network of several teams.

    A network is not named: hosts see no addresses of visitors elsewhere either.
    """
    newest = {one.model_card.team_id: one for one in sheets.submissions}
    themselves = {user: frozenset({str(user)}) for user in people.users}
    for mark, teams in _find_common(people, themselves).items():
        email = people.users[int(mark)].email
        words = f"{email} is or was in {_join_teams(people, teams)}, or sent something for it."
        yield _make(newest, teams, words, n_people=1)
    for marks, say in ((people.domains, _say_domain), (people.networks, _say_network)):
        for mark, teams in _find_common(people, marks).items():
            members = frozenset[int]().union(*(people.of_team[team] for team in teams))
            users = [user for user in members if mark in marks.get(user, ())]
            if len(users) > 1:
                who = " and ".join(sorted(people.users[user].email for user in users))
                words = f"{who}, of {_join_teams(people, teams)}, {say(mark)}."
                yield _make(newest, teams, words, n_people=len(users))


def _find_common(people: People, marks: Mapping[int, Iterable[str]]) -> dict[str, list[int]]:
    """The marks of users that several teams share, each with the teams, by name."""
    found: dict[str, set[int]] = defaultdict(set)
    for team, users in people.of_team.items():
        for user in users:
            for mark in marks.get(user, ()):
                found[mark].add(team)
    return {
        mark: sorted(teams, key=lambda one: people.teams[one].name)
        for mark, teams in sorted(found.items())
        if len(teams) > 1
    }


def _say_domain(domain: str) -> str:
    return f"have addresses at {domain}"


def _say_network(network: str) -> str:
    return f"are signed in from one /{ip_network(network).prefixlen} network"


def _make(
    newest: Mapping[int, Submission], teams: Sequence[int], sentence: str, *, n_people: int
) -> Sign:
    submissions = sorted((newest[team] for team in teams), key=lambda one: one.created_at)
    figures = [Figure("teams", str(len(teams))), Figure("people", str(n_people))]
    return Sign(Kind.PEOPLE, submissions[-1].created_at, submissions, figures, sentence)


def _join_teams(people: People, teams: Sequence[int]) -> str:
    return " and ".join(people.teams[team].name for team in teams)


def _read_domain(email: str) -> frozenset[str]:
    domain = email.rpartition("@")[2].lower()
    return frozenset({domain} - PUBLIC_MAIL)


def _read_networks(session: Session, users: Sequence[int]) -> dict[int, frozenset[str]]:
    """The public networks, IPv4 /24 or IPv6 /64, in which users are signed in."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(WebSession.user_id, WebSession.network).where(WebSession.user_id.in_(users))
    )
    for user, text in rows:
        network = _widen(text)
        if network is not None:
            found[user].add(network)
    return {user: frozenset(networks) for user, networks in found.items()}


def _widen(text: str) -> str | None:
    """The /24 of an IPv4 address, or an IPv6 /64; None for what is not on the public Internet."""
    try:
        address = ip_address(text.partition("/")[0])
    except ValueError:
        return None
    if not address.is_global:
        return None
    return str(ip_network((address, 24 if address.version == 4 else 64), strict=False))
