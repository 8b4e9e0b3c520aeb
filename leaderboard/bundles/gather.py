"""Gather what the scores of a submission follow from, as far as its reader may have it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.bundles.archive import write_json
from leaderboard.bundles.commitment import find_commitment, read_leaves
from leaderboard.bundles.facts import (
    CalibratedFact,
    Fact,
    HarmCodesFact,
    HarmFact,
    ItemFact,
    OutcomeFact,
    PredictionFact,
    RatingFact,
    ReadingFact,
    ScoreFact,
    ValueFact,
    write_facts,
)
from leaderboard.bundles.labels import read_calibration_facts, read_label_facts
from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import Conflict
from leaderboard.items.reports import read_rubric
from leaderboard.items.values import read_items, unpack_values
from leaderboard.models.benchmark import Item, ItemKind, Split
from leaderboard.models.calibration import CalibratedScore, ScoredReports
from leaderboard.models.ranking import ItemValues, Score, ScoreFields
from leaderboard.models.rating import Rater, Rating
from leaderboard.models.reading import BY_READER
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import (
    EXTRA_NAMES,
    ParsedPrediction,
    Prediction,
    PredictionExtras,
    Status,
    Submission,
)
from leaderboard.rankings.harm import find_submission_harm, read_submission_rows
from leaderboard.rankings.provenance import read_calibrated
from leaderboard.rankings.scores import (
    SubmissionScores,
    read_scores,
)
from leaderboard.scoring.totals import rule_of
from leaderboard.submissions.endpoint_runs import find_run
from leaderboard.submissions.feedback import find_feedback

BATCH = 500
"""So many rows are in memory at a time; a split may have tens of thousands of items."""


_EXTRAS = [getattr(PredictionExtras, name) for name in EXTRA_NAMES]


class Bundle(NamedTuple):
    """What an archive is written of: its manifest but for the hashes, and its members."""

    manifest: Mapping[str, Any]
    members: Mapping[str, bytes]


def gather_submission(session: Session, submission: Submission, viewer: Viewer) -> Bundle:
    """The facts behind the scores of a scored submission, for its team or a host.

    A team has all but the texts, which are its own, where the answers are public. Elsewhere it
    has what its pages show, and the readings, from which nothing can be learnt that is right.
    Raises Conflict.
    """
    if submission.status is not Status.SCORED:
        raise Conflict(
            f"The submission is {submission.status.value}: there is no score to prove.",
            "Wait until it is scored, or look at why it was not.",
        )
    is_host, is_whole = viewer is Viewer.HOST, disclosure(submission, viewer).verdicts
    scores = _read_scores(session, submission, is_host=is_host)
    calibrated = list(_read_calibrated(session, submission, scores, is_whole=is_whole))
    rater = _find_judge(session, submission) if scores.scores else None
    facts: dict[str, Iterable[Fact]] = {
        "items": read_item_facts(session, submission.split, is_whole=is_whole),
        "predictions": _read_predictions(session, submission, has_texts=is_host),
        "readings": _read_readings(session, submission, is_whole=is_whole),
        "scores": [_describe_score(score) for score in scores.scores],
        "calibrated": calibrated,
        "outcomes": [
            OutcomeFact(track=track.value, outcome=outcome, n=n)
            for track, counts in sorted(scores.outcomes.items())
            for outcome, n in sorted(counts.items())
        ],
        "calibrations": read_calibration_facts(
            session, submission, rater, calibrated, is_whole=is_whole, is_host=is_host
        ),
    }
    facts["harm"] = _read_harm(session, submission, viewer)
    commitment = find_commitment(session, submission, has_seed=is_host)
    if commitment is not None:
        facts["leaves"] = read_leaves(session, submission, commitment["root"])
    if is_whole:
        facts["values"] = _read_values(session, submission)
        facts["harm_codes"] = _read_harm_codes(session, submission)
        if rater is not None:
            facts["ratings"] = _read_ratings(session, submission, rater)
            facts["labels"] = read_label_facts(session, submission, rater.id, is_host=is_host)
    members = {f"{name}.jsonl": write_facts(one) for name, one in facts.items()}
    rubric = read_rubric(session, submission.split_id)
    members["rubric.json"] = write_json(msgspec.to_builtins(rubric))
    manifest = {
        "kind": "submission",
        "reader": "host" if is_host else "team",
        "is_whole": is_whole,
        "benchmark": describe_split(submission.split),
        "submission": _describe(session, submission),
        "judge": None if rater is None else {"name": rater.name, "version": rater.version},
        "commitment": commitment,
        "told": _describe_feedback(submission),
    }
    return Bundle(manifest, {name: one for name, one in members.items() if one})


def describe_split(split: Split) -> dict[str, Any]:
    """Which split, of which package."""
    benchmark = split.benchmark
    return {
        "slug": benchmark.slug,
        "version": benchmark.version,
        "content_hash": benchmark.content_hash,
        "split": split.name,
        "overall": msgspec.to_builtins(rule_of(benchmark.manifest)),
    }


def _describe(session: Session, submission: Submission) -> dict[str, Any]:
    return {
        "id": submission.id,
        "model": submission.model_card.slug,
        "model_number": submission.model_card_id,
        "is_of_endpoint": find_run(session, submission.id) is not None,
        "file_name": submission.file_name,
        "file_hash": submission.file_hash,
        "n_predictions": submission.n_predictions,
        "tracks": list(submission.tracks),
        "created_at": submission.created_at.isoformat(),
    }


def _describe_feedback(submission: Submission) -> dict[str, Any] | None:
    """What its team was told before a release; None where nothing is held back."""
    told = find_feedback(submission)
    if told is None:
        return None
    looks = [{"track": one.track.value, "score": one.value, "n": one.n} for one in told.looks]
    return {"first_looks": looks, "better_by": told.better_by}


def _read_scores(session: Session, submission: Submission, *, is_host: bool) -> SubmissionScores:
    """What the pages of its team show, or for a host every score that there is."""
    shown = read_scores(session, submission, Viewer.TEAM)
    if not is_host:
        return shown
    query = select(Score).where(Score.submission_id == submission.id).order_by(Score.id)
    return SubmissionScores(list(session.scalars(query)), shown.outcomes)


def _describe_score(score: ScoreFields) -> ScoreFact:
    return ScoreFact(
        metric=score.metric.value,
        slice=score.slice.value,
        name=score.name,
        value=score.value,
        low=score.low,
        high=score.high,
        n=score.n,
        n_correct=score.n_correct,
        n_unscored=score.n_unscored,
        is_shrunk=score.is_shrunk,
    )


def _read_calibrated(
    session: Session, submission: Submission, scores: SubmissionScores, *, is_whole: bool
) -> Iterator[CalibratedFact]:
    """How those of `scores` that are calibrated were; pages show no standard errors."""
    calibrated: Mapping[int, CalibratedScore] = read_calibrated(session, submission.id)
    for score in scores.scores:
        by = calibrated.get(score.id)
        if by is not None:
            yield CalibratedFact(
                slice=score.slice.value,
                name=score.name,
                badge=by.badge,
                n_labels=by.n_labels,
                raw_value=by.raw_value,
                standard_error=by.standard_error if is_whole else None,
                freedom=by.freedom if is_whole else None,
            )


def _find_judge(session: Session, submission: Submission) -> Rater | None:
    """Whose ratings became the report score."""
    scored = session.get(ScoredReports, submission.id)
    return None if scored is None else scored.rater


def read_item_facts(session: Session, split: Split, *, is_whole: bool) -> Iterator[Fact]:
    """The items of a split in their order; with what is hidden of them where `is_whole`."""
    table = read_items(session, split.id)
    clusters, counts = table["cluster"].tolist(), table["n_images"].tolist()
    decides = table["decides"].tolist()
    columns: list[Any] = [
        Item.key,
        Item.kind,
        Item.track,
        Item.subcondition,
        Item.axis,
        Item.modality,
        Item.multiple,
        Item.options,
        *((Item.levels, Item.attributes, ItemReference.answer) if is_whole else ()),
    ]
    rows = session.execute(
        select(*columns)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Item.split_id == split.id)
        .order_by(Item.position)
        .execution_options(yield_per=BATCH)
    )
    reports = _read_reports(session, split) if is_whole else {}
    for item, cluster, n_images, one in zip(rows, clusters, counts, decides, strict=True):
        is_mcq = item.kind is ItemKind.MCQ
        public = ItemFact(
            key=item.key,
            track=item.track.value,
            subcondition=item.subcondition,
            axis=item.axis,
            modality=item.modality,
            multiple=item.multiple,
            n_images=n_images,
            cluster=cluster,
            options=item.options if is_mcq else None,
        )
        if not is_whole:
            yield public
            continue
        question, checklist = (None, None) if is_mcq else reports[item.key]
        yield msgspec.structs.replace(
            public,
            levels=item.levels,
            attributes=item.attributes or None,
            decides=bool(one),
            answer=item.answer if is_mcq else None,
            question=question,
            checklist=checklist,
        )


def _read_reports(session: Session, split: Split) -> dict[str, tuple[str, list[Any]]]:
    """The question and the checklist of each report case of a split, by the item's key."""
    rows = session.execute(
        select(Item.key, Item.question, ItemReference.checklist)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Item.split_id == split.id, Item.kind == ItemKind.REPORT)
    )
    return {key: (question, checklist) for key, question, checklist in rows}


