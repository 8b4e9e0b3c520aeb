"""Phases of a split: a host sets them; at the end of a final one its ranking is frozen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import clock, now
from leaderboard.disclosure import is_protected
from leaderboard.errors import FieldProblems, InvalidRequest
from leaderboard.evaluation.publish import publish, read_candidates
from leaderboard.hosting.act import Act
from leaderboard.models.benchmark import Opening, Split
from leaderboard.models.phase import Phase, PhaseFinal
from leaderboard.models.ranking import Ranking
from leaderboard.models.submission import FINAL, Status, Submission
from leaderboard.moments import read_moment, say_moment
from leaderboard.packages.opening import is_frozen
from leaderboard.packages.phases import drop_phase, set_phase
from leaderboard.rankings.releases import find_ranking, find_release, lock_releases, open_release
from leaderboard.submissions.phases import select_late

ON_ITS_END = "the end of a phase"
"""Who the audit trail names where a phase has ended."""


def plan_phase(
    session: Session,
    split: Split,
    name: str,
    opens: str,
    closes: str,
    units: str,
    actor: str,
    *,
    is_final: bool,
) -> Act:
    """Make a phase, or change the one of this name; moments and limit as somebody wrote them.

    Raises InvalidRequest and Conflict as `set_phase` does.
    """
    fields = FieldProblems()
    with fields.at("opens"):
        opens_at = read_moment(opens)
    with fields.at("closes"):
        closes_at = read_moment(closes)
    with fields.at("units"):
        limit = _read_units(units)
    fields.raise_all()
    row = set_phase(session, split, name, opens_at, closes_at, units=limit, is_final=is_final)
    said = f"{row.name}: {say_moment(opens_at)} to {say_moment(closes_at)}"
    _audit(session, split, actor, "set phase", said + (", final" if is_final else ""))
    return Act(f"{said}.")


def _read_units(text: str) -> int | None:
    text = text.strip()
    if text and not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise InvalidRequest(f"{text[:40]!r} is not a whole number.", "Leave it out for no limit.")
    return int(text) if text else None


def take_phase_back(session: Session, split: Split, name: str, actor: str) -> Act:
    """Take a phase back that has received nothing. Raises Conflict."""
    drop_phase(session, split, name)
    _audit(session, split, actor, "take back phase", name)
    return Act(f"There is no phase {name} of {split.name} now.")


def _audit(session: Session, split: Split, actor: str, action: str, note: str) -> None:
    benchmark = split.benchmark
    subject = f"split {benchmark.slug} {benchmark.version} {split.name}"
    add_audit(session, actor, action, subject, note, benchmark=benchmark.slug)


def freeze_due(session: Session) -> Act:
    """Freeze the rankings of final phases that have ended once all that they received is scored.

    What a phase leaves is a release: one with what was received until its end, which the next one
    closes as soon as it is ranked. On a protected split it publishes results as a release does. A
    split of a version that a newer one followed keeps its last release as the final one.
    """
    rows = session.scalars(
        select(Phase)
        .join(Split, Split.id == Phase.split_id)
        .join(Opening, Opening.benchmark_id == Split.benchmark_id)
        .where(
            Phase.is_final,
            Phase.closes_at <= clock(),
            Phase.id.not_in(select(PhaseFinal.phase_id)),
        )
        .order_by(Phase.closes_at, Phase.id)
        .with_for_update(key_share=True, of=Phase)
    ).all()
    begun = [row.split_id for row in rows if _begin_final(session, row)]
    ended = [split_id for split_id in _read_ranked_finals(session) if split_id not in begun]
    for split_id in ended:
        open_release(session, split_id, "After the end of a phase.")
    return Act("", rank=tuple(dict.fromkeys([*begun, *ended])))


def _begin_final(session: Session, phase: Phase) -> bool:
    """Open the release that is to be final; False while something is not scored, or nothing is."""
    split, late = phase.split, select_late(phase)
    received = (
        select(Submission.id)
        .where(Submission.split_id == split.id, Submission.id.not_in(late))
        .limit(1)
    )
    if session.scalar(received.where(Submission.status.not_in(FINAL))) is not None:
        return False
    lock_releases(session, split.id)
    if is_frozen(session, split.id):
        ranking = find_ranking(session, split.id)
        if ranking is not None:
            _note_final(session, phase, ranking.release_id)
        return False
    # The ranking of the phase before waits to be closed first.
    newest = find_release(session, split.id)
    before = None if newest is None else _find_final(session, newest.id)
    if (
        before is not None
        or session.scalar(received.where(Submission.status == Status.SCORED)) is None
    ):
        return False
    if is_protected(split):
        publish(session, read_candidates(session, split, besides=session.scalars(late).all()))
    release = open_release(session, split.id, f"The end of the phase {phase.name}.")
    _note_final(session, phase, release.id)
    _audit(session, split, ON_ITS_END, "open release", f"{release.number}: {release.note}")
    return True


def _note_final(session: Session, phase: Phase, release_id: int) -> None:
    if _find_final(session, release_id) is None:
        session.add(PhaseFinal(phase_id=phase.id, release_id=release_id, frozen_at=now()))
        session.flush()


def _find_final(session: Session, release_id: int) -> PhaseFinal | None:
    return session.scalar(select(PhaseFinal).where(PhaseFinal.release_id == release_id))


def _read_ranked_finals(session: Session) -> list[int]:
    """The splits whose open release is a final one that has been ranked."""
    rows = session.scalars(
        select(PhaseFinal).join(Ranking, Ranking.release_id == PhaseFinal.release_id)
    ).all()
    found = []
    for row in rows:
        split_id = row.release.split_id
        newest = find_release(session, split_id)
        is_open = newest is not None and newest.id == row.release_id
        if is_open and not is_frozen(session, split_id):
            found.append(split_id)
    return found
