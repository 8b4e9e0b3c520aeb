"""Which phase of its split receives a submission, and what is refused outside of them."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, read_clock
from leaderboard.errors import PhaseClosed, QuotaUsed
from leaderboard.models.benchmark import Split
from leaderboard.models.phase import Phase, PhaseFinal, PhaseSubmission
from leaderboard.models.release import Release
from leaderboard.models.submission import CAME_TO_NOTHING, Submission
from leaderboard.models.team import Membership, ModelCard, Team
from leaderboard.moments import say_moment
from leaderboard.packages.phases import read_phases


def require_phase(session: Session, split: Split, team: Team) -> Phase | None:
    """The phase that receives what `team` sends now; None of a split without phases.

    Whoever ends the phase waits for this transaction. Raises PhaseClosed outside of all phases,
    QuotaUsed where the team, or one of its members in all of their teams, has sent what the phase
    allows.
    """
    phases = read_phases(session, split.id)
    if not phases:
        return None
    name = f"{split.benchmark.name} {split.name}"
    for one in phases:
        if one.opens_at <= read_clock(session) < one.closes_at:
            lock_row(session, Phase.id, one.id)
            session.refresh(one)
    moment = read_clock(session)
    for place, one in enumerate(phases):
        if one.opens_at <= moment < one.closes_at:
            following = phases[place + 1] if place + 1 < len(phases) else None
            _require_units(session, one, following, team)
            return one
    ended = [one for one in phases if one.closes_at <= moment]
    later = [one for one in phases if moment < one.opens_at]
    raise PhaseClosed(
        f"{name} takes no submissions now: {ended[-1].name} ended at "
        f"{say_moment(ended[-1].closes_at)}."
        if ended
        else f"{name} takes no submissions yet.",
        f"{later[0].name} opens at {say_moment(later[0].opens_at)}."
        if later
        else "No further phase is planned.",
        later[0].opens_at if later else None,
    )


def _require_units(session: Session, phase: Phase, following: Phase | None, team: Team) -> None:
    if phase.units is None:
        return
    members = select(Membership.user_id).where(Membership.team_id == team.id)
    n_used = session.scalar(
        select(func.count())
        .select_from(PhaseSubmission)
        .join(Submission, Submission.id == PhaseSubmission.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(
            PhaseSubmission.phase_id == phase.id,
            Submission.status.not_in(CAME_TO_NOTHING),
            or_(ModelCard.team_id == team.id, Submission.user_id.in_(members)),
        )
    )
    if (n_used or 0) >= phase.units:
        raise QuotaUsed(
            f"{team.name}, with its members in all of their teams, has used the {phase.units} "
            f"submissions of the phase {phase.name}.",
            f"{following.name} opens at {say_moment(following.opens_at)}."
            if following
            else "No further phase is planned.",
            following.opens_at if following else phase.closes_at,
        )


def note_phase(session: Session, submission: Submission, phase: Phase | None) -> None:
    """Write down which phase received a submission."""
    if phase is not None:
        session.add(PhaseSubmission(submission_id=submission.id, phase_id=phase.id))
        session.flush()


def select_late(phase: Phase) -> Select[str]:
    """The submissions that phases after `phase` received: its end does not know them."""
    return (
        select(PhaseSubmission.submission_id)
        .join(Phase, Phase.id == PhaseSubmission.phase_id)
        .where(Phase.split_id == phase.split_id, Phase.opens_at >= phase.closes_at)
    )


def find_final_phase(session: Session, release: Release | None) -> Phase | None:
    """The phase whose end a release is the ranking of; None of any other release."""
    if release is None:
        return None
    query = select(Phase).join(PhaseFinal, PhaseFinal.phase_id == Phase.id)
    return session.scalar(query.where(PhaseFinal.release_id == release.id))
