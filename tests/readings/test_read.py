"""Single readings as each viewer may see them, against examples worked out by hand."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select, update

from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer, disclosure, shows_items
from leaderboard.errors import InvalidRequest, NotFound
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Answers, Item, Split, Track
from leaderboard.models.moderation import HiddenSubmission
from leaderboard.models.reading import ReaderCall, ReaderOutcome
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.readings.filter import Field, Which, read_choices, read_filter
from leaderboard.readings.pairs import PairWhich, pair_choices, read_pairs
from leaderboard.readings.read import read_batches, read_page
from leaderboard.readings.reading import Reading
from leaderboard.scoring.answers import PARSER_VERSION, AnswerOutcome, Rule
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.package_files import DIMENSIONS, make_case, make_manifest, make_mcq

CHECKLIST = [
    {
        "kind": "finding",
        "key": "stenosis",
        "dimensions": DIMENSIONS,
        "any_of": ["canal stenosis"],
        "weight": 3,
    },
    {
        "kind": "level",
        "key": "where",
        "of": "stenosis",
        "dimensions": DIMENSIONS,
        "levels": ["L4/L5"],
    },
    {"kind": "absent", "key": "fracture", "dimensions": ["diagnosis"], "any_of": ["fracture"]},
]
ITEMS = [
    make_mcq(0, levels=["L4"], explanation="Because of the dark disc."),
    make_mcq(1, axis="planning"),
    make_mcq(2, image=True),
    make_mcq(3, multiple=True, answer=["A", "B"]),
    make_mcq(4),
    make_case(0, checklist=CHECKLIST),
]
TEXTS = {
    "test-text-000": "The disc is dark.\nANSWER: B",
    "test-text-001": "I would choose C because of it.",
    "test-image-002": "I cannot help with that.",
    "test-text-003": "A, B and C",
    "test-text-004": "A or B",
    "test-report-000": "There is canal stenosis at L3/L4. There is a fracture of L1.",
}


def load(sessions: Sessions, *, answers: str, **manifest: object) -> None:
    splits = [{"name": "test", "items": "items/test.jsonl", "answers": answers}]
    with sessions.write() as session:
        load_items(session, ITEMS, make_manifest(splits=splits, **manifest))


def send(sessions: Sessions, texts: Mapping[str, str], name: str = "a") -> str:
    with sessions.write() as session:
        team = make_team(session, f"team-{name}", make_user(session, name))
        key = make_submission(session, texts, card=make_card(session, team, f"model-{name}"))
    score_submission(sessions, key, [ChecklistJudge()])
    return key


def files(submission: Submission) -> dict[Track, Submission]:
    """What a model stands by whose one file this is."""
    return {Track(track): submission for track in submission.tracks}


def read(
    sessions: Sessions, key: str, viewer: Viewer = Viewer.PUBLIC, /, **asked: str
) -> dict[str, Reading]:
    """The readings that a viewer sees, by the item's key."""
    with sessions.read() as session:
        found = session.get_one(Submission, key)
        with_key = disclosure(found, viewer).verdicts
        choices = read_choices(session, found.split, with_key=with_key)
        page = read_page(session, found, viewer, read_filter(asked, choices))
        return {one.item.key: one for one in page.readings}


@pytest.fixture
def open_key(sessions: Sessions) -> str:
    """A scored submission of TEXTS on a split with public answers."""
    load(sessions, answers="public")
    return send(sessions, TEXTS)


