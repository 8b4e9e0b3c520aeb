"""Single readings: of the token's teams, of public results, and of two models side by side."""

from __future__ import annotations

from typing import Annotated

from flask import Response, url_for
from msgspec import UNSET, UnsetType

from leaderboard.disclosure import Viewer
from leaderboard.errors import InvalidRequest
from leaderboard.models.submission import Submission
from leaderboard.models.team import Scope
from leaderboard.rankings.read import get_row
from leaderboard.readings.filter import Which
from leaderboard.readings.pairs import PairWhich, read_pairs
from leaderboard.readings.read import PAGE, read_page, sees_key
from leaderboard.readings.reading import (
    AnswerReading,
    CheckVerdict,
    DimensionVerdict,
    JudgeVerdict,
    Reading,
    ShownItem,
    Verdict,
)
from leaderboard.scoring.harm import HarmError
from leaderboard.submissions.find import get_own
from leaderboard.web.address import read_slugs
from leaderboard.web.agreements import AGREEMENT_ERRORS
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import Text, about, find_standing, name_split
from leaderboard.web.readings import (
    MOST_LISTED,
    get_public_submission,
    read_asked,
    read_asked_pairs,
    send_readings,
)
from leaderboard.web.services import current_user, database, services
from spinebench.shapes.readings import (
    AnswerReadingRecord,
    AskedItem,
    CheckRecord,
    DimensionRecord,
    JudgedRecord,
    MistakeRecord,
    PictureRecord,
    ReadingList,
    ReadingPairList,
    ReadingPairRecord,
    ReadingRecord,
    TodayRecord,
    VerdictRecord,
)
from spinebench.shapes.shape import Shape


class ItemQuery(Shape, frozen=True, kw_only=True):
    """Which items."""

    track: Annotated[Text, about("The items of one track.")] = UNSET
    subcondition: Annotated[Text, about("The items of one condition.")] = UNSET
    axis: Annotated[Text, about("The items of one axis.")] = UNSET
    level: Annotated[
        Text, about("The items of a vertebra (L4) or disc (L4/L5), where the key may be seen.")
    ] = UNSET


class FileQuery(ItemQuery, frozen=True, kw_only=True):
    """Which items, by what came of them too."""

    filter: Annotated[
        Text,
        about("By what came of them; right, wrong and missed where the key may be seen.", Which),
    ] = UNSET


class ReadingQuery(FileQuery, frozen=True, kw_only=True):
    """Which items, and which page of them."""

    page: Annotated[int, about("The page, from 1 on.")] = 1
    limit: Annotated[int, about(f"How many a page, up to {MOST_LISTED}.")] = PAGE


class PublicQuery(ReadingQuery, frozen=True, kw_only=True):
    """The same in a version of the benchmark."""

    version: Annotated[Text, about("The benchmark's version; the newest by default.")] = UNSET
    submission: Annotated[
        Text, about("Of several by which the model stands, which; the latest by default.")
    ] = UNSET


class PairQuery(ItemQuery, frozen=True, kw_only=True):
    """Which models, items and page."""

    models: Annotated[str, about("Two models by short name, separated by a comma.")]
    filter: Annotated[Text, about("By what came of both.", PairWhich)] = UNSET
    page: Annotated[int, about("The page, from 1 on.")] = 1
    limit: Annotated[int, about(f"How many a page, up to {MOST_LISTED}.")] = PAGE
    version: Annotated[Text, about("The benchmark's version; the newest by default.")] = UNSET


@get("/submissions/<key>/items", scope=Scope.READ, query=ReadingQuery)
def list_own(key: str) -> ReadingList:
    """Each prediction of your submission with what was read of it, as far as you may see it."""
    return _list(get_own(database(), current_user(), key), Viewer.TEAM)


@get("/submissions/<key>/items.csv", scope=Scope.READ, query=FileQuery, sends="text/csv")
def download_own(key: str) -> Response:
    """The same of all items as a CSV file."""
    return send_readings(get_own(database(), current_user(), key), Viewer.TEAM, "csv")


