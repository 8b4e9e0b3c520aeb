"""How labelled reports came to be labelled: drawn by the server, assigned, or from a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from leaderboard.calibration.ratings import read_rated, read_state
from leaderboard.calibration.refits import request_refit
from leaderboard.db import now
from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Split
from leaderboard.models.expert import DrawSource, LabelDraw, RatingAssignment
from leaderboard.models.rating import RaterKind
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard

RatedPair = tuple[int, int]
"""A prediction and a rater."""


@dataclass
class DrawCounts:
    """How many ratings of reports, each by one rater, came how; `chosen` were not random."""

    drawn: int = 0
    assigned: int = 0
    imported: int = 0
    undeclared: int = 0
    chosen: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.drawn + self.assigned + self.imported + self.undeclared


def add_draws(
    session: Session, pairs: Iterable[RatedPair], source: DrawSource, *, is_random: bool
) -> int:
    """Write down how pairs came to be rated; what is known of a pair stays. How many were new."""
    wanted = set(pairs)
    new = sorted(wanted - set(_read_draws(session, wanted)))
    if new:
        session.execute(insert(LabelDraw), [_make_row(pair, source, is_random) for pair in new])
    return len(new)


def add_imported(session: Session, pairs: Iterable[RatedPair], *, is_random: bool) -> None:
    """Write down that ratings of pairs came in a file; what the server assigned stays as it is."""
    wanted = set(pairs)
    own = _read_assigned(session, {prediction for prediction, _ in wanted})
    add_draws(session, wanted - own, DrawSource.IMPORTED, is_random=is_random)


def forget_draws(session: Session, assignments: Collection[int]) -> None:
    """Delete the draws of assignments, by their row ids, that are withdrawn."""
    pairs = select(RatingAssignment.prediction_id, RatingAssignment.rater_id).where(
        RatingAssignment.id.in_(assignments)
    )
    session.execute(
        delete(LabelDraw).where(tuple_(LabelDraw.prediction_id, LabelDraw.rater_id).in_(pairs))
    )


def count_draws(session: Session, split: Split) -> dict[RaterKind, DrawCounts]:
    """How the ratings of a split's reports came, by whose they are; kinds without any left out."""
    known = _read_split_draws(session, split)
    found: dict[RaterKind, DrawCounts] = {}
    for pair, kind in read_rated(session, split.id).items():
        counts = found.setdefault(kind, DrawCounts())
        draw = known.get(pair)
        if draw is None:
            counts.undeclared += 1
            continue
        name = draw.source.value
        setattr(counts, name, getattr(counts, name) + 1)
        counts.chosen += not draw.is_random
    return found


def read_draws_state(session: Session, split: Split) -> tuple[object, ...]:
    """What changes whenever `count_draws` would."""
    draws = session.execute(
        select(func.count(), func.max(LabelDraw.declared_at)).select_from(LabelDraw)
    ).one()
    return (*read_state(session, split.id), *draws)


def declare_draws(
    session: Session,
    split: Split,
    source: DrawSource,
    *,
    is_random: bool,
    model: str | None = None,
) -> int:
    """Have a host say how reports that are rated came to be; how many ratings that changes.

    Of undeclared ratings of the split, or of one model's, `source` and whether their reports were
    drawn at random; of those declared with this source before, whether they were. What the server
    drew itself stays. The caller enqueues the refit that it asks for. Raises InvalidRequest for a
    draw by the server that would not be random, or of reports that it has assigned to nobody.
    """
    if source is DrawSource.DRAWN and not is_random:
        raise InvalidRequest(
            "What the server draws is drawn at random.", "Declare it as assigned instead."
        )
    known = _read_split_draws(session, split)
    pairs = set(read_rated(session, split.id))
    if model is not None:
        pairs &= _read_rated_of(session, split, model, pairs)
    new = {pair for pair in pairs if pair not in known}
    if source is DrawSource.DRAWN and new - _read_assigned(session, {one[0] for one in new}):
        raise InvalidRequest(
            "Some of these reports were never assigned by this server, so it did not draw them.",
            "Declare them as imported, or name a model whose reports it drew.",
        )
    changed = 0
    for pair in pairs - new:
        draw = known[pair]
        if draw.source is source and draw.is_random != is_random:
            draw.is_random, draw.declared_at = is_random, now()
            changed += 1
    changed += add_draws(session, new, source, is_random=is_random)
    if changed:
        request_refit(session, split.id)
    session.flush()
    return changed


def _make_row(pair: RatedPair, source: DrawSource, is_random: bool) -> dict[str, object]:
    prediction_id, rater_id = pair
    return {
        "prediction_id": prediction_id,
        "rater_id": rater_id,
        "source": source,
        "is_random": is_random,
        "declared_at": now(),
    }


def _read_draws(session: Session, pairs: Collection[RatedPair]) -> dict[RatedPair, LabelDraw]:
    predictions = {prediction for prediction, _ in pairs}
    rows = session.scalars(select(LabelDraw).where(LabelDraw.prediction_id.in_(predictions)))
    return {(row.prediction_id, row.rater_id): row for row in rows}


def _read_split_draws(session: Session, split: Split) -> dict[RatedPair, LabelDraw]:
    rows = session.scalars(
        select(LabelDraw)
        .join(Prediction, Prediction.id == LabelDraw.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split.id)
    )
    return {(row.prediction_id, row.rater_id): row for row in rows}


def _read_assigned(session: Session, predictions: Collection[int]) -> set[RatedPair]:
    rows = session.execute(
        select(RatingAssignment.prediction_id, RatingAssignment.rater_id).where(
            RatingAssignment.prediction_id.in_(predictions)
        )
    )
    return {(row[0], row[1]) for row in rows}


def _read_rated_of(
    session: Session, split: Split, model: str, pairs: Collection[RatedPair]
) -> set[RatedPair]:
    rows = session.scalars(
        select(Prediction.id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(Submission.split_id == split.id, ModelCard.slug == model)
    )
    own = set(rows)
    found = {pair for pair in pairs if pair[0] in own}
    if not found:
        raise InvalidRequest(
            f"No report of a model {model!r} is rated on {split.name}.",
            "Give the short name of a model with labels.",
        )
    return found