def test_an_answer_is_shown_with_its_text_letters_rule_key_and_explanation(
    sessions: Sessions, open_key: str
) -> None:
    found = read(sessions, open_key)
    assert list(found) == list(TEXTS), "in the order of the split"
    right = found["test-text-000"]
    assert right.text == "The disc is dark.\nANSWER: B"
    assert (right.item.question, right.item.options["B"], right.item.levels) == (
        "Question 0?",
        "L4/L5",
        ("L4",),
    )
    assert right.answer
    assert right.verdict
    assert (right.answer.outcome, right.answer.letters) == (AnswerOutcome.ANSWERED, "B")
    assert (right.answer.rule, right.answer.words) == (Rule.ANSWER_LINE, "ANSWER: B")
    assert (right.answer.is_outdated, right.answer.today) == (False, None)
    assert (right.verdict.is_right, right.verdict.key) == (True, ("B",))
    assert right.verdict.explanation == "Because of the dark disc."
    wrong = found["test-text-001"]
    assert wrong.answer
    assert wrong.verdict
    assert (wrong.answer.letters, wrong.answer.rule) == ("C", Rule.CHOICE_WORDS)
    assert not wrong.verdict.is_right


def test_an_answer_without_letters_says_why_it_has_none(sessions: Sessions, open_key: str) -> None:
    found = read(sessions, open_key)
    refused, ambiguous = found["test-image-002"], found["test-text-004"]
    assert refused.answer
    assert ambiguous.answer
    assert ambiguous.verdict
    assert (refused.answer.outcome, refused.answer.rule) == (AnswerOutcome.REFUSED, Rule.REFUSAL)
    assert ambiguous.answer.outcome is AnswerOutcome.AMBIGUOUS
    assert ambiguous.answer.rule is Rule.CONTRADICTION
    assert not ambiguous.verdict.is_right
    (image,) = refused.item.images
    assert (image.alt, image.width, len(image.sha256)) == ("A phantom", 4, 64)


def test_an_item_with_several_answers_has_precision_and_recall(
    sessions: Sessions, open_key: str
) -> None:
    # A, B and C were named, A and B are right: all of the key, and two of three are of it.
    found = read(sessions, open_key)["test-text-003"]
    assert found.answer
    assert found.verdict
    assert (found.answer.letters, found.verdict.key) == ("ABC", ("A", "B"))
    assert found.verdict.precision == pytest.approx(2 / 3)
    assert (found.verdict.recall, found.verdict.is_right) == (1.0, False)


def test_a_report_is_shown_check_by_check_with_quote_and_points(
    sessions: Sessions, open_key: str
) -> None:
    # Diagnosis: stenosis (3 of 5) is met, its level (1) is elsewhere and the fracture (1), which
    # must be absent, is there: 4 x 3/5 = 2.4 points, less 0.8 each, so 1 + 0.8.
    found = read(sessions, open_key)["test-report-000"]
    assert (found.answer, found.verdict) == (None, None)
    assert found.reference_report == "secret reference test-report-000"
    (judge,) = found.judges
    assert judge.judge == "checklist"
    by_key = {one.dimension: one for one in judge.dimensions}
    diagnosis = by_key["diagnosis"]
    assert diagnosis.value == pytest.approx(1.8)
    assert diagnosis.reason == "1 of 3 checks met, 2 contradicted"
    assert [one.points for one in diagnosis.checks] == pytest.approx([2.4, -0.8, -0.8])
    assert [(one.name, one.verdict, one.quote) for one in diagnosis.checks] == [
        ("stenosis", "met", "There is canal stenosis at L3/L4."),
        ("where", "contradicted", "There is canal stenosis at L3/L4."),
        ("fracture", "contradicted", "There is a fracture of L1."),
    ]
    assert [one.asks for one in diagnosis.checks] == [
        "finding: canal stenosis",
        "level of stenosis: L4/L5",
        "absent: fracture",
    ]
    # Elsewhere stenosis is 3 of 4, its level 1 of 4: 1 + 3 - 1.
    assert by_key["imaging_report"].value == pytest.approx(3.0)
    assert [one.points for one in by_key["imaging_report"].checks] == [3.0, -1.0]