@get("/readings/<slug>/<split>/<model>", query=PublicQuery, errors=AGREEMENT_ERRORS)
def list_public(slug: str, split: str, model: str) -> ReadingList:
    """Each prediction of a model's public result, on a split whose items are shown."""
    return _list(get_public_submission(find_standing(slug, split), model), Viewer.PUBLIC)


@get("/comparisons/<slug>/<split>/items", query=PairQuery, errors=AGREEMENT_ERRORS)
def list_pairs(slug: str, split: str) -> ReadingPairList:
    """Two models side by side, item by item, on a split whose items are shown."""
    found, slugs = find_standing(slug, split), read_slugs()
    asked = read_asked_pairs(found)
    if len(slugs) != 2 or slugs[0] == slugs[1]:
        raise InvalidRequest(
            "Two different models are put side by side.", "Name two: models=first,second."
        ).at("models")
    first, second = (get_row(database(), found, one)[1].files for one in slugs)
    shown = read_pairs(database(), found, first, second, asked.filter, asked.page, asked.size)
    return ReadingPairList.of(
        shown,
        **name_split(found),
        first=slugs[0],
        second=slugs[1],
        first_submissions={track.value: one.id for track, one in first.items()},
        second_submissions={track.value: one.id for track, one in second.items()},
        pairs=[
            ReadingPairRecord(first=_show(one.first), second=_show(one.second))
            for one in shown.pairs
        ],
    )


def _list(found: Submission, viewer: Viewer) -> ReadingList:
    asked = read_asked(found, viewer)
    shown = read_page(database(), found, viewer, asked.filter, asked.page, asked.size)
    return ReadingList.of(
        shown,
        **name_split(found.split),
        submission=found.id,
        model=found.model_card.slug,
        shows_key=sees_key(found, viewer),
        readings=[_show(one) for one in shown.readings],
    )


def _show(reading: Reading) -> ReadingRecord:
    return ReadingRecord(
        item=_show_item(reading.item),
        text=reading.text,
        answer=_show_answer(reading.answer) if reading.answer else None,
        verdict=_show_verdict(reading.verdict) if reading.verdict else None,
        judges=[_show_judge(one) for one in reading.judges],
        reference_report=reading.reference_report,
        confidence=reading.confidence,
    )


def _show_item(item: ShownItem) -> AskedItem:
    images = [
        PictureRecord.of(
            one, url=services().base_url + url_for("benchmarks.image", sha256=one.sha256)
        )
        for one in item.images
    ]
    return AskedItem.of(item, id=item.key, levels=list(item.levels), images=images)


def _show_answer(read: AnswerReading) -> AnswerReadingRecord:
    today = read.today
    return AnswerReadingRecord.of(
        read,
        sentence=read.rule.sentence if read.rule else None,
        today=TodayRecord(outcome=today[0], letters=today[1]) if today else None,
    )


def _show_verdict(verdict: Verdict) -> VerdictRecord:
    errors = [_show_error(one) for one in verdict.errors]
    return VerdictRecord.of(verdict, key=list(verdict.key), errors=errors)


def _show_error(error: HarmError) -> MistakeRecord:
    found = error.consequence
    return MistakeRecord(
        grade=found.grade.value,
        severe=error.is_critical,
        kind="commission" if error.is_commission else "omission",
        event=None if isinstance(found.event, UnsetType) else found.event.value,
        red_flag=None if isinstance(found.red_flag, UnsetType) else found.red_flag.value,
    )


def _show_judge(one: JudgeVerdict) -> JudgedRecord:
    return JudgedRecord.of(one, dimensions=[_show_dimension(d) for d in one.dimensions])


def _show_dimension(one: DimensionVerdict) -> DimensionRecord:
    return DimensionRecord.of(one, checks=[_show_check(check) for check in one.checks])


def _show_check(check: CheckVerdict) -> CheckRecord:
    return CheckRecord.of(check, error=_show_error(check.error) if check.error else None)
