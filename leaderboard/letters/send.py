"""Send letters: each is claimed, sent with no transaction open, and tried again for a while."""

from __future__ import annotations

from dataclasses import dataclass

from leaderboard.db import Sessions
from leaderboard.leases import claim_row
from leaderboard.letters.lease import LETTERS, PAUSES
from leaderboard.letters.links import Links
from leaderboard.letters.write import make_letter, write_letter
from leaderboard.models.letter import Letter
from leaderboard.notices.attempt import attempt
from leaderboard.notices.channels import MailSettings, NotSent, send_mail
from leaderboard.site import NAME, Site


@dataclass(frozen=True)
class Post:
    """What sending needs of the host; without `mail` no letter is sent."""

    links: Links
    mail: MailSettings | None
    base_url: str
    site_name: str = NAME

    @property
    def site(self) -> Site:
        """The site that writes."""
        return Site(self.base_url, self.site_name)


def send_letter(sessions: Sessions, letter_id: int, post: Post) -> None:
    """Send a waiting letter and write down how it went; do nothing if it is not waiting."""
    with sessions.write() as session:
        claim = claim_row(session, LETTERS, letter_id)
    if claim is None:
        return
    with sessions.read() as session:
        letter = session.get_one(Letter, letter_id)
        address, words = letter.address, write_letter(session, letter, post.links, post.site)

    def deliver() -> str:
        if words is None:
            return "there was nobody to write to"
        if post.mail is None:
            raise NotSent("this server sends no mail")
        mail = make_letter(words, address, post.site, post.mail.sender)
        return send_mail(mail, post.mail)

    # Without mail, trying again would not help. Hosts see without a letter who waits for them.
    attempt(sessions, claim, deliver, PAUSES if post.mail else ())
