"""What letters say: why they came, and a link for what only their reader may do."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.accounts.providers.links import read_links
from leaderboard.accounts.role_invitations import read_invitations_to
from leaderboard.accounts.roles import name_role
from leaderboard.accounts.second_factor import MEANS_WORDS, read_factors
from leaderboard.accounts.users import find_user
from leaderboard.letters.approvals import WaitingTeam, read_waiting_teams
from leaderboard.letters.concerns import read_told
from leaderboard.letters.links import CONFIRMATION, REGISTRATION, RESET, Links
from leaderboard.letters.objections import AnsweredObjection, find_answered
from leaderboard.models.concern import ToldConcern
from leaderboard.models.invitation import RoleInvitation
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.team import User
from leaderboard.site import Site

IGNORE = "If that was not you, you need not do anything: nothing has changed."


class Words(NamedTuple):
    """A letter's subject and text."""

    subject: str
    text: str


def write_letter(session: Session, letter: Letter, links: Links, site: Site) -> Words | None:
    """What a letter says, as things are now; None where there is nobody to write to."""
    owner = find_user(session, letter.address)
    if owner is not None and owner.is_banned:
        return None
    match letter.kind:
        case LetterKind.REGISTER:
            return _write_registration(letter, owner, links, site)
        case LetterKind.RESET:
            return None if owner is None else _write_reset(owner, links, site)
        case LetterKind.CONFIRM:
            asked = session.get(User, letter.user_id) if letter.user_id else None
            if asked is None or asked.is_banned:
                return None
            return _write_confirmation(letter, asked, owner, links, site)
        case LetterKind.MOVED:
            return _write_moved(site)
        case LetterKind.INVITE:
            return _write_invitations(read_invitations_to(session, letter.address), site)
        case LetterKind.WAYS:
            return None if owner is None else _write_ways(session, owner, site)
        case LetterKind.APPROVALS:
            waiting = read_waiting_teams(session, owner) if owner and owner.is_confirmed else []
            return _write_approvals(waiting, site)
        case LetterKind.OBJECTION:
            told = find_answered(session, letter, owner) if owner and owner.is_confirmed else None
            return None if told is None else _write_answered(told, site)
        case LetterKind.ATTENTION:
            rows = read_told(session, letter, owner) if owner and owner.is_confirmed else []
            return _write_concerns(rows, site)


