"""Register, confirm, move and reset by links in real mails, and what strangers learn of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string, policy

import pytest
from sqlalchemy import select, update

from leaderboard.accounts.providers.ask import Identity
from leaderboard.accounts.providers.links import link as link_provider
from leaderboard.accounts.providers.links import read_links
from leaderboard.accounts.users import find_user
from leaderboard.db import now
from leaderboard.letters.ask import PAUSE
from leaderboard.letters.links import Links
from leaderboard.letters.send import Post, send_letter
from leaderboard.models.letter import Letter
from leaderboard.models.notice import NoticeState
from leaderboard.notices.channels import MailSettings
from tests.factories import PASSWORD, make_user
from tests.notices.receivers import Received, open_mailbox
from tests.site import SECRET_KEY, OpenSite, Site, Visitor
from tests.web.test_identity import copy_cookies, is_signed_in
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database
NEW = "a quite different password"


@dataclass(frozen=True)
class MailSite:
    """A site that sends mail, and the mailbox in which all of it ends."""

    site: Site
    mailbox: Received

    def deliver(self) -> list[str]:
        """Do a worker's work on every letter that waits; the texts that came, in their order."""
        self.mailbox.mails.clear()
        mail = MailSettings(f"smtp://{self.mailbox.address}", "spine@leaderboard.example")
        with self.site.sessions.write() as session:
            keys = session.scalars(
                select(Letter.id).where(Letter.state == NoticeState.WAITING).order_by(Letter.id)
            ).all()
            # The next test does not wait for the pause between two letters.
            session.execute(update(Letter).values(at=now() - PAUSE))
        for key in keys:
            send_letter(self.site.sessions, key, Post(Links([SECRET_KEY]), mail, self.site.url))
        return [
            message_from_string(one, policy=policy.default).get_content()
            for one in self.mailbox.mails
        ]

    def deliver_link(self, place: str) -> str:
        """The path of the link in the only mail that comes."""
        (text,) = self.deliver()
        found = re.search(rf"/{place}/\S+", text)
        assert found is not None
        return found[0]


@pytest.fixture
def mail_site(open_site: OpenSite, empty_redis_url: str) -> Iterator[MailSite]:
    with (
        open_mailbox() as mailbox,
        open_site(SMTP_URL="smtp://127.0.0.1:9", MAIL_FROM="spine@leaderboard.example") as site,
    ):
        yield MailSite(site, mailbox)


def ask(site: Site, page: str, email: str) -> str:
    """What a stranger reads who sends an address, but for the address."""
    with Visitor(site.url) as stranger:
        answer = post(stranger, site, page, page, email=email)
    assert answer.status_code == 200
    return re.sub(r'value="[^"]+"', "", answer.text.replace(email, "ADDRESS"))


def test_a_person_registers_by_a_link_and_is_confirmed(mail_site: MailSite) -> None:
    site, browser = mail_site.site, Visitor(mail_site.site.url)
    post(browser, site, "/register", "/register", email="Eve@Example.org")
    with site.sessions.read() as session:
        assert find_user(session, "eve@example.org") is None
    link = mail_site.deliver_link("register")
    assert post(browser, site, link, link, name="Eve", password="password1234").status_code == 400
    assert post(browser, site, link, link, name="Eve", password=NEW).status_code == 200
    page = browser.get("/account").text
    assert "Eve, eve@example.org" in page
    assert "by the link that was sent to it" in page
    form = {"name": "Mine", "slug": "mine"}
    assert post(browser, site, "/account/teams", "/account", **form).status_code == 200
    assert Visitor(site.url).get(link).status_code == 409, "a link makes one account"


def test_a_stranger_does_not_learn_by_registering_who_has_an_account(mail_site: MailSite) -> None:
    site = mail_site.site
    assert ask(site, "/register", "ada@example.org") == ask(site, "/register", "eve@example.org")
    known, unknown = mail_site.deliver()
    assert "already has an account" in known
    assert "finish" not in known
    assert "/register/" in unknown


def test_a_stranger_does_not_learn_by_a_reset_who_has_an_account(mail_site: MailSite) -> None:
    site = mail_site.site
    assert ask(site, "/forgot", "ada@example.org") == ask(site, "/forgot", "eve@example.org")
    assert len(mail_site.deliver()) == 1


def test_asking_at_once_again_is_refused_alike(mail_site: MailSite) -> None:
    site = mail_site.site
    answers = []
    for email in ("ada@example.org", "eve@example.org"):
        ask(site, "/forgot", email)
        with Visitor(site.url) as stranger:
            answer = post(stranger, site, "/forgot", "/forgot", email=email)
        assert answer.status_code == 429
        answers.append(re.sub(r'value="[^"]+"', "", answer.text.replace(email, "ADDRESS")))
    assert answers[0] == answers[1]


def test_a_reset_ends_sessions_works_once_and_confirms_the_address(mail_site: MailSite) -> None:
    site = mail_site.site
    ada, token = sign_in(site, "ada"), site.token("ada")
    ask(site, "/forgot", "ada@example.org")
    link = mail_site.deliver_link("reset")
    browser = Visitor(site.url)
    form = {"password": NEW, "revokes_tokens": "y"}
    assert post(browser, site, link, link, **form).status_code == 200
    assert is_signed_in(browser)
    assert not is_signed_in(ada)
    assert site.get("/api/v1/me", token).status_code == 401
    assert Visitor(site.url).get(link).status_code == 400
    assert not is_signed_in(sign_in(site, "ada"))
    assert is_signed_in(sign_in(site, "ada", NEW))