def test_a_reading_of_an_earlier_parser_is_shown_as_it_is_stored(
    sessions: Sessions, open_key: str
) -> None:
    with sessions.write() as session:
        session.execute(
            update(ParsedPrediction)
            .values(parser_version="5")
            .where(ParsedPrediction.letters == "B")
        )
        session.execute(
            update(ParsedPrediction)
            .values(parser_version="5", outcome="unparsed", letters="")
            .where(ParsedPrediction.letters == "C")
        )
    found = read(sessions, open_key)
    same, other = found["test-text-000"].answer, found["test-text-001"].answer
    assert same
    assert other
    assert (same.parser_version, same.is_outdated, same.rule) == ("5", True, Rule.ANSWER_LINE)
    assert (other.outcome, other.letters, other.rule) == (AnswerOutcome.UNPARSED, "", None)
    assert other.today == (AnswerOutcome.ANSWERED, "C")


def test_what_a_language_model_read_names_the_model_and_its_quote(
    sessions: Sessions, open_key: str
) -> None:
    with sessions.write() as session:
        prediction = session.scalars(select(Prediction).where(Prediction.text == "A or B")).one()
        session.execute(
            update(ParsedPrediction)
            .values(parser_version=f"{PARSER_VERSION}+reader", outcome="answered", letters="A")
            .where(ParsedPrediction.prediction_id == prediction.id)
        )
        facts = {"version": "1", "model": "m", "prompt_hash": "0" * 64, "reply": "", "reason": ""}
        for letters, quote in (("A", "A or"), ("B", "or B")):
            session.add(
                ReaderCall(
                    submission_id=open_key,
                    prediction_id=prediction.id,
                    reader="small-reader",
                    outcome=ReaderOutcome.ANSWERED,
                    letters=letters,
                    quote=quote,
                    called_at=session.get_one(Submission, open_key).created_at,
                    seconds=0.1,
                    **facts,
                )
            )
    (found,) = read(sessions, open_key, filter="read-by-model").values()
    assert found.answer
    assert (found.answer.reader, found.answer.words) == ("small-reader", "A or")
    assert (found.answer.rule, found.answer.is_outdated) == (None, False)


def test_readings_are_chosen_by_what_came_of_them_and_by_item(
    sessions: Sessions, open_key: str
) -> None:
    def keys(**asked: str) -> list[str]:
        found = read(sessions, open_key, Viewer.PUBLIC, **asked)
        return [name.removeprefix("test-") for name in found]

    assert keys(filter="right") == ["text-000"]
    assert keys(filter="wrong") == ["text-001", "image-002", "text-003", "text-004"]
    assert keys(filter="unread") == ["image-002", "text-004"]
    assert keys(filter="refused") == ["image-002"]
    assert keys(filter="missed") == ["report-000"]
    assert keys(track="image") == ["image-002"]
    assert keys(subcondition="lumbar_stenosis") == ["text-001", "text-003"]
    assert keys(axis="planning") == ["text-001"]
    assert keys(level="L4") == ["text-000"], "the vertebra, not the disc below it"
    assert keys(level="L4/L5", filter="unread") == ["image-002", "text-004"]
    with pytest.raises(InvalidRequest, match="'wrongs' is not a filter here"):
        keys(filter="wrongs")


def test_pages_and_batches_hold_every_reading_once(sessions: Sessions, open_key: str) -> None:
    with sessions.read() as session:
        found = session.get_one(Submission, open_key)
        pages = [read_page(session, found, Viewer.PUBLIC, {}, page, 4) for page in (1, 2)]
        assert [len(page.readings) for page in pages] == [4, 2]
        assert (pages[0].n, pages[0].n_all, pages[0].n_pages) == (6, 6, 2)
        whole = [one for page in pages for one in page.readings]
        assert whole == [
            one for part in read_batches(session, found, Viewer.PUBLIC, {}) for one in part
        ]
        wrong = read_page(session, found, Viewer.PUBLIC, {Field.FILTER: "wrong"}, 1, 4)
        assert (wrong.n, wrong.n_all) == (4, 6)
        with pytest.raises(NotFound, match="no such page"):
            read_page(session, found, Viewer.PUBLIC, {}, 3, 4)


