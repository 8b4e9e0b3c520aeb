"""Corrected checks of reports begin the next version, as corrected keys do."""

from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from leaderboard.audit import read_audit
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidFields, InvalidRequest, NotFound
from leaderboard.lens.checks import get_item
from leaderboard.lens.corrected_checks import (
    CheckEdit,
    correct_check,
    describe_check,
    drop_check,
    read_corrected_checks,
    read_report_checks,
    withdraw_check,
    write_expected,
    write_terms,
)
from leaderboard.lens.corrections import correct_key
from leaderboard.lens.next_version import prepare_corrected
from leaderboard.models.benchmark import Item
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import get_benchmark, get_loaded, get_split
from leaderboard.packages.files import content_hash
from leaderboard.packages.opening import open_version
from leaderboard.packages.versions import Change, compare_versions
from leaderboard.packages.write import write_package
from leaderboard.scoring.checklist import Check
from tests.databases import Prepare
from tests.factories import load_items
from tests.package_files import DIMENSIONS, make_case, make_items, make_manifest

KEY = "test-report-000"
CHECKLIST: list[dict[str, Any]] = [
    {
        "kind": "finding",
        "key": "stenosis",
        "dimensions": DIMENSIONS,
        "any_of": ["canal stenosis"],
        "weight": 3.0,
    },
    {
        "kind": "level",
        "key": "where",
        "of": "stenosis",
        "dimensions": DIMENSIONS[:1],
        "levels": ["L4/L5"],
    },
    {
        "kind": "side",
        "key": "side",
        "of": "stenosis",
        "dimensions": DIMENSIONS[:1],
        "side": "left",
    },
    {"kind": "absent", "key": "fracture", "dimensions": ["diagnosis"], "any_of": ["fracture"]},
    {"kind": "mention", "key": "praise", "dimensions": DIMENSIONS, "any_of": ["excellent"]},
    {
        "kind": "forbidden",
        "key": "surgery",
        "dimensions": ["diagnosis"],
        "any_of": ["fusion", "laminectomy"],
    },
    {
        "kind": "measure",
        "key": "slip",
        "dimensions": ["diagnosis"],
        "any_of": ["slip"],
        "unit": "mm",
        "value": 6.5,
        "tolerance": 1,
    },
]


@pytest.fixture
def published(sessions: Sessions, prepare: Prepare) -> Sessions:
    """A benchmark with a report that has a check of each kind, and one with another checklist."""

    def make() -> None:
        items = [*make_items(2, 0, 0), make_case(0, checklist=CHECKLIST), make_case(1)]
        with sessions.write() as session:
            load_items(session, items, make_manifest())

    prepare(("corrected checks",), make)
    return sessions


def find_item(session: Session, key: str = KEY) -> Item:
    return get_item(session, get_split(get_benchmark(session, "tiny"), "test"), key)


def correct(session: Session, key: str, **edit: str) -> None:
    correct_check(session, find_item(session), key, CheckEdit(**edit), "says the atlas", "host")


def read_next(sessions: Sessions) -> list[dict[str, Any]]:
    """The checklist of the report in the version made from the draft."""
    with sessions.write() as session:
        prepare_corrected(session, get_benchmark(session, "tiny"), "", "host")
    with sessions.read() as session:
        made = get_loaded(session, "tiny", "1.0.1")
        item = get_item(session, get_split(made, "test"), KEY)
        return session.get_one(ItemReference, item.id).checklist


@pytest.mark.parametrize(
    ("key", "edit", "changed"),
    [
        ("stenosis", {"terms": " spinal stenosis\r\n\ncanal   stenosis\n"}, ("any_of",)),
        ("stenosis", {"weight": "1.5"}, ("weight",)),
        ("where", {"expected": "L4/L5, L5/S1"}, ("levels",)),
        ("side", {"expected": "Bilateral"}, ("side",)),
        ("fracture", {"expected": "present", "terms": "wedge fracture"}, ("kind", "any_of")),
        ("praise", {"terms": "fine"}, ("any_of",)),
        ("surgery", {"terms": "fusion"}, ("any_of",)),
        ("slip", {"expected": "8 +/- 0.5"}, ("value", "tolerance")),
    ],
)
def test_the_next_version_differs_in_what_was_corrected_of_the_check_alone(
    published: Sessions, key: str, edit: dict[str, str], changed: tuple[str, ...]
) -> None:
    with published.write() as session:
        before = session.get_one(ItemReference, find_item(session).id).checklist
        correct(session, key, **edit)
    after = read_next(published)
    place = [one["key"] for one in before].index(key)
    new = {
        "any_of": [
            " ".join(one.split()) for one in edit.get("terms", "").split("\n") if one.strip()
        ],
        "weight": float(edit.get("weight", 1)),
        "levels": ["L4/L5", "L5/S1"],
        "side": "bilateral",
        "kind": "finding",
        "value": 8.0,
        "tolerance": 0.5,
    }
    expected = [dict(one) for one in before]
    expected[place] |= {name: new[name] for name in changed}
    assert after == expected
    with published.read() as session:
        was, now = get_benchmark(session, "tiny"), get_loaded(session, "tiny", "1.0.1")
        found = compare_versions(session, was, now)
        assert was.version == "1.0.0", "what anybody sees has not changed"
        assert (found.shared, found.added, found.dropped) == ((), (), ())
        diff = found.splits["test"]
        assert diff.counts == {Change.CHECKLIST: 1, Change.SAME: 3}
        assert [one.key for one in diff.find(Change.CHECKLIST)] == [KEY]
        assert len(diff.rerated) == 1, "its reports are rated again"
        files = write_package(session, now)
        assert content_hash(files.contents.items()) == now.content_hash


