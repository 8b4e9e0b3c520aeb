"""A site with somebody of every kind, and one of everything that an address can name."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.invitations import invite
from leaderboard.accounts.role_invitations import invite_to_role
from leaderboard.accounts.tokens import make_token
from leaderboard.accounts.users import find_user
from leaderboard.campaigns.start import start_campaign
from leaderboard.db import now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.experts.assign import assign_reports
from leaderboard.figures.models import FIGURES
from leaderboard.figures.rankings import RANKING_FIGURES
from leaderboard.hosting.announcements import announce
from leaderboard.hosting.people import ban_user
from leaderboard.letters.links import Links
from leaderboard.models.benchmark import Image
from leaderboard.models.campaign import Cause
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.expert import ExpertRater, RatingAssignment
from leaderboard.models.identity import WebSession
from leaderboard.models.moderation import Announcement
from leaderboard.models.notice import NoticeTarget, TargetKind
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.models.reported import ReportedSource
from leaderboard.models.role import Role
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Scope, Team, User
from leaderboard.objections.send import get_item, send_objection
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.factories import PASSWORD, load_items, make_card, make_team, make_user
from tests.package_files import make_items, make_manifest
from tests.reported.published import add_published
from tests.site import ENDPOINT_KEY, N_IMAGE, N_REPORT, N_TEXT, SECRET_KEY, Site
from tests.uploaded import add_uploaded
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file
from tests.web.test_pages import csrf_of

PEOPLE = {
    "unconfirmed": "una",
    "stranger": "sam",
    "member": "max",
    "owner": "ada",
    "other team": "bert",
    "expert": "emma",
    "other expert": "eve",
    "host": "hanna",
    "other host": "hugo",
    "administrator": "alma",
    "banned": "bob",
}
"""Who asks for pages, beside a visitor: by what they are to team-a and to the benchmark tiny."""
TOKENS = ("read", "submit", "revoked", "expired", "unconfirmed", "other team", "banned")
"""What programs send, beside no token: read and submit have that one scope and are the owner's."""
VISITOR = "visitor"
NO_TOKEN = "no token"


@dataclass
class Asker:
    """Somebody with the cookies of their browser and the token of its forms, or an API token."""

    cookies: str = ""
    csrf: str = ""
    bearer: str = ""


@dataclass
class World:
    """The site, everybody who asks, and the names of what there is."""

    site: Site
    askers: dict[str, Asker]
    names: dict[str, Any]
    place: Path
    kept: Path
    line: requests.Session

    def ask(
        self, who: str, method: str, address: str, sent: Mapping[str, Any]
    ) -> requests.Response:
        """The answer to somebody's request; what it changed is undone."""
        asker, options = self.askers[who], dict(sent)
        headers = {"Cookie": asker.cookies} if asker.cookies else {}
        if asker.bearer:
            headers["Authorization"] = f"Bearer {asker.bearer}"
        if asker.csrf and method == "POST":
            options["data"] = {"csrf_token": asker.csrf, **options.get("data", {})}
        answer = self.line.request(
            method,
            self.site.url + address.format(**self.names),
            headers=headers,
            allow_redirects=False,
            timeout=HANG_SECONDS,
            **options,
        )
        if method != "GET" and answer.status_code < 400:
            self.restore()
        return answer

    def keep(self) -> None:
        """Let the database be as it is now before every request."""
        with closing(sqlite3.connect(self.place)) as own, closing(sqlite3.connect(self.kept)) as to:
            own.backup(to)

    def restore(self) -> None:
        """Undo what was written since."""
        with (
            closing(sqlite3.connect(self.kept)) as kept,
            closing(sqlite3.connect(self.place)) as to,
        ):
            kept.backup(to)


@contextmanager
def make_world(site: Site, kept: Path) -> Iterator[World]:
    """Make everybody and everything."""
    with site.sessions.write() as session:
        _add_people(session)
        _add_things(session)
    scored = site.submit(site.token("ada"), make_file(4)).json()["id"]
    for slug in ("tiny", "second"):
        site.submit(site.token("bert"), make_file(5), "model-b", benchmark=slug)
    site.evaluate_all()
    site.name_base("model-b", "model-a", "spine only")
    queued = site.submit(site.token("ada"), make_file(3)).json()["id"]
    held = site.submit(site.token("ada"), make_file(2)).json()["id"]
    names = {"scored": scored, "queued": queued, "held": held}
    names["uploaded"] = add_uploaded(site.sessions, "hanna@example.org")
    askers = {VISITOR: _visit(site), NO_TOKEN: Asker()}
    askers |= {who: _sign_in(site, name) for who, name in PEOPLE.items()}
    with site.sessions.write() as session:
        session.get_one(Submission, held).status = Status.HELD
        for slug in ("tiny", "second"):
            split = get_split(get_benchmark(session, slug), "test")
            assign_reports(session, split, per_model=N_REPORT, overlap=1)
        names |= _read_names(session)
        askers |= {f"{who} token": Asker(bearer=text) for who, text in _make_tokens(session)}
        ban_user(session, f"{PEOPLE['banned']}@example.org", "alma@example.org", "fraud")
    place = Path(str(site.sessions.engine.url.database))
    with requests.Session() as line:
        # Who asks is said by each request alone.
        line.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        world = World(site, askers, names, place, kept, line)
        world.keep()
        yield world


