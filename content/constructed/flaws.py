"""Flaws: each changes the sentences of a report in one way, and says how grave that is for what.

A flaw's gravity for a dimension is 1 (slight), 2 (grave) or 4 (nothing of worth is left). They are
written down here by what the flaw does to a reader, without regard to how any judge reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from content.constructed.sentences import Part, Sentence

Change = Callable[[Sequence[Sentence]], list[Sentence]]
REGIONS = {"C": 7, "T": 12, "L": 5}
LEVEL = r"(?:C[1-7]|T(?:1[0-2]|[3-9])|L[1-5]|S1)"
"""T1 and T2 are no levels in these reports, but sequences."""
VAGUE = (
    (r"\b(?:right|left|bilateral(?:ly)?|paracentral) ?", ""),
    (rf"\b{LEVEL}(?:/{LEVEL})?(?:(?:,| and| to) {LEVEL}(?:/{LEVEL})?)*", "the level"),
    (r"of (?:about )?\d+ (?:mm|degrees)", "of some size"),
    (r"(?:about |some |near |around )?\d+(?: to \d+)? ?(?:%|mm|degrees|ml|mmHg)", "some"),
    (r" ?\((?:Schizas|Bilsky|Genant|AO Spine)[^)]*\)", ""),
    (r",? ?(?:Meyerding|Lenke|Risser|Bilsky) [ \w]*?(?=[,.;])", ""),
    (r"\b(?:within|after|at|in) (?:about )?\w+(?: to \w+)? (?:hours|weeks|months)", "in time"),
    (r"\b(?:a|the) the level\b", "the level"),
)
PLAIN = (
    ("microdiscectomy", "keyhole removal of the fragment"),
    ("disc herniation", "slipped disc"),
    ("disc extrusion", "slipped disc"),
    ("herniation", "slipped disc"),
    ("spondylolisthesis", "slip of a vertebra"),
    ("central canal stenosis", "narrow canal"),
    ("foraminal stenosis", "narrow root exit"),
    ("stenosis", "narrowing"),
    ("radiculopathy", "root trouble"),
    ("myelopathy", "cord damage"),
    ("spondylodiscitis", "disc space inflammation by germs"),
    ("metastasis", "secondary deposit"),
    ("decompression", "freeing of the nerves"),
    ("fusion", "joining of the vertebrae"),
    ("conservative", "watchful"),
    ("non-operative", "watchful"),
    ("compression", "pressure"),
    ("compresses", "presses on"),
    ("haematoma", "blood clot"),
    ("dural tear", "leak of the sac"),
    ("infection", "germs"),
    ("non-union", "missing bony bridge"),
)
BOILERPLATE = {
    "imaging": "Imaging is an important part of modern spine care and has made great progress.",
    "treatment": "Every patient is different. A healthy weight and good posture help the back.",
    "reasoning": "Artificial intelligence can support clinicians in many ways.",
}
CONTRADICTION = {
    "diagnosis": "The changes described above are probably without meaning for the patient.",
    "reasoning": "On the whole the images are close to normal for the age.",
}
WRONG_DIAGNOSIS = "Unspecific pain from muscles and ligaments after overload, of good nature."
WRONG_PLAN = (
    "Several months of massage and chiropractic manipulation are recommended, and an early return "
    "to all sports. Neither further tests nor a specialist are needed."
)


@dataclass(frozen=True)
class Flaw:
    """One way to spoil a report, and its gravity for each dimension that it touches."""

    key: str
    change: Change
    gravity: Mapping[str, int]


def _drop(*parts: Part) -> Change:
    return lambda sentences: [s for s in sentences if s.part not in parts]


def _drop_section(section: str) -> Change:
    return lambda sentences: [s for s in sentences if s.section != section]


def _rewrite(section: str, part: Part, text: str) -> Change:
    """The section becomes one sentence of this text."""

    def change(sentences: Sequence[Sentence]) -> list[Sentence]:
        changed: list[Sentence] = []
        for sentence in sentences:
            if sentence.section != section:
                changed.append(sentence)
            elif not any(other.section == section for other in changed):
                changed.append(Sentence(section, part, text))
        return changed

    return change


def _append(texts: Mapping[str, str], part: Part) -> Change:
    """A sentence more at the end of each section named that is there."""

    def change(sentences: Sequence[Sentence]) -> list[Sentence]:
        changed = list(sentences)
        for section, text in texts.items():
            places = [n for n, s in enumerate(changed) if s.section == section]
            if places:
                changed.insert(places[-1] + 1, Sentence(section, part, text))
        return changed

    return change


def _each_text(change_text: Callable[[str], str]) -> Change:
    return lambda sentences: [s._replace(text=change_text(s.text)) for s in sentences]


def _move_levels(text: str) -> str:
    """Every vertebra one higher (L5/S1 becomes L4/L5); the top of a region becomes its second."""

    def move(match: re.Match[str]) -> str:
        region, number = match[1][0], int(match[1][1:])
        if region == "S":
            return "L5"
        return f"{region}{number - 1 if number > 1 else min(2, REGIONS[region])}"

    return re.sub(rf"\b({LEVEL})(?! root| radicul| nerve| palsy)", move, text)


def _swap_sides(text: str) -> str:
    words = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return re.sub(r"\b(left|right|Left|Right)\b", lambda match: words[match[1]], text)


def _make_vague(text: str) -> str:
    for pattern, other in VAGUE:
        text = re.sub(pattern, other, text)
    return _tidy(text)


def _make_plain(text: str) -> str:
    for word, other in PLAIN:
        text = re.sub(rf"\b{word}\b", other, text, flags=re.IGNORECASE)
    return _tidy(text)


def _tidy(text: str) -> str:
    text = re.sub(r"\s+([,.;:])", r"\1", re.sub(r"\s{2,}", " ", text)).strip()
    return text[:1].upper() + text[1:]


FLAWS = (
    Flaw(
        "further findings left out",
        _drop(Part.FURTHER_FINDING),
        {"imaging_report": 1, "coverage": 1},
    ),
    Flaw("absent findings left out", _drop(Part.ABSENT), {"imaging_report": 1, "coverage": 1}),
    Flaw(
        "vague",
        _each_text(_make_vague),
        {"imaging_report": 2, "diagnosis": 1, "technical_feasibility": 2, "granularity": 4},
    ),
    Flaw(
        "wrong level",
        _each_text(_move_levels),
        {"imaging_report": 4, "diagnosis": 2, "technical_feasibility": 4, "granularity": 2},
    ),
    Flaw(
        "wrong side",
        _each_text(_swap_sides),
        {"imaging_report": 2, "diagnosis": 2, "technical_feasibility": 2, "granularity": 1},
    ),
    Flaw(
        "wrong diagnosis",
        _rewrite("diagnosis", Part.DIAGNOSIS, WRONG_DIAGNOSIS),
        {"diagnosis": 4, "relevance": 2, "coverage": 1, "explainability": 1},
    ),
    Flaw("alternatives left out", _drop(Part.ALTERNATIVE), {"diagnosis": 1, "coverage": 1}),
    Flaw(
        "plan without grounds",
        _drop(Part.GROUNDS),
        {"evidence_based_treatment": 2, "explainability": 1},
    ),
    Flaw(
        "wrong plan",
        _rewrite("treatment", Part.PLAN, WRONG_PLAN),
        {
            "evidence_based_treatment": 4,
            "technical_feasibility": 4,
            "patient_guidance": 4,
            "relevance": 2,
        },
    ),
    Flaw("technique left out", _drop(Part.TECHNIQUE), {"technical_feasibility": 2}),
    Flaw("advice left out", _drop(Part.ADVICE), {"patient_guidance": 4, "coverage": 1}),
    Flaw("risks left out", _drop(Part.RISK), {"risk_prognosis": 2}),
    Flaw(
        "course and follow-up left out",
        _drop(Part.COURSE, Part.FOLLOW_UP),
        {"risk_prognosis": 2, "patient_guidance": 1},
    ),
    Flaw(
        "section on risks left out",
        _drop_section("prognosis"),
        {"risk_prognosis": 4, "coverage": 2},
    ),
    Flaw("reasons left out", _drop(Part.REASON), {"explainability": 2, "relevance": 1}),
    Flaw("disclaimer left out", _drop(Part.DISCLAIMER, Part.LIMIT), {"explainability": 2}),
    Flaw("generic passages", _append(BOILERPLATE, Part.REASON), {"relevance": 2}),
    Flaw(
        "contradiction",
        _append(CONTRADICTION, Part.REASON),
        {"relevance": 2, "diagnosis": 1, "explainability": 1},
    ),
    Flaw("lay words", _each_text(_make_plain), {}),
)
"""In the order in which they are applied. What an earlier one has made impossible (a wrong level in
a report without levels) is not applied, and costs nothing."""