def test_whoever_made_an_account_with_anothers_address_keeps_no_way_into_it(
    mail_site: MailSite,
) -> None:
    site = mail_site.site
    with site.sessions.write() as session:
        impostor = make_user(session, "impostor", is_confirmed=False)
        link_provider(
            session, impostor, Identity("https://idp.example", "1", "me", "me", None, False)
        )
    token = site.token("impostor")
    ask(site, "/forgot", "impostor@example.org")
    link = mail_site.deliver_link("reset")
    post(Visitor(site.url), site, link, link, password=NEW)
    assert site.get("/api/v1/me", token).status_code == 401
    with site.sessions.read() as session:
        assert read_links(session, impostor) == []


def test_a_change_of_the_password_ends_an_open_reset(mail_site: MailSite) -> None:
    site = mail_site.site
    ask(site, "/forgot", "ada@example.org")
    link = mail_site.deliver_link("reset")
    ada = sign_in(site, "ada")
    post(ada, site, "/account/password", "/account", password=PASSWORD, new_password=NEW)
    assert Visitor(site.url).get(link).status_code == 400


def test_an_unconfirmed_person_asks_for_the_link_and_opens_it(mail_site: MailSite) -> None:
    site = mail_site.site
    with site.sessions.write() as session:
        make_user(session, "eve", is_confirmed=False)
    eve = sign_in(site, "eve")
    assert "Send the link to eve@example.org" in eve.get("/account").text
    post(eve, site, "/account/confirm", "/account")
    link = mail_site.deliver_link("confirm")
    assert Visitor(site.url).get(link, allow_redirects=False).status_code == 302
    ada = sign_in(site, "ada")
    assert ada.get(link).status_code == 400, "nobody else confirms it"
    assert "Confirm" in eve.get(link).text
    assert "is not confirmed" in eve.get("/account").text, "looking at the link is not enough"
    assert "eve@example.org is confirmed." in post(eve, site, link, link).text


def test_another_address_counts_once_its_link_was_opened_and_the_old_one_is_told(
    mail_site: MailSite,
) -> None:
    site = mail_site.site
    ada = sign_in(site, "ada")
    form = {"email": "new@example.org", "password": "wrong wrong wrong"}
    assert post(ada, site, "/account/address", "/account", **form).status_code == 400
    form["password"] = PASSWORD
    post(ada, site, "/account/address", "/account", **form)
    assert "Ada, ada@example.org" not in ada.get("/account").text  # her name is in small letters
    assert "ada, ada@example.org" in ada.get("/account").text
    link = mail_site.deliver_link("confirm")
    assert post(ada, site, link, link).status_code == 200
    page = ada.get("/account").text
    assert "ada, new@example.org" in page
    assert "by the link that was sent to it" in page
    (told,) = mail_site.deliver()
    assert "has another one now" in told
    assert "To: ada@example.org" in mail_site.mailbox.mails[0]
    assert "new@example.org" not in told
    assert Visitor(site.url).get(link, allow_redirects=False).status_code == 302
    assert ada.get(link).status_code == 400


def test_a_person_does_not_learn_by_moving_who_has_an_account(mail_site: MailSite) -> None:
    site = mail_site.site
    site.add_person("bob", "team-b")
    ada = sign_in(site, "ada")
    pages = []
    for email in ("bob@example.org", "nobody@example.org"):
        form = {"email": email, "password": PASSWORD}
        answer = post(ada, site, "/account/address", "/account", **form)
        assert answer.status_code == 200
        pages.append(answer.text.count("A link is on its way"))
    assert pages == [1, 1]
    taken, free = mail_site.deliver()
    assert "/confirm/" not in taken
    assert "/confirm/" in free


def test_links_come_from_the_sites_own_address_whatever_host_a_request_names(
    mail_site: MailSite,
) -> None:
    site = mail_site.site
    with Visitor(site.url) as stranger:
        token = csrf_of(stranger.get("/forgot").text)
        stranger.post(
            "/forgot",
            data={"csrf_token": token, "email": "ada@example.org"},
            headers={"X-Forwarded-Host": "evil.example"},
        )
    (text,) = mail_site.deliver()
    assert "evil.example" not in text


def test_without_mail_the_page_says_what_the_host_does(site: Site) -> None:
    page = site.get("/forgot").text
    assert "flask user set-password" in page
    with Visitor(site.url) as stranger:
        token = csrf_of(stranger.get("/sign-in").text)
        form = {"csrf_token": token, "email": "ada@example.org"}
        assert stranger.post("/forgot", data=form).status_code == 400
    with site.sessions.read() as session:
        assert session.scalars(select(Letter)).all() == []


def test_without_mail_an_address_changes_at_once_and_waits_for_the_host(site: Site) -> None:
    ada = sign_in(site, "ada")
    thief = copy_cookies(ada, site)
    form = {"email": "new@example.org", "password": PASSWORD}
    assert post(ada, site, "/account/address", "/account", **form).status_code == 200
    page = ada.get("/account").text
    assert "ada, new@example.org" in page
    assert "Your e-mail address is not confirmed" in page
    assert is_signed_in(thief), "moving to another address is no new password"