def test_a_dropped_check_is_left_out_and_the_acts_say_why(published: Sessions) -> None:
    with published.write() as session:
        done = drop_check(session, find_item(session), "fracture", "nobody can see it", "host")
        assert done.message == f"The next version will leave fracture of {KEY} out."
        correct(session, "praise", weight="2")
        correct_key(session, find_item(session, "test-text-000"), "C", "the atlas", "host")
        drafted = read_corrected_checks(session, get_benchmark(session, "tiny"))
        assert [(one.split, one.check.key, one.after is None) for one in drafted] == [
            ("test", "fracture", True),
            ("test", "praise", False),
        ]
    assert [one["key"] for one in read_next(published)] == [
        "stenosis",
        "where",
        "side",
        "praise",
        "surgery",
        "slip",
    ]
    with published.read() as session:
        acts = [(one.action, one.note) for one in read_audit(session)]
        assert acts[0] == ("prepare version", "1 corrected key and 2 corrected checks of 1.0.0")
        assert acts[2] == (
            "correct check",
            "praise: mentioned: excellent (weight 1) becomes mentioned: excellent (weight 2): says "
            "the atlas",
        )
        assert acts[3] == (
            "drop check",
            "fracture: absent: fracture (weight 1): nobody can see it",
        )


@pytest.mark.parametrize(
    ("key", "edit", "fields"),
    [
        ("stenosis", {"terms": " \n"}, ["terms", "reason"]),
        ("stenosis", {"terms": "x"}, ["terms", "reason"]),
        ("stenosis", {"terms": "x" * 201}, ["terms", "reason"]),
        ("stenosis", {"expected": "maybe"}, ["expected", "reason"]),
        ("where", {"terms": "stenosis"}, ["terms", "reason"]),
        ("where", {"expected": " , "}, ["expected", "reason"]),
        ("side", {"expected": "up", "weight": "0"}, ["expected", "weight", "reason"]),
        ("praise", {"expected": "present"}, ["expected", "reason"]),
        ("surgery", {"expected": "absent"}, ["expected", "reason"]),
        ("slip", {"expected": "8"}, ["expected", "reason"]),
        ("slip", {"expected": "8.5.1 ± 1"}, ["expected", "reason"]),
        ("praise", {"weight": "much"}, ["weight", "reason"]),
        ("praise", {"weight": "nan"}, ["weight", "reason"]),
        ("praise", {"weight": "1001"}, ["weight", "reason"]),
    ],
)
def test_what_no_check_can_ask_is_said_at_its_field_and_changes_nothing(
    published: Sessions, key: str, edit: dict[str, str], fields: list[str]
) -> None:
    with published.write() as session:
        with pytest.raises(InvalidFields) as refused:
            correct_check(session, find_item(session), key, CheckEdit(**edit), " ", "host")
        assert [one.field for one in refused.value.fields] == fields
        assert read_corrected_checks(session, get_benchmark(session, "tiny")) == []


@pytest.mark.parametrize(
    ("key", "edit", "words"),
    [
        ("where", {"expected": "L9"}, "has the level 'L9'"),
        ("where", {"expected": "L6"}, "how the vertebrae are counted"),
        ("where", {"expected": "L4, L4/L5"}, "discs alone or vertebrae alone"),
        ("stenosis", {"expected": "absent"}, "no finding of the case"),
        ("stenosis", {"terms": "* stenosis"}, "begin and end it with a word"),
        ("stenosis", {"terms": "canal stenosis"}, "asks that already"),
        ("where", {"terms": "", "expected": "L4/L5", "weight": "1"}, "asks that already"),
    ],
)
def test_a_checklist_that_no_package_could_have_is_refused_and_changes_nothing(
    published: Sessions, key: str, edit: dict[str, str], words: str
) -> None:
    with published.write() as session:
        with pytest.raises(InvalidRequest) as refused:
            correct(session, key, **edit)
        assert words in refused.value.message
        assert read_corrected_checks(session, get_benchmark(session, "tiny")) == []