def _read_predictions(
    session: Session, submission: Submission, *, has_texts: bool
) -> Iterator[Fact]:
    rows = session.execute(
        select(Item.key, Prediction.id, Prediction.text, *_EXTRAS)
        .join(Item, Item.id == Prediction.item_id)
        .outerjoin(
            PredictionExtras,
            (PredictionExtras.submission_id == Prediction.submission_id)
            & (PredictionExtras.item_id == Prediction.item_id),
        )
        .where(Prediction.submission_id == submission.id, Item.split_id == submission.split_id)
        .order_by(Item.position)
        .execution_options(yield_per=BATCH)
    )
    for key, number, text, *extras in rows:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        yield PredictionFact(
            key=key,
            number=number,
            sha256=sha256,
            text=text if has_texts else None,
            **dict(zip(EXTRA_NAMES, extras, strict=True)),
        )


def _read_readings(session: Session, submission: Submission, *, is_whole: bool) -> Iterator[Fact]:
    columns: list[Any] = [
        Item.key,
        ParsedPrediction.outcome,
        ParsedPrediction.letters,
        ParsedPrediction.parser_version,
    ]
    if is_whole:
        columns += [
            ParsedPrediction.is_correct,
            ParsedPrediction.precision,
            ParsedPrediction.recall,
        ]
    rows = session.execute(
        select(*columns)
        .select_from(ParsedPrediction)
        .join(Prediction, Prediction.id == ParsedPrediction.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Prediction.submission_id == submission.id, Item.split_id == submission.split_id)
        .order_by(Item.position)
        .execution_options(yield_per=BATCH)
    )
    for read in rows:
        told = ReadingFact(
            key=read.key,
            outcome=read.outcome,
            letters=read.letters,
            parser=read.parser_version.removesuffix(BY_READER),
            by_model=read.parser_version.endswith(BY_READER),
        )
        if is_whole:
            told = msgspec.structs.replace(
                told,
                is_correct=read.is_correct,
                precision=read.precision,
                recall=read.recall,
            )
        yield told


