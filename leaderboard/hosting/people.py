"""Ban people and teams, verify model cards."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.second_factor import has_second_factor, remove_second_factor
from leaderboard.accounts.users import find_user
from leaderboard.accounts.web_sessions import end_sessions
from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict, NotFound
from leaderboard.hosting.act import Act, read_reason
from leaderboard.letters.ask import add_letter
from leaderboard.models.identity import Means
from leaderboard.models.letter import LetterKind
from leaderboard.models.moderation import BannedTeam, BannedUser, VerifiedModel
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import ModelCard, Team, User
from leaderboard.queue import SEND_LETTER, Nudge


def ban_user(session: Session, key: str, actor: str, reason: str) -> Act:
    """Let a user (by e-mail address) neither sign in nor use tokens; withhold their results.

    Raises NotFound, or Conflict for one who is banned already or would ban themselves.
    """
    user = get_user(session, key)
    if user.email == actor:
        raise Conflict("You cannot ban yourself.", "Ask another administrator.")
    end_sessions(session, user)
    return _ban(session, user, BannedUser(user_id=user.id), actor, reason)


def confirm_user(
    session: Session, key: str, actor: str, reason: str = "", *, means: Means = Means.HOST
) -> Act:
    """Say that a user's e-mail address is theirs. Raises NotFound, or Conflict if it is known."""
    user = get_user(session, key)
    if user.is_confirmed:
        raise Conflict(f"{user.email} is already confirmed.", "There is nothing to do.")
    confirm(session, user, means)
    add_audit(session, actor, "confirm address", f"user {user.email}", reason)
    return Act(f"{user.email} is confirmed.")


def reset_second_factor(session: Session, key: str, actor: str, reason: str) -> Act:
    """Remove a user's second factor, sign them out and write to them. NotFound or Conflict."""
    user, reason = get_user(session, key), read_reason(reason)
    if not has_second_factor(session, user):
        raise Conflict(f"{user.email} has no second factor.", "There is nothing to do.")
    remove_second_factor(session, user)
    add_audit(session, actor, "reset second factor", f"user {user.email}", reason)
    letter = add_letter(session, LetterKind.WAYS, user.email, user)
    return Act(
        f"The second factor of {user.email} is removed, and they are signed out.",
        waiting=(Nudge(SEND_LETTER, letter.id),),
    )


def unban_user(session: Session, key: str, actor: str, reason: str) -> Act:
    """Lift a user's ban. Raises NotFound or Conflict."""
    user = get_user(session, key)
    return _unban(session, user, session.get(BannedUser, user.id), actor, reason)


def ban_team(session: Session, key: str, actor: str, reason: str) -> Act:
    """Let a team (by short name) submit no more; withhold its results. NotFound or Conflict."""
    team = get_team(session, key)
    return _ban(session, team, BannedTeam(team_id=team.id), actor, reason)


def unban_team(session: Session, key: str, actor: str, reason: str) -> Act:
    """Lift a team's ban. Raises NotFound or Conflict."""
    team = get_team(session, key)
    return _unban(session, team, session.get(BannedTeam, team.id), actor, reason)


def _ban(
    session: Session, whom: User | Team, ban: BannedUser | BannedTeam, actor: str, reason: str
) -> Act:
    reason = read_reason(reason)
    if whom.is_banned:
        raise Conflict(f"The {_name(whom)} is already banned.", "There is nothing to do.")
    ban.banned_at, ban.reason = now(), reason
    session.add(ban)
    add_audit(session, actor, "ban", _name(whom), reason)
    session.flush()
    session.expire(whom, ["is_banned"])
    return Act(f"The {_name(whom)} is banned.", rank=_splits_of(session, whom))


def _unban(
    session: Session,
    whom: User | Team,
    ban: BannedUser | BannedTeam | None,
    actor: str,
    reason: str,
) -> Act:
    if ban is None:
        raise Conflict(f"The {_name(whom)} is not banned.", "There is nothing to do.")
    session.delete(ban)
    add_audit(session, actor, "unban", _name(whom), reason)
    session.flush()
    session.expire(whom, ["is_banned"])
    return Act(f"The {_name(whom)} is no longer banned.", rank=_splits_of(session, whom))


def _name(whom: User | Team) -> str:
    """Whom an act is about, as the audit trail has it."""
    return f"user {whom.email}" if isinstance(whom, User) else f"team {whom.slug}"


def verify_model(session: Session, key: str, actor: str, reason: str) -> Act:
    """Mark a model card as checked; a later change of the card ends the mark. NotFound."""
    card, note = get_model_card(session, key), read_reason(reason)
    mark = session.get(VerifiedModel, card.id)
    if mark is None:
        mark = VerifiedModel(model_card_id=card.id)
        session.add(mark)
    mark.verified_at, mark.note = now(), note
    add_audit(session, actor, "verify", f"model {card.slug}", note)
    session.flush()
    session.expire(card, ["is_verified"])
    return Act(f"The card of {card.name} is verified.")


def unverify_model(session: Session, key: str, actor: str, reason: str) -> Act:
    """Take the mark from a model card. Raises NotFound or Conflict."""
    card = get_model_card(session, key)
    mark = session.get(VerifiedModel, card.id)
    if mark is None:
        raise Conflict(f"The card of {card.name} is not verified.", "There is nothing to do.")
    session.delete(mark)
    add_audit(session, actor, "unverify", f"model {card.slug}", reason)
    session.flush()
    session.expire(card, ["is_verified"])
    return Act(f"The card of {card.name} is no longer verified.")


def get_user(session: Session, email: str) -> User:
    """The user with this e-mail address. Raises NotFound."""
    user = find_user(session, email)
    if user is None:
        raise NotFound(f"There is no user {email[:80]!r}.", "See the list of people.")
    return user


def get_team(session: Session, slug: str) -> Team:
    """The team of this short name. Raises NotFound."""
    team = find_team(session, slug)
    if team is None:
        raise no_team(slug)
    return team


def find_team(session: Session, slug: str) -> Team | None:
    """The team of this short name, if there is one."""
    return session.scalar(select(Team).where(Team.slug == slug))


def no_team(slug: str) -> NotFound:
    """What is said of a team that is not there, or is not theirs to know who ask."""
    return NotFound(f"There is no team {slug[:80]!r}.", "See the list of teams.")


def get_model_card(session: Session, slug: str) -> ModelCard:
    """The model card of this short name, of any team. Raises NotFound."""
    card = session.scalar(select(ModelCard).where(ModelCard.slug == slug))
    if card is None:
        raise NotFound(f"There is no model {slug[:80]!r}.", "See the list of models.")
    return card


def _splits_of(session: Session, whom: User | Team) -> tuple[int, ...]:
    """The splits on which the person or the team has scored submissions, to rank again."""
    is_theirs = (
        Submission.user_id == whom.id if isinstance(whom, User) else ModelCard.team_id == whom.id
    )
    query = (
        select(Submission.split_id)
        .join(ModelCard)
        .where(Submission.status == Status.SCORED, is_theirs)
        .distinct()
        .order_by(Submission.split_id)
    )
    return tuple(session.scalars(query))
