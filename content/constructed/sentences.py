"""A reference report as sentences, each with its section and its part in the report."""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

SECTIONS = ("imaging", "diagnosis", "treatment", "prognosis", "reasoning")


class Part(enum.StrEnum):
    """What a sentence is for."""

    FINDING = "finding"
    FURTHER_FINDING = "further finding"
    ABSENT = "absent finding"
    DIAGNOSIS = "diagnosis"
    ALTERNATIVE = "alternative diagnosis"
    PLAN = "plan"
    GROUNDS = "grounds of the plan"
    TECHNIQUE = "technique"
    ADVICE = "advice to the patient"
    RISK = "risk"
    COURSE = "course"
    FOLLOW_UP = "follow-up"
    REASON = "reason"
    LIMIT = "limit"
    DISCLAIMER = "disclaimer"


class Sentence(NamedTuple):
    """One sentence, without its section's heading."""

    section: str
    part: Part
    text: str


ABSENT = re.compile(
    r"^No |: no |there is no | no \w+ (spinal )?stenosis|without compressing|normal"
)
ALTERNATIVE = re.compile(r"less likely|unlikely|^No |do not explain|does not explain|argue against")
ADVICE = re.compile(r"^(He|She|They|Tell|Until then|He and|The patient)\b")
TECHNIQUE = re.compile(r"^(Technique|If chosen|Before surgery|Insert )")
GROUNDS = re.compile(
    r"trial|guideline|evidence|failed|stud(y|ies)|alternative|Options|Without slip|because|since|"
    r"favour|advised|not indicated|not needed|harmful"
)
FOLLOW_UP = re.compile(
    r"^(Review|Follow-up|Radiographs|CT at|Standing radio|Full-length|Trial without|C-reactive)|"
    r"at six weeks"
)
RISK = re.compile(r"[Rr]isk|complication|[Mm]ortality")
DISCLAIMER = re.compile(r"must be (re)?viewed|must review|demonstration|does not replace")
LIMIT = re.compile(r"[Tt]wo images|not seen|cannot|vary|Only|original film|estimate|needs CT")


def read_sentences(report: str) -> list[Sentence]:
    """The sentences of a reference report, in their order. Raises ValueError for other sections."""
    _, *bodies = re.split(r"^## .*\n", report.strip() + "\n", flags=re.MULTILINE)
    if len(bodies) != len(SECTIONS):
        raise ValueError(f"The report has {len(bodies)} sections instead of {len(SECTIONS)}.")
    found = []
    for section, body in zip(SECTIONS, bodies, strict=True):
        texts = re.split(r"(?<=[a-z0-9)%+\]][.!?]) (?=[A-Z])", body.strip())
        found += [
            Sentence(section, _find_part(section, place, text), text)
            for place, text in enumerate(texts)
        ]
    return found


def _find_part(section: str, place: int, text: str) -> Part:
    if section == "imaging":
        if place > 1 and ABSENT.search(text):
            return Part.ABSENT
        return Part.FINDING if place < 2 else Part.FURTHER_FINDING
    if section == "diagnosis":
        return Part.ALTERNATIVE if place and ALTERNATIVE.search(text) else Part.DIAGNOSIS
    if section == "treatment":
        if TECHNIQUE.search(text):
            return Part.TECHNIQUE
        if ADVICE.search(text):
            return Part.ADVICE
        return Part.GROUNDS if place and GROUNDS.search(text) else Part.PLAN
    if section == "prognosis":
        if FOLLOW_UP.search(text):
            return Part.FOLLOW_UP
        return Part.RISK if place == 0 or RISK.search(text) else Part.COURSE
    if DISCLAIMER.search(text):
        return Part.DISCLAIMER
    return Part.LIMIT if LIMIT.search(text) else Part.REASON