def _read_ratings(session: Session, submission: Submission, rater: Rater) -> Iterator[Fact]:
    rows = session.execute(
        select(Item.key, Rating.dimension, Rating.value)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(
            Prediction.submission_id == submission.id,
            Item.split_id == submission.split_id,
            Rating.rater_id == rater.id,
        )
        .order_by(Item.position, Rating.dimension)
    )
    for key, dimension, value in rows:
        yield RatingFact(key=key, dimension=dimension, value=value)


def _read_values(session: Session, submission: Submission) -> Iterator[Fact]:
    kept = session.get_one(ItemValues, submission.id)
    keys = session.scalars(
        select(Item.key).where(Item.split_id == submission.split_id).order_by(Item.position)
    )
    for key, value in zip(keys, unpack_values(kept.content).tolist(), strict=True):
        yield ValueFact(key=key, value=None if value != value else value)


def _read_harm(session: Session, submission: Submission, viewer: Viewer) -> Iterator[Fact]:
    """The severe errors that its pages show; none where nobody graded any."""
    profile = find_submission_harm(session, submission, viewer)
    for line in profile.lines if profile else ():
        severe, worse = line.severe, line.worse
        yield HarmFact(
            part=line.part,
            key=line.key,
            n_graded=line.n_graded,
            n=severe.n,
            n_severe=severe.n_hit,
            n_worse=worse.n_hit,
            n_unknown=severe.n_unknown,
            n_unanswered=severe.n_unanswered,
            n_errors=line.n_errors,
            severe=severe.estimate or (None, None, None),
            worse=worse.estimate or (None, None, None),
        )


def _read_harm_codes(session: Session, submission: Submission) -> Iterator[Fact]:
    rows = read_submission_rows(session, submission)
    keys = session.scalars(
        select(Item.key).where(Item.split_id == submission.split_id).order_by(Item.position)
    )
    if rows is not None:
        for key, codes in zip(keys, rows.tolist(), strict=True):
            yield HarmCodesFact(key=key, codes=codes)
