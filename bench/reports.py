"""Who tells a right report from a wrong one: our checklist, ROUGE, negspacy and medspaCy.

`report_pairs.jsonl` has cases: one reading of a spine in several wordings, the first of them the
reference report, and reports with one error of level, side, negation or grade. A pair is a right
wording other than the reference and a wrong report; it is told if the right one scores higher. A
wording keeps its score if it has at least 95 % of the reference's.

negspacy and medspaCy find terms and say which are negated. What they do not read is lent to them:
our terms, the rule by which checks become a rating, and for a finding the level and side nearest
to it in its sentence.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from bench.rivals.install import ROOT, make_rivals
from leaderboard.scoring.checklist import Check, rate_checks, rate_dimensions, split_words

PAIRS = Path(__file__).with_name("report_pairs.jsonl")
KINDS = ("level", "side", "negation", "grade")
KEEPS = 0.95
_PLACE = re.compile(
    r"\b(?:[CTL]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?|S1|left|right)\b", re.IGNORECASE
)

Mention = tuple[int, int, int, int, Literal["asserted", "denied", "open"]]


class Wrong(msgspec.Struct, frozen=True):
    """A report with one error."""

    kind: str
    report: str


class Case(msgspec.Struct, frozen=True):
    """Right and wrong reports of one spine, and the terms of its checks."""

    key: str
    finding: list[str]
    level: str
    side: str | None
    grade: list[str]
    absent: list[str]
    right: list[str]
    wrong: list[Wrong]

    @property
    def reports(self) -> list[str]:
        """The right ones, then the wrong ones."""
        return [*self.right, *(wrong.report for wrong in self.wrong)]


Scores = Sequence[Sequence[float]]
"""By case, a score for each of its reports."""


def measure() -> None:
    """Print a row for each system."""
    cases = read_cases()
    n_right = sum(len(case.right) - 1 for case in cases)
    n_pairs = sum((len(case.right) - 1) * len(case.wrong) for case in cases)
    print(f"{len(cases)} cases, {n_right} wordings, {n_pairs} pairs; shares told or kept")
    print(f"{'':12}" + "".join(f"{name:>10}" for name in (*KINDS, "all", "wordings")))
    for name, scores in _rate_all(cases):
        told = [_share_told(cases, scores, kinds) for kinds in (*((k,) for k in KINDS), KINDS)]
        shares = [*told, _share_kept(cases, scores)]
        print(f"{name:12}" + "".join(f"{share:10.3f}" for share in shares))


def read_cases() -> list[Case]:
    """The cases of `report_pairs.jsonl`, in order."""
    lines = PAIRS.read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=Case) for line in lines]


def _rate_all(cases: Sequence[Case]) -> Iterator[tuple[str, Scores]]:
    yield (
        "SpineBench",
        [[rate_by_checklist(case, report) for report in case.reports] for case in cases],
    )
    asked = [{"reference": case.right[0], "reports": case.reports} for case in cases]
    rouge = _ask(make_rivals("negspacy"), "rate_rouge.py", asked)
    for place, name in enumerate(("ROUGE-1", "ROUGE-L")):
        yield name, [[scores[place] for scores in of_case] for of_case in rouge]
    for name in ("negspacy", "medspacy"):
        terms = [_terms(case)[key] for case in cases for key in ("finding", "grade", "absent")]
        asked = [
            {"terms": own, "reports": case.reports}
            for case, own in zip([case for case in cases for _ in range(3)], terms, strict=True)
        ]
        found = _ask(make_rivals(name), f"read_{name}.py", asked)
        yield name, [_rate_found(case, found[3 * n : 3 * n + 3]) for n, case in enumerate(cases)]


def _ask(python: str, program: str, asked: Sequence[Mapping[str, Any]]) -> list[Any]:
    """A line of answer for each line asked."""
    ended = subprocess.run(
        [python, str(ROOT / "bench" / "rivals" / program)],
        input="".join(json.dumps(one) + "\n" for one in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("[")]


def _terms(case: Case) -> dict[str, list[str]]:
    """The terms of each kind that need no wildcard."""
    kinds = {"finding": case.finding, "grade": case.grade, "absent": case.absent}
    return {key: [term for term in own if "*" not in term] for key, own in kinds.items()}


def rate_by_checklist(case: Case, report: str) -> float:
    """Our rating of a report by the case's checks, on 1..5."""
    plain: list[dict[str, Any]] = [
        {"kind": "finding", "key": "finding", "any_of": case.finding},
        {"kind": "finding", "key": "grade", "any_of": case.grade},
        {"kind": "absent", "key": "absent", "any_of": case.absent},
        {"kind": "level", "key": "level", "of": "finding", "levels": [case.level]},
    ]
    if case.side:
        plain.append({"kind": "side", "key": "side", "of": "finding", "side": case.side})
    checks = msgspec.convert([one | {"dimensions": ["all"]} for one in plain], list[Check])
    rating = rate_dimensions(checks, rate_checks(checks, report), ["all"])["all"]
    assert rating is not None
    return rating


def _rate_found(case: Case, found: Sequence[Sequence[Sequence[Mention]]]) -> list[float]:
    """The same rating from the mentions of finding, grade and absent terms in each report."""
    ratings = []
    for report, finding, grade, absent in zip(case.reports, *found, strict=True):
        signs = [_sign(finding), _sign(grade), -_sign(absent)]
        places = [_nearest(report, m) for m in finding if m[4] == "asserted"]
        signs.append(_place_sign([place("level") for place in places], case.level))
        if case.side:
            signs.append(_place_sign([place("side") for place in places], case.side))
        ratings.append(1 + 4 * max(0, sum(signs)) / len(signs))
    return ratings


def _sign(mentions: Sequence[Mention]) -> int:
    stances = {mention[4] for mention in mentions}
    return 1 if "asserted" in stances else -1 if "denied" in stances else 0


def _place_sign(places: Sequence[frozenset[str]], right: str) -> int:
    named = [place for place in places if place]
    return 1 if any(right in place for place in named) else -1 if named else 0


def _nearest(report: str, mention: Mention) -> Callable[[str], frozenset[str]]:
    """The level or side named nearest to a mention in its sentence; none if there is none."""
    start, end, first, last, _ = mention

    def find(kind: str) -> frozenset[str]:
        best: tuple[int, frozenset[str]] | None = None
        for match in _PLACE.finditer(report, first, last):
            words = split_words(match.group())
            sides = [word.side.value for word in words if word.side]
            names = frozenset(sides) if kind == "side" else words[0].levels
            distance = max(match.start() - end, start - match.end(), 0)
            if names and (best is None or distance < best[0]):
                best = (distance, names)
        return best[1] if best else frozenset()

    return find


def _share_told(cases: Sequence[Case], scores: Scores, kinds: Sequence[str]) -> float:
    told = [
        right > of_case[len(case.right) + place]
        for case, of_case in zip(cases, scores, strict=True)
        for right in of_case[1 : len(case.right)]
        for place, wrong in enumerate(case.wrong)
        if wrong.kind in kinds
    ]
    return sum(told) / len(told)


def _share_kept(cases: Sequence[Case], scores: Scores) -> float:
    kept = [
        right >= KEEPS * of_case[0]
        for case, of_case in zip(cases, scores, strict=True)
        for right in of_case[1 : len(case.right)]
    ]
    return sum(kept) / len(kept)
