"""What of a split's results is shown, to whom and when: the one place that decides.

Of a split with hidden answers nobody but its benchmark's hosts sees an answer, which items a
model got right (both until a host reveals them for good, see `commitments.opened`), or how one of
its reports was rated; nor another team's predictions. One exception: experts see the reports
assigned to them, without whose they are, and the reference reports of their cases.

What counts as hidden is what the package says of the split (`answers`), of a demonstration too. A
demonstration shows its scores at once, because whoever looks finds its answers; but that is
the looker's doing, and no page of ours answers item by item what its package calls hidden.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select, union

from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.publication import Policy, Publication, PublishedRun
from leaderboard.models.submission import Decider, Status, Submission

CLEAR_STEP = 2.0
"""Standard errors over the team's best from which on a later result shows its breakdown, where
the Ladder made it public."""


class Viewer(enum.StrEnum):
    """Who looks: anybody, a member of the submission's team, or a host of its benchmark."""

    PUBLIC = "public"
    TEAM = "team"
    HOST = "host"


class Disclosure(NamedTuple):
    """Which parts of one submission's results the viewer may see.

    Item by item: `texts` are the raw predictions and what was read of them, `verdicts` whether
    they are right, the key, the items' levels (which often are the answer), and how reports were
    rated.
    """

    existence: bool
    scores: bool
    breakdown: bool
    texts: bool
    verdicts: bool


def is_protected(split: Split) -> bool:
    """Whether what comes back from `split` may not teach its answers.

    Those of a demonstration benchmark are known anyway.
    """
    is_demonstration = bool(split.benchmark.manifest.get("demonstration", False))
    return split.answers is Answers.HIDDEN and not is_demonstration


def shows_items(split: Split) -> bool:
    """Whether everybody may see the items of `split` with what models answered.

    Where the answers are public they may, unless the package says of the split that its items are
    not to be shown (`show_items`), because its licence does not allow it. Hidden answers never are.
    """
    declared = (one for one in split.benchmark.manifest["splits"] if one["name"] == split.name)
    says_no = any(one.get("show_items") is False for one in declared)
    return split.answers is Answers.PUBLIC and not says_no


def shows_effect(split: Split) -> bool:
    """Whether who objects to an item of `split` learns what followed, and everybody how often.

    Of hidden answers a correction would tell, beside what was objected, what the key was.
    """
    return split.answers is Answers.PUBLIC


def disclosure(submission: Submission, viewer: Viewer) -> Disclosure:
    """The policy.

    A scored submission is shown to all, with its breakdown, where the answers are public or it was
    published: at a release of a protected split, at once on a demonstration's. While a host
    withholds it, it is shown to its team alone. All others exist for their team alone, which
    sees no score of theirs before everybody does. (How many submissions a team had scored is
    public.) Of what an earlier policy published, a small step over the team's best shows no
    breakdown. A host sees of scores what the team does.

    Runs that a release published as one result show no score of a
    single run to anybody (see `stands_in_public`): that would be as many results as there are runs.

    Item by item, a team sees its own texts and what was read of them, wherever the submission
    stands, for that follows from the texts and the questions alone, and the rest where the answers
    are public. Everybody sees both of what everybody sees, where items may be shown. A host sees
    it all.
    """
    is_own = viewer is not Viewer.PUBLIC
    is_open = submission.split.answers is Answers.PUBLIC
    is_shown = submission.status is Status.SCORED and (
        is_open or submission.publication is not None
    )
    is_shown = is_shown and (is_own or not submission.is_withheld)
    shows_all = is_shown and is_open and (is_own or shows_items(submission.split))
    return Disclosure(
        existence=is_own or is_shown,
        scores=is_shown,
        breakdown=is_shown and _has_breakdown(submission),
        texts=is_own or shows_all,
        verdicts=viewer is Viewer.HOST or shows_all,
    )


def stands_in_public(submission: Submission) -> bool:
    """Whether a submission may be part of what all see of its model.

    Beside those whose own scores all may see these are the runs that a release published as one
    result: of them the mean is public, and nothing of a single one.
    """
    if disclosure(submission, Viewer.PUBLIC).scores:
        return True
    is_scored = submission.status is Status.SCORED and not submission.is_withheld
    return is_scored and submission.published_run is not None


def is_public() -> ColumnElement[bool]:
    """The condition of `stands_in_public` on Submission, in a query."""
    published = union(select(Publication.submission_id), select(PublishedRun.submission_id))
    open_splits = select(Split.id).where(Split.answers == Answers.PUBLIC)
    return and_(
        Submission.status == Status.SCORED,
        ~Submission.is_withheld,
        or_(Submission.split_id.in_(open_splits), Submission.id.in_(published)),
    )


def _has_breakdown(submission: Submission) -> bool:
    """Of a submission whose scores may be seen: all, but for small steps under the Ladder."""
    by, publication = submission.acceptance, submission.publication
    if publication is None or publication.policy is not Policy.LADDER:
        return True
    if by is None or by.decided_by is Decider.HOST or by.difference is None:
        return True
    return by.standard_error is not None and by.difference > CLEAR_STEP * by.standard_error
