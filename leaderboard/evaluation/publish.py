"""Results on hidden answers become public: which of them stand at a split's next release."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.db import now, read_moment
from leaderboard.disclosure import is_protected
from leaderboard.items.values import read_items, unpack_values
from leaderboard.late import special
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.publication import ChosenResult, Policy, Publication, PublishedRun
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import Decider, Decision, Status, Submission
from leaderboard.models.team import Membership
from leaderboard.scoring.chance import excess_over_chance
from leaderboard.submissions.lineage import read_lineage
from leaderboard.submissions.runs import read_set

MODELS_PER_RELEASE = 1
"""How many results of one lineage a release makes public, but for those that a host accepted."""
GUESS_RISK = 0.001
"""The risk that guesses are published as answers, for all new results of a lineage at a release."""


class Standing(enum.StrEnum):
    """What becomes of a model at the next release, and why."""

    PUBLISHED = "becomes public"
    AT_CHANCE = "not told apart from guesses"
    OVER_CAP = "waits: its people have others that come first"


class Candidate(NamedTuple):
    """The submission that a model would stand by, which is not public yet.

    `excess` is by how many standard errors its answers to questions are above chance, on the track
    and in the run where that is least; None without questions. `runs` are those of its set that are
    not public yet, itself among them: they become public together, as one result.
    """

    submission: Submission
    standing: Standing
    excess: float | None
    runs: tuple[Submission, ...]

    @property
    def is_published(self) -> bool:
        """Whether the next release makes it public."""
        return self.standing is Standing.PUBLISHED


def publish_at_once(session: Session, submission_id: str) -> None:
    """Publish a scored submission of a hidden split whose answers are known; no other."""
    submission = session.get_one(Submission, submission_id)
    hidden = submission.split.answers is Answers.HIDDEN
    if hidden and not is_protected(submission.split) and submission.publication is None:
        submission.publication = Publication(published_at=now(), policy=Policy.DEMONSTRATION)
        session.flush()


def read_candidates(
    session: Session, split: Split, besides: Collection[str] = ()
) -> list[Candidate]:
    """What the next release of a protected split would do with each new result, oldest first.

    A model stands by a submission that a host accepted, or else its team chose, until that is
    public; else by the one with the most tracks; of several, by the latest that was news to its
    team, or else by the latest. Its answers to the questions of each track must be above chance, by
    a one-sided test that counts how many new results its lineage has. One that a host accepted is
    published whatever it scored and however many others its people have. Withheld ones are not
    among them, nor are those of teams that nobody is in, nor any `besides`.
    """
    excess_of = _ExcessReader(session, split)
    lineages: dict[int, frozenset[int]] = {}
    chosen = []
    for row in _choose(session, split, besides):
        team_id = row.model_card.team_id
        if team_id not in lineages:
            lineage = read_lineage(session, team_id)
            lineages |= dict.fromkeys(lineage, lineage)
        runs = _find_runs(session, row)
        known = [one for one in map(excess_of.read, runs) if one is not None]
        chosen.append((row, lineages[team_id], min(known, default=None), runs))
    n_new = Counter(lineage for _, lineage, _, _ in chosen)
    n_published: Counter[frozenset[int]] = Counter()
    candidates = []
    for submission, lineage, excess, runs in chosen:
        standing = Standing.PUBLISHED
        if not _is_accepted(submission):
            if excess is not None and excess < -special.ndtri(GUESS_RISK / n_new[lineage]):
                standing = Standing.AT_CHANCE
            elif n_published[lineage] == MODELS_PER_RELEASE:
                standing = Standing.OVER_CAP
            else:
                n_published[lineage] += 1
        candidates.append(Candidate(submission, standing, excess, runs))
    return candidates


def publish(session: Session, candidates: Sequence[Candidate]) -> list[Submission]:
    """Make those public that are to be, in the order given: a set of runs as one result.

    Of runs nothing but their mean becomes public: one by one they would be as many results.
    """
    published = [one for one in candidates if one.is_published]
    for one in published:
        if len(_list_scored(session, one.submission)) > 1:
            for run in one.runs:
                run.published_run = PublishedRun(published_at=read_moment(session))
        else:
            one.submission.publication = Publication(
                published_at=read_moment(session), policy=Policy.RELEASE
            )
    session.flush()
    return [one.submission for one in published]


def _list_scored(session: Session, submission: Submission) -> list[Submission]:
    """The runs of its set that are scored and not withheld."""
    runs = read_set(session, submission).runs
    return [one for one in runs if one.status is Status.SCORED and not one.is_withheld]


def _find_runs(session: Session, submission: Submission) -> tuple[Submission, ...]:
    """Those of its set that a release would publish with it, itself among them."""
    return tuple(one for one in _list_scored(session, submission) if _waits(one))


def _waits(submission: Submission) -> bool:
    """Whether it is not public yet, neither alone nor as one of several runs."""
    return submission.publication is None and submission.published_run is None


def _choose(session: Session, split: Split, besides: Collection[str]) -> list[Submission]:
    """The submission that each model stands by, where it is not public yet, oldest first."""
    rows = session.scalars(
        select(Submission)
        .where(
            Submission.split_id == split.id,
            Submission.status == Status.SCORED,
            ~Submission.is_withheld,
            Submission.id.not_in(besides),
        )
        .options(joinedload(Submission.model_card), joinedload(Submission.published_run))
        .order_by(Submission.created_at, Submission.id)
    )
    chosen = set(
        session.scalars(select(ChosenResult.submission_id).where(ChosenResult.split_id == split.id))
    )

    def weigh(row: Submission) -> tuple[bool, bool, int, bool]:
        # What was accepted or chosen counts until it is public: then the model may move on.
        waits, by = _waits(row), row.acceptance
        is_news = by is not None and by.decision is Decision.ACCEPTED
        return waits and _is_accepted(row), waits and row.id in chosen, len(row.tracks), is_news

    of_model: dict[int, Submission] = {}
    for row in rows:
        best = of_model.get(row.model_card_id)
        if best is None or weigh(row) >= weigh(best):
            of_model[row.model_card_id] = row
    alive = set(session.scalars(select(Membership.team_id)))
    # A run that came after the others of its set were published waits to join them.
    waiting = [
        row if _waits(row) else (_find_runs(session, row) or (row,))[-1]
        for row in of_model.values()
    ]
    return sorted(
        (
            row
            for row in waiting
            if _waits(row) and (row.model_card.team_id in alive or _is_accepted(row))
        ),
        key=lambda row: (row.created_at, row.id),
    )


def _is_accepted(submission: Submission) -> bool:
    """Whether a host has accepted it."""
    by = submission.acceptance
    return by is not None and by.decided_by is Decider.HOST


class _ExcessReader:
    """How far above chance submissions of a split are, on the questions that decide ranks."""

    def __init__(self, session: Session, split: Split) -> None:
        self._session = session
        items = read_items(session, split.id)
        self._tracks = items["track"].to_numpy()
        self._decides = items["decides"].to_numpy()
        self._chances = items["chance"].to_numpy(np.float64)

    def read(self, submission: Submission) -> float | None:
        """The least of its tracks with questions, in standard errors; None where it has none."""
        content = self._session.scalars(
            select(ItemValues.content).where(ItemValues.submission_id == submission.id)
        ).one()
        is_right = unpack_values(content) == 100.0
        asked = self._decides & ~np.isnan(self._chances)
        return min(
            (
                excess_over_chance(is_right[sent], self._chances[sent])
                for track in submission.tracks
                if (sent := asked & (self._tracks == track)).any()
            ),
            default=None,
        )