def test_a_finding_goes_only_once_nothing_is_of_it(published: Sessions) -> None:
    with published.write() as session:
        item = find_item(session)
        with pytest.raises(InvalidRequest, match="no finding of the case"):
            drop_check(session, item, "stenosis", "it is not there", "host")
        for key in ("where", "side", "stenosis"):
            drop_check(session, item, key, "it is not there", "host")
        with pytest.raises(InvalidRequest, match="no finding of the case"):
            withdraw_check(session, item, "where", "host")
        with pytest.raises(InvalidRequest, match="stays unscored"):
            drop_check(session, item, "praise", "too vague", "host")
    assert [one["key"] for one in read_next(published)] == [
        "fracture",
        "praise",
        "surgery",
        "slip",
    ]


def test_a_correction_is_replaced_or_withdrawn_before_the_version_is_made(
    published: Sessions,
) -> None:
    with published.write() as session:
        item = find_item(session)
        correct(session, "praise", terms="fine")
        correct(session, "praise", weight="2")
        (drafted,) = read_corrected_checks(session, get_benchmark(session, "tiny"))
        assert drafted.after
        assert describe_check(drafted.after) == "mentioned: excellent (weight 2)"
        done = withdraw_check(session, item, "praise", "host")
        assert done.message == f"The check praise of {KEY} stays as it is."
        with pytest.raises(Conflict, match="No correction"):
            withdraw_check(session, item, "praise", "host")
        with pytest.raises(Conflict, match="is corrected"):
            prepare_corrected(session, get_benchmark(session, "tiny"), "", "host")


def test_checks_of_errors_say_in_words_what_they_ask_too() -> None:
    given: list[dict[str, Any]] = [
        {"kind": "forbidden", "any_of": ["laminectomy alone"]},
        {"kind": "measure", "any_of": ["cobb"], "unit": "degrees", "value": 54, "tolerance": 10},
        {"kind": "disclaimer", "any_of": ["to be reviewed by"]},
    ]
    named = [{"key": "one", "dimensions": DIMENSIONS, **one} for one in given]
    checks = msgspec.convert(named, list[Check])
    assert [describe_check(one) for one in checks] == [
        "not recommended: laminectomy alone (weight 1)",
        "54 degrees (at most 10 off): cobb (weight 1)",
        "disclaimed: to be reviewed by (weight 1)",
    ]
    assert [write_expected(one) for one in checks] == ["", "54 ± 10", ""]


def test_each_check_says_in_words_what_it_asks(published: Sessions) -> None:
    with published.read() as session:
        checks = [one.check for one in read_report_checks(session, find_item(session))]
    assert [describe_check(one) for one in checks] == [
        "present: canal stenosis (weight 3)",
        "stenosis at L4/L5 (weight 1)",
        "stenosis on the side left (weight 1)",
        "absent: fracture (weight 1)",
        "mentioned: excellent (weight 1)",
        "not recommended: fusion, laminectomy (weight 1)",
        "6.5 mm (at most 1 off): slip (weight 1)",
    ]
    assert [write_expected(one) for one in checks] == [
        "present",
        "L4/L5",
        "left",
        "absent",
        "",
        "",
        "6.5 ± 1",
    ]
    assert [write_terms(one) for one in checks] == [
        "canal stenosis",
        "",
        "",
        "fracture",
        "excellent",
        "fusion\nlaminectomy",
        "slip",
    ]


def test_questions_other_checks_and_older_versions_are_refused(published: Sessions) -> None:
    with published.write() as session:
        with pytest.raises(NotFound, match="has no check"):
            correct(session, "nothing", weight="2")
        question = find_item(session, "test-text-000")
        with pytest.raises(Conflict, match="is a question"):
            drop_check(session, question, "praise", "wrong", "host")
        assert read_report_checks(session, question) == []
        correct(session, "praise", weight="2")
    read_next(published)
    with published.write() as session:
        item = find_item(session)
        open_version(session, get_loaded(session, "tiny", "1.0.1"))
        with pytest.raises(Conflict, match="was followed by"):
            correct_check(session, item, "praise", CheckEdit(weight="3"), "again", "host")
