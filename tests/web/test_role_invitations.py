"""Somebody is invited to a role in the browser, with and without mail."""

import re

import pytest
from sqlalchemy import select

from leaderboard.accounts.users import find_user
from leaderboard.letters.links import Links
from leaderboard.letters.write import write_letter
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.role import Role
from leaderboard.site import Site as Writer
from tests.factories import make_user
from tests.site import SECRET_KEY, OpenSite, Site
from tests.web.test_pages import post, sign_in

ROLES = "/admin/roles"
FORM = {"email": "eve@example.org", "role": "expert", "benchmark": "tiny"}


def find_link(page: str) -> str:
    found = re.search(r"<code[^>]*>http[^<]*(/invitations/[\w-]+)</code>", page)
    assert found is not None
    return found[1]


def add_people(site: Site) -> None:
    site.add_role("hugo", Role.HOST)
    with site.sessions.write() as session:
        make_user(session, "eve")
        make_user(session, "mallory")


def test_without_mail_the_host_copies_the_link_and_the_expert_accepts_it_once(site: Site) -> None:
    add_people(site)
    hugo, eve = sign_in(site, "hugo"), sign_in(site, "eve")
    page = post(hugo, site, f"{ROLES}/invitations", ROLES, **FORM)
    assert "This server sends no mail: copy the link below" in page.text
    link = find_link(page.text)
    assert "Hugo" in page.text or "hugo" in page.text
    assert eve.get("/rate").status_code == 403
    assert f'href="{link}"' in eve.get("/account").text
    assert sign_in(site, "mallory").get(link).status_code == 403
    assert "an expert of tiny" in eve.get(link).text
    assert eve.get("/rate").status_code == 403
    assert "You are now an expert of tiny." in post(eve, site, link, link).text
    assert eve.get("/rate").status_code == 200
    assert eve.get(link).status_code == 400
    assert link not in hugo.get(ROLES).text
    trail = hugo.get("/admin/audit").text
    assert trail.index("accept role") < trail.index("invite to role")


@pytest.mark.one_database
def test_a_withdrawn_invitation_is_refused(site: Site) -> None:
    add_people(site)
    hugo, eve = sign_in(site, "hugo"), sign_in(site, "eve")
    link = find_link(post(hugo, site, f"{ROLES}/invitations", ROLES, **FORM).text)
    key = link.rpartition("/")[2]
    done = post(hugo, site, f"{ROLES}/invitations/{key}/withdraw", ROLES)
    assert "The invitation of eve@example.org has been withdrawn." in done.text
    assert eve.get(link).status_code == 400
    assert post(eve, site, link, "/account").status_code == 400
    assert eve.get("/rate").status_code == 403


@pytest.mark.one_database
def test_what_a_host_may_not_give_is_refused_at_its_field(site: Site) -> None:
    add_people(site)
    hugo = sign_in(site, "hugo")
    for changed, status in (
        ({"role": "host"}, 403),
        ({"role": "admin"}, 403),
        ({"benchmark": "none"}, 400),
        ({"email": "eve"}, 400),
        ({"role": "king"}, 400),
    ):
        answer = post(hugo, site, f"{ROLES}/invitations", ROLES, **(FORM | changed))
        assert answer.status_code == status, changed
    assert "<p>None.</p>" in hugo.get(ROLES).text


def test_with_mail_the_invitation_is_sent_to_the_address(open_site: OpenSite) -> None:
    with open_site(SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="host@example.org") as site:
        add_people(site)
        hugo = sign_in(site, "hugo")
        page = post(hugo, site, f"{ROLES}/invitations", ROLES, **FORM)
        assert "The invitation is on its way to eve@example.org." in page.text
        with site.sessions.read() as session:
            letter = session.scalars(select(Letter)).one()
            assert (letter.kind, letter.address) == (LetterKind.INVITE, "eve@example.org")
            words = write_letter(
                session, letter, Links([SECRET_KEY]), Writer("https://bench.example")
            )
            assert words is not None
            assert "hugo invites you to be an expert of tiny" in words.text
            assert f"https://bench.example{find_link(page.text)}" in words.text
        key = find_link(page.text).rpartition("/")[2]
        post(hugo, site, f"{ROLES}/invitations/{key}/withdraw", ROLES)
        with site.sessions.read() as session:
            letter = session.scalars(select(Letter)).one()
            assert (
                write_letter(session, letter, Links([SECRET_KEY]), Writer("https://b.example"))
                is None
            )
            assert find_user(session, "eve@example.org") is not None


def test_who_declines_a_role_is_seen_to_by_the_host(site: Site) -> None:
    add_people(site)
    hugo, eve = sign_in(site, "hugo"), sign_in(site, "eve")
    link = find_link(post(hugo, site, f"{ROLES}/invitations", ROLES, **FORM).text)
    page = eve.get(link).text
    assert f'formaction="{link}/decline"' in page
    done = post(eve, site, f"{link}/decline", link)
    assert "You have declined to be an expert of tiny." in done.text
    assert eve.get("/rate").status_code == 403
    told = hugo.get(ROLES).text
    assert "eve@example.org declined on" in told
    assert link not in told
    assert "decline role" in hugo.get("/admin/audit").text
