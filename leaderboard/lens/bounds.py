"""What everybody is told of the check of a version's keys: never which items."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.lens.checks import KeyCheck, count_questions, read_checks
from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.key_check import KeyDraw, Verdict
from leaderboard.packages.versions import Change, SplitDiff, compare_splits


class PublishedBound(NamedTuple):
    """The bound on a split's wrong keys; `track` is "" where it is about all of its questions.

    `n_checked` of the `n_items` keys of `version` were checked, `n_wrong` found wrong, `n_unsure`
    of these because nobody was sure. Of this version's `n_now` keys at most `most` are wrong.
    `n_corrected` of the wrong ones are no longer there: they were corrected or dropped.
    """

    split: str
    track: str
    version: str
    n_items: int
    n_checked: int
    n_wrong: int
    n_unsure: int
    n_corrected: int
    n_now: int
    most: int
    checked_at: datetime

    @property
    def share(self) -> float:
        """`most` of the keys, in %."""
        return 100 * self.most / self.n_now


def read_bounds(session: Session, benchmark: Benchmark) -> list[PublishedBound]:
    """The bounds on the wrong keys of a version, by split, those of whole splits first.

    Where nothing was drawn from a split, the check of the version before that has one carries over
    if its questions do: see `carry_bound`.
    """
    found = []
    for split in benchmark.splits:
        checks = read_checks(session, split)
        if checks:
            found += [_publish(split, check) for check in checks if check.counted]
        else:
            found += _read_carried(session, split)
    return found


def carry_bound(
    split: Split, check: KeyCheck, diff: SplitDiff, n_now: int
) -> PublishedBound | None:
    """The bound after a new version, which `diff` leads to, changed what was checked.

    Nobody has checked what is new, or reads otherwise, or has other pictures: with one such
    question in the new version nothing carries over (None). Otherwise at most as many keys are
    wrong as before, less those that were found wrong and have been corrected or dropped. That a
    sample has no wrong key any more says nothing of the keys outside it, so these never count as
    checked and right. A correction is taken to be right.
    """
    about = check.draw.track
    mine = [one for one in diff.items if about in ("", one.track.value)]
    kinds = {one.change for one in mine if one.track.value != "report"}
    if kinds & {Change.ADDED, Change.REWORDED, Change.PICTURES}:
        return None
    gone = {
        one.before_id for one in mine if Change.CORRECTED in one.changes or one.after_id is None
    }
    bound = check.bound
    n_corrected = sum(
        one.verdict is not Verdict.RIGHT and one.item_id in gone for one in check.counted
    )
    published = _publish(split, check)
    return published._replace(
        split=split.name,
        n_corrected=n_corrected,
        n_now=n_now,
        most=min(n_now, bound.most - n_corrected),
    )


def _read_carried(session: Session, split: Split) -> list[PublishedBound]:
    benchmark = split.benchmark
    earlier = session.scalars(
        select(Split)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .join(KeyDraw, KeyDraw.split_id == Split.id)
        .where(
            Benchmark.slug == benchmark.slug,
            Split.name == split.name,
            Benchmark.id < benchmark.id,
            Benchmark.opening.has(),
        )
        .order_by(Benchmark.id.desc())
        .limit(1)
    ).one_or_none()
    if earlier is None:
        return []
    diff = compare_splits(session, earlier, split)
    found = [
        carry_bound(split, check, diff, count_questions(session, split, check.draw.track))
        for check in read_checks(session, earlier)
        if check.counted
    ]
    version = earlier.benchmark.version
    return [one._replace(version=version) for one in found if one is not None and one.n_now]


def _publish(split: Split, check: KeyCheck) -> PublishedBound:
    bound, checked_at = check.bound, check.checked_at
    assert checked_at is not None
    return PublishedBound(
        split=split.name,
        track=check.draw.track,
        version=split.benchmark.version,
        n_items=bound.n_items,
        n_checked=bound.n_checked,
        n_wrong=bound.n_wrong,
        n_unsure=check.n_unsure,
        n_corrected=0,
        n_now=bound.n_items,
        most=bound.most,
        checked_at=checked_at,
    )
