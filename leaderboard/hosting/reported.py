"""The host's acts on reported results: add a source, withdraw it, link its models with cards."""

from __future__ import annotations

import hashlib
from dataclasses import asdict

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE, add_audit
from leaderboard.db import now
from leaderboard.errors import NotFound
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Split
from leaderboard.models.reported import (
    ReportedFigure,
    ReportedLink,
    ReportedModel,
    ReportedSource,
)
from leaderboard.models.team import ModelCard, User
from leaderboard.reported.lines import ModelLine, ReportedFile
from leaderboard.reported.source import SourceFacts
from leaderboard.scoring.boards import write_key


def make_source(split: Split, file: ReportedFile, facts: SourceFacts) -> ReportedSource:
    """The source with its models, in no session: what a preview shows and `add_source` stores."""
    content = msgspec.json.encode(
        [asdict(facts), [asdict(one) for one in file.models]], enc_hook=write_key
    )
    return ReportedSource(
        split=split,
        split_id=split.id,
        kind=facts.kind,
        title=facts.title,
        citation=facts.citation,
        address=facts.address,
        measured_on=facts.measured_on,
        differs=[one.value for one in facts.differs],
        note=facts.note,
        counts={track.value: n for track, n in facts.counts.items()},
        content_hash=hashlib.sha256(content).hexdigest(),
        added_at=now(),
        models=[_make_model(place, one) for place, one in enumerate(file.models)],
    )


def add_source(
    session: Session, split: Split, file: ReportedFile, facts: SourceFacts, user: User | None
) -> Act:
    """Let what a file reports stand beside the ranking of `split`; no rank changes.

    `user` is None for the command line. The very same a second time changes nothing.
    """
    with session.no_autoflush:
        source = make_source(split, file, facts)
        same = select(ReportedSource.id).where(
            ReportedSource.split_id == split.id, ReportedSource.content_hash == source.content_hash
        )
        known = session.scalar(same)
        if known is not None:
            return Act(f"The same stands there already, as source {known}: nothing was changed.")
        source.added_by = user
    session.add(source)
    session.flush()
    n = len(file.models)
    kept = f"{source.title}: {n} models, SHA-256 {source.content_hash}"
    _note(session, source, user, "add reported", kept)
    return Act(f"{n} model{'s' if n != 1 else ''} reported by {source.title}: source {source.id}.")


def withdraw_source(
    session: Session, source: ReportedSource, reason: str, user: User | None
) -> Act:
    """Take a source with all of its models away, for a reason that the audit trail keeps.

    The trail keeps its title, address and hash too. Raises InvalidRequest without a reason.
    """
    why = read_reason(reason)
    kept = f"{source.title}, {source.address}, SHA-256 {source.content_hash}: {why}"
    _note(session, source, user, "withdraw reported", kept)
    message = f"Source {source.id}, {source.title}, is withdrawn."
    session.delete(source)
    session.flush()
    return Act(message)


def link_model(
    session: Session, source: ReportedSource, place: int, slug: str, user: User | None
) -> Act:
    """Say that the reported model at `place` is the one of the card `slug`; none takes that back.

    Raises NotFound where there is no such model or card.
    """
    model = next((one for one in source.models if one.place == place), None)
    if model is None:
        raise NotFound(f"Source {source.id} has no model {place}.", "See the source.")
    if not slug.strip():
        model.link = None
        session.flush()
        _note(session, source, user, "unlink reported", model.name)
        return Act(f"{model.name} is linked with no model card.")
    card = session.scalar(select(ModelCard).where(ModelCard.slug == slug.strip()))
    if card is None:
        raise NotFound(
            f"There is no model {slug.strip()[:80]!r}.", "Give the short name of its card."
        ).at("slug")
    model.link = None
    session.flush()
    model.link = ReportedLink(model_card=card, model_card_id=card.id, linked_at=now())
    session.flush()
    _note(session, source, user, "link reported", f"{model.name} is {card.slug}")
    return Act(f"{model.name} is linked with {card.name}.")


def _note(
    session: Session, source: ReportedSource, user: User | None, action: str, note: str
) -> None:
    benchmark = source.split.benchmark
    place = f"{benchmark.slug} {benchmark.version} {source.split.name}"
    subject = f"reported source {source.id} of {place}"
    actor = user.email if user else COMMAND_LINE
    add_audit(session, actor, action, subject, note, benchmark=benchmark.slug)


def _make_model(place: int, line: ModelLine) -> ReportedModel:
    """The row of a line, whose fields are the columns' names."""
    figures = [ReportedFigure(place=n, **vars(one)) for n, one in enumerate(line.figures)]
    return ReportedModel(place=place, **vars(line) | {"figures": figures})
