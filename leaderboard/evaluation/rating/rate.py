"""Have every judge rate the reports of a submission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.accounts.card_fields import read_family
from leaderboard.db import Sessions
from leaderboard.evaluation.claim import advance
from leaderboard.evaluation.rating.llm import rate_with_llms
from leaderboard.items.reports import (
    ensure_rater_id,
    make_rating_row,
    read_rubric,
    read_unrated,
)
from leaderboard.judges.llm import LlmJudge
from leaderboard.judges.panel import NO_MEMBER, Panel, is_of_family
from leaderboard.judges.protocol import DimensionRating, Judge
from leaderboard.judges.roster import AnyJudge
from leaderboard.leases import Claim
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Step, Submission


def rate_reports(sessions: Sessions, claim: Claim[str], judges: Sequence[AnyJudge]) -> None:
    """Rate what a judge has not rated yet; every write renews the claim.

    The first judge's ratings count as progress. No transaction is open while a judge works.
    Raises OnHold if a judge fails its self-check or cannot be asked.
    """
    for place, judge in enumerate(judges):
        if isinstance(judge, Panel):
            _rate_with_panel(sessions, claim, judge)
        elif isinstance(judge, LlmJudge):
            _rate_with_llm(sessions, claim, judge)
        else:
            _rate_at_once(sessions, claim, judge, n_done=int(place == 0))


def _rate_at_once(sessions: Sessions, claim: Claim[str], judge: Judge, n_done: int) -> None:
    """A few reports at a time, by a judge that answers by itself."""
    with sessions.write() as session:
        rater_id = ensure_rater_id(session, judge.identity)
    with sessions.read() as session:
        reports = read_unrated(session, claim.key, rater_id)
    for start in range(0, len(reports), judge.at_once):
        part = reports[start : start + judge.at_once]
        rows = [
            make_rating_row(report.id, rater_id, rating)
            for report in part
            for rating in judge.rate(report.case, report.text)
        ]
        with sessions.write() as session:
            advance(session, claim, Step.RATE, n_done * len(part))
            session.execute(insert(Rating), rows)


def _rate_with_llm(sessions: Sessions, claim: Claim[str], judge: LlmJudge) -> None:
    with sessions.read() as session:
        rubric = read_rubric(session, session.get_one(Submission, claim.key).split_id)
        is_excluded = is_of_family(judge, _read_family(session, claim.key))
    if is_excluded:
        _write_derived(sessions, claim, judge, {})
    else:
        rate_with_llms(sessions, claim, [judge], rubric)


def _rate_with_panel(sessions: Sessions, claim: Claim[str], panel: Panel) -> None:
    """Every member of another family rates; the panel's ratings follow from theirs."""
    with sessions.read() as session:
        rubric = read_rubric(session, session.get_one(Submission, claim.key).split_id)
        facts = _read_family(session, claim.key)
    members = [member for member in panel.members if not is_of_family(member, facts)]
    if members:
        rate_with_llms(sessions, claim, members, rubric)
    with sessions.read() as session:
        given = _read_members(session, claim.key, members)
    _write_derived(sessions, claim, panel, given)


def _write_derived(
    sessions: Sessions,
    claim: Claim[str],
    judge: Panel | LlmJudge,
    given: dict[int, dict[str, dict[str, float | None]]],
) -> None:
    """Ratings that follow from `given` (prediction, member, dimension), or from the want of any."""
    with sessions.write() as session:
        advance(session, claim, Step.RATE, 0)
        rater_id = ensure_rater_id(session, judge.identity)
        rows = []
        for report in read_unrated(session, claim.key, rater_id):
            if isinstance(judge, Panel):
                ratings = judge.combine(report.case.dimensions, given.get(report.id, {}))
            else:
                ratings = [DimensionRating(d, None, NO_MEMBER) for d in report.case.dimensions]
            rows += [make_rating_row(report.id, rater_id, rating) for rating in ratings]
        if rows:
            session.execute(insert(Rating), rows)


def _read_family(session: Session, submission_id: str) -> list[str]:
    return read_family(session.get_one(Submission, submission_id).model_card)


def _read_members(
    session: Session, submission_id: str, members: Sequence[LlmJudge]
) -> dict[int, dict[str, dict[str, float | None]]]:
    """The members' ratings by prediction, member and dimension."""
    versions = {member.identity.name: member.identity.version for member in members}
    rows = session.execute(
        select(Rating.prediction_id, Rater.name, Rater.version, Rating.dimension, Rating.value)
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .where(
            Prediction.submission_id == submission_id,
            Rater.kind == RaterKind.JUDGE,
            Rater.name.in_(versions),
        )
    )
    given: defaultdict[int, dict[str, dict[str, float | None]]] = defaultdict(dict)
    for prediction_id, name, version, dimension, value in rows:
        if versions[name] == version:
            given[prediction_id].setdefault(name, {})[dimension] = value
    return given
