"""What an endpoint's replies were like, counted, and what its server said where none came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leaderboard.chat import Filtered, Reply
from leaderboard.endpoints.registry.endpoints import read_settings
from leaderboard.models.benchmark import Item, ItemImage, Track
from leaderboard.models.endpoint import EndpointReply, EndpointRun, FailedItem
from leaderboard.models.submission import Prediction
from leaderboard.scoring.answers import AnswerOutcome, parse_answer

MAX_SAID = 5
MAX_NAMED = 3
STOP_PARSING = (
    "Turn off the server's reasoning parser, or have the model answer outside its reasoning."
)
RAISE_TOKENS = "Raise max_tokens in the endpoint's settings, or have the model reason less."


class ReplyFacts(NamedTuple):
    """What one reply was like; a silent one has no answer in it.

    It was cut before one, or is only reasoning.
    """

    is_cut: bool = False
    is_only_reasoning: bool = False
    is_filtered: bool = False
    is_silent: bool = False


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


def describe_reply(
    reply: Reply | Filtered, options: Mapping[str, str], *, multiple: bool
) -> ReplyFacts:
    """The facts of a reply; the fields are those of `models.endpoint.EndpointReply`.

    options: those of a multiple-choice question; a report has none, and any words are one.
    """
    if isinstance(reply, Filtered):
        return ReplyFacts(is_filtered=True)
    return ReplyFacts(
        is_cut=reply.is_cut,
        is_only_reasoning=reply.is_only_reasoning,
        is_silent=_is_silent(reply, options, multiple=multiple),
    )


def _is_silent(reply: Reply, options: Mapping[str, str], *, multiple: bool) -> bool:
    if reply.is_only_reasoning or (reply.is_cut and not reply.text.strip()):
        return True
    if not options or not reply.is_cut:
        return False
    read = parse_answer(reply.text, options, multiple=multiple)
    return not read.letters and read.outcome is not AnswerOutcome.REFUSED


def count_facts(replies: Sequence[ReplyFacts], limits: Sequence[int]) -> ReplyCounts:
    """The counts of replies, each with the limit on tokens that it was asked with."""
    return ReplyCounts(
        n_replies=len(replies),
        n_cut=sum(one.is_cut for one in replies),
        n_cut_silent=sum(one.is_cut and one.is_silent for one in replies),
        n_only_reasoning=sum(one.is_only_reasoning and not one.is_cut for one in replies),
        n_filtered=sum(one.is_filtered for one in replies),
        n_silent=sum(one.is_silent for one in replies),
        limits=tuple(
            sorted({limit for one, limit in zip(replies, limits, strict=True) if one.is_cut})
        ),
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


def read_server_words(session: Session, submission_id: str) -> list[Said]:
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