def test_items_that_the_package_does_not_show_are_for_the_team_and_hosts_alone(
    sessions: Sessions,
) -> None:
    split = {"name": "test", "items": "items/test.jsonl", "answers": "public", "show_items": False}
    with sessions.write() as session:
        load_items(session, ITEMS, make_manifest(splits=[split]))
    key = send(sessions, TEXTS)
    with sessions.read() as session:
        found = session.get_one(Submission, key)
        assert not shows_items(found.split)
        seen = {viewer: disclosure(found, viewer) for viewer in Viewer}
        assert (seen[Viewer.PUBLIC].scores, seen[Viewer.PUBLIC].breakdown) == (True, True)
        assert (seen[Viewer.PUBLIC].texts, seen[Viewer.PUBLIC].verdicts) == (False, False)
        for viewer in (Viewer.TEAM, Viewer.HOST):
            assert (seen[viewer].texts, seen[viewer].verdicts) == (True, True)
        with pytest.raises(NotFound):
            read_page(session, found, Viewer.PUBLIC, {})
        with pytest.raises(NotFound):
            read_pairs(session, found.split, files(found), files(found), {})


@pytest.mark.parametrize(
    ("answers", "is_released", "is_hidden", "expected"),
    [
        # What (texts, verdicts) the public, the team and a host see.
        ("public", False, False, ((True, True), (True, True), (True, True))),
        ("public", False, True, ((False, False), (True, True), (True, True))),
        ("hidden", False, False, ((False, False), (True, False), (True, True))),
        ("hidden", True, False, ((False, False), (True, False), (True, True))),
    ],
    ids=["open", "open, hidden by a host", "protected", "demonstration"],
)
def test_who_sees_texts_and_who_sees_verdicts(
    sessions: Sessions,
    answers: str,
    is_released: bool,
    is_hidden: bool,
    expected: tuple[tuple[bool, bool], ...],
) -> None:
    load(sessions, answers=answers, demonstration=is_released)
    key = send(sessions, TEXTS)
    with sessions.write() as session:
        if is_hidden:
            found = session.get_one(Submission, key)
            session.add(HiddenSubmission(submission_id=key, hidden_at=found.created_at, reason=""))
    with sessions.read() as session:
        found = session.get_one(Submission, key)
        is_open = (answers == "public" or is_released) and not is_hidden
        assert disclosure(found, Viewer.PUBLIC).scores is is_open
        seen = [disclosure(found, viewer) for viewer in Viewer]
        assert tuple((one.texts, one.verdicts) for one in seen) == expected
        for viewer, (texts, verdicts) in zip(Viewer, expected, strict=True):
            if not texts:
                with pytest.raises(NotFound):
                    read_page(session, found, viewer, {})
                continue
            for one in read_page(session, found, viewer, {}).readings:
                assert one.text == TEXTS[one.item.key]
                assert bool(one.item.levels) == (verdicts and one.item.kind == "mcq")
                assert bool(one.verdict or one.judges) == verdicts
                assert bool(one.reference_report) == (verdicts and one.item.kind == "report")


def test_before_a_submission_is_scored_its_team_sees_its_texts_alone(sessions: Sessions) -> None:
    load(sessions, answers="public")
    with sessions.write() as session:
        team = make_team(session, "team", make_user(session, "a"))
        key = make_submission(session, TEXTS, card=make_card(session, team, "model-a"))
    found = read(sessions, key, Viewer.TEAM)
    assert [one.text for one in found.values()] == list(TEXTS.values())
    assert not any(one.answer or one.verdict for one in found.values())
    with pytest.raises(NotFound):
        read(sessions, key)


