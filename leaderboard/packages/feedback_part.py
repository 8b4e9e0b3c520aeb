"""The feedback part of a hidden split: drawn when it is published, kept in later versions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_protected
from leaderboard.items.contents import read_contents
from leaderboard.items.feedback import select_feedback
from leaderboard.items.values import read_items
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Answers, Benchmark, Split, Track
from leaderboard.models.publication import FeedbackItem
from leaderboard.scoring.parts import draw_part

FEEDBACK_SHARE = 1 / 3
MIN_FEEDBACK = 30
"""Of how many questions a feedback part has at least: a score on fewer says little."""
MAX_NEW_SHARE = 1 / 2
"""Of the new questions of a later version at most: that one is new must not tell its part."""


class Earlier(NamedTuple):
    """What items of other hidden splits of the benchmark ask: those that decided, and others."""

    deciding: set[str]
    feedback: set[str]


def draw_feedback_part(session: Session, split: Split, generator: np.random.Generator) -> int:
    """Make the part of a split that has none; how many items it has.

    A third of each subcondition's questions in each track, as nearly as whole cases allow.
    Reports and what shares a case or an image with one always decide, since their judges are
    calibrated on all of them. What an earlier version has keeps its part, whatever its key: a
    cluster of which an item ever decided decides, one of which an item was in a feedback part
    is in it, and only from clusters that are wholly new is drawn. A part that would be too small
    is not begun.
    """
    items = read_items(session, split.id)
    free = items[~_has_report(items)].copy()
    content = free["item_id"].map(read_contents(session, [split.id]))
    earlier = _read_earlier(session, split)
    was_feedback = content.isin(earlier.feedback)
    # What is asked twice here is never drawn: its two places could fall into different parts.
    decides = content.isin(earlier.deciding) | (content.duplicated(keep=False) & ~was_feedback)
    decides = decides.groupby(free["cluster"]).transform("any")
    kept = was_feedback.groupby(free["cluster"]).transform("any") & ~decides
    new = free[~decides & ~kept]
    wanted = min(len(free) * FEEDBACK_SHARE - int(kept.sum()), len(new) * MAX_NEW_SHARE)
    chosen = free["item_id"][kept].tolist()
    if wanted > 0 and (chosen or wanted >= MIN_FEEDBACK):
        strata = pd.factorize(new["track"] + " " + new["subcondition"].fillna(""))[0].astype(
            np.int64
        )
        share = wanted / len(new)
        drawn = draw_part(strata, new["cluster"].to_numpy(np.int64), share, generator)
        chosen += new["item_id"][drawn].tolist()
    if chosen:
        session.execute(insert(FeedbackItem), [{"item_id": item_id} for item_id in chosen])
    session.flush()
    return len(chosen)


def describe_feedback_part(session: Session, split: Split) -> str:
    """How large it is, or why there is none."""
    if split.answers is Answers.PUBLIC:
        return "no feedback part: its answers are public"
    if not is_protected(split):
        return "no feedback part: the answers of a demonstration are known"
    items = read_items(session, split.id)
    if n := int((~items["decides"]).sum()):
        n_questions = int((items["track"] != Track.REPORT.value).sum())
        return f"feedback part: {n:,} of {n_questions:,} questions"
    n_free = int((~_has_report(items)).sum())
    needed = round(MIN_FEEDBACK / FEEDBACK_SHARE)
    if n_free < needed:
        return (
            f"no feedback part: {n_free} of its questions share no case or image with a report, "
            f"and {needed} are needed"
        )
    return (
        "no feedback part: most of its questions decided ranks in other versions, "
        "and go on deciding them"
    )


def _has_report(items: pd.DataFrame) -> pd.Series[bool]:
    """Whether an item is a report or shares a case or an image with one."""
    reports = items["track"] == Track.REPORT.value
    return items["cluster"].isin(items.loc[reports, "cluster"])


def _read_earlier(session: Session, split: Split) -> Earlier:
    """Of the other protected splits of the benchmark, in all of its versions."""
    others = [
        one.id
        for one in session.scalars(
            select(Split).join(Benchmark).where(Benchmark.slug == split.benchmark.slug)
        )
        if one.id != split.id and is_protected(one)
    ]
    feedback = set(session.scalars(select_feedback(others)))
    contents = read_contents(session, others)
    return Earlier(
        {content for item_id, content in contents.items() if item_id not in feedback},
        {content for item_id, content in contents.items() if item_id in feedback},
    )