def _add_people(session: Session) -> None:
    items = make_items(N_TEXT, N_IMAGE, N_REPORT)
    load_items(session, items, make_manifest(slug="second", name="Second"))
    ada = find_user(session, "ada@example.org")
    assert ada is not None
    make_user(session, "una", is_confirmed=False)
    for name in ("sam", "bob"):
        make_user(session, name)
    make_team(session, "team-a", ada, make_user(session, "max"))
    make_card(session, make_team(session, "team-b", make_user(session, "bert")), "model-b")
    make_user(session, "emma", role=Role.EXPERT)
    make_user(session, "eve", role=Role.EXPERT, benchmark="second")
    make_user(session, "hanna", role=Role.HOST)
    make_user(session, "hugo", role=Role.HOST, benchmark="second")
    make_user(session, "alma", role=Role.ADMIN)


def _add_things(session: Session) -> None:
    add_published(session)
    team, ada = _get_team(session), _get_user(session, "ada")
    values = {"name": "ours", "base_url": "https://1.1.1.1/v1", "model": "m", "settings": {}}
    vault = KeyVault([ENDPOINT_KEY])
    make_endpoint(session, team, values, vault=vault, policy=AddressPolicy(), maker=ada)
    session.add(
        NoticeTarget(
            team_id=team.id,
            kind=TargetKind.WEBHOOK,
            address="https://1.1.1.1/hook",
            secret="one",
            created_at=now(),
        )
    )
    announce(session, "News.", f"{now() + timedelta(days=1):%Y-%m-%d}", "cli", "tiny")


def _make_tokens(session: Session) -> list[tuple[str, str]]:
    made = []
    for who, name, scopes in (
        ("read", "ada", (Scope.READ,)),
        ("submit", "ada", (Scope.SUBMIT,)),
        ("revoked", "ada", tuple(Scope)),
        ("expired", "ada", tuple(Scope)),
        ("unconfirmed", "una", tuple(Scope)),
        ("other team", "bert", tuple(Scope)),
        ("banned", "bob", tuple(Scope)),
    ):
        token = make_token(session, _get_user(session, name), name=who, scopes=scopes)
        if who == "revoked":
            token.row.revoked_at = now()
        if who == "expired":
            token.row.expires_at = now() - timedelta(days=1)
        made.append((who, token.text))
    session.flush()
    return made


def _read_names(session: Session) -> dict[str, Any]:
    """What addresses name, by the words that the table has for it."""
    ada, team, links = _get_user(session, "ada"), _get_team(session), Links([SECRET_KEY])
    hanna, una = _get_user(session, "hanna"), _get_user(session, "una")
    invitation = invite(session, team, ada)
    assigned = (
        select(RatingAssignment.key)
        .join(ExpertRater, ExpertRater.rater_id == RatingAssignment.rater_id)
        .where(ExpertRater.user_id == _get_user(session, "emma").id)
    )
    split = get_split(get_benchmark(session, "tiny"), "test")
    token = make_token(session, ada, name="to revoke", scopes=(Scope.READ,)).row
    role = invite_to_role(session, hanna, "sam@example.org", Role.EXPERT, "tiny")
    item = get_item(session, split.benchmark, "test-text-000")
    objection = send_objection(session, ada, item, "item", "The key is wrong.")
    return {
        "objection": objection.id,
        "endpoint": session.scalars(select(Endpoint.id)).one(),
        "target": session.scalars(select(NoticeTarget.id)).one(),
        "token": token.id,
        "session": session.scalars(
            select(WebSession.id).where(WebSession.user_id == ada.id)
        ).first(),
        "member": _get_user(session, "max").id,
        "team_link": invitation.text,
        "team_invitation": invitation.row.id,
        "role_invitation": role.key,
        "announcement": session.scalars(select(Announcement.id)).one(),
        "source": session.scalars(select(ReportedSource.id)).one(),
        "campaign": start_campaign(session, [split], [Cause.HOST], "host@example.org").id,
        "assigned": session.scalars(assigned).first(),
        "judge": session.scalars(select(Rater.id).where(Rater.kind == RaterKind.JUDGE)).first(),
        "figure": next(iter(FIGURES)),
        "ranking_figure": next(iter(RANKING_FIGURES)),
        "image": session.scalars(select(Image.sha256)).first(),
        "register_link": links.sign_registration("new@example.org"),
        "reset_link": links.sign_reset(ada),
        "confirm_link": links.sign_confirmation(una, una.email),
    }


def _get_user(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.email == f"{name}@example.org")).one()


def _get_team(session: Session) -> Team:
    return session.scalars(select(Team).where(Team.slug == "team-a")).one()


def _visit(site: Site) -> Asker:
    with requests.Session() as browser:
        csrf = csrf_of(browser.get(f"{site.url}/sign-in").text)
        return Asker(_write_cookies(browser), csrf)


def _sign_in(site: Site, name: str) -> Asker:
    with requests.Session() as browser:
        form = {"email": f"{name}@example.org", "password": PASSWORD}
        form["csrf_token"] = csrf_of(browser.get(f"{site.url}/sign-in").text)
        page = browser.post(f"{site.url}/sign-in", data=form).text
        assert re.search("<h1>Account</h1>", page)
        return Asker(_write_cookies(browser), csrf_of(page))


def _write_cookies(browser: requests.Session) -> str:
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.cookies)
