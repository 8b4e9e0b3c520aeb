"""Send letters: each is claimed, sent with no transaction open, and tried again for a while."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from leaderboard.db import Sessions, now
from leaderboard.errors import ClaimLost
from leaderboard.leases import Claim, claim_row, end
from leaderboard.letters.lease import LETTERS, PAUSES
from leaderboard.letters.links import Links
from leaderboard.letters.write import make_letter, write_letter
from leaderboard.models.letter import Letter
from leaderboard.models.notice import NoticeState
from leaderboard.notices.channels import MailSettings, NotSent, send_mail

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """What sending needs of the host; without `mail` no letter is sent."""

    links: Links
    mail: MailSettings | None
    base_url: str


def send_letter(sessions: Sessions, letter_id: int, post: Post) -> None:
    """Send a waiting letter and write down how it went; do nothing if it is not waiting."""
    with sessions.write() as session:
        claim = claim_row(session, LETTERS, letter_id)
    if claim is None:
        return
    with sessions.read() as session:
        letter = session.get_one(Letter, letter_id)
        address, words = letter.address, write_letter(session, letter, post.links, post.base_url)
    state = NoticeState.SENT
    try:
        if words is None:
            result = "there was nobody to write to"
        elif post.mail is None:
            # Trying again would not help. Hosts see without a letter who waits for them.
            result, state = "this server sends no mail", NoticeState.FAILED
        else:
            mail = make_letter(words, address, post.base_url, post.mail.sender)
            result = send_mail(mail, post.mail)
    except NotSent as error:
        result, state = str(error), NoticeState.WAITING
        log.warning("letter %d, attempt %d: %s", letter_id, claim.n_attempts, error)
    try:
        _settle(sessions, claim, state, result)
    except ClaimLost:
        log.info("letter %d was taken by another worker", letter_id)


def _settle(sessions: Sessions, claim: Claim[int], state: NoticeState, result: str) -> None:
    next_at = now()
    if state is NoticeState.WAITING:
        if claim.n_attempts > len(PAUSES):
            state = NoticeState.FAILED
        else:
            next_at += PAUSES[claim.n_attempts - 1]
    with sessions.write() as session:
        end(session, claim, state=state, result=result[:200], next_at=next_at)