def make_letter(words: Words, address: str, site: Site, sender: str) -> EmailMessage:
    """The words as a mail to `address`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, words.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{words.text}\n\n-- \n{site.name}, {site.url}\n", cte="quoted-printable")
    return mail


def _write_registration(letter: Letter, owner: User | None, links: Links, site: Site) -> Words:
    if owner is not None:
        return Words(
            f"{site.name}: you already have an account",
            f"Somebody asked to register {letter.address} with {site.name}. It already has an "
            f"account: sign in at {site.url}/sign-in\n\nIf you do not know the password, set a "
            f"new one: {site.url}/forgot\n\n{IGNORE}",
        )
    return Words(
        f"{site.name}: finish your registration",
        f"Somebody asked to register {letter.address} with {site.name}. To make the account, open "
        f"this link within {REGISTRATION.words}:\n\n{site.url}/register/"
        f"{links.sign_registration(letter.address)}\n\n{IGNORE}",
    )


def _write_reset(owner: User, links: Links, site: Site) -> Words:
    return Words(
        f"{site.name}: set a new password",
        f"Somebody asked for a new password of the account {owner.email}. To set one, open this "
        f"link within {RESET.words}. It works once:\n\n"
        f"{site.url}/reset/{links.sign_reset(owner)}\n\n{IGNORE}",
    )


def _write_confirmation(
    letter: Letter, asked: User, owner: User | None, links: Links, site: Site
) -> Words:
    if owner is not None and owner.id != asked.id:
        return Words(
            f"{site.name}: this address already has an account",
            f"Somebody with another account on {site.name} asked to use {letter.address} for it. "
            f"The address already has an account, so that is not possible.\n\n{IGNORE}",
        )
    return Words(
        f"{site.name}: confirm your e-mail address",
        f"Confirm that {letter.address} is the address of your {site.name} account: open this link "
        f"within {CONFIRMATION.words}, in the browser where you are signed in, or sign in when it "
        f"asks you to.\n\n"
        f"{site.url}/confirm/{links.sign_confirmation(asked, letter.address)}\n\n{IGNORE}",
    )


def _write_moved(site: Site) -> Words:
    return Words(
        f"{site.name}: your account has another e-mail address",
        f"The account on {site.name} that had this address has another one now, which was "
        "confirmed by a link. No more mail about it goes here.\n\nIf that was not you, somebody "
        f"knows your password: write to the host of the server at once. {site.url}",
    )


def _write_invitations(invitations: Sequence[RoleInvitation], site: Site) -> Words | None:
    """Every invitation to a role that is open; nothing where none is any longer."""
    if not invitations:
        return None
    offers = "\n\n".join(
        f"{one.inviter.name} invites you to be {name_role(one.role, one.benchmark)}: "
        f"{site.url}/invitations/{one.key}"
        for one in invitations
    )
    return Words(
        f"{site.name}: an invitation",
        f"{offers}\n\nOpen the link, and sign in with this address; if you have no account yet, "
        "register with it first. Each link works once, and only for you. If you do not want this, "
        "you need not do anything.",
    )


def _write_ways(session: Session, owner: User, site: Site) -> Words:
    factor = " or ".join(MEANS_WORDS[one] for one in read_factors(session, owner)) or "none"
    return Words(
        f"{site.name}: how you sign in has changed",
        f"How you sign in to the account {owner.email} on {site.name} has changed. Its second "
        f"factor now: {factor}. Providers that sign you in: {len(read_links(session, owner))}."
        "\n\nIf that was neither you nor the host of the server at your "
        f"request, set a new password at once, and write to the host: {site.url}/forgot",
    )


def _write_approvals(waiting: Sequence[WaitingTeam], site: Site) -> Words | None:
    """Every team that waits for a host; nothing where the host has decided meanwhile."""
    if not waiting:
        return None
    teams = "\n".join(
        f"- {one.team.name} ({one.team.slug}), on {one.split.benchmark.name} "
        f"{one.split.benchmark.version}, {one.split.name} split, since "
        f"{one.since:%Y-%m-%d %H:%M} UTC"
        for one in waiting
    )
    verb = "team waits" if len(waiting) == 1 else "teams wait"
    return Words(
        f"{site.name}: {len(waiting)} {verb} for your approval",
        f"Nothing that they send to a hidden split is scored before you have approved them:\n\n"
        f"{teams}\n\nLook at who they are, and approve or refuse them: "
        f"{site.url}/admin/approvals\n\nYou get at most one such letter a day.",
    )


def _write_concerns(concerns: Sequence[ToldConcern], site: Site) -> Words | None:
    """What needs attention, each with its page; nothing where nothing does any longer."""
    if not concerns:
        return None
    n = len(concerns)
    things = "\n\n".join(f"- {one.words}\n  {site.url}{one.path}" for one in concerns)
    return Words(
        f"{site.name}: {n} {'thing needs' if n == 1 else 'things need'} your attention",
        f"{things}\n\nYou get at most one such letter a day, and one at once for what is urgent. "
        "Each of these is said once until it changes; the first page for hosts lists what holds: "
        f"{site.url}/admin\n\nIf you want no such letters: {site.url}/account#attention",
    )


def _write_answered(told: AnsweredObjection, site: Site) -> Words:
    """That there is an answer, and where; neither it nor the item is in the mail."""
    made, benchmark = told.objection, told.benchmark
    return Words(
        f"{site.name}: your objection is answered",
        f"A host has answered what you objected to on {benchmark.name} {benchmark.version} on "
        f"{made.at:%Y-%m-%d}. Sign in to read the answer:\n\n"
        f"{site.url}/objections#objection-{made.id}",
    )
