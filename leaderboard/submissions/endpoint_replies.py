"""What an endpoint's replies were like, counted, and what its server said where none came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leaderboard.endpoints.registry.endpoints import read_settings
from leaderboard.models.benchmark import Item, ItemImage, Track
from leaderboard.models.endpoint import EndpointReply, EndpointRun, FailedItem
from leaderboard.models.submission import Prediction

MAX_SAID = 5
MAX_NAMED = 3
STOP_PARSING = (
    "Turn off the server's reasoning parser, or have the model answer outside its reasoning."
)
RAISE_TOKENS = "Raise max_tokens in the endpoint's settings, or have the model reason less."


class ReplyCounts(NamedTuple):
    """How many of `n_replies` were cut, had only reasoning, or were filtered.

    `n_silent` brought no answer: `n_cut_silent` of them because they were cut. `limits` are the
    limits on tokens at which replies were cut.
    """

    n_replies: int = 0
    n_cut: int = 0
    n_cut_silent: int = 0
    n_only_reasoning: int = 0
    n_filtered: int = 0
    n_silent: int = 0
    limits: tuple[int, ...] = ()

    @property
    def facts(self) -> list[str]:
        """What the team should know, a sentence each; nothing where there is nothing."""
        return self._describe(cut_advice="")

    @property
    def notes(self) -> list[str]:
        """The facts, with what to do about cut replies: for where no remedy stands beside them."""
        return self._describe(cut_advice=": raise max_tokens")

    def _describe(self, *, cut_advice: str) -> list[str]:
        notes = []
        if self.n_cut:
            notes.append(f"{self._describe_cut()}{cut_advice}.")
        if self.n_only_reasoning:
            notes.append(
                f"{self.n_only_reasoning:,} of {self.n_replies:,} replies had only reasoning and "
                "no answer: a reasoning parser on the server may have swallowed it."
            )
        if self.n_filtered:
            notes.append(
                f"{self.n_filtered:,} of {self.n_replies:,} replies were refused by the server's "
                "content filter and count as refusals."
            )
        return notes

    def _describe_cut(self) -> str:
        limits = " or ".join(f"{limit:,}" for limit in self.limits)
        silent = f", {self.n_cut_silent:,} of them before an answer" if self.n_cut_silent else ""
        if self.n_cut_silent == self.n_cut:
            silent = ""
        return f"{self.n_cut:,} of {self.n_replies:,} answers were cut at {limits} tokens{silent}"


class Said(NamedTuple):
    """Why items got no prediction: a reason, the server's own words, how many items and which."""

    reason: str
    message: str
    n_items: int
    items: tuple[str, ...]


def add_counts(counts: Sequence[ReplyCounts]) -> ReplyCounts:
    """The counts of several replies together."""
    return ReplyCounts(
        n_replies=sum(one.n_replies for one in counts),
        n_cut=sum(one.n_cut for one in counts),
        n_cut_silent=sum(one.n_cut_silent for one in counts),
        n_only_reasoning=sum(one.n_only_reasoning for one in counts),
        n_filtered=sum(one.n_filtered for one in counts),
        n_silent=sum(one.n_silent for one in counts),
        limits=tuple(sorted({limit for one in counts for limit in one.limits})),
    )


def count_replies(session: Session, run: EndpointRun) -> ReplyCounts:
    """The replies of a run so far."""
    tokens_of = read_settings(run).tokens_of
    rows = session.execute(
        select(
            Item.track,
            func.count(),
            *(
                func.count().filter(condition)
                for condition in (
                    EndpointReply.is_cut,
                    EndpointReply.is_cut & EndpointReply.is_silent,
                    EndpointReply.is_only_reasoning & ~EndpointReply.is_cut,
                    EndpointReply.is_filtered,
                    EndpointReply.is_silent,
                )
            ),
        )
        .join(Item, Item.id == EndpointReply.item_id)
        .where(EndpointReply.submission_id == run.submission_id)
        .group_by(Item.track)
    ).all()
    if not rows:
        return ReplyCounts()
    n_replies, *others = (sum(column) for column in zip(*(row[1:] for row in rows), strict=True))
    limits = sorted({tokens_of(Track(row[0])) for row in rows if row[2]})
    n_cut, n_cut_silent, n_only_reasoning, n_filtered, n_silent = others
    return ReplyCounts(
        n_replies, n_cut, n_cut_silent, n_only_reasoning, n_filtered, n_silent, tuple(limits)
    )


def read_said(session: Session, submission_id: str) -> list[Said]:
    """What stands for the items without a prediction, most frequent first, the few most of it."""
    own = FailedItem.submission_id == submission_id
    rows = session.execute(
        select(FailedItem.reason, FailedItem.message, func.count())
        .where(own)
        .group_by(FailedItem.reason, FailedItem.message)
        .order_by(func.count().desc(), FailedItem.reason, FailedItem.message)
        .limit(MAX_SAID)
    ).all()
    return [Said(*row, _read_items(session, submission_id, *row[:2])) for row in rows]


def takes_no_pictures(session: Session, submission_id: str) -> bool:
    """Whether every item with a picture failed, so far as asked, and items without one did not."""
    pictured = select(ItemImage.item_id)
    failed = select(FailedItem.item_id).where(FailedItem.submission_id == submission_id)
    answered = select(Prediction.item_id).where(Prediction.submission_id == submission_id)
    return (
        _any(session, failed.where(FailedItem.item_id.in_(pictured)))
        and not _any(session, failed.where(FailedItem.item_id.not_in(pictured)))
        and not _any(session, answered.where(Prediction.item_id.in_(pictured)))
        and _any(session, answered)
    )


def _any(session: Session, query: Select[int]) -> bool:
    return session.scalar(query.limit(1)) is not None


def _read_items(session: Session, submission_id: str, reason: str, message: str) -> tuple[str, ...]:
    keys: Sequence[str] = session.scalars(
        select(Item.key)
        .join(FailedItem, FailedItem.item_id == Item.id)
        .where(
            FailedItem.submission_id == submission_id,
            FailedItem.reason == reason,
            FailedItem.message == message,
        )
        .order_by(Item.position)
        .limit(MAX_NAMED)
    ).all()
    return tuple(keys)
