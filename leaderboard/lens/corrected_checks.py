"""Correct the checks of a report: the draft for a benchmark's next version."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotFound
from leaderboard.hosting.act import Act, read_reason
from leaderboard.lens.corrections import refuse_older
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split
from leaderboard.models.correction import CheckCorrection
from leaderboard.models.reference import ItemReference
from leaderboard.packages.check import Line, check_item
from leaderboard.packages.package import Manifest
from leaderboard.packages.write import Corrected, make_item
from leaderboard.scoring.checklist import (
    AbsentCheck,
    Check,
    DisclaimerCheck,
    ErrorCheck,
    FindingCheck,
    ForbiddenCheck,
    LevelCheck,
    MeasureCheck,
    MentionCheck,
    SideCheck,
    TermCheck,
)

SIDES: tuple[str, ...] = get_args(get_type_hints(SideCheck)["side"])
PRESENT, ABSENT = "present", "absent"
AMOUNT = re.compile(r"([\d.]+)\s*(?:±|\+/?-)\s*([\d.]+)", re.ASCII)
MAX_WEIGHT = 1000.0
MAX_TERM = 200


class CheckEdit(NamedTuple):
    """What the next version says of a check, as texts; None leaves it as it is.

    `terms` are the words that it looks for, one a line. What is `expected` are levels with commas
    between, a side, of a finding whether it is present or absent, or of an amount its value with
    the tolerance, such as 20 ± 2, in the check's own unit.
    """

    terms: str | None = None
    expected: str | None = None
    weight: str | None = None


class ReportCheck(NamedTuple):
    """A check of a report as it is, and its drafted correction; None where there is none."""

    item: Item
    split: str
    check: Check
    correction: CheckCorrection | None

    @property
    def after(self) -> Check | None:
        """The check as the next version will have it; None where it is dropped."""
        if self.correction is None:
            return self.check
        content = self.correction.content
        return None if content is None else _read_check(content)


def correct_check(
    session: Session, item: Item, key: str, edit: CheckEdit, reason: str, actor: str
) -> Act:
    """Have the next version ask something else by the check `key` of a report.

    Nothing changes in this version, nor what anybody sees. A second correction replaces the first.
    Its kind (but for a finding that is present or absent), dimensions and harm stay. Raises
    InvalidRequest, each under its field, for what cannot be, for the check as it is and without a
    reason; Conflict for a question and for an older version; NotFound without such a check.
    """
    found = _get_check(session, item, key)
    fields = FieldProblems()
    content = msgspec.to_builtins(found.check)
    with fields.at("terms"):
        content |= _read_terms(found.check, edit.terms)
    with fields.at("expected"):
        content |= _read_expected(found.check, edit.expected)
    with fields.at("weight"):
        content |= _read_weight(edit.weight)
    with fields.inside():
        why = read_reason(reason)
    fields.raise_all()
    after = _read_check(content)
    if after == found.check:
        raise InvalidRequest(
            f"The check {key} asks that already.", "Change something, or leave it as it is."
        )
    note = f"{key}: {describe_check(found.check)} becomes {describe_check(after)}: {why}"
    _draft(session, found, content, why)
    _add_audit(session, item, actor, "correct check", note)
    return Act(f"The next version will ask by {key} of {item.key}: {describe_check(after)}.")


def drop_check(session: Session, item: Item, key: str, reason: str, actor: str) -> Act:
    """Have the next version leave a check out.

    Raises InvalidRequest without a reason, and where others are of its finding or a dimension
    would have no check; else as `correct_check` does.
    """
    found = _get_check(session, item, key)
    why = read_reason(reason)
    _draft(session, found, None, why)
    _add_audit(session, item, actor, "drop check", f"{key}: {describe_check(found.check)}: {why}")
    return Act(f"The next version will leave {key} of {item.key} out.")


def withdraw_check(session: Session, item: Item, key: str, actor: str) -> Act:
    """Leave a check as it is.

    Raises Conflict where no correction is drafted, InvalidRequest where another one rests on it.
    """
    row = session.get(CheckCorrection, (item.id, key))
    if row is None:
        raise Conflict(f"No correction of {key} of {item.key} is drafted.", "Nothing to do.")
    for one in read_report_checks(session, item):
        if one.check.key == key:
            _require_valid(session, one, one.check)
    session.delete(row)
    _add_audit(session, item, actor, "withdraw correction", key)
    return Act(f"The check {key} of {item.key} stays as it is.")


def read_report_checks(session: Session, item: Item) -> list[ReportCheck]:
    """The checks of a report in their order, each with its correction; none of a question."""
    split = session.get_one(Split, item.split_id)
    rows = session.scalars(select(CheckCorrection).where(CheckCorrection.item_id == item.id))
    drafted = {row.check_key: row for row in rows}
    checklist = session.get_one(ItemReference, item.id).checklist
    checks = msgspec.convert(checklist, list[Check])
    return [ReportCheck(item, split.name, one, drafted.get(one.key)) for one in checks]


def read_corrected_checks(session: Session, benchmark: Benchmark) -> list[ReportCheck]:
    """The drafted corrections for the version after `benchmark`, in the order of its items."""
    items = session.scalars(
        select(Item)
        .join(Split, Split.id == Item.split_id)
        .where(
            Split.benchmark_id == benchmark.id,
            Item.id.in_(select(CheckCorrection.item_id)),
        )
        .order_by(Split.id, Item.position)
    )
    checks = [one for item in items.all() for one in read_report_checks(session, item)]
    return [one for one in checks if one.correction is not None]


def make_checklist(session: Session, item: Item) -> list[Check]:
    """The checks of a report as the next version will have them."""
    checks = [one.after for one in read_report_checks(session, item)]
    return [one for one in checks if one is not None]


def describe_check(check: Check) -> str:
    """What a check asks, and its weight, in a line."""
    if isinstance(check, LevelCheck):
        asked = f"{check.of} at {write_expected(check)}"
    elif isinstance(check, SideCheck):
        asked = f"{check.of} on the side {check.side}"
    else:
        asked = f"{_say_what_is_asked(check)}: {', '.join(check.any_of)}"
    return f"{asked} (weight {check.weight:g})"


def _say_what_is_asked(check: TermCheck | ErrorCheck) -> str:
    match check:
        case FindingCheck():
            return PRESENT
        case AbsentCheck():
            return ABSENT
        case MentionCheck():
            return "mentioned"
        case DisclaimerCheck():
            return "disclaimed"
        case ForbiddenCheck():
            return "not recommended"
        case MeasureCheck():
            return f"{check.value:g} {check.unit.value} (at most {check.tolerance:g} off)"


def write_expected(check: Check) -> str:
    """What a check expects, as a correction names it; empty where its words are all it asks."""
    match check:
        case LevelCheck():
            return ", ".join(check.levels)
        case SideCheck():
            return check.side
        case FindingCheck():
            return PRESENT
        case AbsentCheck():
            return ABSENT
        case MeasureCheck():
            return f"{check.value:g} ± {check.tolerance:g}"
        case _:
            return ""


def write_terms(check: Check) -> str:
    """The words that a check looks for, one a line; empty for one of a level or a side."""
    return "" if isinstance(check, LevelCheck | SideCheck) else "\n".join(check.any_of)


def _get_check(session: Session, item: Item, key: str) -> ReportCheck:
    refuse_older(session, session.get_one(Split, item.split_id).benchmark)
    if item.kind is not ItemKind.REPORT:
        raise Conflict(f"{item.key} is a question: it has no checks.", "Correct its key.")
    for one in read_report_checks(session, item):
        if one.check.key == key:
            return one
    raise NotFound(
        f"The report {item.key} has no check {key[:80]!r}.", "Choose one on the item's page."
    )


def _draft(session: Session, found: ReportCheck, content: dict[str, Any] | None, why: str) -> None:
    _require_valid(session, found, None if content is None else _read_check(content))
    session.merge(
        CheckCorrection(
            item_id=found.item.id,
            check_key=found.check.key,
            content=content,
            reason=why,
            made_at=now(),
        )
    )
    session.flush()


def _require_valid(session: Session, found: ReportCheck, after: Check | None) -> None:
    """Raise InvalidRequest where no package could have the checklist with a check so."""
    item = found.item
    others = read_report_checks(session, item)
    checks = [after if one.check.key == found.check.key else one.after for one in others]
    checklist = [one for one in checks if one is not None]
    manifest = msgspec.convert(session.get_one(Split, item.split_id).benchmark.manifest, Manifest)
    made = make_item(session, item, Corrected({}, {item.id: checklist}))
    for problem in check_item(manifest, Line("", 0, made)):
        raise InvalidRequest(
            problem.message,
            "Correct or drop what rests on it first, or change the checklist in the package.",
        )


def _read_terms(check: Check, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    terms = list(dict.fromkeys(filter(None, (" ".join(one.split()) for one in text.splitlines()))))
    if isinstance(check, LevelCheck | SideCheck):
        if not terms:
            return {}
        raise InvalidRequest(
            f"The check {check.key} has no words of its own.", f"Correct those of {check.of}."
        )
    if not terms or any(not 2 <= len(one) <= MAX_TERM for one in terms):
        raise InvalidRequest(
            "The words that the check looks for are missing, too short or too long.",
            f"Write one or more, each of 2 to {MAX_TERM} characters, one a line.",
        )
    return {"any_of": terms}


def _read_expected(check: Check, text: str | None) -> dict[str, Any]:
    said = "" if text is None else text.strip()
    if text is None or said == write_expected(check):
        return {}
    if isinstance(check, LevelCheck):
        levels = list(dict.fromkeys(re.findall(r"[^\s,;]+", said)))
        if not levels:
            raise InvalidRequest("The level is missing.", "Name levels, such as L4/L5 or T12.")
        return {"levels": levels}
    if isinstance(check, SideCheck):
        return {"side": _choose(said, SIDES)}
    if isinstance(check, MeasureCheck):
        return _read_amount(said)
    if isinstance(check, FindingCheck | AbsentCheck):
        return {"kind": "finding" if _choose(said, (PRESENT, ABSENT)) == PRESENT else "absent"}
    raise InvalidRequest(
        f"The check {check.key} expects its words alone.", "Leave this empty, and correct them."
    )


def _read_amount(said: str) -> dict[str, Any]:
    found = AMOUNT.fullmatch(said)
    try:
        value, tolerance = (float(one) for one in found.groups()) if found else (math.nan,) * 2
    except ValueError:
        value = tolerance = math.nan
    if math.isnan(value + tolerance):
        raise InvalidRequest(
            f"{said[:40]!r} is not an amount with its tolerance.", "Write both, such as 20 ± 2."
        )
    return {"value": value, "tolerance": tolerance}


def _choose(said: str, known: Sequence[str]) -> str:
    if said.lower() not in known:
        raise InvalidRequest(
            f"{said[:40]!r} is not what can be expected.", f"Choose one of {', '.join(known)}."
        )
    return said.lower()


def _read_weight(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        weight = float(text.strip())
    except ValueError:
        weight = math.nan
    if not 0 < weight <= MAX_WEIGHT:
        raise InvalidRequest(
            f"{text[:40]!r} is not a weight.", f"Write a number above 0, up to {MAX_WEIGHT:g}."
        )
    return {"weight": weight}


def _read_check(content: dict[str, Any]) -> Check:
    found: Check = msgspec.convert(content, Check)
    return found


def _add_audit(session: Session, item: Item, actor: str, action: str, note: str) -> None:
    benchmark = session.get_one(Split, item.split_id).benchmark
    subject = f"item {item.key} of {benchmark.slug} {benchmark.version}"
    add_audit(session, actor, action, subject, note, benchmark=benchmark.slug)
    session.flush()