def test_what_was_sent_for_items_of_a_version_before_is_not_among_the_readings(
    sessions: Sessions, open_key: str
) -> None:
    splits = [{"name": "test", "items": "items/test.jsonl", "answers": "public"}]
    with sessions.write() as session:
        load_items(session, ITEMS, make_manifest(version="1.1.0", splits=splits))
        new = session.scalars(select(Split).order_by(Split.id.desc())).first()
        assert new
        carried = session.scalars(
            select(Item).where(Item.split_id == new.id, Item.key == "test-text-000")
        ).one()
        found = session.get_one(Submission, open_key)
        session.execute(
            update(Prediction)
            .values(item_id=carried.id)
            .where(Prediction.submission_id == open_key, Prediction.text == TEXTS[carried.key])
        )
        found.split_id = new.id
    assert list(read(sessions, open_key)) == ["test-text-000"]
    with sessions.read() as session:
        found = session.get_one(Submission, open_key)
        assert read_page(session, found, Viewer.PUBLIC, {}).n_all == 1
        assert read_pairs(session, found.split, files(found), files(found), {}).n_all == 1


def test_on_hidden_answers_a_team_has_no_choice_that_depends_on_them(sessions: Sessions) -> None:
    load(sessions, answers="hidden")
    key = send(sessions, TEXTS)
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.answers == Answers.HIDDEN)).one()
        choices = read_choices(session, split, with_key=False)
    assert set(choices) == {Field.FILTER, Field.TRACK, Field.SUBCONDITION, Field.AXIS}
    assert set(choices[Field.FILTER]) == {one.value for one in Which if not one.by_key}
    assert set(choices[Field.FILTER]).isdisjoint({"right", "wrong", "missed"})
    for asked in ({"filter": "wrong"}, {"level": "L4/L5"}, {"level": "L1"}):
        with pytest.raises(InvalidRequest, match="here"):
            read(sessions, key, Viewer.TEAM, **asked)
    assert len(read(sessions, key, Viewer.TEAM, filter="unread")) == 2
    assert len(read(sessions, key, Viewer.HOST, filter="wrong", level="L4/L5")) == 4


def test_two_models_are_put_side_by_side_and_chosen_by_how_they_differ(
    sessions: Sessions, open_key: str
) -> None:
    others = TEXTS | {
        "test-text-000": "ANSWER: C",
        "test-text-001": "ANSWER: B",
        "test-report-000": "There is canal stenosis at L4/L5. There is no fracture.",
    }
    other = send(sessions, others, "b")
    with sessions.read() as session:
        both = [session.get_one(Submission, key) for key in (open_key, other)]
        choices = pair_choices(read_choices(session, both[0].split, with_key=True))

        def keys(**asked: str) -> list[str]:
            page = read_pairs(
                session, both[0].split, files(both[0]), files(both[1]), read_filter(asked, choices)
            )
            assert all(one.first.item == one.second.item for one in page.pairs)
            assert page.n_all == 6
            return [one.first.item.key.removeprefix("test-") for one in page.pairs]

        assert len(keys()) == 6
        assert keys(filter=PairWhich.DIFFER) == ["text-000", "text-001", "report-000"]
        assert keys(filter=PairWhich.FIRST) == ["text-000"]
        assert keys(filter=PairWhich.SECOND) == ["text-001"]
        assert keys(filter=PairWhich.NEITHER) == ["image-002", "text-003", "text-004"]
        assert keys(filter=PairWhich.DIFFER, track="report") == ["report-000"]
        (pair,) = read_pairs(
            session, both[0].split, files(both[0]), files(both[1]), {Field.FILTER: "first"}
        ).pairs
        assert (pair.first.text, pair.second.text) == (TEXTS["test-text-000"], "ANSWER: C")


def test_two_models_are_not_compared_item_by_item_on_hidden_answers(sessions: Sessions) -> None:
    load(sessions, answers="hidden")
    keys = [send(sessions, TEXTS), send(sessions, TEXTS, "b")]
    with sessions.read() as session:
        both = [session.get_one(Submission, key) for key in keys]
        with pytest.raises(NotFound):
            read_pairs(session, both[0].split, files(both[0]), files(both[1]), {})
